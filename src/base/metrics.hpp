#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// Goes up only. Safe from any thread; costs one relaxed addition.
class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// How often a duration fell under each of a few bounds, in seconds. Safe from any thread.
class Histogram {
 public:
  static constexpr std::array<double, 12> kBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                     0.05,   0.1,   0.25,   1.0,   5.0,  30.0};
  void observe(double seconds);

 private:
  friend class Metrics;
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<std::uint64_t> sum_us_ = 0;
};

/// The figures of one process, as Prometheus reads them: `clawcentral_<area>_<what>_<unit>`.
///
/// Figures are made once, at start, and live as long as this object. Names never change their meaning.
class Metrics {
 public:
  /// `labels` is empty or like `result="ok"`. Two calls with the same name and labels give the same figure.
  [[nodiscard]] Counter& counter(std::string_view name, std::string_view help, std::string_view labels = "");
  [[nodiscard]] Histogram& histogram(std::string_view name, std::string_view help);
  /// `read` is called whenever the page is made, from the thread that makes it. It must outlive this object's use.
  void gauge(std::string_view name, std::string_view help, std::function<double()> read);

  /// The page in Prometheus' text format, in order of creation, families together.
  [[nodiscard]] std::string page() const;

 private:
  template <class T>
  struct Figure {
    std::string name, help, labels;
    T value;
  };
  mutable std::mutex mutex_;
  std::deque<Figure<Counter>> counters_;                // guarded by mutex_; deque: references stay
  std::deque<Figure<Histogram>> histograms_;            // guarded by mutex_
  std::deque<Figure<std::function<double()>>> gauges_;  // guarded by mutex_
};

}  // namespace claw
