#pragma once
// Private to this folder: what Meta says about the members of an outgoing message, as tables, and who reads them.

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "whatsapp/json.hpp"
#include "whatsapp/outgoing.hpp"

namespace claw::whatsapp {

/// What was found first; nothing where all is as it must be.
using Fault = std::optional<OutgoingFault>;

enum class Shape : std::uint8_t {
  kText,    ///< A string of `least` to `most` Unicode characters.
  kId,      ///< A string that is not empty, or a whole number: clients write ids both ways.
  kNumber,  ///< A number of `least` to `most`, or a string of one.
  kWhole,   ///< The same without a fraction.
  kFlag,    ///< true or false
  kObject,
  kList,    ///< An array of `least` to `most` elements.
  kFile,    ///< An object with either an id or a link.
  kUrl,     ///< A string of `most` characters at most that begins with http:// or https://
  kChoice,  ///< One of `choices`.
  kAbsent,  ///< Nothing may stand here.
};

inline constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::max();

/// One member, and what may stand there.
struct Rule {
  /// "interactive.action.buttons[].reply.title": `[]` is each element of an array. A member that should hold it and is
  /// missing is passed over (another rule says whether it may be); one that cannot hold it is a fault.
  std::string_view where;
  Shape shape;
  bool is_needed = true;
  std::int64_t least = 0;
  std::int64_t most = kUnbounded;
  std::string_view choices = {};  ///< Divided by blanks.
};

constexpr Rule text(std::string_view where, std::int64_t most) {
  return {where, Shape::kText, true, 1, most};
}
constexpr Rule object(std::string_view where) {
  return {where, Shape::kObject};
}
constexpr Rule list(std::string_view where, std::int64_t least, std::int64_t most) {
  return {where, Shape::kList, true, least, most};
}
constexpr Rule choice(std::string_view where, std::string_view choices) {
  return {where, Shape::kChoice, true, 0, kUnbounded, choices};
}
constexpr Rule id(std::string_view where) {
  return {where, Shape::kId};
}
constexpr Rule url(std::string_view where, std::int64_t most) {
  return {where, Shape::kUrl, true, 1, most};
}
constexpr Rule file(std::string_view where) {
  return {where, Shape::kFile};
}
constexpr Rule absent(std::string_view where) {
  return {where, Shape::kAbsent, false};
}
constexpr Rule optional(Rule rule) {
  rule.is_needed = false;
  return rule;
}

/// The first rule, in their order, that `message` does not keep.
[[nodiscard]] Fault fault_in(const json::object& message, std::span<const Rule> rules);

/// How many Unicode characters a string has. REQUIRES: valid UTF-8.
[[nodiscard]] std::size_t characters_in(std::string_view text);

/// What a fault shows of a value: all of it, or its begin.
[[nodiscard]] std::string quoted(std::string_view text);

/// `fault` of something that stands at `where`.
[[nodiscard]] Fault below(std::string_view where, Fault fault);

/// `type`, or the one member that could be it.
[[nodiscard]] std::expected<std::string, OutgoingFault> type_of(const json::object& message);

/// The content of each type, by its name; nothing where it may be sent. A type that Meta does not know is a fault.
/// outgoing_check.cpp, and for `interactive` outgoing_check_interactive.cpp.
[[nodiscard]] Fault fault_in_content(std::string_view type, const json::object& message);
[[nodiscard]] Fault fault_in_interactive(const json::object& message);

/// The fault of a list where two elements that must differ do not.
[[nodiscard]] OutgoingFault repeated(std::string where, std::string_view value);

/// How a message that keeps all rules reads: see Outgoing::view. outgoing_view.cpp
[[nodiscard]] AgentView outgoing_view(std::string_view type, const json::object& message);

}  // namespace claw::whatsapp
