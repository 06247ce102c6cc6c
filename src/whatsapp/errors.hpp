#pragma once

#include <cstdint>
#include <string_view>

namespace claw::whatsapp {

/// What may be done about an error of Meta's.
enum class RetryClass {
  kYes,    ///< Again soon, a bounded number of times.
  kLater,  ///< Again after a longer or stated wait.
  kFix,    ///< Only after someone changed something.
  kNo,     ///< Never.
};

struct ErrorInfo {
  std::int64_t code;  ///< 200 for all of 200 to 299; -1 for a code we do not know.
  std::string_view name;
  std::string_view category;
  RetryClass retry;
  /// For a tenant's admin: what happened, whose move it is, what to do.
  std::string_view advice;
};

/// What we know of a code (Meta's error-codes page, November 2026). A code we do not know is kFix with a text that says
/// so: repeating what Meta refused for an unknown reason could cost the number.
///
/// 0 is a code of Meta's: ask only for a code that an error object gave (GraphError::has_error_object).
[[nodiscard]] const ErrorInfo& error_info(std::int64_t code);

[[nodiscard]] std::string_view to_string(RetryClass retry);

/// Who can do something about an error.
enum class Move {
  kYours,    ///< The tenant's admin; the advice says what.
  kMetas,    ///< Meta has decided it.
  kPersons,  ///< The person whom the message was for.
  kNobodys,  ///< It is tried again by itself.
};
[[nodiscard]] Move whose_move(const ErrorInfo& error);
/// As the API says it: yours, metas, persons, nobodys.
[[nodiscard]] std::string_view to_string(Move move);

/// Meta's page about its error codes.
inline constexpr std::string_view kErrorPage =
    "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes";

}  // namespace claw::whatsapp
