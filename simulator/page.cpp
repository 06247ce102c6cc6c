#include "simulator/page.hpp"

#include <algorithm>

namespace claw::sim {

namespace {

/// Everything from here, nothing inline; styles of Lit are constructed style sheets, which need no exception.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

net::HttpResponse answer_page(std::span<const PageFile> files, const net::HttpRequest& request) {
  const auto file = std::ranges::find(files, std::string_view(request.path), &PageFile::path);
  if (file == files.end()) return net::text_response(404, "There is nothing here.\n");
  net::HttpResponse response;
  response.content_type = file->content_type;
  response.headers = {
      {"ETag", std::string(file->etag)},
      {"Cache-Control", file->path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Content-Security-Policy", kPolicy},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
  };
  if (request.header("If-None-Match") == file->etag) {
    response.status = 304;
    return response;
  }
  response.body = file->bytes;
  return response;
}

void add_page_routes(net::Router& router) {
  for (const char* pattern : {"/", "/assets/{name...}"}) {
    router.add("GET", pattern, [](net::HttpRequest& request) -> Task<net::HttpResponse> {
      co_return answer_page(page_files(), request);
    });
  }
}

}  // namespace claw::sim
