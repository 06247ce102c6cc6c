#include "app/tenants.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "app/wait.hpp"
#include "inbox/embedded_inbox.hpp"

namespace claw {
namespace {

Result<Vault> open_vault(const Config& config) {
  if (!config.master_key.empty()) return Vault::from_hex_key(SecretString(std::string(config.master_key)));
  // A new key beside an old ledger would open nothing, and hide that the key was lost.
  const bool first_start = !std::filesystem::exists(config.database_path());
  auto vault = Vault::from_file(config.key_path(), first_start);
  if (!vault && !first_start && !std::filesystem::exists(config.key_path()))
    return fail(ErrorKind::kFatal,
                fmt::format("{}; the ledger {} was made with it: put the key back (security.master_key_file)",
                            vault.error().message, config.database_path()));
  return vault;
}

SessionLife session_life(const Config& config) {
  return {std::chrono::days(config.sign_in_session_days), std::chrono::hours(config.sign_in_idle_hours)};
}

}  // namespace

Result<void> Tenants::open(const Config& config, Clock& clock, const Gateway::Overrides& overrides) {
  auto locked = DataFolderLock::take(config.data_dir, config.lock_path());
  if (!locked) return std::unexpected(locked.error());
  lock.emplace(std::move(*locked));
  auto opened = open_vault(config);
  if (!opened) return std::unexpected(opened.error());
  vault.emplace(std::move(*opened));
  if (const auto done = open_stores(config, clock, overrides); !done) return done;
  tenant_store = std::make_unique<sqlite::SqliteTenantStore>(*store);
  directory = std::make_unique<Directory>(*tenant_store, *vault, config.base_domain);
  audit = std::make_unique<sqlite::SqliteAuditLog>(*store);
  admin = std::make_unique<Admin>(*tenant_store, *directory, *vault, clock);
  commands = std::make_unique<Commands>(*admin, *directory, *audit, config.outside_url());
  people_store = std::make_unique<sqlite::SqlitePeopleStore>(*store);
  people = std::make_unique<People>(*people_store, clock, session_life(config));
  passwords = std::make_unique<Passwords>(overrides.password_cost);
  second_factor = std::make_unique<SecondFactor>(*people_store, *people, *vault, clock);
  attempts = std::make_unique<Attempts>(clock);
  sign_in = std::make_unique<SignIn>(*people_store, *people, *passwords, *second_factor, *attempts, clock);
  people_admin = std::make_unique<PeopleAdmin>(*people_store, *people, *directory, *passwords, *second_factor, *sign_in,
                                               clock, config.outside_url());
  auto opened_ledger = wait(io, sqlite::SqliteLedger::open(*store, clock));
  if (!opened_ledger) return std::unexpected(opened_ledger.error());
  ledger = std::move(*opened_ledger);
  access_store = std::make_unique<sqlite::SqliteAccessStore>(*store);
  access = std::make_unique<Access>(*access_store, clock);
  access_commands = std::make_unique<AccessCommands>(*access, *ledger, *directory, clock);
  if (const auto read = wait(io, directory->reload()); !read) return read;
  return wait(io, people->reload());
}

Task<Result<std::string>> Tenants::run(std::string command, std::string arguments, std::string who) {
  if (PeopleAdmin::is_mine(command)) return people_admin->run(std::move(command), std::move(arguments), std::move(who));
  if (AccessCommands::is_mine(command))
    return access_commands->run(std::move(command), std::move(arguments), std::move(who));
  return commands->run(std::move(command), std::move(arguments), std::move(who));
}

Result<void> Tenants::open_stores(const Config& config, const Clock& clock, const Gateway::Overrides& overrides) {
  sqlite::Store::Options options;
  options.database.vfs = overrides.sqlite_vfs;
  options.database.clock = &clock;
  if (!overrides.synchronous_full) options.database.synchronous = sqlite::Database::Synchronous::kOff;
  options.database.cache_mib = static_cast<int>(config.ledger_cache_mib);
  options.database.checkpoint_pages = static_cast<int>(config.ledger_checkpoint_pages);
  options.metrics = &metrics;
  sqlite::Store::Options of_inbox = EmbeddedInbox::store_options(options, config.inbox_path());
  options.database.path = config.database_path();
  options.readers_see = config.inbox_path();
  for (auto& [opened, how] : {std::pair{&inbox_store, &of_inbox}, std::pair{&store, &options}}) {
    auto result = sqlite::Store::open(*how);
    if (!result)
      return fail(result.error().kind, fmt::format("{} {}: {}", how->name, how->database.path, result.error().message));
    *opened = std::move(*result);
  }
  return {};
}

}  // namespace claw
