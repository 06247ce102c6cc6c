#include "simulator/journal.hpp"

#include <boost/json.hpp>

namespace claw::sim {

namespace json = boost::json;

namespace {

json::object exchange_json(const Exchange& e) {
  json::object object{{"seq", e.seq},       {"at", to_ms(e.at)},    {"kind", e.kind},       {"what", e.what},
                      {"number", e.number}, {"phone", e.phone},     {"message", e.message}, {"method", e.method},
                      {"url", e.url},       {"status", e.status},   {"code", e.code},       {"outcome", e.outcome},
                      {"reason", e.reason}, {"attempt", e.attempt}, {"took_ms", e.took_ms}, {"answer", e.answer}};
  object["request"] = e.request ? std::string_view(*e.request).substr(0, Journal::kMaxBody) : "";
  object["next_try_at"] = e.next_try ? json::value(to_ms(*e.next_try)) : json::value(nullptr);
  return object;
}

}  // namespace

const Exchange& Journal::add(Exchange exchange) {
  if (exchange.answer.size() > kMaxBody) exchange.answer.resize(kMaxBody);
  exchange.seq = ++last_;
  if (exchanges_.size() >= kMax) exchanges_.pop_front();
  return exchanges_.emplace_back(std::move(exchange));
}

json::object Journal::read(std::uint64_t after, std::size_t limit, std::string_view message) const {
  json::array entries;
  const std::uint64_t first = exchanges_.empty() ? 1 : exchanges_.front().seq;
  for (std::size_t i = after >= first ? after - first + 1 : 0; i < exchanges_.size() && entries.size() < limit; ++i) {
    if (!message.empty() && exchanges_[i].message != message) continue;
    entries.push_back(exchange_json(exchanges_[i]));
  }
  return {{"entries", std::move(entries)}, {"last", last_}};
}

}  // namespace claw::sim
