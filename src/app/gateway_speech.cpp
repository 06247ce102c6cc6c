#include <filesystem>
#include <iterator>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "app/gateway_parts.hpp"
#include "net/curl_client.hpp"
#include "speech/speaker.hpp"
#include "speech/speech.hpp"
#include "speech/speech_kinds.hpp"

namespace claw {
namespace {

/// "name=program word word", as the configuration has them.
std::map<std::string, SpeechCommand> speech_commands(const Config& config) {
  std::map<std::string, SpeechCommand> commands;
  for (const auto& line : config.speech_commands) {
    const auto equals = line.find('=');
    std::istringstream words(line.substr(equals + 1));
    commands[line.substr(0, equals)] = {std::istream_iterator<std::string>(words), {}};
  }
  return commands;
}

}  // namespace

Result<void> Gateway::Parts::make_speech() {
  // Recordings lie there while a program hears them.
  const auto folder = std::filesystem::path(config.data_dir) / "voice";
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (!fault) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
  if (fault) return fail(ErrorKind::kFatal, fmt::format("{}: {}", folder.string(), fault.message()));
  speech_kinds = std::make_unique<SpeechKinds>(*http, clock,
                                               CommandTranscriber::Options{speech_commands(config), folder.string()});
  speech = std::make_unique<Speech>([this](std::string_view kind) { return speech_kinds->find(kind); }, clock);
  speaker = std::make_unique<Speaker>(*http);
  return {};
}

std::vector<std::string> Gateway::Parts::speech_command_names() const {
  std::vector<std::string> names;
  for (const auto& [name, words] : speech_commands(config)) names.push_back(name);
  return names;
}

}  // namespace claw
