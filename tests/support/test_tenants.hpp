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

  /// An enabled tenant with an open channel and the echo agent, as its first number `number`.
  TenantId add(const std::string& name, const std::string& number) {
    const TenantId id = world_.run(store.create_tenant(name, world_.clock.now())).value();
    set(id, kPhoneNumberId, number);
    set(id, "channel.policy", "open");
    set(id, "agent.default", "bot");
    (void)world_.run(store.put_agent({id, "bot", "echo"})).value();
    reload();
    return id;
  }
  void set(TenantId id, const std::string& name, const std::string& value) {
    world_.run(store.put_setting({id, name, value})).value();
    reload();
  }
  void set_access_token(TenantId id, const std::string& token) {
    auto sealed = vault.seal(id, kAccessToken, SecretString(std::string(token)));
    world_.run(store.put_secret({id, kAccessToken, std::move(sealed), world_.clock.now()})).value();
    reload();
  }
  void enable(TenantId id, bool enabled) {
    world_.run(store.set_enabled(id, enabled)).value();
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
