#include "api/media_api.hpp"

#include <fmt/format.h>

#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "base/log.hpp"
#include "media/media_type.hpp"
#include "net/byte_range.hpp"
#include "net/form_reader.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

json::object file_json(const StoredFile& file) {
  return {{"id", file.id},
          {"mime_type", file.mime_type},
          {"filename", text_or_null(file.filename)},
          {"size", file.size},
          {"sha256", file.sha256},
          {"created_at", time_json(file.created_at)},
          {"scanned", file.may_be_given_out}};
}

/// Takes nothing: for who wants to know only whether a file is given out.
class Nobody final : public net::BodyWriter {
 public:
  Task<bool> write(std::string_view) override { co_return false; }
};

/// A page of ours may show it; nothing in it runs, and nothing keeps it.
void put_safe_headers(HttpResponse& response, const StoredFile& file) {
  const bool shown = is_shown_inline(file.mime_type);
  response.content_type = shown ? essence_of(file.mime_type) : "application/octet-stream";
  std::string disposition = shown ? "inline" : "attachment";
  if (!file.filename.empty()) disposition += "; filename*=UTF-8''" + net::percent_encode(file.filename);
  response.headers = {{"Content-Disposition", std::move(disposition)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Content-Security-Policy", "sandbox; default-src 'none'"},
                      {"Cross-Origin-Resource-Policy", "same-origin"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "private, no-store"},
                      {"Accept-Ranges", "bytes"}};
}

HttpResponse part_of(const StoredFile& file, std::string_view range_header, FileSpan& span) {
  const auto size = static_cast<std::uint64_t>(file.size);
  const auto range = net::read_range(range_header, size);
  HttpResponse response;
  put_safe_headers(response, file);
  if (range.kind == net::ByteRange::Kind::kUnsatisfiable) {
    response.status = 416;
    response.headers.push_back({"Content-Range", fmt::format("bytes */{}", size)});
    return response;
  }
  response.stream_size = size;
  if (range.kind == net::ByteRange::Kind::kPart) {
    response.status = 206;
    response.headers.push_back({"Content-Range", fmt::format("bytes {}-{}/{}", range.first, range.last, size)});
    response.stream_size = range.last - range.first + 1;
    span = {static_cast<std::int64_t>(range.first), static_cast<std::int64_t>(*response.stream_size)};
  }
  return response;
}

HttpResponse link_is_over() {
  return problem(404, "Not found", "This link is over, or was never made. Load the page anew.");
}

}  // namespace

void MediaApi::add_routes(net::Router& router) {
  using Route = Answer (MediaApi::*)(HttpRequest&, const Caller&);
  const auto add = [&](const char* method, std::string_view path, Permission permission, Route route,
                       net::BodyMode mode = net::BodyMode::kWhole) {
    guard_.add(
        router, method, path, permission,
        [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); }, mode);
  };
  add("GET", "/api/v1/media", Permission::kInboxRead, &MediaApi::list);
  add("POST", "/api/v1/media", Permission::kInboxWrite, &MediaApi::upload, net::BodyMode::kStreamed);
  add("GET", "/api/v1/media/{id}", Permission::kInboxRead, &MediaApi::show);
  add("GET", "/api/v1/media/{id}/link", Permission::kInboxRead, &MediaApi::link);
  router.add("GET", "/files/{words}", [this](HttpRequest& request) { return serve(request); });
}

MediaApi::Answer MediaApi::list(HttpRequest& request, const Caller& caller) {
  const auto limit = limit_of(request);
  if (!limit) co_return problem_of(limit.error());
  const auto files = co_await library_.list(caller.tenant->id, words_of(request, "before"), *limit);
  if (!files) co_return problem_of(files.error());
  json::array shown;
  for (const auto& file : *files) shown.push_back(file_json(file));
  co_return page_of("files", std::move(shown), files->size() == *limit ? files->back().id : std::string());
}

MediaApi::Answer MediaApi::upload(HttpRequest& request, const Caller& caller) {
  std::string mime_type(request.header("Content-Type"));
  std::string filename = words_of(request, "filename");
  net::BodyReader* body = request.body_reader;
  std::optional<net::FormReader> form;
  if (const auto boundary = net::FormReader::boundary_of(mime_type)) {
    form.emplace(*body, *boundary);
    for (;;) {
      const auto field = co_await form->next_field();
      if (!field) co_return problem_of(field.error());
      if (!*field) co_return problem(400, "Bad request", "The form has no field \"file\".");
      if ((*field)->name != "file") continue;
      mime_type = (*field)->content_type;
      if (filename.empty()) filename = (*field)->filename;
      break;
    }
    body = &form->field();
  }
  auto kept = co_await library_.keep(caller.tenant, *body, std::move(mime_type), std::move(filename));
  if (!kept) co_return problem_of(kept.error());
  // What a form has behind its file is read, so that the connection can go on.
  while (form) {
    const auto field = co_await form->next_field();
    if (!field || !*field) break;
  }
  auto response = net::json_response(201, json::serialize(file_json(*kept)));
  response.headers.push_back({"Location", "/api/v1/media/" + kept->id});
  co_return response;
}

MediaApi::Answer MediaApi::show(HttpRequest& request, const Caller& caller) {
  const auto file = co_await library_.find(caller.tenant->id, std::string(request.param("id")));
  if (!file) co_return problem_of(file.error());
  co_return tagged(request, file_json(*file));
}

MediaApi::Answer MediaApi::link(HttpRequest& request, const Caller& caller) {
  const auto file = co_await library_.find(caller.tenant->id, std::string(request.param("id")));
  if (!file) co_return problem_of(file.error());
  const auto link = links_.make(caller.tenant->id, file->id, clock_.now());
  auto response = net::json_response(
      200, json::serialize(json::object{{"url", link.path}, {"expires_at", time_json(link.expires_at)}}));
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

MediaApi::Answer MediaApi::serve(HttpRequest& request) {
  const auto named = links_.read(request.param("words"), clock_.now());
  if (!named) co_return link_is_over();
  const auto file = co_await library_.find(named->tenant, named->file);
  if (!file) co_return problem_of(file.error());
  if (!file->may_be_given_out) {
    Nobody nobody;
    if (const auto given = co_await library_.stream(named->tenant, named->file, {0, 1}, nobody); !given)
      co_return problem_of(given.error());
  }
  FileSpan span;
  auto response = part_of(*file, request.header("Range"), span);
  if (response.stream_size)
    response.stream = [this, named = *named, span](net::BodyWriter& to) -> Task<> {
      const auto done = co_await library_.stream(named.tenant, named.file, span, to);
      if (!done) log::warn("media.not_served tenant_id={} reason=\"{}\"", named.tenant.value, done.error().message);
    };
  co_return response;
}

}  // namespace claw
