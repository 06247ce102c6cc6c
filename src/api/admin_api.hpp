#pragma once

#include <functional>

#include "base/result.hpp"
#include "net/router.hpp"

namespace claw {

/// The command line's way into a running server: POST /admin/{command} with JSON arguments. Only for the Unix socket in
/// the data folder, whose file mode is the only door. `run` is Admin::run, or does as that does.
void add_admin_routes(net::Router& router,
                      std::function<Task<Result<std::string>>(std::string command, std::string arguments)> run);

}  // namespace claw
