#include "api/graph_api.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/graph_errors.hpp"
#include "api/graph_paging.hpp"
#include "api/outgoing_body.hpp"
#include "base/json_members.hpp"
#include "ledger/delivery_log.hpp"
#include "net/form_reader.hpp"
#include "tenancy/directory.hpp"
#include "whatsapp/address.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

/// In front of an id of ours, where Meta's message id is not known yet.
constexpr std::string_view kOurWamid = "wamid.CC";
constexpr std::chrono::milliseconds kFirstLook{20};
constexpr std::chrono::milliseconds kLongestLook{500};
/// Numbers of a tenant that a media id may be of, where the client does not say which: each costs a call of Meta's.
constexpr std::size_t kMaxOwners = 20;

HttpResponse unseen(std::string_view what) {
  return graph_problem({400, 100, 33, "Unsupported request",
                        fmt::format("Object with ID '{}' does not exist, or cannot be seen with this token", what)});
}

/// The limits of Meta that a message does not keep, as Meta names them.
HttpResponse invalid(std::string_view details) {
  return graph_problem({400, 131009, 0, "Parameter value is not valid", details});
}

HttpResponse unavailable(std::string_view details) {
  return graph_problem({503, 2, 0, "Service temporarily unavailable", details});
}

HttpResponse not_sent(HandReply::Kind kind, std::string_view number) {
  switch (kind) {
    case HandReply::Kind::kWindowClosed:
      return graph_problem({400, 131047, 0, "Re-engagement message",
                            "Message failed to send because more than 24 hours have passed since the customer last "
                            "replied to this number."});
    case HandReply::Kind::kOptedOut:
      return graph_problem(
          {400, 131050, 0, "User has opted out", "The person asked this tenant for no more messages."});
    case HandReply::Kind::kBlocked:
      return graph_problem({400, 131026, 0, "Message undeliverable", "The tenant has blocked this person."});
    default:
      return unseen(number);
  }
}

HttpResponse of_error(const Error& error) {
  if (error.kind == ErrorKind::kInvalid) return invalid(error.message);
  if (error.kind == ErrorKind::kConflict) return graph_problem({409, 100, 0, "Invalid parameter", error.message});
  if (error.kind == ErrorKind::kNotFound) return unseen(error.message);
  return unavailable("Try again in a moment.");
}

/// To whom, as the client wrote it.
std::string input_in(const json::object& body) {
  auto to = text_member(body, "to");
  return to.empty() ? text_member(body, "recipient") : to;
}

Result<whatsapp::Recipient> recipient_in(const json::object& body) {
  auto to = input_in(body);
  if (text_member(body, "recipient_type") == "group")
    return whatsapp::Recipient{.phone = {}, .bsuid = {}, .group = std::move(to)};
  if (auto who = whatsapp::recipient_at(to)) return std::move(*who);
  return fail(ErrorKind::kInvalid, "to: a phone number with its country code, or a user id");
}

HttpResponse sent_response(const std::string& input, const std::string& wamid, bool accepted_here) {
  json::object contact{{"input", input}};
  if (const auto who = whatsapp::recipient_at(input))
    contact[who->phone.empty() ? "user_id" : "wa_id"] = who->phone.empty() ? who->bsuid : who->phone;
  json::object message{{"id", wamid}};
  if (accepted_here) message["message_status"] = "accepted";
  return net::json_response(200, json::serialize(json::object{{"messaging_product", "whatsapp"},
                                                              {"contacts", {std::move(contact)}},
                                                              {"messages", {std::move(message)}}}));
}

/// Whose account it is: set by the tenant, or claimed for it.
bool owns_waba(const Tenant& tenant, std::string_view waba) {
  const auto set = tenant.settings.find(kWabaId);
  if (set != tenant.settings.end())
    for (const auto& each : split_words(set->second))
      if (each == waba) return true;
  return std::ranges::any_of(tenant.claims, [waba](const Claim& claim) { return claim.waba_id == waba; });
}

/// The parameters of a call that Meta gets.
std::vector<std::pair<std::string, std::string>> passed_on(const HttpRequest& request) {
  std::vector<std::pair<std::string, std::string>> query;
  for (const auto& parameter : request.query)
    if (is_passed_on(parameter.first)) query.push_back(parameter);
  return query;
}

