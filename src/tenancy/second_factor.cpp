#include "tenancy/second_factor.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/totp.hpp"
#include "tenancy/directory.hpp"

namespace claw {
namespace {

std::string sealed_name(PersonId person) {
  return fmt::format("totp/{}", person.value);
}

/// As it was shown, whatever stands between its parts.
std::string read_recovery_code(std::string_view text) {
  std::string code;
  for (const char c : text)
    if (c != '-' && c != ' ') code += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return code;
}

/// In groups of four, for people read it.
std::string shown_recovery_code(std::string_view code) {
  std::string shown;
  for (std::size_t at = 0; at < code.size(); at += 4)
    shown += fmt::format("{}{}", at == 0 ? "" : "-", code.substr(at, 4));
  return shown;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  return digits;
}

}  // namespace

Task<Result<SecondFactor::Enrolment>> SecondFactor::begin(PersonRef person) {
  const SecretString secret(random_bytes(kTotpSecretBytes));
  const auto kept = co_await store_.put_totp(person->id, vault_.seal(TenantId{}, sealed_name(person->id), secret));
  if (!kept) co_return std::unexpected(kept.error());
  co_return Enrolment{to_base32(secret.expose()), totp_uri("ClawCentral", person->email, secret.expose())};
}

Result<SecretString> SecondFactor::secret_of(const PersonRow& row) const {
  if (row.totp.empty()) return fail(ErrorKind::kConflict, "no second factor was begun");
  return vault_.open(TenantId{}, sealed_name(row.id), row.totp);
}

Task<Result<std::vector<std::string>>> SecondFactor::turn_on(PersonRef person, std::string code, std::string from) {
  const auto row = co_await store_.person(person->id);
  if (!row) co_return std::unexpected(row.error());
  const auto secret = secret_of(*row);
  if (!secret) co_return std::unexpected(secret.error());
  const auto step = match_totp(secret->expose(), digits_of(code), clock_.now(), 0);
  if (!step)
    co_return fail(ErrorKind::kInvalid, "this is not the code that the authenticator shows now; is its clock right?");
  std::vector<std::string> shown;
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    const std::string recovery = to_base32(random_bytes(kRecoveryBytes));
    shown.push_back(shown_recovery_code(recovery));
    hashes.push_back(token_hash(recovery));
  }
  const auto on =
      co_await store_.turn_totp_on(person->id, *step, std::move(hashes),
                                   audit_row(person->actor(std::move(from)), {}, clock_.now(), "person.totp_on",
                                             person->email, "turned the second factor on"));
  if (!on) co_return std::unexpected(on.error());
  if (const auto read = co_await people_.reload(); !read) co_return std::unexpected(read.error());
  co_return shown;
}

Task<Result<void>> SecondFactor::turn_off(PersonId person, AuditRow audit) {
  if (auto off = co_await store_.turn_totp_off(person, std::move(audit)); !off) co_return off;
  co_return co_await people_.reload();
}

Task<Result<bool>> SecondFactor::accepts(PersonRow row, std::string code) {
  const auto secret = secret_of(row);
  if (!secret) co_return std::unexpected(secret.error());
  Result<void> used;
  if (const auto step = match_totp(secret->expose(), digits_of(code), clock_.now(), row.totp_step))
    used = co_await store_.use_totp_step(row.id, *step);
  else
    used = co_await store_.use_recovery_code(row.id, token_hash(read_recovery_code(code)));
  if (used) co_return true;
  if (used.error().kind == ErrorKind::kConflict || used.error().kind == ErrorKind::kNotFound) co_return false;
  co_return std::unexpected(used.error());
}

}  // namespace claw
