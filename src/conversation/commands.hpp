#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claw {

/// What a person can tell the gateway itself, by a message that begins with a slash.
enum class CommandKind : std::uint8_t {
  kHelp,
  kStatus,
  kWhoAmI,
  kNew,    ///< /new and /reset: forget what was said. Text behind it is the first message of what follows.
  kStop,   ///< Abort the turn under way.
  kAgent,  ///< Owners only: who answers in this conversation from now on.
  kPause,  ///< Owners only: nobody answers in this conversation until /resume.
  kResume,
};

struct Command {
  CommandKind kind = CommandKind::kHelp;
  std::string rest;  ///< What stands behind the word, trimmed.
};

/// The command that `text` is: `/word`, in any case, then nothing, or for /new, /reset and /agent anything. Nothing
/// where it is none, also for words that are no command: those go to the agent.
[[nodiscard]] std::optional<Command> parse_command(std::string_view text);

/// Whether only an owner of the number may use it; for others it is a word as any other.
[[nodiscard]] bool is_for_owners(CommandKind kind);

/// The answer to /help.
[[nodiscard]] std::string help_text(bool owner);

}  // namespace claw
