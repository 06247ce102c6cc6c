#include "api/json_view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "whatsapp/errors.hpp"

namespace claw {
namespace {

namespace json = boost::json;

json::value time_json(TimePoint time) {
  if (to_ms(time) == 0) return nullptr;
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return json::value(json::string(fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", second, (time - second).count())));
}

json::value parsed(const std::string& text) {
  boost::system::error_code fault;
  auto value = json::parse(text, fault);
  return fault ? json::value(nullptr) : value;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

/// The raw webhook as JSON; bytes that are none as base64, so that nothing of them is lost.
void put_raw(json::object& into, const std::string& raw) {
  if (raw.empty()) {
    into["raw"] = nullptr;
    return;
  }
  boost::system::error_code fault;
  auto value = json::parse(raw, fault);
  if (!fault)
    into["raw"] = std::move(value);
  else
    into["raw_base64"] = to_base64(raw);
}

}  // namespace

json::object message_json(const MessageRecord& record, const PublicIds& ids) {
  const bool inbound = record.direction == Direction::kInbound;
  json::object message{{"id", ids.name('m', record.id.value)},
                       {"direction", inbound ? "inbound" : "outbound"},
                       {"state", to_string(record.state)},
                       {"user", {{"id", record.user}, {"name", text_or_null(record.user_name)}}},
                       {"phone_number_id", record.phone_number_id},
                       {"type", record.type},
                       {"text", record.view.text},
                       {"data", parsed(record.view.data)},
                       {"wamid", text_or_null(record.wamid)},
                       {"created_at", time_json(record.created_at)},
                       {"meta_time", time_json(record.meta_time)},
                       {"agent", text_or_null(record.agent)},
                       {"reason", text_or_null(record.reason)}};
  if (!record.usage.empty()) message["usage"] = parsed(record.usage);
  if (!inbound) {
    message["answers"] = record.turn ? json::value(ids.name('m', record.turn.value)) : json::value(nullptr);
    message["part"] = record.part;
    message["attempts"] = record.attempts;
    if (record.state == MessageState::kQueued) message["due_at"] = time_json(record.due);
  }
  if (record.error_code != 0) {
    const auto& known = whatsapp::error_info(record.error_code);
    message["error"] = {{"code", record.error_code}, {"name", known.name}, {"advice", known.advice}};
  }
  return message;
}

json::object message_detail_json(const MessageRecord& record, const PublicIds& ids) {
  json::object message = message_json(record, ids);
  json::array statuses;
  for (const auto& status : record.statuses) {
    json::object entry{{"status", status.status},
                       {"at", time_json(status.at)},
                       {"received_at", time_json(status.received_at)},
                       {"errors", parsed(status.errors)},
                       {"pricing", status.pricing.empty() ? json::value(nullptr) : parsed(status.pricing)}};
    if (!status.participant.empty()) entry["participant"] = status.participant;
    statuses.push_back(std::move(entry));
  }
  message["statuses"] = std::move(statuses);
  put_raw(message, record.raw);
  return message;
}

json::object event_json(const EventRecord& record, const PublicIds& ids) {
  json::object event{{"id", ids.name('e', record.id)},
                     {"kind", record.kind},
                     {"field", text_or_null(record.field)},
                     {"event", text_or_null(record.event)},
                     {"waba_id", text_or_null(record.waba_id)},
                     {"phone_number_id", text_or_null(record.phone_number_id)},
                     {"text", record.view.text},
                     {"data", parsed(record.view.data)},
                     {"received_at", time_json(record.received_at)},
                     {"meta_time", time_json(record.meta_time)}};
  put_raw(event, record.raw);
  return event;
}

}  // namespace claw
