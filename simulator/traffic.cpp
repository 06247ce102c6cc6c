#include "simulator/traffic.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "simulator/error_codes.hpp"

namespace claw::sim {

namespace {

std::string pair_of(const Number& number, std::string_view party) {
  return fmt::format("{}/{}", number.id, party);
}

}  // namespace

void Traffic::person_wrote(const Number& number, std::string_view person, bool from_ad) {
  if (!throughput_reached(number)) count(number);
  sweep(open_until_, sweep_open_at_);
  TimePoint& until = open_until_[pair_of(number, person)];
  until = std::max(until, clock_.now() + (from_ad ? kWindowFromAd : kWindow));
}

bool Traffic::window_open(const Number& number, std::string_view person) const {
  const auto found = open_until_.find(pair_of(number, person));
  return found != open_until_.end() && clock_.now() < found->second;
}

std::optional<GraphError> Traffic::admit(const Number& number, std::string_view party) {
  if (throughput_reached(number)) return known_error(130429);
  const Limits& limits = number.limits;
  if (limits.pair_per_6s > 0) {
    sweep(paid_up_, sweep_paid_at_);
    const auto each = std::chrono::milliseconds(kPairInterval) / limits.pair_per_6s;
    TimePoint& paid_up = paid_up_[pair_of(number, party)];
    const TimePoint then = std::max(paid_up, clock_.now()) + each;
    if (then > clock_.now() + each * std::max(limits.pair_burst, 1)) return known_error(131056);
    paid_up = then;
  }
  count(number);
  return std::nullopt;
}

bool Traffic::throughput_reached(const Number& number) {
  if (number.limits.messages_per_second <= 0) return false;
  auto& times = last_second_[number.id];
  const TimePoint since = clock_.now() - std::chrono::seconds(1);
  while (!times.empty() && times.front() <= since) times.pop_front();
  return times.size() >= static_cast<std::size_t>(number.limits.messages_per_second);
}

void Traffic::count(const Number& number) {
  if (number.limits.messages_per_second > 0) last_second_[number.id].push_back(clock_.now());
}

void Traffic::sweep(Times& times, std::size_t& sweep_at) {
  if (times.size() < sweep_at) return;
  std::erase_if(times, [now = clock_.now()](const auto& entry) { return entry.second <= now; });
  // Twice what is alive: a sweep costs each entry a constant.
  sweep_at = std::max<std::size_t>(1'000, times.size() * 2);
}

}  // namespace claw::sim
