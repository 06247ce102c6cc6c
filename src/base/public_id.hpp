#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret_string.hpp"

namespace claw {

/// Numbers of the ledger as others see them: `m_` and 16 hex digits. The sequence is one for all tenants, so that plain
/// numbers would tell each how much the others write. The same number always has the same name under the same key.
///
/// Constant after construction.
class PublicIds {
 public:
  explicit PublicIds(const SecretString& key);

  [[nodiscard]] std::string name(char kind, std::int64_t number) const;
  /// Nothing for a name of another kind or form.
  [[nodiscard]] std::optional<std::int64_t> number(char kind, std::string_view name) const;

 private:
  static constexpr int kRounds = 4;
  [[nodiscard]] std::uint32_t mix(int round, std::uint32_t half) const;
  std::array<std::uint64_t, kRounds> keys_;
};

}  // namespace claw
