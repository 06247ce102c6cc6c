#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace claw::testing {

struct ProgramResult {
  int exit_code = -1;  ///< -1: it did not end by itself in time, or by a signal.
  std::string out;
  std::string err;
};

/// Runs `command` (path and arguments) to its end, `limit` at most; then it is killed. `environment` as NAME=value is
/// added to the caller's own; `input` is its standard input.
[[nodiscard]] ProgramResult run_program(std::vector<std::string> command, const std::string& input = "",
                                        const std::vector<std::string>& environment = {},
                                        std::chrono::seconds limit = std::chrono::seconds(15));

/// A file's bytes; empty if it cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& bytes);

}  // namespace claw::testing
