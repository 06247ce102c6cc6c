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

/// The person writes again, updates WhatsApp, or wants marketing messages again.
constexpr std::int64_t kPersonsCodes[] = {131026, 131047, 131050, 138001};
/// Experiments, its limits on marketing, and what it has switched off.
constexpr std::int64_t kMetasCodes[] = {130472, 131049, 131214};

constexpr std::int64_t kFirstPermissionCode = 200;
constexpr std::int64_t kLastPermissionCode = 299;

}  // namespace

const ErrorInfo& error_info(std::int64_t code) {
  if (code > kFirstPermissionCode && code <= kLastPermissionCode) code = kFirstPermissionCode;
  const auto found = std::ranges::lower_bound(kErrorCatalogue, code, {}, &ErrorInfo::code);
  return found != std::ranges::end(kErrorCatalogue) && found->code == code ? *found : kUnknownError;
}

Move whose_move(const ErrorInfo& error) {
  if (error.retry == RetryClass::kYes || error.retry == RetryClass::kLater) return Move::kNobodys;
  if (std::ranges::find(kPersonsCodes, error.code) != std::ranges::end(kPersonsCodes)) return Move::kPersons;
  if (std::ranges::find(kMetasCodes, error.code) != std::ranges::end(kMetasCodes)) return Move::kMetas;
  return Move::kYours;
}

std::string_view to_string(Move move) {
  switch (move) {
    case Move::kYours:
      return "yours";
    case Move::kMetas:
      return "metas";
    case Move::kPersons:
      return "persons";
    case Move::kNobodys:
      return "nobodys";
  }
  return "yours";
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
