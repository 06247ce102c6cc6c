#include <algorithm>
#include <cmath>
#include <filesystem>
#include <pocketsphinx.h>
#include <sphinxbase/err.h>
#include <vector>

#include <fmt/format.h>

#include "speech/opus_reader.hpp"
#include "speech/shared_library.hpp"
#include "speech/speech_engine.hpp"

namespace claw {
namespace {

/// PocketSphinx's functions, of the types its header gives them.
struct Functions {
  decltype(::ps_args)* args;
  decltype(::ps_init)* init;
  decltype(::ps_free)* free;
  decltype(::ps_start_stream)* start_stream;
  decltype(::ps_start_utt)* start;
  decltype(::ps_process_raw)* process;
  decltype(::ps_end_utt)* end;
  decltype(::ps_get_hyp)* hypothesis;
  decltype(::cmd_ln_init)* options;
  decltype(::cmd_ln_free_r)* free_options;
};

class PocketSphinxEngine final : public SpeechEngine {
 public:
  PocketSphinxEngine(const Functions& functions, ps_decoder_t* decoder) : functions_(functions), decoder_(decoder) {}
  ~PocketSphinxEngine() override { functions_.free(decoder_); }
  PocketSphinxEngine(const PocketSphinxEngine&) = delete;
  PocketSphinxEngine& operator=(const PocketSphinxEngine&) = delete;

  [[nodiscard]] std::string name() const override { return "PocketSphinx (last resort: many words are wrong)"; }

  [[nodiscard]] Result<std::string> hear(std::span<const float> samples) override {
    std::vector<std::int16_t> pcm;
    pcm.reserve(samples.size());
    for (const float each : samples)
      pcm.push_back(static_cast<std::int16_t>(std::lround(std::clamp(each, -1.0F, 1.0F) * 32'767)));
    constexpr int kSearch = 0;
    constexpr int kAllOfIt = 1;  // the loudness of the whole piece is known before the first word is looked for
    if (functions_.start_stream(decoder_) < 0 || functions_.start(decoder_) < 0 ||
        functions_.process(decoder_, pcm.data(), pcm.size(), kSearch, kAllOfIt) < 0 || functions_.end(decoder_) < 0)
      return fail(ErrorKind::kTransient, "PocketSphinx failed");
    std::int32_t score = 0;
    const char* const text = functions_.hypothesis(decoder_, &score);
    return text ? std::string(text) : std::string();
  }

 private:
  const Functions functions_;
  ps_decoder_t* const decoder_;
};

Result<Functions> functions_of() {
  const auto library = SharedLibrary::load("libpocketsphinx.so.3");
  const auto base = SharedLibrary::load("libsphinxbase.so.3");
  if (!library || !base)
    return fail(ErrorKind::kFatal, fmt::format("PocketSphinx is not installed ({}): install Debian's libpocketsphinx3",
                                               (library ? base : library).error().message));
  Functions found{};
  // It writes a page of settings to standard error unless told to be quiet.
  decltype(::err_set_logfp)* log_to = nullptr;
  if (!library->find("ps_args", found.args) || !library->find("ps_init", found.init) ||
      !library->find("ps_free", found.free) || !library->find("ps_start_stream", found.start_stream) ||
      !library->find("ps_start_utt", found.start) || !library->find("ps_process_raw", found.process) ||
      !library->find("ps_end_utt", found.end) || !library->find("ps_get_hyp", found.hypothesis) ||
      !base->find("cmd_ln_init", found.options) || !base->find("cmd_ln_free_r", found.free_options) ||
      !base->find("err_set_logfp", log_to))
    return fail(ErrorKind::kFatal, "libpocketsphinx.so.3 is not the library that is needed");
  log_to(nullptr);
  return found;
}

}  // namespace

Result<std::unique_ptr<SpeechEngine>> load_pocketsphinx(const std::string& folder) {
  const auto sound = folder + "/en-us";
  if (!std::filesystem::exists(sound))
    return fail(ErrorKind::kFatal,
                fmt::format("PocketSphinx has no model in {}: install Debian's pocketsphinx-en-us", folder));
  const auto functions = functions_of();
  if (!functions) return std::unexpected(functions.error());
  const auto words = folder + "/en-us.lm.bin";
  const auto sounds_of_words = folder + "/cmudict-en-us.dict";
  constexpr int kStrict = 1;
  auto* const options = functions->options(nullptr, functions->args(), kStrict, "-hmm", sound.c_str(), "-lm",
                                           words.c_str(), "-dict", sounds_of_words.c_str(), nullptr);
  auto* const decoder = options ? functions->init(options) : nullptr;
  if (options) functions->free_options(options);
  if (!decoder) return fail(ErrorKind::kFatal, fmt::format("PocketSphinx cannot read its model in {}", folder));
  return std::make_unique<PocketSphinxEngine>(*functions, decoder);
}

}  // namespace claw
