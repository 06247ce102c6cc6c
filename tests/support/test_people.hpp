#pragma once

#include <gtest/gtest.h>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_people_store.hpp"
#include "support/open_ledger.hpp"
#include "tenancy/account.hpp"

namespace claw::testing {

/// The people of a test, in the ledger's own file, with passwords that cost nothing.
class TestPeople {
 public:
  explicit TestPeople(OpenLedger& world) : world_(world), store(*world.store) {}

  static constexpr const char* kPassword = "correct horse battery";

  PersonId add(const std::string& email, bool platform_admin = false) {
    PersonRow row;
    row.email = email;
    row.name = "Name of " + email;
    row.platform_admin = platform_admin;
    row.created_at = world_.clock.now();
    row.password = world_.run(passwords.hash(secret(kPassword))).value();
    const auto id = world_.run(store.create_person(std::move(row), {})).value();
    reload();
    return id;
  }
  PersonId add_member(const std::string& email, TenantId tenant, Role role) {
    const auto id = add(email);
    world_.run(store.add_member({tenant, id, std::string(to_string(role)), ""}, {})).value();
    reload();
    return id;
  }
  void remove_member(TenantId tenant, PersonId person) {
    EXPECT_TRUE(world_.run(store.change_member({tenant, person, true}, {})).value());
    reload();
  }
  /// The token of a new session.
  std::string sign_in(const std::string& email) {
    auto outcome = world_.run(sign_ins.by_password(email, secret(kPassword), "", {"192.0.2.1", "Browser"})).value();
    return std::string(outcome.token.expose());
  }
  void reload() { world_.run(people.reload()).value(); }
  /// What the log of changes says, the oldest first: "action target".
  std::vector<std::string> audit() {
    sqlite::SqliteAuditLog log(*world_.store);
    std::vector<std::string> list;
    for (const auto& row : world_.run(log.entries({}, {.of_all_tenants = true})).value())
      if (!row.action.empty()) list.insert(list.begin(), row.action + " " + row.target);
    return list;
  }
  static SecretString secret(std::string text) { return SecretString(std::move(text)); }

 private:
  OpenLedger& world_;

 public:
  sqlite::SqlitePeopleStore store;
  People people{store, world_.clock, SessionLife{}};
  Passwords passwords{Passwords::kWeak};
  Vault vault = Vault::from_hex_key(secret(std::string(64, 'a'))).value();
  SecondFactor second_factor{store, people, vault, world_.clock};
  Attempts attempts{world_.clock};
  SignIn sign_ins{store, people, passwords, second_factor, attempts, world_.clock};
  Account account{store, people, passwords, second_factor, attempts, world_.clock};
};

}  // namespace claw::testing
