#include "tenancy/tenant_metrics.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

#include <fmt/format.h>

namespace claw {
namespace {

constexpr std::string_view kQueues[] = {"turns", "outbox"};

/// One family of the page whose figures are counts.
struct Family {
  std::string_view name, help;
  struct Series {
    TenantCount count;
    std::string_view label;
  };
  std::vector<Series> series;
};

const Family kFamilies[] = {
    {"clawcentral_tenant_messages_total",
     "Messages that came in and wait for their turn, by tenant: the first 200 by name, the others as one.",
     {{TenantCount::kMessages, ""}}},
    {"clawcentral_tenant_turns_total",
     "Turns by how they ended.",
     {{TenantCount::kAnswered, "result=\"answered\""}, {TenantCount::kAgentFailed, "result=\"agent_failed\""}}},
    {"clawcentral_tenant_sends_total",
     "Sends by outcome; those that are tried again are not counted before their last.",
     {{TenantCount::kSent, "result=\"sent\""},
      {TenantCount::kSendFailed, "result=\"failed\""},
      {TenantCount::kSendUnknown, "result=\"unknown\""}}},
};

}  // namespace

TenantMetrics::TenantMetrics(const Directory& directory) : directory_(directory) {
  other_.name = kOther;
  auto all = directory.all();
  std::ranges::sort(all, {}, &Tenant::name);
  std::scoped_lock lock(mutex_);
  for (const auto& tenant : all)
    if (named_ < kMaxNamed) name(tenant->id, tenant->name);
}

std::size_t TenantMetrics::place_of(TenantId tenant) {
  // Fibonacci hashing: ids are small and dense, the upper bits of the product spread.
  constexpr int kBits = std::countr_zero(kPlaces);
  return static_cast<std::size_t>((static_cast<std::uint64_t>(tenant.value) * 0x9E3779B97F4A7C15U) >> (64 - kBits));
}

TenantMetrics::Figures& TenantMetrics::name(TenantId tenant, const std::string& name) {
  auto at = place_of(tenant);
  while (places_[at].tenant.load(std::memory_order_relaxed) != 0) at = (at + 1) % kPlaces;
  places_[at].figures.name = name;
  places_[at].tenant.store(tenant.value, std::memory_order_release);
  named_.fetch_add(1, std::memory_order_relaxed);
  return places_[at].figures;
}

TenantMetrics::Figures& TenantMetrics::figures_of(TenantId tenant) {
  const auto find = [&]() -> Figures* {
    for (auto at = place_of(tenant);; at = (at + 1) % kPlaces) {
      const auto whose = places_[at].tenant.load(std::memory_order_acquire);
      if (whose == tenant.value) return &places_[at].figures;
      if (whose == 0) return nullptr;
    }
  };
  if (!tenant) return other_;
  if (auto* found = find()) return *found;
  if (named_.load(std::memory_order_relaxed) >= kMaxNamed) return other_;
  const auto known = directory_.by_id(tenant);
  if (!known) return other_;
  std::scoped_lock lock(mutex_);
  if (auto* found = find()) return *found;
  return named_ >= kMaxNamed ? other_ : name(tenant, known->name);
}

void TenantMetrics::add(TenantId tenant, TenantCount what, std::uint64_t count) {
  figures_of(tenant).counts[static_cast<std::size_t>(what)].fetch_add(count, std::memory_order_relaxed);
}

void TenantMetrics::set_waiting(const std::vector<TenantQueueRow>& rows, TimePoint now) {
  struct Sums {
    std::array<std::int64_t, 2> waiting{}, oldest_ms{};
  };
  std::vector<std::pair<Figures*, Sums>> sums;
  for (const auto& row : rows) {
    Figures* const figures = &figures_of(row.tenant);
    auto of_tenant = std::ranges::find(sums, figures, &std::pair<Figures*, Sums>::first);
    if (of_tenant == sums.end()) of_tenant = sums.insert(sums.end(), {figures, {}});
    const TenantQueue* const queues[] = {&row.turns, &row.outbox};
    for (std::size_t i = 0; i < 2; ++i) {
      if (queues[i]->messages == 0) continue;
      of_tenant->second.waiting[i] += queues[i]->messages;
      auto& oldest = of_tenant->second.oldest_ms[i];
      oldest = std::max(oldest, to_ms(now) - to_ms(queues[i]->oldest));
    }
  }
  const auto set = [&](Figures& figures) {
    const auto found = std::ranges::find(sums, &figures, &std::pair<Figures*, Sums>::first);
    const Sums now_so = found == sums.end() ? Sums{} : found->second;
    for (std::size_t i = 0; i < 2; ++i) {
      figures.waiting[i].store(now_so.waiting[i], std::memory_order_relaxed);
      figures.oldest_ms[i].store(now_so.oldest_ms[i], std::memory_order_relaxed);
    }
  };
  for (auto& place : places_)
    if (place.tenant.load(std::memory_order_acquire) != 0) set(place.figures);
  set(other_);
}

std::vector<const TenantMetrics::Figures*> TenantMetrics::shown() const {
  std::vector<const Figures*> found;
  for (const auto& place : places_)
    if (place.tenant.load(std::memory_order_acquire) != 0) found.push_back(&place.figures);
  std::ranges::sort(found, {}, &Figures::name);
  found.push_back(&other_);
  return found;
}

std::string TenantMetrics::page() const {
  const auto tenants = shown();
  std::string page;
  auto out = std::back_inserter(page);
  for (const auto& family : kFamilies) {
    fmt::format_to(out, "# HELP {} {}\n# TYPE {} counter\n", family.name, family.help, family.name);
    for (const auto* tenant : tenants)
      for (const auto& [count, label] : family.series)
        fmt::format_to(out, "{}{{tenant=\"{}\"{}{}}} {}\n", family.name, tenant->name, label.empty() ? "" : ",", label,
                       tenant->counts[static_cast<std::size_t>(count)].load(std::memory_order_relaxed));
  }
  constexpr std::string_view kWaiting = "clawcentral_tenant_waiting_messages";
  constexpr std::string_view kOldest = "clawcentral_tenant_oldest_waiting_seconds";
  fmt::format_to(out, "# HELP {} Messages in the ledger that wait, by what for.\n# TYPE {} gauge\n", kWaiting,
                 kWaiting);
  for (const auto* tenant : tenants)
    for (std::size_t i = 0; i < 2; ++i)
      fmt::format_to(out, "{}{{tenant=\"{}\",queue=\"{}\"}} {}\n", kWaiting, tenant->name, kQueues[i],
                     tenant->waiting[i].load(std::memory_order_relaxed));
  fmt::format_to(out, "# HELP {} Age of the oldest message that waits, by what for; 0: none does.\n# TYPE {} gauge\n",
                 kOldest, kOldest);
  for (const auto* tenant : tenants)
    for (std::size_t i = 0; i < 2; ++i)
      fmt::format_to(out, "{}{{tenant=\"{}\",queue=\"{}\"}} {:.3f}\n", kOldest, tenant->name, kQueues[i],
                     static_cast<double>(tenant->oldest_ms[i].load(std::memory_order_relaxed)) / 1'000);
  return page;
}

}  // namespace claw
