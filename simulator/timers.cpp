#include "simulator/timers.hpp"

namespace claw::sim {

void Timers::after(std::chrono::milliseconds delay, Action action) {
  actions_.emplace(clock_.now() + delay, std::move(action));
}

void Timers::run_due() {
  const TimePoint now = clock_.now();
  while (!actions_.empty() && actions_.begin()->first <= now) {
    // Out of the map before it runs: it may add to the map.
    auto action = actions_.extract(actions_.begin());
    action.mapped()();
  }
}

std::optional<TimePoint> Timers::next() const {
  if (actions_.empty()) return std::nullopt;
  return actions_.begin()->first;
}

}  // namespace claw::sim
