#pragma once

#include "net/router.hpp"
#include "tenancy/admin.hpp"

namespace claw {

/// The command line's way into a running server: POST /admin/{command} with JSON arguments. Only for the Unix socket in
/// the data folder, whose file mode is the only door. `admin` must outlive the router.
void add_admin_routes(net::Router& router, Admin& admin);

}  // namespace claw
