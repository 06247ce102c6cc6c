#pragma once

#include "net/router.hpp"
#include "tenancy/commands.hpp"

namespace claw {

/// The command line's way into a running server: POST /admin/{command} with JSON arguments. Only for the Unix socket in
/// the data folder, whose file mode is the only door: who comes in by it is believed to be who `X-Claw-Operator` says.
/// `commands` must outlive the router.
void add_admin_routes(net::Router& router, Commands& commands);

}  // namespace claw