/// The tenant's numbers, each token once: what one may not see another may. `first` is tried before all.
std::vector<std::string> numbers_by_token(const Tenant& tenant, std::string_view first) {
  std::vector<std::string> numbers;
  if (tenant.owns_number(first)) numbers.emplace_back(first);
  for (const auto& number : tenant.phone_number_ids) {
    const auto& token = tenant.access_token_for(number);
    const bool known = std::ranges::any_of(
        numbers, [&](const auto& other) { return tenant.access_token_for(other).equals(token.expose()); });
    if (!known) numbers.push_back(number);
  }
  return numbers;
}

/// The number through which an account is known best: one that is claimed together with it.
std::string_view number_of_waba(const Tenant& tenant, std::string_view waba) {
  for (const auto& claim : tenant.claims)
    if (claim.waba_id == waba) return claim.phone_number_id;
  return {};
}

/// True where Meta shows nothing of what was asked for with this token; another may be let in.
bool is_not_for_this_token(const json::value& answer) {
  const auto* const error = answer.is_object() ? answer.get_object().if_contains("error") : nullptr;
  if (!error || !error->is_object()) return false;
  const auto code = integer_member(error->get_object(), "code");
  const auto subcode = integer_member(error->get_object(), "error_subcode");
  return code == 10 || code == 190 || (code >= 200 && code <= 299) || (code == 100 && subcode == 33);
}

/// Whether Meta shows the node `id` as it shows media, and no other node.
bool is_media(const std::string& shown, const std::string& id) {
  boost::system::error_code fault;
  const auto body = json::parse(shown, fault);
  if (fault || !body.is_object()) return false;
  const auto& node = body.get_object();
  return text_member(node, "id") == id && !text_member(node, "mime_type").empty() &&
         !text_member(node, "sha256").empty();
}

}  // namespace

void GraphApi::add(net::Router& router, std::string method, std::string_view path, Permission permission, Route route,
                   net::BodyMode mode) {
  router.add(
      std::move(method), path,
      [this, permission, route](HttpRequest& request) -> Answer {
        const auto caller = parts_.guard.program_of(request);
        if (!caller)
          co_return graph_problem({401, 190, 0, "Invalid OAuth access token - Cannot parse access token",
                                   "Send an API token of this gateway: clawcentral token create makes one."});
        if (!caller->tenant->enabled || !caller->may(permission))
          co_return graph_problem({403, 10, 0, "Application does not have permission for this action",
                                   fmt::format("The token needs the permission {}.", to_string(permission))});
        co_return co_await (this->*route)(request, *caller);
      },
      mode);
}

void GraphApi::add_routes(net::Router& router) {
  add(router, "POST", "/graph/{version}/{id}/messages", Permission::kInboxWrite, &GraphApi::messages);
  add(router, "POST", "/graph/{version}/{id}/media", Permission::kInboxWrite, &GraphApi::upload,
      net::BodyMode::kStreamed);
  add(router, "GET", "/graph/{version}/{id}", Permission::kInboxRead, &GraphApi::show);
  add(router, "DELETE", "/graph/{version}/{id}", Permission::kInboxWrite, &GraphApi::remove);
  add(router, "GET", "/graph/{version}/{id}/message_templates", Permission::kSettingsRead, &GraphApi::templates);
  add(router, "POST", "/graph/{version}/{id}/message_templates", Permission::kSettingsWrite, &GraphApi::templates);
  add(router, "DELETE", "/graph/{version}/{id}/message_templates", Permission::kSettingsWrite, &GraphApi::templates);
}

GraphApi::Answer GraphApi::messages(HttpRequest& request, const Caller& caller) {
  std::string number(request.param("id"));
  if (!caller.tenant->owns_number(number)) co_return unseen(number);
  boost::system::error_code fault;
  auto body = json::parse(request.body, fault);
  if (fault || !body.is_object())
    co_return graph_problem({400, 100, 0, "Invalid parameter", "The body is no JSON object."});
  auto& object = body.get_object();
  if (text_member(object, "messaging_product") != "whatsapp")
    co_return graph_problem({400, 100, 0, "The parameter messaging_product is required.", ""});
  auto trace = trace_in(request.header("traceparent"));
  if (object.contains("status"))
    co_return co_await mark(caller, std::move(number), std::move(object), std::move(trace));
  co_return co_await send(caller, std::move(number), std::move(object), std::string(request.header("Idempotency-Key")),
                          std::move(trace));
}

