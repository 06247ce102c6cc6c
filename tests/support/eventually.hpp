#pragma once

#include <chrono>
#include <thread>

namespace claw::testing {

/// Asks `condition` again and again until it is true or `limit` is over; says which. The one way in which tests wait
/// for what happens by itself.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  constexpr std::chrono::milliseconds kPause{3};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return condition();
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

/// True if `condition` stays true for all of `span`. For what must not happen: keep the span short, it is always spent.
template <class Condition>
[[nodiscard]] bool always(Condition condition, std::chrono::milliseconds span = std::chrono::milliseconds(150)) {
  return !eventually([&] { return !condition(); }, span);
}

}  // namespace claw::testing
