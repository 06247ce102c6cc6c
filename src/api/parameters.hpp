#pragma once

#include <boost/json.hpp>

#include "base/public_id.hpp"
#include "ledger/ledger.hpp"
#include "net/http.hpp"
#include "tenancy/sign_in.hpp"

namespace claw {

/// What requests of the API say, and what answers have in common. Pure; only for .cpp files of api/. Each of these
/// fails with kInvalid and words for the client.
[[nodiscard]] Result<std::size_t> limit_of(const net::HttpRequest& request);
/// `before`, the cursor of lists that are newest first; 0 where it is missing.
[[nodiscard]] Result<std::int64_t> before_of(const net::HttpRequest& request, char kind, const PublicIds& ids);
[[nodiscard]] Result<std::optional<Direction>> direction_of(const net::HttpRequest& request);
[[nodiscard]] Result<std::optional<MessageState>> state_of(const net::HttpRequest& request);
/// A query parameter of any words; empty where it is missing.
[[nodiscard]] std::string words_of(const net::HttpRequest& request, std::string_view name);

/// The body as an object. What it holds is wiped from the request, for it may be a password.
[[nodiscard]] Result<boost::json::object> object_of(net::HttpRequest& request);
/// A text of the body.
[[nodiscard]] Result<std::string> text_of(const boost::json::object& object, std::string_view name);
/// The same; empty where it is missing or null.
[[nodiscard]] Result<std::string> text_or_empty(const boost::json::object& object, std::string_view name);

/// From where a request comes, for the session that it may begin.
[[nodiscard]] Visitor visitor_of(const net::HttpRequest& request, const Caller& caller);

/// `?name=true` or false; nothing where it is missing.
[[nodiscard]] Result<std::optional<bool>> flag_of(const net::HttpRequest& request, std::string_view name);

/// What `If-Match` or `If-None-Match` names; nothing where it is missing. Weak tags count only where `weak`.
[[nodiscard]] Result<std::optional<Versions>> versions_of(const net::HttpRequest& request, std::string_view header,
                                                          bool weak);

/// What `If-Match` and `If-None-Match` ask for, together.
[[nodiscard]] Result<Condition> condition_of(const net::HttpRequest& request);

/// 200 with the object and its strong ETag, or 304 where the client has it already.
[[nodiscard]] net::HttpResponse tagged(const net::HttpRequest& request, const boost::json::object& object);
/// The same with a tag of the caller's own.
[[nodiscard]] net::HttpResponse tagged(const net::HttpRequest& request, const boost::json::object& object,
                                       std::string_view tag);

/// What can be edited, with its version as ETag; none where that is empty. Never kept by a cache: parts of it change
/// without a new version.
[[nodiscard]] net::HttpResponse versioned(int status, const boost::json::object& object, std::string_view version);
/// 204.
[[nodiscard]] net::HttpResponse no_content();

/// {name: list, "next": …}; `next` is null where it is empty.
[[nodiscard]] net::HttpResponse page_of(std::string_view name, boost::json::array list, std::string next);

/// The page of a ledger's list whose cursor is a number of `kind`.
template <class Record, class Show>
net::HttpResponse page_of(std::string_view name, const Page<Record>& page, char kind, const PublicIds& ids, Show show) {
  boost::json::array list;
  for (const auto& record : page) list.push_back(show(record));
  return page_of(name, std::move(list), page.next > 0 ? ids.name(kind, page.next) : std::string());
}

}  // namespace claw
