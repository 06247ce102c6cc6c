#pragma once
// Private to this folder: what the checks of a diagnosis are made with.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "guide/diagnosis.hpp"

namespace claw {

using Checks = std::vector<DoctorCheck>;

/// A check's result, before it has its name.
struct Finding {
  Severity severity = Severity::kOk;
  std::string seen;
  std::string todo = {};
};

inline Finding ok(std::string seen) {
  return {Severity::kOk, std::move(seen)};
}
inline Finding skipped(std::string why) {
  return {Severity::kSkipped, std::move(why)};
}
inline Finding warning(std::string seen, std::string todo) {
  return {Severity::kWarning, std::move(seen), std::move(todo)};
}
inline Finding error(std::string seen, std::string todo) {
  return {Severity::kError, std::move(seen), std::move(todo)};
}

inline void add(Checks& checks, std::string id, std::string_view title, Finding found) {
  checks.push_back({std::move(id), title, found.severity, std::move(found.seen), std::move(found.todo)});
}

inline std::string when(TimePoint at) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::floor<std::chrono::minutes>(at));
}

inline std::string seconds(std::chrono::milliseconds span) {
  return fmt::format("{:.1f} s", static_cast<double>(span.count()) / 1000);
}

inline std::string mebibytes(std::int64_t bytes) {
  return fmt::format("{} MiB", bytes / (1024 * 1024));
}

/// The checks of each part, as diagnose() gives them.
[[nodiscard]] Checks settings_checks(const DoctorFacts& facts);
[[nodiscard]] Checks meta_checks(const DoctorFacts& facts);
[[nodiscard]] Checks address_checks(const DoctorFacts& facts);
[[nodiscard]] Checks agent_checks(const DoctorFacts& facts);
[[nodiscard]] Checks speech_checks(const DoctorFacts& facts);
[[nodiscard]] Checks gateway_checks(const DoctorFacts& facts);
[[nodiscard]] Checks person_checks(const DoctorFacts& facts);

}  // namespace claw
