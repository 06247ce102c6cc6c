#pragma once

#include <string>
#include <string_view>

#include "base/secret_string.hpp"
#include "base/worker_pool.hpp"

namespace claw {

/// Hashes and checks passwords by argon2id, a few at a time on threads of its own: each takes much time and memory, so
/// that whoever has stolen the hashes cannot try many.
///
/// Safe from any coroutine.
class Passwords {
 public:
  struct Cost {
    unsigned long long passes;
    std::size_t memory_bytes;
  };
  /// libsodium's OPSLIMIT_INTERACTIVE and MEMLIMIT_INTERACTIVE: about a tenth of a second, 64 MiB.
  static constexpr Cost kInteractive{2, 64 * 1024 * 1024};
  /// The least that argon2id takes: for tests only.
  static constexpr Cost kWeak{1, 8 * 1024};

  static constexpr std::size_t kThreads = 2;      ///< Hashes at a time: 128 MiB at most.
  static constexpr std::size_t kMaxWaiting = 64;  ///< More are refused: a few seconds of work.
  static constexpr std::size_t kMinCharacters = 12;
  static constexpr std::size_t kMaxBytes = 1024;

  explicit Passwords(Cost cost) : cost_(cost) {}

  /// Why a new password cannot be taken, in words for the person; empty if it can.
  [[nodiscard]] static std::string fault(std::string_view password);

  /// What is stored. Fails with kTransient where too many wait, or memory is short.
  [[nodiscard]] Task<Result<std::string>> hash(SecretString password);
  /// Whether the hash is of this password. An empty hash is of none, and takes as long to find out. Fails as hash().
  [[nodiscard]] Task<Result<bool>> matches(SecretString password, std::string hash);

 private:
  const Cost cost_;
  WorkerPool pool_{kThreads, kMaxWaiting};
};

}  // namespace claw
