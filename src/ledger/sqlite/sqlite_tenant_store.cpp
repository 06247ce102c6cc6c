#include "ledger/sqlite/sqlite_tenant_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ledger/sqlite/audit.hpp"

namespace claw::sqlite {
namespace {

constexpr const char* kDefaultAgent = "agent.default";
constexpr const char* kNumbers = "WHATSAPP_PHONE_NUMBER_ID";
constexpr const char* kAccount = "WHATSAPP_WABA_ID";
constexpr const char* kRules = "routing.rules";

std::optional<std::string> text_in(Database::Query row) {
  if (!row.next()) return std::nullopt;
  return row->text(0);
}

/// Ends a change whose last statement touched the thing itself.
Result<void> changed_one(Database& db, const char* what, const Change& change) {
  if (db.changes() == 0) return fail(ErrorKind::kNotFound, fmt::format("there is no such {}", what));
  write_audit(db, change.audit);
  return {};
}

Result<void> check(const Condition& condition, const std::optional<std::string>& version) {
  if (condition.holds(version)) return {};
  return fail(ErrorKind::kStale, version ? "somebody changed it meanwhile, or it is there already; read it again"
                                         : "it is not there any more; read it again");
}

std::optional<std::string> secret_version(Database& db, TenantId tenant, const std::string& name) {
  return text_in(db.query("SELECT version FROM secrets WHERE tenant = $1 AND name = $2", tenant, name));
}

std::optional<std::string> setting_version(Database& db, TenantId tenant, const std::string& name) {
  return text_in(db.query("SELECT version FROM settings WHERE tenant = $1 AND name = $2", tenant, name));
}

std::optional<std::string> agent_version(Database& db, TenantId tenant, const std::string& name) {
  return text_in(db.query("SELECT version FROM agents WHERE tenant = $1 AND name = $2", tenant, name));
}

std::optional<std::string> setting(Database& db, TenantId tenant, const std::string& name) {
  return text_in(db.query("SELECT value FROM settings WHERE tenant = $1 AND name = $2", tenant, name));
}

void write_setting(Database& db, const SettingRow& row) {
  db.run(
      "INSERT INTO settings (tenant, name, value, set_ms, set_by, version) "
      "VALUES ($1, $2, $3, $4, $5, lower(hex(randomblob(16)))) ON CONFLICT DO UPDATE SET value = excluded.value, "
      "set_ms = excluded.set_ms, set_by = excluded.set_by, version = excluded.version",
      row.tenant, row.name, row.value, to_ms(row.set_at), row.set_by);
}

/// Both the old default and the new one are shown otherwise from now on.
void write_default_agent(Database& db, TenantId tenant, const std::string& agent, const std::string& before) {
  write_setting(db, {tenant, kDefaultAgent, agent});
  db.run("UPDATE agents SET version = lower(hex(randomblob(16))) WHERE tenant = $1 AND name IN ($2, $3)", tenant, agent,
         before);
}

/// What a rule of the routing names, and its place, from 1.
struct NamedByRule {
  std::int64_t place = 0;
  std::string agent;
  std::string number;  ///< Empty: none.
};

std::vector<NamedByRule> named_by_rules(Database& db, TenantId tenant) {
  std::vector<NamedByRule> found;
  auto rows = db.query(
      "SELECT r.key + 1, json_extract(r.value, '$.agent'), coalesce(CASE json_extract(r.value, '$.by') WHEN 'number' "
      "THEN json_extract(r.value, '$.value') ELSE json_extract(r.value, '$.number') END, '') "
      "FROM settings s, json_each(s.value) r WHERE s.tenant = $1 AND s.name = $2 AND json_valid(s.value)",
      tenant, kRules);
  while (rows.next()) found.push_back({rows->integer(0), rows->text(1), rows->text(2)});
  return found;
}

/// A rule that names what is gone would send people elsewhere, and nobody would see why.
std::unexpected<Error> still_named(const std::vector<NamedByRule>& all, std::string NamedByRule::* what,
                                   std::string_view kind, const std::string& name) {
  std::vector<std::int64_t> places;
  for (const auto& rule : all)
    if (rule.*what == name) places.push_back(rule.place);
  return fail(ErrorKind::kConflict, fmt::format("{} {} of the routing name{} the {} {}: change the routing first",
                                                places.size() == 1 ? "rule" : "rules", fmt::join(places, ", "),
                                                places.size() == 1 ? "s" : "", kind, name));
}

Result<void> check_unnamed_agent(Database& db, TenantId tenant, const std::string& agent) {
  const auto rules = named_by_rules(db, tenant);
  if (std::ranges::find(rules, agent, &NamedByRule::agent) == rules.end()) return {};
  return still_named(rules, &NamedByRule::agent, "agent", agent);
}

bool lists(std::string list, std::string_view number) {
  std::erase(list, ' ');
  return fmt::format(",{},", list).contains(fmt::format(",{},", number));
}

/// Of the numbers that are in the list `before` and not in `after`.
Result<void> check_unnamed_numbers(Database& db, TenantId tenant, const std::string& before, const std::string& after) {
  const auto rules = named_by_rules(db, tenant);
  for (const auto& rule : rules)
    if (!rule.number.empty() && lists(before, rule.number) && !lists(after, rule.number))
      return still_named(rules, &NamedByRule::number, "phone number id", rule.number);
  return {};
}

/// Rules that are to be written: agents and numbers may have gone since they were read.
Result<void> check_rules(Database& db, TenantId tenant) {
  const std::string numbers = setting(db, tenant, kNumbers).value_or("");
  for (const auto& rule : named_by_rules(db, tenant)) {
    const bool agent_is_there = agent_version(db, tenant, rule.agent).has_value();
    if (agent_is_there && (rule.number.empty() || lists(numbers, rule.number))) continue;
    return fail(ErrorKind::kConflict, fmt::format("rule {} names {} {}, which somebody deleted meanwhile", rule.place,
                                                  agent_is_there ? "the phone number id" : "the agent",
                                                  agent_is_there ? rule.number : rule.agent));
  }
  return {};
}

/// One of the settings that a tenant's own version covers; an empty value takes it away.
Result<void> write_own_setting(Database& db, const SettingRow& row) {
  if (row.value.empty()) {
    db.run("DELETE FROM settings WHERE tenant = $1 AND name = $2", row.tenant, row.name);
    return {};
  }
  if (row.name == kDefaultAgent) {
    if (!agent_version(db, row.tenant, row.value))
      return fail(ErrorKind::kConflict, fmt::format("somebody deleted the agent {} meanwhile", row.value));
    write_default_agent(db, row.tenant, row.value, setting(db, row.tenant, kDefaultAgent).value_or(""));
    return {};
  }
  write_setting(db, row);
  return row.name == kRules ? check_rules(db, row.tenant) : Result<void>{};
}

Result<void> check_unique(Database& db, const SettingRow& row, const std::vector<std::string>& unique) {
  for (const auto& each : unique) {
    auto taken = db.query(
        "SELECT 1 FROM settings WHERE name = $1 AND tenant <> $2 "
        "AND instr(',' || replace(value, ' ', '') || ',', ',' || $3 || ',') > 0",
        row.name, row.tenant, each);
    if (taken.next()) return fail(ErrorKind::kConflict, fmt::format("{} belongs to another tenant", each));
  }
  return {};
}

/// Adds the claimed number to the tenant's, and says which account it is of where that is not said already.
void write_claimed_settings(Database& db, const Claim& claim, const AuditRow& by) {
  const std::string numbers = setting(db, claim.tenant, kNumbers).value_or("");
  if (!lists(numbers, claim.phone_number_id))
    write_setting(
        db, {claim.tenant, kNumbers, (numbers.empty() ? "" : numbers + ",") + claim.phone_number_id, by.at, by.who});
  const std::string own = fmt::format("{}_{}", kAccount, claim.phone_number_id);
  const auto account = setting(db, claim.tenant, kAccount);
  if (numbers.empty() || numbers == claim.phone_number_id || !account)
    write_setting(db, {claim.tenant, kAccount, claim.waba_id, by.at, by.who});
  else if (*account != claim.waba_id)
    write_setting(db, {claim.tenant, own, claim.waba_id, by.at, by.who});
}

void read_settings(Database& db, TenancyRows& all) {
  auto secrets = db.query("SELECT tenant, name, sealed, set_ms, set_by, description, version FROM secrets");
  while (secrets.next())
    all.secrets.push_back({TenantId{secrets->integer(0)}, secrets->text(1), secrets->text(2),
                           from_ms(secrets->integer(3)), secrets->text(4), secrets->text(5), secrets->text(6)});
  auto settings = db.query("SELECT tenant, name, value, set_ms, set_by, version FROM settings");
  while (settings.next())
    all.settings.push_back({TenantId{settings->integer(0)}, settings->text(1), settings->text(2),
                            from_ms(settings->integer(3)), settings->text(4), settings->text(5)});
}

}  // namespace

Task<Result<TenancyRows>> SqliteTenantStore::load() {
  return store_.read<TenancyRows>([](Database& db) -> Result<TenancyRows> {
    TenancyRows all;
    auto tenants = db.query("SELECT id, name, enabled, created_ms, version FROM tenants ORDER BY id");
    while (tenants.next())
      all.tenants.push_back({TenantId{tenants->integer(0)}, tenants->text(1), tenants->integer(2) != 0,
                             from_ms(tenants->integer(3)), tenants->text(4)});
    read_settings(db, all);
    auto tokens = db.query(
        "SELECT id, tenant, hash, label, created_ms, scopes, created_by, expires_ms, used_ms FROM tokens ORDER BY id");
    while (tokens.next())
      all.tokens.push_back({tokens->integer(0), TenantId{tokens->integer(1)}, tokens->text(2), tokens->text(3),
                            from_ms(tokens->integer(4)), tokens->text(5), tokens->text(6), from_ms(tokens->integer(7)),
                            from_ms(tokens->integer(8))});
    auto agents = db.query("SELECT tenant, name, kind, options, version FROM agents");
    while (agents.next())
      all.agents.push_back(
          {TenantId{agents->integer(0)}, agents->text(1), agents->text(2), agents->text(3), agents->text(4)});
    auto claims = db.query("SELECT waba_id, phone_number_id, tenant FROM claims ORDER BY waba_id, phone_number_id");
    while (claims.next()) all.claims.push_back({claims->text(0), claims->text(1), TenantId{claims->integer(2)}});
    return all;
  });
}

Task<Result<TenantId>> SqliteTenantStore::create_tenant(std::string name, Change change) {
  return store_.write<TenantId>(
      [name = std::move(name), change = std::move(change)](Database& db) mutable -> Result<TenantId> {
        db.run(
            "INSERT INTO tenants (name, enabled, created_ms, version) VALUES ($1, 1, $2, lower(hex(randomblob(16)))) "
            "ON CONFLICT DO NOTHING",
            name, to_ms(change.audit.at));
        if (db.changes() == 0) return fail(ErrorKind::kConflict, fmt::format("there is a tenant \"{}\" already", name));
        change.audit.tenant = TenantId{db.last_insert_id()};
        write_audit(db, change.audit);
        return change.audit.tenant;
      });
}

Task<Result<void>> SqliteTenantStore::change_tenant(TenantId tenant, std::optional<bool> enabled,
                                                    std::vector<SettingRow> settings, Change change) {
  return store_.write<void>(
      [tenant, enabled, settings = std::move(settings), change = std::move(change)](Database& db) -> Result<void> {
        const auto version = text_in(db.query("SELECT version FROM tenants WHERE id = $1", tenant));
        if (auto held = check(change.condition, version); !held) return held;
        for (const auto& row : settings)
          if (auto written = write_own_setting(db, row); !written) return written;
        db.run(
            "UPDATE tenants SET enabled = CASE $1 WHEN -1 THEN enabled ELSE $1 END, "
            "version = lower(hex(randomblob(16))) WHERE id = $2",
            enabled ? static_cast<int>(*enabled) : -1, tenant);
        return changed_one(db, "tenant", change);
      });
}

Task<Result<void>> SqliteTenantStore::put_secret(SealedSecretRow row, Change change) {
  return store_.write<void>([row = std::move(row), change = std::move(change)](Database& db) -> Result<void> {
    if (auto held = check(change.condition, secret_version(db, row.tenant, row.name)); !held) return held;
    db.run(
        "INSERT INTO secrets (tenant, name, sealed, set_ms, set_by, description, version) "
        "VALUES ($1, $2, $3, $4, $5, $6, lower(hex(randomblob(16)))) ON CONFLICT DO UPDATE SET "
        "sealed = excluded.sealed, set_ms = excluded.set_ms, set_by = excluded.set_by, "
        "description = excluded.description, version = excluded.version",
        row.tenant, row.name, Blob{row.sealed}, to_ms(row.set_at), row.set_by, row.description);
    return changed_one(db, "secret", change);
  });
}

Task<Result<void>> SqliteTenantStore::describe_secret(TenantId tenant, std::string name, std::string description,
                                                      Change change) {
  return store_.write<void>([tenant, name = std::move(name), description = std::move(description),
                             change = std::move(change)](Database& db) -> Result<void> {
    if (auto held = check(change.condition, secret_version(db, tenant, name)); !held) return held;
    db.run("UPDATE secrets SET description = $3, version = lower(hex(randomblob(16))) WHERE tenant = $1 AND name = $2",
           tenant, name, description);
    return changed_one(db, "secret", change);
  });
}

Task<Result<void>> SqliteTenantStore::delete_secret(TenantId tenant, std::string name, Change change) {
  return store_.write<void>([tenant, name = std::move(name), change = std::move(change)](Database& db) -> Result<void> {
    if (auto held = check(change.condition, secret_version(db, tenant, name)); !held) return held;
    db.run("DELETE FROM secrets WHERE tenant = $1 AND name = $2", tenant, name);
    return changed_one(db, "secret", change);
  });
}

Task<Result<void>> SqliteTenantStore::put_setting(SettingRow row, std::vector<std::string> unique, Change change) {
  return store_.write<void>(
      [row = std::move(row), unique = std::move(unique), change = std::move(change)](Database& db) -> Result<void> {
        if (auto held = check(change.condition, setting_version(db, row.tenant, row.name)); !held) return held;
        if (auto free = check_unique(db, row, unique); !free) return free;
        if (row.name == kNumbers) {
          const auto before = setting(db, row.tenant, kNumbers).value_or("");
          if (auto unnamed = check_unnamed_numbers(db, row.tenant, before, row.value); !unnamed) return unnamed;
        }
        write_setting(db, row);
        return changed_one(db, "setting", change);
      });
}

Task<Result<void>> SqliteTenantStore::delete_setting(TenantId tenant, std::string name, Change change) {
  return store_.write<void>([tenant, name = std::move(name), change = std::move(change)](Database& db) -> Result<void> {
    if (auto held = check(change.condition, setting_version(db, tenant, name)); !held) return held;
    if (name == kNumbers) {
      const auto before = setting(db, tenant, kNumbers).value_or("");
      if (auto unnamed = check_unnamed_numbers(db, tenant, before, ""); !unnamed) return unnamed;
    }
    db.run("DELETE FROM settings WHERE tenant = $1 AND name = $2", tenant, name);
    return changed_one(db, "setting", change);
  });
}

Task<Result<std::int64_t>> SqliteTenantStore::create_token(TokenRow row, Change change) {
  return store_.write<std::int64_t>(
      [row = std::move(row), change = std::move(change)](Database& db) -> Result<std::int64_t> {
        db.run(
            "INSERT INTO tokens (tenant, hash, label, created_ms, scopes, created_by, expires_ms) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7)",
            row.tenant, Blob{row.hash}, row.label, to_ms(row.created_at), row.scopes, row.created_by,
            to_ms(row.expires_at));
        const auto id = db.last_insert_id();
        write_audit(db, change.audit);
        return id;
      });
}

Task<Result<void>> SqliteTenantStore::delete_token(TenantId tenant, std::int64_t id, Change change) {
  return store_.write<void>([tenant, id, change = std::move(change)](Database& db) {
    db.run("DELETE FROM tokens WHERE tenant = $1 AND id = $2", tenant, id);
    return changed_one(db, "token", change);
  });
}

Task<Result<void>> SqliteTenantStore::put_agent(AgentRow row, bool make_default, Change change) {
  return store_.write<void>([row = std::move(row), make_default,
                             change = std::move(change)](Database& db) -> Result<void> {
    if (auto held = check(change.condition, agent_version(db, row.tenant, row.name)); !held) return held;
    const auto before = setting(db, row.tenant, kDefaultAgent);
    const bool none = !before || !agent_version(db, row.tenant, *before);
    db.run(
        "INSERT INTO agents (tenant, name, kind, options, version) VALUES ($1, $2, $3, $4, lower(hex(randomblob(16)))) "
        "ON CONFLICT DO UPDATE SET kind = excluded.kind, options = excluded.options, version = excluded.version",
        row.tenant, row.name, row.kind, row.options);
    if (make_default || none) write_default_agent(db, row.tenant, row.name, before.value_or(""));
    write_audit(db, change.audit);
    return {};
  });
}

Task<Result<void>> SqliteTenantStore::delete_agent(TenantId tenant, std::string name, Change change) {
  return store_.write<void>([tenant, name = std::move(name), change = std::move(change)](Database& db) -> Result<void> {
    if (auto held = check(change.condition, agent_version(db, tenant, name)); !held) return held;
    if (auto unnamed = check_unnamed_agent(db, tenant, name); !unnamed) return unnamed;
    const bool is_default = setting(db, tenant, kDefaultAgent) == name;
    if (is_default) {
      if (db.query("SELECT 1 FROM agents WHERE tenant = $1 AND name <> $2", tenant, name).next())
        return fail(ErrorKind::kConflict, fmt::format("{} is the default agent: make another the default first", name));
      db.run("DELETE FROM settings WHERE tenant = $1 AND name = 'agent.default'", tenant);
    }
    db.run("DELETE FROM agents WHERE tenant = $1 AND name = $2", tenant, name);
    return changed_one(db, "agent", change);
  });
}

Task<Result<void>> SqliteTenantStore::put_claim(Claim claim, Change change) {
  return store_.write<void>([claim = std::move(claim), change = std::move(change)](Database& db) -> Result<void> {
    const bool taken = db.query("SELECT 1 FROM claims WHERE (phone_number_id = $1 OR waba_id = $2) AND tenant <> $3",
                                claim.phone_number_id, claim.waba_id, claim.tenant)
                           .next();
    if (taken) return fail(ErrorKind::kConflict, "another tenant has this number or this account");
    if (auto free = check_unique(db, {claim.tenant, kNumbers, ""}, {claim.phone_number_id}); !free) return free;
    write_claimed_settings(db, claim, change.audit);
    db.run(
        "INSERT INTO claims (phone_number_id, waba_id, tenant) VALUES ($1, $2, $3) "
        "ON CONFLICT DO UPDATE SET waba_id = excluded.waba_id",
        claim.phone_number_id, claim.waba_id, claim.tenant);
    return changed_one(db, "claim", change);
  });
}

Task<Result<void>> SqliteTenantStore::delete_claim(Claim claim, Change change) {
  return store_.write<void>([claim = std::move(claim), change = std::move(change)](Database& db) {
    db.run("DELETE FROM claims WHERE phone_number_id = $1 AND waba_id = $2 AND tenant = $3", claim.phone_number_id,
           claim.waba_id, claim.tenant);
    return changed_one(db, "claim", change);
  });
}

Task<Result<void>> SqliteTenantStore::note(SettingRow row) {
  return store_.write<void>([row = std::move(row)](Database& db) -> Result<void> {
    write_setting(db, row);
    return {};
  });
}

Task<Result<void>> SqliteTenantStore::note_token_use(std::int64_t id, TimePoint at) {
  return store_.write<void>([id, at](Database& db) -> Result<void> {
    db.run("UPDATE tokens SET used_ms = max(used_ms, $2) WHERE id = $1", id, to_ms(at));
    return {};
  });
}

}  // namespace claw::sqlite
