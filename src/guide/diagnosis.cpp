#include "guide/diagnosis.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "guide/finding.hpp"

namespace claw {

std::string_view to_string(Severity severity) {
  constexpr std::string_view kNames[] = {"ok", "note", "skipped", "warning", "error"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view to_string(DoctorPart part) {
  constexpr std::string_view kNames[] = {"settings", "meta", "address", "agents", "speech", "gateway", "person"};
  return kNames[static_cast<std::size_t>(part)];
}

std::optional<DoctorPart> doctor_part_named(std::string_view name) {
  for (const auto part : kDoctorParts)
    if (to_string(part) == name) return part;
  return std::nullopt;
}

std::vector<DoctorCheck> diagnose(DoctorPart part, const DoctorFacts& facts) {
  switch (part) {
    case DoctorPart::kSettings:
      return settings_checks(facts);
    case DoctorPart::kMeta:
      return meta_checks(facts);
    case DoctorPart::kAddress:
      return address_checks(facts);
    case DoctorPart::kAgents:
      return agent_checks(facts);
    case DoctorPart::kSpeech:
      return speech_checks(facts);
    case DoctorPart::kGateway:
      return gateway_checks(facts);
    case DoctorPart::kPerson:
      return person_checks(facts);
  }
  return {};
}

bool is_healthy(const std::vector<DoctorCheck>& checks) {
  return std::ranges::none_of(checks, [](const auto& check) { return check.severity >= Severity::kWarning; });
}

boost::json::object check_json(const DoctorCheck& check) {
  return {{"id", check.id},
          {"title", check.title},
          {"severity", to_string(check.severity)},
          {"seen", check.seen},
          {"do", check.todo.empty() ? boost::json::value(nullptr) : boost::json::value(check.todo)}};
}

}  // namespace claw
