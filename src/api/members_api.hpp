#pragma once

#include "api/guard.hpp"
#include "api/live_feed.hpp"
#include "base/public_id.hpp"
#include "tenancy/sign_in.hpp"

namespace claw {

/// Who works with a tenant: members and invitations, under /api/v1. Only an owner makes and removes owners, and the
/// last one cannot go. docs/openapi.yaml describes every route.
class MembersApi {
 public:
  /// All must outlive this object, and this object the router. `public_url` is where people find the pages.
  MembersApi(Guard& guard, PeopleStore& store, People& people, LiveFeed& feed, Clock& clock, PublicIds ids,
             std::string public_url)
      : guard_(guard),
        store_(store),
        people_(people),
        feed_(feed),
        clock_(clock),
        ids_(std::move(ids)),
        public_url_(std::move(public_url)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  using Route = Answer (MembersApi::*)(net::HttpRequest&, const Caller&);
  void add(net::Router& router, std::string method, std::string_view path, Route route);

  Answer list(net::HttpRequest& request, const Caller& caller);
  Answer change_role(net::HttpRequest& request, const Caller& caller);
  Answer remove(net::HttpRequest& request, const Caller& caller);
  Answer invite(net::HttpRequest& request, const Caller& caller);
  Answer delete_invitation(net::HttpRequest& request, const Caller& caller);

  /// Makes the change, puts it in force and tells of it. Gives the answer of a failure, else nothing.
  Task<std::optional<net::HttpResponse>> change(MemberChange what, AuditRow audit);
  [[nodiscard]] PersonRef member_of(const net::HttpRequest& request, const Caller& caller) const;

  Guard& guard_;
  PeopleStore& store_;
  People& people_;
  LiveFeed& feed_;
  Clock& clock_;
  const PublicIds ids_;
  const std::string public_url_;
};

}  // namespace claw
