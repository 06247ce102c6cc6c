#include "tenancy/vault.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>

#include "base/crypto.hpp"
#include "base/fd.hpp"

namespace claw {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string associated(TenantId tenant, std::string_view name) {
  return fmt::format("{}/{}", tenant.value, name);
}

std::unexpected<Error> fatal(const std::string& path, const char* what) {
  return fail(ErrorKind::kFatal, fmt::format("master key file {}: {}", path, what));
}

Result<void> create_key(const std::string& path) {
  std::string text = to_hex(random_bytes(Vault::kKeyBytes)) + "\n";
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) return fatal(path, std::strerror(errno));
  const bool written =
      ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file.get()) == 0;
  wipe(text);
  const auto folder = std::filesystem::path(path).parent_path();
  const Fd directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!written || directory.get() < 0 || ::fsync(directory.get()) != 0) return fatal(path, "it could not be written");
  return {};
}

}  // namespace

Result<Vault> Vault::from_file(const std::string& path, bool may_create) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT && may_create) {
    if (const auto made = create_key(path); !made) return std::unexpected(made.error());
    file = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  if (file.get() < 0) return fatal(path, std::strerror(errno));
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return fatal(path, std::strerror(errno));
  if (facts.st_mode & 077) return fatal(path, "others may read it; run chmod 600 on it");
  std::string text(kKeyBytes * 2 + 2, '\0');
  const auto count = ::read(file.get(), text.data(), text.size());
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  while (text.ends_with('\n')) text.pop_back();
  auto vault = from_hex_key(SecretString(std::move(text)));
  if (!vault) return fatal(path, "it must hold 64 hex digits");
  return vault;
}

Result<Vault> Vault::from_hex_key(SecretString key) {
  auto bytes = from_hex(key.expose());
  if (!bytes || bytes->size() != kKeyBytes) return fail(ErrorKind::kInvalid, "the master key must be 64 hex digits");
  return Vault(SecretString(std::move(*bytes)));
}

std::string Vault::seal(TenantId tenant, std::string_view name, const SecretString& secret) const {
  const std::string context = associated(tenant, name);
  std::string sealed = random_bytes(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  const std::size_t nonce_bytes = sealed.size();
  sealed.resize(nonce_bytes + secret.expose().size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(sealed) + nonce_bytes, nullptr, bytes_of(secret.expose()),
                                             secret.expose().size(), bytes_of(context), context.size(), nullptr,
                                             bytes_of(sealed), bytes_of(key_.expose()));
  return sealed;
}

Result<SecretString> Vault::open(TenantId tenant, std::string_view name, std::string_view sealed) const {
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  const auto broken = [&] {
    return fail(ErrorKind::kFatal,
                fmt::format("the secret {} cannot be opened: it was sealed under another master key", name));
  };
  if (sealed.size() < kNonce + kTag) return broken();
  const std::string context = associated(tenant, name);
  std::string secret(sealed.size() - kNonce - kTag, '\0');
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes_of(secret), nullptr, nullptr, bytes_of(sealed.substr(kNonce)), sealed.size() - kNonce, bytes_of(context),
      context.size(), bytes_of(sealed), bytes_of(key_.expose()));
  if (opened != 0) return broken();
  return SecretString(std::move(secret));
}

SecretString Vault::derive(std::string_view purpose) const {
  const auto digest = hmac_sha256(key_.expose(), purpose);
  return SecretString(std::string(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace claw
