#pragma once

#include "api/file_links.hpp"
#include "api/guard.hpp"
#include "media/file_library.hpp"
#include "net/router.hpp"

namespace claw {

/// A tenant's files over the API: bring one, look it up, get an address that shows it for a few minutes.
/// docs/openapi.yaml describes the routes; `GET /files/…` is for browsers and stands beside them.
class MediaApi {
 public:
  /// All must outlive this object, and this object the router.
  MediaApi(FileLibrary& library, Guard& guard, Clock& clock, FileLinks links)
      : library_(library), guard_(guard), clock_(clock), links_(std::move(links)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  Answer list(net::HttpRequest& request, const Caller& caller);
  Answer upload(net::HttpRequest& request, const Caller& caller);
  Answer show(net::HttpRequest& request, const Caller& caller);
  Answer link(net::HttpRequest& request, const Caller& caller);
  Answer serve(net::HttpRequest& request);

  FileLibrary& library_;
  Guard& guard_;
  Clock& clock_;
  const FileLinks links_;
};

}  // namespace claw
