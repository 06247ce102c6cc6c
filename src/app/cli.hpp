#pragma once

#include <string>

#include "app/config.hpp"

namespace claw {

/// Runs one of Commands: by the running server's socket, or on the files where no server runs. Prints the
/// answer for people (or as JSON), errors to standard error. Returns the exit code: 0, or 1 if the command failed or a
/// doctor found something.
[[nodiscard]] int run_admin_command(const Config& config, const std::string& command, const std::string& arguments,
                                    bool as_json);

/// Renders an answer of Commands' as lines for a terminal. Pure.
[[nodiscard]] std::string render_for_people(const std::string& command, const std::string& answer);

}  // namespace claw
