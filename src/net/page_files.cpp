#include "net/page_files.hpp"

#include <algorithm>

namespace claw::net {
namespace {

/// Everything from here, nothing inline; styles of Lit are constructed style sheets, which need no exception. `blob:`
/// and `data:` are pictures and recordings that the page made or fetched itself. Only Lit may make HTML from text.
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types lit-html";
/// The microphone is for voice messages; the browser asks the person besides.
constexpr const char* kPermissions =
    "camera=(), microphone=(self), geolocation=(), payment=(), usb=(), serial=(), display-capture=()";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Cuts what stands before `mark` off `rest`.
std::string_view next_part(std::string_view& rest, char mark) {
  const auto end = rest.find(mark);
  const auto part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trim(part);
}

/// "q=0" and "q=0.000": not wanted at all.
bool is_refused(std::string_view quality) {
  return quality.starts_with("q=0") && quality.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    auto coding = next_part(accept_encoding, ',');
    const auto name = next_part(coding, ';');
    if (name == "gzip") return !is_refused(trim(coding));
    if (name == "*") any = !is_refused(trim(coding));
  }
  return any;
}

HttpResponse answer_page_file(std::span<const PageFile> files, std::string_view path, const HttpRequest& request) {
  const auto file = std::ranges::find(files, path, &PageFile::path);
  if (file == files.end()) return text_response(404, "There is nothing here.\n");
  const bool compressed = takes_gzip(request.header("Accept-Encoding"));
  const std::string etag = "\"" + std::string(file->hash) + (compressed ? "-gzip\"" : "\"");
  HttpResponse response;
  response.content_type = file->content_type;
  response.headers = {
      {"ETag", etag},
      {"Vary", "Accept-Encoding"},
      {"Cache-Control", path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Content-Security-Policy", kContentPolicy},
      {"Permissions-Policy", kPermissions},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
  };
  // Quoted and of this file alone, so that it is found in a list, and behind W/ too.
  if (request.header("If-None-Match").find(etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  if (compressed) response.headers.push_back({"Content-Encoding", "gzip"});
  response.body = compressed ? file->gzip : file->bytes;
  return response;
}

}  // namespace claw::net