GraphApi::Answer GraphApi::mark(const Caller& caller, std::string number, json::object body, std::string trace) {
  const auto wamid = text_member(body, "message_id");
  if (text_member(body, "status") != "read" || wamid.empty())
    co_return invalid("status: only read, with the message_id of a message that came in");
  const bool typing = body.contains("typing_indicator");
  if (co_await parts_.graph.mark(caller.tenant, std::move(number), whatsapp::read_json(wamid, typing),
                                 std::move(trace)))
    co_return net::json_response(200, R"({"success":true})");
  co_return graph_problem({400, 131009, 0, "Parameter value is not valid", "Meta did not take the receipt."});
}

Task<std::string> GraphApi::real_wamid(TenantId tenant, std::string id) {
  if (!id.starts_with(kOurWamid)) co_return id;
  const auto number = ids_.number('m', std::string_view(id).substr(kOurWamid.size()));
  if (!number) co_return id;
  const auto record = co_await parts_.ledger.message(tenant, MessageId{*number});
  co_return record && !record->wamid.empty() ? record->wamid : id;
}

GraphApi::Answer GraphApi::send(const Caller& caller, std::string number, json::object body, std::string key,
                                std::string trace) {
  if (auto* context = body.if_contains("context"); context && context->is_object())
    if (auto id = text_member(context->get_object(), "message_id"); !id.empty())
      context->get_object()["message_id"] = co_await real_wamid(caller.tenant->id, std::move(id));
  auto read = whatsapp::read_outgoing(json::serialize(body));
  if (!read) co_return invalid(read.error().words());
  const auto who = recipient_in(body);
  if (!who) co_return of_error(who.error());
  const auto conversation = co_await parts_.desk.conversation_with(caller.tenant, number, *who, *read);
  if (!conversation) co_return of_error(conversation.error());
  Saying saying{std::move(*read), name_of(caller), std::move(key), std::move(trace)};
  const auto said = co_await parts_.desk.send(caller.tenant, *conversation, std::move(saying));
  if (!said) co_return of_error(said.error());
  if (said->kind == HandReply::Kind::kBadTemplate)
    co_return graph_problem({400, said->refusal.code, 0, "Template cannot be sent", said->refusal.words});
  if (said->kind != HandReply::Kind::kQueued) co_return not_sent(said->kind, number);
  co_return co_await outcome(caller.tenant->id, said->message, input_in(body));
}

GraphApi::Answer GraphApi::outcome(TenantId tenant, MessageId message, std::string input) {
  const auto until = parts_.clock.now() + kPatience;
  for (auto pause = kFirstLook;; pause = std::min(pause * 2, kLongestLook)) {
    const auto record = co_await parts_.ledger.message(tenant, message);
    if (!record) co_return of_error(record.error());
    if (record->state == MessageState::kFailed)
      co_return graph_problem(
          {400, record->error_code == 0 ? 131000 : record->error_code, 0, "Message failed to send", record->reason});
    if (!record->wamid.empty()) co_return sent_response(input, record->wamid, false);
    if (record->state == MessageState::kUnknown || parts_.clock.now() + pause >= until) break;
    co_await parts_.clock.sleep(pause);
  }
  co_return sent_response(input, std::string(kOurWamid) + ids_.name('m', message.value), true);
}

GraphApi::Answer GraphApi::upload(HttpRequest& request, const Caller& caller) {
  const std::string number(request.param("id"));
  if (!caller.tenant->owns_number(number)) co_return unseen(number);
  const auto boundary = net::FormReader::boundary_of(request.header("Content-Type"));
  if (!boundary) co_return graph_problem({400, 100, 0, "Invalid parameter", "The body must be multipart/form-data."});
  net::FormReader form(*request.body_reader, *boundary);
  Result<StoredFile> kept = fail(ErrorKind::kInvalid, "the form has no field \"file\"");
  std::string type;
  for (;;) {
    const auto field = co_await form.next_field();
    if (!field) co_return of_error(field.error());
    if (!*field) break;
    if ((*field)->name == "type") {
      if (auto text = co_await form.text(200)) type = std::move(*text);
    } else if ((*field)->name == "file") {
      auto mime_type = (*field)->content_type.empty() ? type : (*field)->content_type;
      kept = co_await parts_.library.keep(caller.tenant, form.field(), std::move(mime_type), (*field)->filename);
      if (!kept) break;
    }
  }
  if (!kept) co_return of_error(kept.error());
  co_return net::json_response(200, json::serialize(json::object{{"id", kept->id}}));
}

