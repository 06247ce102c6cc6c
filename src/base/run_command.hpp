#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace claw {

/// What a command left behind.
struct CommandOutput {
  int exit_code = 0;
  std::string out;  ///< Standard output.
  std::string err;  ///< The first of its standard error, kMaxErrorOutput at most.
};
inline constexpr std::size_t kMaxErrorOutput = 4096;

/// Runs a program to its end and reads what it says. It is found by PATH, run without a shell, in a process group of
/// its own, with an empty standard input, no other file of ours, and of our environment only PATH, HOME, LANG and
/// TMPDIR. Whatever way this ends, everything the program started in its group is killed. Blocks.
///
/// Fails with
/// - kFatal: the program cannot be started;
/// - kInvalid: it wrote more than `max_output` bytes;
/// - kTransient: `stop` was asked for before it ended, or it was killed by a signal.
/// REQUIRES: `words` is not empty.
[[nodiscard]] Result<CommandOutput> run_command(const std::vector<std::string>& words, std::size_t max_output,
                                                std::stop_token stop);

}  // namespace claw
