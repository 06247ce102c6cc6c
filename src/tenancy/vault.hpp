#pragma once

#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/secret_string.hpp"

namespace claw {

/// Seals tenants' secrets for the ledger under one master key (libsodium XChaCha20-Poly1305). Tenant and name are part
/// of the seal: a row that was moved to another tenant or name does not open.
///
/// Constant after construction; safe from any thread.
class Vault {
 public:
  static constexpr std::size_t kKeyBytes = 32;

  /// The key from `path`, 64 hex digits in a file only its owner may read. Made with a new key where there is no such
  /// file and `may_create`; synced before it returns, for what is sealed under a lost key is lost. Fails with kFatal,
  /// saying what is wrong with the file.
  [[nodiscard]] static Result<Vault> from_file(const std::string& path, bool may_create);
  /// The key from a setting, 64 hex digits. Fails with kInvalid.
  [[nodiscard]] static Result<Vault> from_hex_key(SecretString key);

  [[nodiscard]] std::string seal(TenantId tenant, std::string_view name, const SecretString& secret) const;
  /// Fails with kFatal if the seal is broken: another key, tenant or name, or damaged bytes.
  [[nodiscard]] Result<SecretString> open(TenantId tenant, std::string_view name, std::string_view sealed) const;

  /// 32 bytes that only the holder of the master key can make, different for each `purpose`.
  [[nodiscard]] SecretString derive(std::string_view purpose) const;

 private:
  explicit Vault(SecretString key) : key_(std::move(key)) {}
  SecretString key_;
};

}  // namespace claw
