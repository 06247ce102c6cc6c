#pragma once

#include <span>

#include "net/page_files.hpp"
#include "net/router.hpp"

namespace claw {

/// The files of the admin UI; defined by a file that the build generates (cmake/Pages.cmake).
[[nodiscard]] std::span<const net::PageFile> admin_page_files();

/// Serves the admin UI: its files, and the page itself at each address that a person can come to; what stands there is
/// the page's own work. To be added after the routes of webhooks and API, none of whose addresses it takes.
void add_admin_page_routes(net::Router& router);

}  // namespace claw
