#include "api/parameters.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "api/problem.hpp"
#include "api/rest_api.hpp"
#include "base/crypto.hpp"
#include "base/secret_string.hpp"
#include "whatsapp/utf8.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

constexpr MessageState kStates[] = {MessageState::kPending, MessageState::kAnswered,    MessageState::kIgnored,
                                    MessageState::kNoReply, MessageState::kAgentFailed, MessageState::kHeld,
                                    MessageState::kQueued,  MessageState::kSending,     MessageState::kUnknown,
                                    MessageState::kParked,  MessageState::kSent,        MessageState::kDelivered,
                                    MessageState::kRead,    MessageState::kPlayed,      MessageState::kFailed};

constexpr std::size_t kMaxAgentBytes = 300;

/// Without what may stand between the members of a list.
std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t,");
  return from == std::string_view::npos ? std::string_view{} : text.substr(from);
}

}  // namespace

Result<std::size_t> limit_of(const HttpRequest& request) {
  const auto text = request.query_value("limit");
  if (!text) return 50;
  std::size_t limit = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (fault != std::errc{} || end != text->data() + text->size() || limit < 1 || limit > RestApi::kMaxLimit)
    return fail(ErrorKind::kInvalid, fmt::format("limit must be a whole number from 1 to {}", RestApi::kMaxLimit));
  return limit;
}

Result<std::int64_t> before_of(const HttpRequest& request, char kind, const PublicIds& ids) {
  const auto text = request.query_value("before");
  if (!text) return 0;
  const auto number = ids.number(kind, *text);
  if (!number || *number <= 0) return fail(ErrorKind::kInvalid, "before must be the next of an earlier answer");
  return *number;
}

Result<std::optional<Direction>> direction_of(const HttpRequest& request) {
  const auto text = request.query_value("direction");
  if (!text) return std::nullopt;
  if (*text == "inbound") return Direction::kInbound;
  if (*text == "outbound") return Direction::kOutbound;
  return fail(ErrorKind::kInvalid, "direction must be inbound or outbound");
}

Result<std::optional<MessageState>> state_of(const HttpRequest& request) {
  const auto text = request.query_value("state");
  if (!text) return std::nullopt;
  const auto* const found = std::ranges::find(kStates, *text, [](MessageState state) { return to_string(state); });
  if (found == std::end(kStates)) return fail(ErrorKind::kInvalid, "there is no such state");
  return *found;
}

std::string words_of(const HttpRequest& request, std::string_view name) {
  return std::string(request.query_value(name).value_or(""));
}

Result<std::optional<bool>> flag_of(const HttpRequest& request, std::string_view name) {
  const auto text = request.query_value(name);
  if (!text) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  return fail(ErrorKind::kInvalid, fmt::format("{} must be true or false", name));
}

Result<json::object> object_of(HttpRequest& request) {
  boost::system::error_code fault;
  auto body = json::parse(request.body, fault);
  wipe(request.body);
  if (fault || !body.is_object()) return fail(ErrorKind::kInvalid, "the body must be a JSON object");
  return std::move(body.get_object());
}

Result<std::string> text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_string()) return fail(ErrorKind::kInvalid, fmt::format("{} must be a text", name));
  return std::string(value->get_string());
}

Result<std::string> text_or_empty(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && !value->is_null() ? text_of(object, name) : std::string();
}

Visitor visitor_of(const HttpRequest& request, const Caller& caller) {
  return {caller.actor.from, whatsapp::valid_utf8(request.header("User-Agent").substr(0, kMaxAgentBytes))};
}

Result<std::optional<Versions>> versions_of(const HttpRequest& request, std::string_view header, bool weak) {
  const auto text = net::header_list(request.headers, header);
  if (!text) return std::nullopt;
  Versions named;
  for (auto left = trimmed(*text); !left.empty(); left = trimmed(left)) {
    const bool is_any = left.starts_with('*');
    const bool is_weak = left.starts_with("W/");
    if (is_weak) left.remove_prefix(2);
    const auto end = is_any ? 0 : left.starts_with('"') ? left.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos)
      return fail(ErrorKind::kInvalid, fmt::format("{} must be * or ETags of earlier answers", header));
    named.any = named.any || is_any;
    if (!is_any && (weak || !is_weak)) named.versions.emplace_back(left.substr(1, end - 1));
    left.remove_prefix(end + 1);
  }
  return named;
}

Result<Condition> condition_of(const HttpRequest& request) {
  auto match = versions_of(request, "If-Match", false);
  auto none_match = versions_of(request, "If-None-Match", true);
  if (!match) return std::unexpected(match.error());
  if (!none_match) return std::unexpected(none_match.error());
  return Condition{std::move(*match), std::move(*none_match)};
}

HttpResponse tagged(const HttpRequest& request, const json::object& object) {
  const auto hash = hash128(json::serialize(object));
  return tagged(request, object, to_hex(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size())));
}

HttpResponse tagged(const HttpRequest& request, const json::object& object, std::string_view tag) {
  const auto known = versions_of(request, "If-None-Match", true);
  if (!known) return problem_of(known.error());
  HttpResponse response = net::json_response(200, json::serialize(object));
  if (*known && ((*known)->any || std::ranges::find((*known)->versions, tag) != (*known)->versions.end())) {
    response = net::text_response(304, "");
    response.content_type.clear();
  }
  response.headers.push_back({"ETag", fmt::format("\"{}\"", tag)});
  response.headers.push_back({"Cache-Control", "private, no-cache"});
  return response;
}

HttpResponse versioned(int status, const json::object& object, std::string_view version) {
  auto response = net::json_response(status, json::serialize(object));
  if (!version.empty()) response.headers.push_back({"ETag", fmt::format("\"{}\"", version)});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

HttpResponse no_content() {
  HttpResponse response;
  response.status = 204;
  response.content_type.clear();
  return response;
}

HttpResponse page_of(std::string_view name, json::array list, std::string next) {
  json::value cursor = next.empty() ? json::value(nullptr) : json::value(std::move(next));
  return net::json_response(200, json::serialize(json::object{{name, std::move(list)}, {"next", std::move(cursor)}}));
}

}  // namespace claw
