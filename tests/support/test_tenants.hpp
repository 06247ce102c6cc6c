#pragma once

#include <optional>
#include <string>

#include "ledger/sqlite/sqlite_tenant_store.hpp"
#include "support/open_ledger.hpp"
#include "tenancy/directory.hpp"

namespace claw::testing {

/// The tenants of a test, in the ledger's own file.
class TestTenants {
 public:
  explicit TestTenants(OpenLedger& world) : world_(world), store(*world.store) {}

  /// A change by nobody in particular.
  Change change() { return {audit_row({}, {}, world_.clock.now(), "test", "", "")}; }

  /// An enabled tenant with an open channel and the echo agent, as its first number `number`.
  TenantId add(const std::string& name, const std::string& number) {
    const TenantId id = world_.run(store.create_tenant(name, change())).value();
    set(id, kPhoneNumberId, number);
    set(id, "channel.policy", "open");
    (void)world_.run(store.put_agent({id, "bot", "echo"}, true, change())).value();
    reload();
    return id;
  }
  void set(TenantId id, const std::string& name, const std::string& value) {
    world_.run(store.note({id, name, value})).value();
    reload();
  }
  void set_access_token(TenantId id, const std::string& token) { set_secret(id, kAccessToken, token); }
  /// Also of the platform, tenant 0.
  void set_secret(TenantId id, const std::string& name, const std::string& value) {
    auto sealed = vault.seal(id, name, SecretString(std::string(value)));
    world_.run(store.put_secret({id, name, std::move(sealed), world_.clock.now()}, change())).value();
    reload();
  }
  void claim(TenantId id, const std::string& waba_id, const std::string& number) {
    world_.run(store.put_claim({waba_id, number, id}, change())).value();
    reload();
  }
  void enable(TenantId id, bool enabled) {
    world_.run(store.change_tenant(id, enabled, {}, change())).value();
    reload();
  }
  /// An API token that may do what an owner may; its number.
  std::int64_t add_token(TenantId id, const std::string& token, Permissions scopes = permissions_of(Role::kOwner)) {
    const auto number =
        world_.run(store.create_token({0, id, token_hash(token), "", world_.clock.now(), scopes.text()}, change()))
            .value();
    reload();
    return number;
  }
  void revoke(TenantId id, std::int64_t token) {
    world_.run(store.delete_token(id, token, change())).value();
    reload();
  }
  void reload() { world_.run(directory.reload()).value(); }

 private:
  OpenLedger& world_;

 public:
  Vault vault = Vault::from_hex_key(SecretString(std::string(64, 'a'))).value();
  sqlite::SqliteTenantStore store;
  Directory directory{store, vault, "claw.example.org"};
};

}  // namespace claw::testing