Task<Result<StoredFile>> GraphApi::file_of(const Caller& caller, const HttpRequest& request) {
  std::string id(request.param("id"));
  if (is_file_id(id)) co_return co_await parts_.library.find(caller.tenant->id, std::move(id));
  // An id of Meta's, out of a webhook that was handed on.
  Result<StoredFile> file = fail(ErrorKind::kNotFound, id);
  const auto number = request.query_value("phone_number_id").value_or("");
  if (!number.empty() && !caller.tenant->owns_number(number)) co_return file;
  for (auto& each : numbers_by_token(*caller.tenant, number)) {
    whatsapp::Media media;
    media.id = id;
    file = co_await parts_.library.fetch(caller.tenant, std::move(each), std::move(media));
    if (file || file.error().kind != ErrorKind::kNotFound) break;
  }
  co_return file;
}

GraphApi::Answer GraphApi::show(HttpRequest& request, const Caller& caller) {
  std::string id(request.param("id"));
  if (caller.tenant->owns_number(id)) co_return co_await pass(caller, {id}, {"GET", id, passed_on(request), {}});
  const auto file = co_await file_of(caller, request);
  if (!file) co_return of_error(file.error());
  const auto link = links_.make(caller.tenant->id, file->id, parts_.clock.now());
  co_return net::json_response(200, json::serialize(json::object{{"messaging_product", "whatsapp"},
                                                                 {"url", outside_url_ + link.path},
                                                                 {"mime_type", file->mime_type},
                                                                 {"sha256", file->sha256},
                                                                 {"file_size", file->size},
                                                                 {"id", id}}));
}

GraphApi::Answer GraphApi::remove(HttpRequest& request, const Caller& caller) {
  const std::string id(request.param("id"));
  if (!is_file_id(id)) co_return co_await remove_at_meta(caller, id, request.query_value("phone_number_id"));
  const auto gone = co_await parts_.library.remove(caller.tenant->id, id);
  if (!gone) co_return of_error(gone.error());
  co_return net::json_response(200, R"({"success":true})");
}

GraphApi::Answer GraphApi::remove_at_meta(const Caller& caller, std::string id,
                                          std::optional<std::string_view> number) {
  if (!std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; })) co_return unseen(id);
  auto numbers = caller.tenant->phone_number_ids;
  if (number) {
    if (!caller.tenant->owns_number(*number)) co_return unseen(id);
    numbers = {std::string(*number)};
  }
  if (numbers.size() > kMaxOwners) numbers.resize(kMaxOwners);
  auto last = unseen(id);
  for (const auto& owner : numbers) {
    // Meta deletes by the number alone, whatever it is: a template, an account. And with the number beside it, it finds
    // no media of another, which a token that several tenants share may see.
    const PassThrough::Call what{"GET", id, {{"phone_number_id", owner}}, {}};
    auto shown = co_await pass(caller, {owner}, what);
    if (shown.status == 200 && !is_media(shown.body, id)) co_return unseen(id);
    if (shown.status == 200) co_return co_await pass(caller, {owner}, {"DELETE", id, what.query, {}});
    last = std::move(shown);
  }
  co_return last;
}

GraphApi::Answer GraphApi::templates(HttpRequest& request, const Caller& caller) {
  const std::string waba(request.param("id"));
  if (!owns_waba(*caller.tenant, waba)) co_return unseen(waba);
  co_return co_await pass(caller, numbers_by_token(*caller.tenant, number_of_waba(*caller.tenant, waba)),
                          {request.method, waba + "/message_templates", passed_on(request), std::move(request.body)});
}

GraphApi::Answer GraphApi::pass(const Caller& caller, std::vector<std::string> numbers, PassThrough::Call call) {
  auto last = unavailable("No phone number is set for this tenant: WHATSAPP_PHONE_NUMBER_ID, under Secrets.");
  for (auto& number : numbers) {
    auto answer = co_await parts_.pass.pass(caller.tenant, std::move(number), call);
    if (!answer) {
      // Words for the tenant's admin where it is theirs to mend; others see no address of ours.
      last = unavailable(answer.error().kind == ErrorKind::kInvalid     ? std::string_view(answer.error().message)
                         : answer.error().kind == ErrorKind::kAmbiguous ? "No answer came from Meta: see what was done."
                                                                        : "Meta could not be reached; try again.");
      if (answer.error().kind == ErrorKind::kInvalid) continue;
      break;
    }
    boost::system::error_code fault;
    auto body = json::parse(answer->body, fault);
    if (fault || !body.is_object()) co_return unavailable("Meta answered with something that is no JSON; try again.");
    lead_here(body, outside_url_);
    last = net::json_response(answer->status, json::serialize(body));
    if (!is_not_for_this_token(body)) break;
  }
  co_return last;
}

}  // namespace claw
