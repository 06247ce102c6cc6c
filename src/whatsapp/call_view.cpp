#include <fmt/format.h>

#include "whatsapp/change_view.hpp"
#include "whatsapp/message_view.hpp"

namespace claw::whatsapp {
namespace {

std::string call_sentence(const json::object& item, const Call& call) {
  const bool from_business = text_at(item, "direction") == "BUSINESS_INITIATED";
  if (call.event == "connect")
    return from_business ? "our call is being set up" : "incoming call, to be answered within 30 s";
  if (call.event == "ringing") return "ringing";
  if (call.event == "accepted") return "accepted";
  if (call.event == "rejected") return "rejected";
  if (call.event != "terminate") return call.event;
  const auto status = text_at(item, "status");
  const auto duration = text_at(item, "duration");
  return joined({status == "FAILED" ? "failed" : "ended", duration.empty() ? "" : duration + " s"}, " after ");
}

}  // namespace

void render_call(const json::object& item, const json::object& value, Call& call) {
  auto data = pick(item, {"id", "direction", "from", "to", "status", "start_time", "end_time", "duration",
                          "biz_opaque_callback_data", "session"});
  data["event"] = call.event;
  auto errors = errors_view(find_array(item, "errors"));
  if (errors.empty()) errors = errors_view(find_array(value, "errors"));
  call.view.text = "[call] " + call_sentence(item, call);
  if (!errors.empty()) {
    const auto& first = errors.front().get_object();
    call.view.text = joined({call.view.text, text_at(first, "title")}, ": ");
  }
  json::object out{{"call", std::move(data)}};
  if (!errors.empty()) out["errors"] = std::move(errors);
  call.view.data = write_json(out);
}

}  // namespace claw::whatsapp
