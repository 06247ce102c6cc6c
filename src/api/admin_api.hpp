#pragma once

#include <functional>

#include "base/result.hpp"
#include "net/router.hpp"

namespace claw {

/// Runs a command of the command line, as Commands::run() does; `who` is at the keyboard.
using RunCommand =
    std::function<Task<Result<std::string>>(std::string command, std::string arguments, std::string who)>;

/// The command line's way into a running server: POST /admin/{command} with JSON arguments. Only for the Unix socket in
/// the data folder, whose file mode is the only door: who comes in by it is believed to be who `X-Claw-Operator` says.
void add_admin_routes(net::Router& router, RunCommand run);

}  // namespace claw
