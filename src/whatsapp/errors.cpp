#include "whatsapp/errors.hpp"

#include <algorithm>
#include <iterator>

#include "whatsapp/error_catalogue.hpp"

namespace claw::whatsapp {
namespace {

static_assert(std::ranges::adjacent_find(kErrorCatalogue, std::ranges::greater_equal(), &ErrorInfo::code) ==
                  std::ranges::end(kErrorCatalogue),
              "the catalogue is sorted and names each code once");

constexpr ErrorInfo kUnknownError = {-1, "Unknown", "other", RetryClass::kFix,
                                     "Meta answered with an error that ClawCentral does not know. Read Meta's own text "
                                     "beside it and look the code up in "
                                     "Meta's documentation; it is not tried again until someone asks for it."};

constexpr std::int64_t kFirstPermissionCode = 200;
constexpr std::int64_t kLastPermissionCode = 299;

}  // namespace

const ErrorInfo& error_info(std::int64_t code) {
  if (code > kFirstPermissionCode && code <= kLastPermissionCode) code = kFirstPermissionCode;
  const auto found = std::ranges::lower_bound(kErrorCatalogue, code, {}, &ErrorInfo::code);
  return found != std::ranges::end(kErrorCatalogue) && found->code == code ? *found : kUnknownError;
}

std::string_view to_string(RetryClass retry) {
  switch (retry) {
    case RetryClass::kYes:
      return "yes";
    case RetryClass::kLater:
      return "later";
    case RetryClass::kFix:
      return "fix";
    case RetryClass::kNo:
      return "no";
  }
  return "fix";
}

}  // namespace claw::whatsapp
