#include "ledger/sqlite/sqlite_tenant_store.hpp"

#include <fmt/format.h>

namespace claw::sqlite {
namespace {

Result<void> changed_one(const Database& db, const char* what) {
  if (db.changes() == 0) return fail(ErrorKind::kNotFound, fmt::format("there is no such {}", what));
  return {};
}

}  // namespace

Task<Result<TenancyRows>> SqliteTenantStore::load() {
  return store_.read<TenancyRows>([](Database& db) -> Result<TenancyRows> {
    TenancyRows all;
    auto tenants = db.query("SELECT id, name, enabled, created_ms FROM tenants ORDER BY id");
    while (tenants.next())
      all.tenants.push_back(
          {TenantId{tenants->integer(0)}, tenants->text(1), tenants->integer(2) != 0, from_ms(tenants->integer(3))});
    auto secrets = db.query("SELECT tenant, name, sealed, set_ms FROM secrets");
    while (secrets.next())
      all.secrets.push_back(
          {TenantId{secrets->integer(0)}, secrets->text(1), secrets->text(2), from_ms(secrets->integer(3))});
    auto settings = db.query("SELECT tenant, name, value FROM settings");
    while (settings.next())
      all.settings.push_back({TenantId{settings->integer(0)}, settings->text(1), settings->text(2)});
    auto tokens = db.query("SELECT id, tenant, hash, label, created_ms FROM tokens ORDER BY id");
    while (tokens.next())
      all.tokens.push_back({tokens->integer(0), TenantId{tokens->integer(1)}, tokens->text(2), tokens->text(3),
                            from_ms(tokens->integer(4))});
    auto agents = db.query("SELECT tenant, name, kind, options FROM agents");
    while (agents.next())
      all.agents.push_back({TenantId{agents->integer(0)}, agents->text(1), agents->text(2), agents->text(3)});
    return all;
  });
}

Task<Result<TenantId>> SqliteTenantStore::create_tenant(std::string name, TimePoint now) {
  return store_.write<TenantId>([name = std::move(name), now](Database& db) -> Result<TenantId> {
    db.run("INSERT INTO tenants (name, enabled, created_ms) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING", name,
           to_ms(now));
    if (db.changes() == 0) return fail(ErrorKind::kConflict, fmt::format("there is a tenant \"{}\" already", name));
    return TenantId{db.last_insert_id()};
  });
}

Task<Result<void>> SqliteTenantStore::set_enabled(TenantId tenant, bool enabled) {
  return store_.write<void>([tenant, enabled](Database& db) {
    db.run("UPDATE tenants SET enabled = $1 WHERE id = $2", enabled, tenant);
    return changed_one(db, "tenant");
  });
}

Task<Result<void>> SqliteTenantStore::put_secret(SealedSecretRow row) {
  return store_.write<void>([row = std::move(row)](Database& db) -> Result<void> {
    db.run(
        "INSERT INTO secrets (tenant, name, sealed, set_ms) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT DO UPDATE SET sealed = excluded.sealed, set_ms = excluded.set_ms",
        row.tenant, row.name, Blob{row.sealed}, to_ms(row.set_at));
    return {};
  });
}

Task<Result<void>> SqliteTenantStore::delete_secret(TenantId tenant, std::string name) {
  return store_.write<void>([tenant, name = std::move(name)](Database& db) {
    db.run("DELETE FROM secrets WHERE tenant = $1 AND name = $2", tenant, name);
    return changed_one(db, "secret");
  });
}

Task<Result<void>> SqliteTenantStore::put_setting(SettingRow row) {
  return store_.write<void>([row = std::move(row)](Database& db) -> Result<void> {
    db.run(
        "INSERT INTO settings (tenant, name, value) VALUES ($1, $2, $3) "
        "ON CONFLICT DO UPDATE SET value = excluded.value",
        row.tenant, row.name, row.value);
    return {};
  });
}

Task<Result<void>> SqliteTenantStore::delete_setting(TenantId tenant, std::string name) {
  return store_.write<void>([tenant, name = std::move(name)](Database& db) {
    db.run("DELETE FROM settings WHERE tenant = $1 AND name = $2", tenant, name);
    return changed_one(db, "setting");
  });
}

Task<Result<std::int64_t>> SqliteTenantStore::create_token(TokenRow row) {
  return store_.write<std::int64_t>([row = std::move(row)](Database& db) -> Result<std::int64_t> {
    db.run("INSERT INTO tokens (tenant, hash, label, created_ms) VALUES ($1, $2, $3, $4)", row.tenant, Blob{row.hash},
           row.label, to_ms(row.created_at));
    return db.last_insert_id();
  });
}

Task<Result<void>> SqliteTenantStore::delete_token(TenantId tenant, std::int64_t id) {
  return store_.write<void>([tenant, id](Database& db) {
    db.run("DELETE FROM tokens WHERE tenant = $1 AND id = $2", tenant, id);
    return changed_one(db, "token");
  });
}

Task<Result<void>> SqliteTenantStore::put_agent(AgentRow row) {
  return store_.write<void>([row = std::move(row)](Database& db) -> Result<void> {
    db.run(
        "INSERT INTO agents (tenant, name, kind, options) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT DO UPDATE SET kind = excluded.kind, options = excluded.options",
        row.tenant, row.name, row.kind, row.options);
    return {};
  });
}

}  // namespace claw::sqlite
