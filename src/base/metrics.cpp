#include "base/metrics.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace claw {

void Histogram::observe(double seconds) {
  const auto bound = std::ranges::lower_bound(kBounds, seconds);
  buckets_[static_cast<std::size_t>(bound - kBounds.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(static_cast<std::uint64_t>(std::max(seconds, 0.0) * 1e6), std::memory_order_relaxed);
}

Counter& Metrics::counter(std::string_view name, std::string_view help, std::string_view labels) {
  std::scoped_lock lock(mutex_);
  for (auto& figure : counters_)
    if (figure.name == name && figure.labels == labels) return figure.value;
  auto& figure = counters_.emplace_back();
  figure.name = name;
  figure.help = help;
  figure.labels = labels;
  return figure.value;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help) {
  std::scoped_lock lock(mutex_);
  for (auto& figure : histograms_)
    if (figure.name == name) return figure.value;
  auto& figure = histograms_.emplace_back();
  figure.name = name;
  figure.help = help;
  return figure.value;
}

void Metrics::gauge(std::string_view name, std::string_view help, std::function<double()> read) {
  std::scoped_lock lock(mutex_);
  auto& figure = gauges_.emplace_back();
  figure.name = name;
  figure.help = help;
  figure.value = std::move(read);
}

std::string Metrics::page() const {
  std::scoped_lock lock(mutex_);
  std::string page;
  auto out = std::back_inserter(page);
  std::vector<std::string_view> told;
  const auto head = [&](const auto& figure, const char* type) {
    if (std::ranges::find(told, std::string_view(figure.name)) != told.end()) return;
    told.push_back(figure.name);
    fmt::format_to(out, "# HELP {} {}\n# TYPE {} {}\n", figure.name, figure.help, figure.name, type);
  };
  for (const auto& first : counters_) {
    if (std::ranges::find(told, std::string_view(first.name)) != told.end()) continue;
    head(first, "counter");
    for (const auto& figure : counters_) {
      if (figure.name != first.name) continue;
      const std::string labels = figure.labels.empty() ? "" : fmt::format("{{{}}}", figure.labels);
      fmt::format_to(out, "{}{} {}\n", figure.name, labels, figure.value.value());
    }
  }
  for (const auto& figure : gauges_) {
    head(figure, "gauge");
    fmt::format_to(out, "{} {}\n", figure.name, figure.value());
  }
  for (const auto& figure : histograms_) {
    head(figure, "histogram");
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
      total += figure.value.buckets_[i].load(std::memory_order_relaxed);
      fmt::format_to(out, "{}_bucket{{le=\"{}\"}} {}\n", figure.name, Histogram::kBounds[i], total);
    }
    total += figure.value.buckets_.back().load(std::memory_order_relaxed);
    const double sum = static_cast<double>(figure.value.sum_us_.load(std::memory_order_relaxed)) / 1e6;
    fmt::format_to(out, "{}_bucket{{le=\"+Inf\"}} {}\n{}_sum {}\n{}_count {}\n", figure.name, total, figure.name, sum,
                   figure.name, total);
  }
  return page;
}

}  // namespace claw
