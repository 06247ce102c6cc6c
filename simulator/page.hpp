#pragma once

#include <span>

#include "net/page_files.hpp"
#include "net/router.hpp"

namespace claw::sim {

/// The files of the phone page; defined by a file that the build generates (cmake/Pages.cmake).
[[nodiscard]] std::span<const net::PageFile> page_files();

/// Serves `/` and `/assets/…`.
void add_page_routes(net::Router& router);

}  // namespace claw::sim
