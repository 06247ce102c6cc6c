#include "simulator/graph.hpp"

#include <algorithm>
#include <cstdlib>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "simulator/graph_account.hpp"
#include "simulator/graph_media.hpp"
#include "simulator/sample_uploads.hpp"
#include "simulator/send_request.hpp"
#include "simulator/template_calls.hpp"
#include "simulator/template_send.hpp"
#include "simulator/tokens.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

using Answer = std::expected<json::object, GraphError>;
using Refusal = std::unexpected<GraphError>;

int major_version(std::string_view version) {
  return version.size() > 1 ? std::atoi(std::string(version.substr(1)).c_str()) : 0;
}

std::string http_date(TimePoint at) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", std::chrono::floor<std::chrono::seconds>(at));
}

bool is_version(std::string_view text) {
  const auto dot = text.find('.');
  return text.size() >= 4 && text[0] == 'v' && dot != std::string_view::npos && dot > 1 && dot + 1 < text.size() &&
         text.find_first_not_of("0123456789.", 1) == std::string_view::npos;
}

Answer send_message(Meta& meta, const GraphCall& call, const Number& number, const SendMessage& send,
                    const std::string& category, Exchange& exchange) {
  if (send.to == number.display_phone) return Refusal(errors::own_number());
  for (const auto& use : send.media)
    if (const auto refusal = refuse_media(meta, number, use)) return Refusal(*refusal);
  if (!send.group.empty() && !meta.groups.find(number.id, send.group))
    return Refusal(errors::bad_value(fmt::format("\"{}\" is no group that this number is in.", send.group)));
  exchange.what = category.empty() ? send.type : "template";
  exchange.phone = send.to;
  const std::string& party = !send.group.empty() ? send.group : send.to.empty() ? send.user_id : send.to;
  if (auto refused = meta.traffic.admit(number, party)) return Refusal(*std::move(refused));
  exchange.message = meta.accept({.number = &number,
                                  .to = send.to,
                                  .user_id = send.user_id,
                                  .group = send.group,
                                  .type = send.type,
                                  .text = send.text,
                                  .content = send.content,
                                  .voice = send.voice,
                                  .reply_to = send.reply_to,
                                  .callback_data = send.callback_data,
                                  .has_callback_data = send.has_callback_data,
                                  .version = major_version(call.version),
                                  .category = category});
  if (const auto found = meta.phones.find_message(exchange.message)) exchange.phone = found.person->wa_id;
  json::object contact{{"input", send.input}};
  if (send.group.empty()) contact[send.to.empty() ? "user_id" : "wa_id"] = party;
  return json::object{{"messaging_product", "whatsapp"},
                      {"contacts", json::array{std::move(contact)}},
                      {"messages", json::array{json::object{{"id", exchange.message}}}}};
}

Answer mark_read(Meta& meta, const Number& number, const MarkRead& mark, Exchange& exchange) {
  exchange.what = mark.typing ? "typing" : "read";
  exchange.message = mark.message_id;
  if (!meta.mark_read(number, mark.message_id, mark.typing))
    return Refusal(errors::bad_value("The message_id is not of a message that this number received."));
  exchange.phone = meta.phones.find_message(mark.message_id).person->wa_id;
  return json::object{{"success", true}};
}

Answer messages(Meta& meta, const GraphCall& call, const Number& number, Exchange& exchange) {
  const auto from_template = read_template_send(meta.templates, number.waba, call.body);
  if (!from_template) return Refusal(from_template.error());
  const auto request = read_send(*from_template ? (*from_template)->body : call.body);
  if (!request) return Refusal(request.error());
  const std::string category = *from_template ? (*from_template)->category : std::string();
  if (const auto* send = std::get_if<SendMessage>(&*request))
    return send_message(meta, call, number, *send, category, exchange);
  return mark_read(meta, number, std::get<MarkRead>(*request), exchange);
}

Answer answer_call(Meta& meta, const GraphCall& call, Exchange& exchange) {
  if (!is_version(call.version)) return Refusal(errors::unknown_path(call.path));
  if (call.object == "debug_token") return answer_debug_token(meta, call);
  if (call.method == "GET" && call.edge == "subscriptions") return answer_subscriptions(meta, call);
  if (const Media* media = call.edge.empty() ? meta.media.find(call.object, meta.now()) : nullptr)
    return answer_media(meta, call, *media, exchange);
  if (is_sample_upload(call)) return answer_sample_upload(meta, call);
  const Access access = check_access(meta, call);
  if (access.refusal) return Refusal(*access.refusal);
  const bool is_phone = access.number->id == call.object;
  if (is_phone) exchange.number = call.object;
  if (is_phone && call.method == "POST" && call.edge == "messages")
    return messages(meta, call, *access.number, exchange);
  if (is_phone && call.method == "POST" && call.edge == "media")
    return upload_media(meta, call, *access.number, exchange);
  if (is_phone && call.method == "GET" && call.edge.empty()) return answer_number(call, *access.number);
  const bool is_template = meta.templates.find(call.object) != nullptr;
  if (call.edge == "message_templates" ? !is_phone && !is_template : is_template && call.edge.empty())
    return answer_template_call(meta, call, access.number->waba);
  if (!is_phone && call.method != "DELETE" && call.edge == "subscribed_apps")
    return answer_subscribed_apps(meta, call, *access.number);
  if (!is_phone && call.method == "GET" && call.edge == "phone_numbers") return answer_phone_numbers(meta, call);
  if (!is_phone && call.method == "GET" && call.edge.empty()) return answer_waba(call, *access.number);
  return Refusal(errors::unknown_path(call.path));
}

