#include "speech/command_transcriber.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/run_command.hpp"
#include "base/text.hpp"
#include "speech/audio_type.hpp"

namespace claw {
namespace {

constexpr std::string_view kFolderPrefix = "voice-";

/// The audio as a file in a folder that only we can read; gone with this object.
class AudioFile {
 public:
  AudioFile(const std::string& parent, const VoiceMessage& voice) {
    std::error_code fault;
    const auto where = parent.empty() ? std::filesystem::temp_directory_path(fault) : std::filesystem::path(parent);
    std::string folder = (where / (std::string(kFolderPrefix) + "XXXXXX")).string();
    if (fault || !::mkdtemp(folder.data())) return;
    folder_ = folder;
    path_ = folder + "/" + audio_file_name(voice.content_type);
    std::ofstream file(path_, std::ios::binary);
    file.write(voice.audio->data(), static_cast<std::streamsize>(voice.audio->size()));
    file.close();
    written_ = file.good();
  }
  ~AudioFile() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  AudioFile(const AudioFile&) = delete;
  AudioFile& operator=(const AudioFile&) = delete;

  [[nodiscard]] bool written() const { return written_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
  bool written_ = false;
};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

Result<std::string> run(SpeechCommand words, const std::string& folder, const VoiceMessage& voice,
                        std::stop_token stop) {
  const AudioFile file(folder, voice);
  if (!file.written())
    return fail(ErrorKind::kTransient, "the audio could not be written to a temporary file: is the disk full?");
  for (auto& word : words) {
    replace_all(word, "{language}", voice.language.empty() ? "auto" : voice.language);
    replace_all(word, "{file}", file.path());
  }
  auto output = run_command(words, CommandTranscriber::kMaxOutput, std::move(stop));
  if (!output) return std::unexpected(output.error());
  if (output->exit_code != 0)
    return fail(ErrorKind::kInvalid,
                fmt::format("the command ended with {}: {}", output->exit_code, trimmed(log::one_line(output->err))));
  const auto text = trimmed(output->out);
  if (text.empty()) return fail(ErrorKind::kInvalid, "the command heard no words");
  return std::string(text);
}

/// As Meta and people write them: letters, digits and dashes only, for it becomes part of a command's word.
bool is_language(std::string_view text) {
  constexpr std::size_t kLongest = 16;
  return text.size() <= kLongest && (text.empty() || text.front() != '-') &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '-'; });
}

}  // namespace

CommandTranscriber::CommandTranscriber(Options options, Clock& clock)
    : options_(std::move(options)), jobs_(clock, kThreads, kMaxQueued) {
  if (options_.folder.empty()) return;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder, ignored))
    if (entry.path().filename().string().starts_with(kFolderPrefix)) std::filesystem::remove_all(entry.path(), ignored);
}

Task<Result<Heard>> CommandTranscriber::transcribe(const SpeechProvider& provider, VoiceMessage voice) {
  const auto found = options_.commands.find(provider.command);
  if (found == options_.commands.end() || found->second.empty())
    co_return fail(ErrorKind::kFatal,
                   fmt::format("there is no command \"{}\": the operator names commands in the configuration file",
                               provider.command));
  if (!is_language(voice.language)) voice.language.clear();
  auto text = co_await jobs_.run(provider.timeout,
                                 [words = found->second, folder = options_.folder, voice = std::move(voice)](
                                     std::stop_token stop) { return run(words, folder, voice, std::move(stop)); });
  if (!text) co_return std::unexpected(text.error());
  co_return Heard{std::move(*text), provider.command};
}

}  // namespace claw
