#include "conversation/commands.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "base/text.hpp"

namespace claw {
namespace {

struct Word {
  std::string_view word;
  CommandKind kind;
  bool takes_rest;
};

constexpr Word kWords[] = {
    {"help", CommandKind::kHelp, false},     {"status", CommandKind::kStatus, false},
    {"whoami", CommandKind::kWhoAmI, false}, {"new", CommandKind::kNew, true},
    {"reset", CommandKind::kNew, true},      {"stop", CommandKind::kStop, false},
    {"agent", CommandKind::kAgent, true},    {"pause", CommandKind::kPause, false},
    {"resume", CommandKind::kResume, false},
};

}  // namespace

std::optional<Command> parse_command(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with('/')) return std::nullopt;
  text.remove_prefix(1);
  const auto end = static_cast<std::size_t>(std::ranges::find_if(text, is_white_space) - text.begin());
  std::string name(text.substr(0, end));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = std::ranges::find(kWords, name, &Word::word);
  if (found == std::end(kWords)) return std::nullopt;
  const auto rest = trimmed(text.substr(end));
  if (!rest.empty() && !found->takes_rest) return std::nullopt;
  return Command{found->kind, std::string(rest)};
}

bool is_for_owners(CommandKind kind) {
  return kind == CommandKind::kAgent || kind == CommandKind::kPause || kind == CommandKind::kResume;
}

std::string help_text(bool owner) {
  std::string text =
      "/new: begin anew; what was said before is forgotten\n"
      "/stop: stop the answer that is being made\n"
      "/status: who answers, and since when\n"
      "/whoami: how you are known here\n"
      "/help: this";
  if (owner)
    text +=
        "\n\nFor owners:\n"
        "/agent NAME: who answers in this chat\n"
        "/pause: nobody answers in this chat\n"
        "/resume: the agent answers again";
  return text;
}

}  // namespace claw
