#pragma once

#include <span>
#include <string_view>

#include "net/http.hpp"

namespace claw::net {

/// A file of a page of ours, inside of the program (cmake/Pages.cmake puts it there). Constant.
struct PageFile {
  std::string_view path;  ///< "/" is the page itself; "/assets/phone-4f2a.js" what it asks for.
  std::string_view content_type;
  std::string_view hash;  ///< Of the bytes; becomes the ETag.
  std::string_view bytes;
  std::string_view gzip;  ///< The same bytes compressed when the program was built.
};

/// Answers the file of `path`, 304 where the client has it already, 404 where there is none.
///
/// Files under /assets/ carry their hash in their name and may be kept for ever; the page itself is asked for each
/// time. It is compressed where the client takes gzip. Every answer forbids the page all that it does not need:
/// scripts, styles and connections of others, frames around it, the device's camera and the like.
[[nodiscard]] HttpResponse answer_page_file(std::span<const PageFile> files, std::string_view path,
                                            const HttpRequest& request);

/// True if the client can read gzip, by its Accept-Encoding.
[[nodiscard]] bool takes_gzip(std::string_view accept_encoding);

}  // namespace claw::net
