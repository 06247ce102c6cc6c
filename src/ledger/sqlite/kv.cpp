#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/walk.hpp"

namespace claw::sqlite {
namespace {

std::optional<std::string> value_of(Database& db, TenantId tenant, const std::string& key) {
  auto row = db.query("SELECT value FROM kv WHERE tenant = $1 AND key = $2", tenant, key);
  if (!row.next()) return std::nullopt;
  return row->text(0);
}

Result<void> check(Database& db, TenantId tenant, const std::string& key, const Condition& condition) {
  if (!condition.is_asked()) return {};
  const auto value = value_of(db, tenant, key);
  if (condition.holds(value ? std::optional(kv_version(*value)) : std::nullopt)) return {};
  return fail(ErrorKind::kStale, "the value is not what If-Match or If-None-Match asks for; read it anew");
}

}  // namespace

Task<Result<std::string>> SqliteLedger::kv_get(TenantId tenant, std::string key) {
  return store_.read<std::string>([tenant, key = std::move(key)](Database& db) -> Result<std::string> {
    auto value = value_of(db, tenant, key);
    if (!value) return fail(ErrorKind::kNotFound, "there is no such key");
    return std::move(*value);
  });
}

Task<Result<Page<KvEntry, std::string>>> SqliteLedger::kv_list(TenantId tenant, KvFilter filter) {
  using Entries = Page<KvEntry, std::string>;
  return store_.read<Entries>([tenant, filter = std::move(filter)](Database& db) -> Result<Entries> {
    Entries page;
    std::size_t bytes = 0;
    const KeyRange range(filter.prefix, filter.after);
    auto rows = db.query("SELECT key, value FROM kv WHERE tenant = $1 AND key >= $2 AND key < $3 ORDER BY key LIMIT $4",
                         tenant, range.from, range.end, filter.limit);
    while (bytes < kMaxPageBytes && rows.next()) {
      page.push_back({rows->text(0), rows->text(1)});
      bytes += weight_of(page.back());
    }
    if (page.size() == filter.limit || bytes >= kMaxPageBytes) page.next = page.back().key;
    return page;
  });
}

Task<Result<void>> SqliteLedger::kv_put(TenantId tenant, std::string key, std::string value, Condition condition) {
  return store_.write<void>([tenant, key = std::move(key), value = std::move(value),
                             condition = std::move(condition)](Database& db) -> Result<void> {
    if (auto held = check(db, tenant, key, condition); !held) return held;
    db.run("INSERT INTO kv (tenant, key, value) VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET value = excluded.value",
           tenant, key, value);
    return {};
  });
}

Task<Result<void>> SqliteLedger::kv_delete(TenantId tenant, std::string key, Condition condition) {
  return store_.write<void>(
      [tenant, key = std::move(key), condition = std::move(condition)](Database& db) -> Result<void> {
        if (auto held = check(db, tenant, key, condition); !held) return held;
        db.run("DELETE FROM kv WHERE tenant = $1 AND key = $2", tenant, key);
        if (db.changes() == 0) return fail(ErrorKind::kNotFound, "there is no such key");
        return {};
      });
}

}  // namespace claw::sqlite
