#pragma once

#include <span>
#include <string_view>

#include "net/http.hpp"
#include "net/router.hpp"

namespace claw::sim {

/// A file of the phone page, inside of the program. Constant.
struct PageFile {
  std::string_view path;  ///< "/", "/assets/phone-4f2a.js"
  std::string_view content_type;
  std::string_view etag;  ///< With its quotes.
  std::string_view bytes;
};

/// The files that web/ was built into; defined by a file that the build generates.
[[nodiscard]] std::span<const PageFile> page_files();

/// Answers the file of that path, 304 where the client has it already, 404 where there is none. Files under /assets/
/// carry their hash in their name and may be kept for ever; the page itself is asked for each time.
[[nodiscard]] net::HttpResponse answer_page(std::span<const PageFile> files, const net::HttpRequest& request);

/// Serves `/` and `/assets/…`.
void add_page_routes(net::Router& router);

}  // namespace claw::sim