net::HttpResponse do_call(Meta& meta, const GraphCall& call, std::string_view trace, Exchange& exchange) {
  const Answer answer = answer_call(meta, call, exchange);
  if (answer) return graph_response(200, wire_json(*answer), trace);
  const GraphError& error = answer.error();
  net::HttpResponse response = graph_response(error.http, error_body(error, trace), trace);
  exchange.code = error.code;
  exchange.reason = error.details.empty() ? error.message : error.details;
  if (response.status == 401)
    response.headers.push_back(
        {"WWW-Authenticate", fmt::format("OAuth \"Facebook Platform\" \"invalid_token\" \"{}\"", error.message)});
  return response;
}

}  // namespace

GraphCall graph_call(const net::HttpRequest& request) {
  GraphCall call{.method = request.method,
                 .path = request.path,
                 .version = std::string(request.param("version")),
                 .object = std::string(request.param("object")),
                 .edge = std::string(request.param("edge")),
                 .fields = std::string(request.query_value("fields").value_or("")),
                 .token = {},
                 .proof = {},
                 .body = request.body,
                 .content_type = std::string(request.header("Content-Type")),
                 .file_offset = std::string(request.header("file_offset")),
                 .query = request.query};
  constexpr std::string_view kBearer = "Bearer ", kOAuth = "OAuth ";
  if (const auto header = request.header("Authorization"); header.starts_with(kBearer)) {
    call.token = std::string(header.substr(kBearer.size()));
  } else if (header.starts_with(kOAuth)) {
    call.token = std::string(header.substr(kOAuth.size()));
  } else if (const auto token = request.query_value("access_token")) {
    call.token = std::string(*token);
  }
  if (const auto proof = request.query_value("appsecret_proof")) call.proof = std::string(*proof);
  return call;
}

std::string_view GraphCall::param(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

Access check_access(const Meta& meta, const GraphCall& call) {
  if (!call.token || call.token->empty()) return {.refusal = errors::no_token()};
  if (!meta.numbers.knows_token(*call.token)) return {.refusal = errors::bad_token()};
  const Number* number = meta.numbers.find(call.object);
  if (!number) {
    const Template* made = meta.templates.find(call.object);
    for (const auto& id : meta.numbers.of_waba(made ? made->waba : call.object)) {
      const Number* candidate = meta.numbers.find(id);
      if (candidate->token == *call.token) number = candidate;
    }
  }
  if (!number || number->token != *call.token)
    return {.refusal = errors::unknown_object(call.method == "GET" ? "get" : "post", call.object)};
  if (call.proof ? *call.proof != to_hex(hmac_sha256(number->app_secret, *call.token)) : number->require_proof)
    return {.refusal = call.proof ? errors::bad_proof() : errors::missing_proof()};
  if (auto refusal = token_refusal(*number, call, meta.now())) return {.refusal = std::move(refusal)};
  return {.number = number, .refusal = {}};
}

net::HttpResponse graph_response(int status, std::string body, std::string_view trace) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = "application/json; charset=UTF-8";
  response.headers = {{"facebook-api-version", "v25.0"}, {"x-fb-trace-id", std::string(trace)}};
  response.body = std::move(body);
  return response;
}

net::HttpResponse answer_graph(Meta& meta, const GraphCall& call, const GraphFaults& faults) {
  Exchange exchange{.at = meta.now(), .kind = "graph", .method = call.method, .url = call.path, .outcome = "ok"};
  ++meta.counts.graph_requests;
  const std::string trace = meta.ids.trace();
  net::HttpResponse response;
  if (faults.refuses()) {
    response = refusal(*faults.fault, trace);
    if (meta.numbers.find(call.object)) exchange.number = call.object;
    exchange.phone = faults.phone;
    exchange.what = call.edge;
  } else {
    response = do_call(meta, call, trace, exchange);
    if (faults.fault) spoil(*faults.fault, response);
  }
  if (faults.fault) exchange.reason = fmt::format("fault {}: {}", faults.fault->id, to_string(faults.fault->kind));
  if (response.status != 200) {
    ++meta.counts.graph_errors;
    exchange.outcome = "refused";
  }
  response.headers.push_back({"Date", http_date(meta.now())});
  if (response.drop) exchange.outcome = "unreachable";
  exchange.status = response.drop ? 0 : response.status;
  exchange.request = std::make_shared<const std::string>(call.edge == "media" || is_sample_upload(call)
                                                             ? fmt::format("({} bytes)", call.body.size())
                                                             : call.body.substr(0, Journal::kMaxBody));
  exchange.answer = response.drop ? std::string() : response.body;
  meta.note(std::move(exchange));
  return response;
}

}  // namespace claw::sim
