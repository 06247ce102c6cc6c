#include "tenancy/connection_notes.hpp"

#include <cstdio>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/log.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {
namespace {

constexpr const char* kLastVerification = "webhook.last_verification";
constexpr const char* kVerifiedAt = "webhook.verified_at";
constexpr std::string_view kFirst = "webhook.first.";
constexpr std::size_t kTimeLength = sizeof("2026-11-25T15:30:00Z") - 1;

std::string_view setting(const Tenant& tenant, const std::string& name) {
  const auto found = tenant.settings.find(name);
  return found == tenant.settings.end() ? std::string_view() : std::string_view(found->second);
}

/// "TIME rest" as its two parts.
std::optional<std::pair<TimePoint, std::string>> read_note(std::string_view value) {
  const auto at = read_note_time(value.substr(0, kTimeLength));
  if (!at) return std::nullopt;
  return std::pair(*at, std::string(value.size() > kTimeLength ? value.substr(kTimeLength + 1) : std::string_view()));
}

}  // namespace

std::string note_time(TimePoint time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(time));
}

std::optional<TimePoint> read_note_time(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  int end = 0;
  const std::string whole(text);
  if (whole.size() != kTimeLength ||
      std::sscanf(whole.c_str(), "%4d-%2u-%2uT%2u:%2u:%2uZ%n", &year, &month, &day, &hour, &minute, &second, &end) != 6)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (end != static_cast<int>(kTimeLength) || !date.ok()) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::optional<Verification> last_verification(const Tenant& tenant) {
  auto note = read_note(setting(tenant, kLastVerification));
  if (!note) return std::nullopt;
  const bool verified = note->second == "verified";
  return Verification{note->first, verified, std::move(note->second)};
}

std::optional<TimePoint> verified_at(const Tenant& tenant) {
  if (const auto at = read_note_time(setting(tenant, kVerifiedAt))) return at;
  // Noted before there was a note of its own.
  const auto last = last_verification(tenant);
  return last && last->verified ? std::optional(last->at) : std::nullopt;
}

std::optional<FirstWebhook> first_webhook(const Tenant& tenant, const std::string& phone_number_id) {
  auto note = read_note(setting(tenant, std::string(kFirst) + phone_number_id));
  if (!note) return std::nullopt;
  return FirstWebhook{note->first, std::move(note->second)};
}

std::vector<std::string> wabas_of(const Tenant& tenant, const std::string& phone_number_id) {
  for (const auto& claim : tenant.claims)
    if (claim.phone_number_id == phone_number_id) return {claim.waba_id};
  if (auto set = split_words(id_for(tenant, kWabaId, phone_number_id)); !set.empty()) return set;
  if (const auto first = first_webhook(tenant, phone_number_id); first && !first->waba_id.empty())
    return {first->waba_id};
  return {};
}

ConnectionNotes::ConnectionNotes(IoPool& io, TenantStore& store, Directory& directory, Clock& clock)
    : io_(io), store_(store), directory_(directory), clock_(clock) {}

bool ConnectionNotes::strangers_may(std::unordered_map<std::int64_t, TimePoint>& last, TenantId tenant, TimePoint now) {
  std::scoped_lock lock(mutex_);
  const auto [entry, first] = last.try_emplace(tenant.value, now);
  if (!first && now - entry->second < kStrangersEvery) return false;
  entry->second = now;
  return true;
}

Task<Result<void>> ConnectionNotes::keep(TenantId tenant, std::string name, std::string value) {
  if (auto kept = co_await store_.note({tenant, std::move(name), std::move(value)}); !kept) co_return kept;
  if (auto read = co_await directory_.reload(); !read) co_return read;
  if (noted_) noted_(tenant);
  co_return Result<void>();
}

Task<> ConnectionNotes::verification(const Tenant& tenant, std::string_view refusal) {
  const auto now = clock_.now();
  const bool verified = refusal.empty();
  // Each by itself: a stranger who is refused must not keep Meta's success from being noted.
  if (!strangers_may(verified ? verified_ : refused_, tenant.id, now)) co_return;
  const std::string outcome = verified ? "verified" : fmt::format("refused: {}", refusal);
  const TenantId id = tenant.id;
  log::info("webhook.verification tenant={} outcome=\"{}\"", tenant.name, outcome);
  if (verified && !co_await store_.note({id, kVerifiedAt, note_time(now)})) co_return;
  (void)co_await keep(id, kLastVerification, fmt::format("{} {}", note_time(now), outcome));
}

void ConnectionNotes::unsigned_request(const Tenant& tenant) {
  const auto now = clock_.now();
  {
    std::scoped_lock lock(mutex_);
    auto& seen = unsigned_[tenant.id.value];
    ++seen.count;
    seen.last = now;
  }
  if (strangers_may(told_, tenant.id, now) && noted_) noted_(tenant.id);
}

UnsignedRequests ConnectionNotes::unsigned_requests(TenantId tenant) const {
  std::scoped_lock lock(mutex_);
  const auto found = unsigned_.find(tenant.value);
  return found == unsigned_.end() ? UnsignedRequests() : found->second;
}

void ConnectionNotes::webhook(const Tenant& tenant, const std::string& phone_number_id, const std::string& waba_id) {
  std::string name = std::string(kFirst) + phone_number_id;
  if (tenant.settings.contains(name)) return;
  {
    std::scoped_lock lock(mutex_);
    if (!being_written_.emplace(tenant.id.value, name).second) return;
  }
  tasks_.spawn(io_.next(), "connection_notes",
               write_first(tenant.id, std::move(name), fmt::format("{} {}", note_time(clock_.now()), waba_id)));
}

Task<> ConnectionNotes::write_first(TenantId tenant, std::string name, std::string value) {
  // One that failed is tried again with the next item.
  (void)co_await keep(tenant, name, std::move(value));
  std::scoped_lock lock(mutex_);
  being_written_.erase({tenant.value, name});
}

}  // namespace claw
