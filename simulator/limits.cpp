#include "simulator/limits.hpp"

#include <boost/json.hpp>

namespace claw::sim {

namespace json = boost::json;

namespace {

constexpr std::int64_t kMax = 1'000'000;  // a bound against a slip of the finger

int* rate_member(Limits& limits, std::string_view name) {
  if (name == "messages_per_second") return &limits.messages_per_second;
  if (name == "pair_per_6s") return &limits.pair_per_6s;
  if (name == "pair_burst") return &limits.pair_burst;
  return nullptr;
}

}  // namespace

Limits Limits::none() {
  return {.messages_per_second = 0, .pair_per_6s = 0, .pair_burst = 0, .service_window = false};
}

json::object limits_json(const Limits& limits) {
  return {{"messages_per_second", limits.messages_per_second},
          {"pair_per_6s", limits.pair_per_6s},
          {"pair_burst", limits.pair_burst},
          {"service_window", limits.service_window}};
}

Result<Limits> read_limits(const json::value& value, Limits limits) {
  const auto refused = fail(ErrorKind::kInvalid,
                            "\"limits\" is \"meta\", \"none\", or {\"messages_per_second\", \"pair_per_6s\", "
                            "\"pair_burst\": 0 … 1000000, \"service_window\": true or false}");
  if (value == "meta") return Limits{};
  if (value == "none") return Limits::none();
  if (!value.is_object()) return refused;
  for (const auto& [name, member] : value.get_object()) {
    if (name == "service_window" && member.is_bool()) {
      limits.service_window = member.get_bool();
    } else if (int* rate = rate_member(limits, name);
               rate && member.is_int64() && member.get_int64() >= 0 && member.get_int64() <= kMax) {
      *rate = static_cast<int>(member.get_int64());
    } else {
      return refused;
    }
  }
  return limits;
}

}  // namespace claw::sim
