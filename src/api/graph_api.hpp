#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "api/file_links.hpp"
#include "api/guard.hpp"
#include "conversation/desk.hpp"
#include "graph/pass_through.hpp"
#include "media/media_library.hpp"
#include "net/router.hpp"

namespace claw {

/// The Cloud API as a client library of it knows it, under /graph/{version}/…: Meta's shapes and Meta's errors, an API
/// token of ours as bearer, and our queue, limits and log behind it. A bot works by changing its base URL.
///
/// A send waits for Meta's answer, kPatience at most, and tells Meta's message id; where it takes longer the answer has
/// an id of ours, which may stand as context.message_id later. The version is taken as it comes.
class GraphApi {
 public:
  static constexpr std::chrono::seconds kPatience{10};

  /// All must outlive this object, and this object the router.
  struct Parts {
    Desk& desk;
    Ledger& ledger;
    Graph& graph;
    PassThrough& pass;
    MediaLibrary& library;
    Guard& guard;
    Clock& clock;
  };
  GraphApi(Parts parts, FileLinks links, PublicIds ids, std::string outside_url)
      : parts_(parts), links_(std::move(links)), ids_(std::move(ids)), outside_url_(std::move(outside_url)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  using Route = Answer (GraphApi::*)(net::HttpRequest&, const Caller&);
  void add(net::Router& router, std::string method, std::string_view path, Permission permission, Route route,
           net::BodyMode mode = net::BodyMode::kWhole);

  Answer messages(net::HttpRequest& request, const Caller& caller);
  Answer send(const Caller& caller, std::string number, boost::json::object body, std::string key, std::string trace);
  Answer mark(const Caller& caller, std::string number, boost::json::object body, std::string trace);
  /// What became of a send, as Meta would answer it.
  Answer outcome(TenantId tenant, MessageId message, std::string input);
  Answer upload(net::HttpRequest& request, const Caller& caller);
  Answer show(net::HttpRequest& request, const Caller& caller);
  Answer remove(net::HttpRequest& request, const Caller& caller);
  /// Deletes what Meta shows as media of one of the tenant's numbers (of `number`, where that is set). Everything else
  /// is not there: who may write messages may not delete a template, or what another tenant's number was sent.
  Answer remove_at_meta(const Caller& caller, std::string id, std::optional<std::string_view> number);
  Answer templates(net::HttpRequest& request, const Caller& caller);
  /// Meta's answer with the token of the first of these numbers that may see what was asked for.
  Answer pass(const Caller& caller, std::vector<std::string> numbers, PassThrough::Call call);
  Task<Result<StoredFile>> file_of(const Caller& caller, const net::HttpRequest& request);
  /// The wamid of a message that was answered with an id of ours.
  Task<std::string> real_wamid(TenantId tenant, std::string id);

  const Parts parts_;
  const FileLinks links_;
  const PublicIds ids_;
  const std::string outside_url_;
};

}  // namespace claw
