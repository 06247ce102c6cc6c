#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "whatsapp/account_json.hpp"

namespace claw {

/// What Meta answered to one question: the facts, or why there are none, in words for a tenant's admin. Neither: it was
/// not asked.
template <class T>
struct Answered {
  std::optional<T> facts = {};
  std::string fault = {};

  [[nodiscard]] bool asked() const { return facts || !fault.empty(); }
  bool operator==(const Answered&) const = default;
};

/// Everything that Meta told of a number when it was last asked. Holds no secret.
struct MetaCheck {
  TimePoint at;
  std::string waba_id;      ///< The account that was asked about; empty: none was known.
  std::string unreachable;  ///< Why Meta could not be asked to the end; empty: it could.
  Answered<whatsapp::TokenFacts> token;
  Answered<whatsapp::NumberFacts> number;
  Answered<whatsapp::WabaFacts> waba;
  Answered<std::vector<std::string>> numbers_of_waba;
  Answered<std::vector<whatsapp::AppFacts>> apps;
  std::string waba_of_number;  ///< Of the accounts that the token sees, the one that has the number; empty: none.

  bool operator==(const MetaCheck&) const = default;
};

/// As it is kept. Lists are cut where they are longer than anything a person reads.
[[nodiscard]] std::string write_check(const MetaCheck& check);
/// Nothing for what is no check.
[[nodiscard]] std::optional<MetaCheck> read_check(std::string_view json);

}  // namespace claw
