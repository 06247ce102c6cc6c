#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/data_folder.hpp"
#include "app/gateway.hpp"
#include "base/clock.hpp"
#include "base/io_pool.hpp"
#include "base/metrics.hpp"
#include "base/task.hpp"
#include "conversation/access_commands.hpp"
#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/sqlite_people_store.hpp"
#include "ledger/sqlite/sqlite_tenant_store.hpp"
#include "tenancy/commands.hpp"
#include "tenancy/people_admin.hpp"

namespace claw {

/// What both a gateway and the command line on its own need to work with tenants and people: the data folder, its
/// ledger, and who may do what in it. In the order in which they need each other.
struct Tenants {
  explicit Tenants(std::size_t threads) : io(threads) {}
  Metrics metrics;
  std::optional<DataFolderLock> lock;
  IoPool io;
  SystemClock system_clock;
  std::optional<Vault> vault;
  std::unique_ptr<sqlite::Store> inbox_store;  // closed after the ledger's, whose readers look into its file
  std::unique_ptr<sqlite::Store> store;
  std::unique_ptr<sqlite::SqliteTenantStore> tenant_store;
  std::unique_ptr<Directory> directory;
  std::unique_ptr<sqlite::SqliteAuditLog> audit;
  std::unique_ptr<Admin> admin;
  std::unique_ptr<Commands> commands;
  std::unique_ptr<sqlite::SqlitePeopleStore> people_store;
  std::unique_ptr<People> people;
  std::unique_ptr<Passwords> passwords;
  std::unique_ptr<SecondFactor> second_factor;
  std::unique_ptr<Attempts> attempts;
  std::unique_ptr<SignIn> sign_in;
  std::unique_ptr<PeopleAdmin> people_admin;
  std::unique_ptr<sqlite::SqliteLedger> ledger;
  std::unique_ptr<sqlite::SqliteAccessStore> access_store;
  std::unique_ptr<Access> access;
  std::unique_ptr<AccessCommands> access_commands;

  /// Takes the folder, opens its files and reads who is in them. kConflict if a server works on the folder; kFatal with
  /// a message for the operator. To be called once, not from an io thread.
  [[nodiscard]] Result<void> open(const Config& config, Clock& clock, const Gateway::Overrides& overrides);

  /// One command of the command line's.
  [[nodiscard]] Task<Result<std::string>> run(std::string command, std::string arguments, std::string who);

 private:
  Result<void> open_stores(const Config& config, const Clock& clock, const Gateway::Overrides& overrides);
};

}  // namespace claw
