#include "events/sinks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "tenancy/url_rules.hpp"

namespace claw {
namespace {

constexpr std::size_t kSecretBytes = 32;

std::string new_secret() {
  return "whsec_" + to_base64(random_bytes(kSecretBytes));
}

Result<std::uint32_t> kinds_in(const std::vector<std::string>& names) {
  std::uint32_t kinds = 0;
  for (const auto& name : names) {
    const auto kind = event_kind_named(name);
    if (!kind) return fail(ErrorKind::kInvalid, fmt::format("events: there is no event {}", name));
    kinds |= static_cast<std::uint32_t>(*kind);
  }
  if (kinds == 0) return fail(ErrorKind::kInvalid, "events: name one at least");
  return kinds;
}

/// Puts what is wished into the row.
Result<void> apply(SinkChange wish, SinkRow& row) {
  if (wish.name) row.name = std::move(*wish.name);
  if (wish.url) row.url = std::move(*wish.url);
  if (wish.enabled) row.enabled = *wish.enabled;
  if (wish.events) {
    const auto kinds = kinds_in(*wish.events);
    if (!kinds) return std::unexpected(kinds.error());
    row.kinds = *kinds;
  }
  if (row.name.empty() || row.name.size() > Sinks::kMaxNameBytes)
    return fail(ErrorKind::kInvalid, fmt::format("name has 1 to {} bytes", Sinks::kMaxNameBytes));
  if (auto fault = url_fault(row.url); !fault.empty()) return fail(ErrorKind::kInvalid, std::move(fault));
  if (row.kinds == 0) return fail(ErrorKind::kInvalid, "events: name one at least");
  return {};
}

}  // namespace

Change Sinks::noted(const By& by, const SinkRow& row, std::string action, std::string what) const {
  return {audit_row(by.actor, row.tenant, clock_.now(), std::move(action), row.name, std::move(what)), by.condition};
}

Task<Result<std::vector<SinkRow>>> Sinks::list(TenantId tenant) {
  auto rows = co_await store_.sinks();
  if (rows) std::erase_if(*rows, [&](const SinkRow& row) { return row.tenant != tenant; });
  co_return rows;
}

Task<Result<SinkRow>> Sinks::find(TenantId tenant, std::int64_t sink) {
  auto rows = co_await list(tenant);
  if (!rows) co_return std::unexpected(rows.error());
  for (auto& row : *rows)
    if (row.id == sink) co_return std::move(row);
  co_return fail(ErrorKind::kNotFound, "There is no such webhook.");
}

Task<Result<SinkRow>> Sinks::own(TenantId tenant, std::int64_t sink) {
  auto row = co_await find(tenant, sink);
  if (row && !row->agent.empty())
    co_return fail(ErrorKind::kConflict,
                   fmt::format("this webhook belongs to the agent {}: change the agent", row->agent));
  co_return row;
}

Task<Result<SinkRow>> Sinks::done(TenantId tenant, std::int64_t sink, Result<void> written) {
  if (!written) co_return std::unexpected(written.error());
  if (changed_) changed_(tenant);
  co_return co_await find(tenant, sink);
}

Task<Result<NewSink>> Sinks::create(By by, TenantId tenant, SinkChange wish) {
  const auto rows = co_await list(tenant);
  if (!rows) co_return std::unexpected(rows.error());
  if (std::ranges::count_if(*rows, [](const SinkRow& row) { return row.agent.empty(); }) >=
      static_cast<std::ptrdiff_t>(kMaxSinks))
    co_return fail(ErrorKind::kConflict, fmt::format("a tenant has {} webhooks at most", kMaxSinks));
  SinkRow row;
  row.tenant = tenant;
  if (const auto fits = apply(std::move(wish), row); !fits) co_return std::unexpected(fits.error());
  NewSink made;
  made.secret = new_secret();
  row.sealed = vault_.seal(tenant, kSinkSecret, SecretString(std::string(made.secret)));
  row.created_at = clock_.now();
  row.created_by = by.actor.name;
  auto change = noted(by, row, "webhook.create", fmt::format("made the webhook \"{}\" to {}", row.name, row.url));
  const auto id = co_await store_.add_sink(std::move(row), std::move(change));
  if (!id) co_return std::unexpected(id.error());
  auto now = co_await done(tenant, *id, {});
  if (!now) co_return std::unexpected(now.error());
  made.row = std::move(*now);
  co_return made;
}

Task<Result<SinkRow>> Sinks::change(By by, TenantId tenant, std::int64_t sink, SinkChange wish) {
  auto row = co_await own(tenant, sink);
  if (!row) co_return row;
  if (const auto fits = apply(std::move(wish), *row); !fits) co_return std::unexpected(fits.error());
  auto change = noted(
      by, *row, "webhook.change",
      fmt::format("changed the webhook \"{}\" to {}{}", row->name, row->url, row->enabled ? "" : ", switched off"));
  co_return co_await done(tenant, sink, co_await store_.change_sink(*row, std::move(change)));
}

Task<Result<NewSink>> Sinks::rotate(By by, TenantId tenant, std::int64_t sink) {
  auto row = co_await own(tenant, sink);
  if (!row) co_return std::unexpected(row.error());
  NewSink made;
  made.secret = new_secret();
  row->sealed_before = std::move(row->sealed);
  row->before_until = clock_.now() + kBothSecrets;
  row->sealed = vault_.seal(tenant, kSinkSecret, SecretString(std::string(made.secret)));
  auto change = noted(by, *row, "webhook.secret", fmt::format("made a new secret for the webhook \"{}\"", row->name));
  auto now = co_await done(tenant, sink, co_await store_.change_sink(*row, std::move(change)));
  if (!now) co_return std::unexpected(now.error());
  made.row = std::move(*now);
  co_return made;
}

Task<Result<void>> Sinks::remove(By by, TenantId tenant, std::int64_t sink) {
  const auto row = co_await own(tenant, sink);
  if (!row) co_return std::unexpected(row.error());
  auto change = noted(by, *row, "webhook.delete", fmt::format("deleted the webhook \"{}\"", row->name));
  auto gone = co_await store_.remove_sink(tenant, sink, std::move(change));
  if (gone && changed_) changed_(tenant);
  co_return gone;
}

Task<Result<std::size_t>> Sinks::replay(By by, TenantId tenant, std::int64_t sink, ReplayWish wish) {
  const auto row = co_await find(tenant, sink);
  if (!row) co_return std::unexpected(row.error());
  auto change =
      noted(by, *row, "webhook.replay",
            fmt::format("sent events of the webhook \"{}\" again", row->agent.empty() ? row->name : row->agent));
  auto count = co_await store_.replay(tenant, sink, std::move(wish), clock_.now(), std::move(change));
  if (count && changed_) changed_(tenant);
  co_return count;
}

}  // namespace claw
