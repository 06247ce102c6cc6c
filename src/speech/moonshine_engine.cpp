#include <cstdint>
#include <filesystem>

#include <fmt/format.h>

#include "base/text.hpp"
#include "speech/opus_reader.hpp"
#include "speech/shared_library.hpp"
#include "speech/speech_engine.hpp"

namespace claw {
namespace {

// The part of Moonshine's C interface that is used, as of the version that scripts/speech-engine.txt names; the wheel
// brings no header. Another version may lay these out otherwise, so that it is refused.
constexpr std::int32_t kVersion = 30'000;
constexpr std::uint32_t kTinyModel = 0;

struct Option {
  const char* name;
  const char* value;
};
struct Line {
  const char* text;
  const float* audio;
  std::size_t audio_count;
  float start_time, duration;
  std::uint64_t id;
  std::int8_t is_complete, is_updated, is_new, has_text_changed, have_speakers_changed;
  const void* speaker_spans;
  std::uint64_t speaker_span_count;
  std::uint32_t latency_ms;
  const void* words;
  std::uint64_t word_count;
};
static_assert(sizeof(Line) == 88);
struct Lines {
  Line* lines;
  std::uint64_t count;
};

struct Functions {
  std::int32_t (*version)();
  const char* (*error_text)(std::int32_t);
  std::int32_t (*load)(const char* folder, std::uint32_t model, const Option*, std::uint64_t, std::int32_t version);
  void (*free)(std::int32_t transcriber);
  std::int32_t (*transcribe)(std::int32_t transcriber, float* samples, std::uint64_t count, std::int32_t rate,
                             std::uint32_t flags, Lines**);
};

/// The library cuts audio where nobody speaks. At its own threshold of 0.5 it hears a soft beginning as silence and
/// makes up words for the rest; at 0 it does not cut at all, and time and memory grow with the square of the length.
constexpr Option kOptions[] = {
    {"vad_threshold", "0.2"}, {"identify_speakers", "false"}, {"return_audio_data", "false"}};

class MoonshineEngine final : public SpeechEngine {
 public:
  MoonshineEngine(const Functions& functions, std::int32_t transcriber)
      : functions_(functions), transcriber_(transcriber) {}
  ~MoonshineEngine() override { functions_.free(transcriber_); }
  MoonshineEngine(const MoonshineEngine&) = delete;
  MoonshineEngine& operator=(const MoonshineEngine&) = delete;

  [[nodiscard]] std::string name() const override { return "Moonshine tiny-en"; }

  [[nodiscard]] Result<std::string> hear(std::span<const float> samples) override {
    Lines* heard = nullptr;
    // The interface takes them as writable and only reads.
    auto* const first = const_cast<float*>(samples.data());
    const auto fault = functions_.transcribe(transcriber_, first, samples.size(), kSpeechRate, 0, &heard);
    if (fault != 0 || !heard)
      return fail(ErrorKind::kTransient, fmt::format("Moonshine failed: {}", functions_.error_text(fault)));
    std::string text;
    for (std::uint64_t i = 0; i < heard->count; ++i) {
      const auto line = heard->lines[i].text ? trimmed(heard->lines[i].text) : std::string_view();
      if (!text.empty() && !line.empty()) text += ' ';
      text += line;
    }
    return text;
  }

 private:
  const Functions functions_;
  const std::int32_t transcriber_;
};

Result<Functions> functions_of(const std::string& path) {
  const auto library = SharedLibrary::load(path);
  if (!library) return std::unexpected(library.error());
  Functions found{};
  if (!library->find("moonshine_get_version", found.version) ||
      !library->find("moonshine_error_to_string", found.error_text) ||
      !library->find("moonshine_load_transcriber_from_files", found.load) ||
      !library->find("moonshine_free_transcriber", found.free) ||
      !library->find("moonshine_transcribe_without_streaming", found.transcribe))
    return fail(ErrorKind::kFatal, fmt::format("{} is not the library that is needed", path));
  if (found.version() != kVersion)
    return fail(ErrorKind::kFatal, fmt::format("{} is version {} and {} is needed: run scripts/setup_speech", path,
                                               found.version(), kVersion));
  return found;
}

}  // namespace

Result<std::unique_ptr<SpeechEngine>> load_moonshine(const std::string& folder) {
  const auto path = folder + "/moonshine_voice/libmoonshine.so";
  if (!std::filesystem::exists(path))
    return fail(ErrorKind::kFatal, fmt::format("Moonshine is not in {}: run scripts/setup_speech", folder));
  const auto functions = functions_of(path);
  if (!functions) return std::unexpected(functions.error());
  const auto model = folder + "/moonshine_voice/assets/tiny-en";
  const auto transcriber = functions->load(model.c_str(), kTinyModel, kOptions, std::size(kOptions), kVersion);
  if (transcriber < 0)
    return fail(ErrorKind::kFatal,
                fmt::format("Moonshine cannot read its model in {}: {}", model, functions->error_text(transcriber)));
  return std::make_unique<MoonshineEngine>(*functions, transcriber);
}

}  // namespace claw
