#include "ledger/event_store.hpp"

#include <algorithm>

namespace claw {
namespace {

constexpr std::pair<EventState, std::string_view> kStates[] = {
    {EventState::kWaiting, "waiting"},
    {EventState::kDelivered, "delivered"},
    {EventState::kGivenUp, "given_up"},
    {EventState::kSkipped, "skipped"},
};

}  // namespace

std::string_view to_string(EventKind kind) {
  const auto* const found = std::ranges::find(kEventKinds, kind, &EventKindName::kind);
  return found == kEventKinds.end() ? "status" : found->name;
}

std::optional<EventKind> event_kind_named(std::string_view name) {
  const auto* const found = std::ranges::find(kEventKinds, name, &EventKindName::name);
  if (found == kEventKinds.end()) return std::nullopt;
  return found->kind;
}

std::string_view to_string(EventState state) {
  for (const auto& [each, name] : kStates)
    if (each == state) return name;
  return "unknown";
}

std::optional<EventState> event_state_named(std::string_view name) {
  for (const auto& [each, its] : kStates)
    if (its == name) return each;
  return std::nullopt;
}

}  // namespace claw
