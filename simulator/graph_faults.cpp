#include "simulator/graph_faults.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/error_codes.hpp"
#include "simulator/graph.hpp"
#include "simulator/words.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

/// What a call is about, as far as faults ask.
struct Aim {
  FaultCalls calls = FaultCalls::kAny;
  std::string phone{};
};

Aim aim_of(Meta& meta, const GraphCall& call) {
  if (call.method != "POST" || call.edge != "messages") return {};
  boost::system::error_code error;
  const json::value body = json::parse(call.body, error);
  const json::object none;
  const json::object& object = !error && body.is_object() ? body.get_object() : none;
  if (object.contains("status")) {
    const auto found = meta.phones.find_message(member_text(object, "message_id"));
    return {FaultCalls::kMark, found ? found.person->wa_id : std::string()};
  }
  if (const std::string to = phone_digits(member_text(object, "to")); !to.empty()) return {FaultCalls::kSend, to};
  const Person* person = meta.phones.find_bsuid(member_text(object, "recipient"));
  return {FaultCalls::kSend, person ? person->wa_id : std::string()};
}

net::HttpResponse html_page(int status) {
  net::HttpResponse page;
  page.status = status;
  page.content_type = "text/html; charset=utf-8";
  page.body = fmt::format(
      "<!DOCTYPE html>\n<html><head><title>{0} Bad Gateway</title></head>\n"
      "<body><h1>{0} Bad Gateway</h1><p>The proxy got no answer from upstream.</p></body></html>\n",
      status);
  return page;
}

net::HttpResponse graph_error(const Fault& fault, int code, std::string_view trace) {
  GraphError error = known_error(code);
  if (fault.http) error.http = *fault.http;
  if (fault.title) error.message = fmt::format("(#{}) {}", code, *fault.title);
  if (fault.details) error.details = *fault.details;
  return graph_response(error.http, error_body(error, trace), trace);
}

}  // namespace

bool GraphFaults::refuses() const {
  return fault && fault->kind < FaultKind::kLoseAnswer;
}

GraphFaults strike_graph_call(Meta& meta, const GraphCall& call) {
  if (meta.faults.idle()) return {};
  const Aim aim = aim_of(meta, call);
  const auto strike = [&](auto wanted) {
    return meta.faults.strike(call.object, aim.phone, [&](const Fault& fault) {
      return !is_of_webhooks(fault.kind) && fault.kind != FaultKind::kFailedStatus &&
             (fault.calls == FaultCalls::kAny || fault.calls == aim.calls) && wanted(fault);
    });
  };
  GraphFaults faults;
  if (const auto slow = strike([](const Fault& fault) { return fault.kind == FaultKind::kSlow; }))
    faults.slow = slow->ms;
  faults.fault = strike([](const Fault& fault) { return fault.kind != FaultKind::kSlow; });
  faults.phone = aim.phone;
  return faults;
}

net::HttpResponse refusal(const Fault& fault, std::string_view trace) {
  net::HttpResponse answer;
  switch (fault.kind) {
    case FaultKind::kHttp503:
      answer = graph_error(fault, 2, trace);
      break;
    case FaultKind::kError:
      answer = graph_error(fault, fault.code, trace);
      break;
    case FaultKind::kHtmlError:
      answer = html_page(fault.http.value_or(502));
      break;
    case FaultKind::kDropConnection:
      answer.drop = true;
      break;
    default:
      answer = graph_error(fault, 1, trace);
      break;
  }
  if (fault.retry_after) answer.headers.push_back({"Retry-After", std::to_string(*fault.retry_after)});
  return answer;
}

void spoil(const Fault& fault, net::HttpResponse& answer) {
  if (answer.status != 200) return;
  if (fault.kind == FaultKind::kLoseAnswer) answer.drop = true;
  if (fault.kind == FaultKind::kNoId) answer.body = R"({"messaging_product":"whatsapp"})";
  if (fault.kind == FaultKind::kEmptyBody) answer.body.clear();
}

}  // namespace claw::sim
