#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace claw::sim {

enum class Direction { kInbound, kOutbound };

/// Names for what happens, in the shapes that Meta gives them.
///
/// No two are alike within one maker; makers with different seeds do not meet in practice. Not thread-safe.
class IdMaker {
 public:
  explicit IdMaker(std::uint64_t seed) : seed_(seed) {}

  /// "wamid.HBg…": base64 of a small record with the other party's number inside. `party` is digits or a BSUID.
  [[nodiscard]] std::string wamid(Direction direction, std::string_view party);
  /// "A…": 23 characters, as in `fbtrace_id`.
  [[nodiscard]] std::string trace();
  /// Ten digits, as in `hub.challenge`.
  [[nodiscard]] std::string challenge();
  /// Sixteen digits, as in a template's id.
  [[nodiscard]] std::string digits();

 private:
  [[nodiscard]] std::uint64_t next();

  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

/// The business-scoped id of a person at one portfolio ("US.13491208655302741918"): always the same for the same two.
[[nodiscard]] std::string bsuid_of(std::string_view portfolio, std::string_view wa_id);

/// True for "DE.4f2…" and for a parent id "US.ENT.118…".
[[nodiscard]] bool is_bsuid(std::string_view text);

/// The digits of a phone number as people write it: `+`, spaces, dashes, dots and parentheses go.
/// Empty where anything else stands in it, or where it is not 5 to 15 digits long (E.164 has 15 at most).
[[nodiscard]] std::string phone_digits(std::string_view text);

}  // namespace claw::sim
