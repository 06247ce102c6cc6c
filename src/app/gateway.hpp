#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "tenancy/passwords.hpp"

namespace claw {

/// The whole gateway: its parts in the order in which they need each other, and the only place that names concrete
/// classes.
class Gateway {
 public:
  /// What tests put in the place of the real thing.
  struct Overrides {
    Clock* clock = nullptr;        ///< Outlives the gateway.
    std::string sqlite_vfs;        ///< A registered VFS.
    bool synchronous_full = true;  ///< False only to show what it is for.
    Passwords::Cost password_cost = Passwords::kInteractive;
  };

  /// Takes the data folder, opens the ledger, binds the listeners, goes on with what waits. Fails with kFatal or
  /// kConflict and a message for the operator; then nothing runs.
  [[nodiscard]] static Result<std::unique_ptr<Gateway>> start(const Config& config, Overrides overrides);
  [[nodiscard]] static Result<std::unique_ptr<Gateway>> start(const Config& config) { return start(config, {}); }
  ~Gateway();

  [[nodiscard]] std::uint16_t public_port() const;
  [[nodiscard]] std::uint16_t operator_port() const;

  /// Runs one command of the command line and waits for its answer. Not to be called from an io thread.
  [[nodiscard]] Result<std::string> admin(std::string command, std::string arguments);

  /// A new link that makes the first platform admin; empty if there is one. Not to be called from an io thread.
  [[nodiscard]] std::string setup_link();

  /// Accepts no more, answers what is under way, finishes or parks turns and sends, closes the ledger: 9 s at most.
  /// Idempotent; the destructor does it too.
  void stop();

 private:
  Gateway();
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace claw
