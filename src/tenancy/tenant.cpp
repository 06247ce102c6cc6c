#include "tenancy/tenant.hpp"

#include <algorithm>
#include <array>

namespace claw {
namespace {

constexpr std::array<std::string_view, 4> kPolicyNames = {"disabled", "allowlist", "pairing", "open"};
constexpr std::array<std::string_view, 3> kQueueNames = {"collect", "followup", "interrupt"};

template <class Value, class Names>
std::optional<Value> named(const Names& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Value>(found - names.begin());
}

}  // namespace

std::string_view to_string(ChannelPolicy policy) {
  return kPolicyNames[static_cast<std::size_t>(policy)];
}

std::optional<ChannelPolicy> policy_named(std::string_view name) {
  return named<ChannelPolicy>(kPolicyNames, name);
}

std::string_view to_string(QueueMode mode) {
  return kQueueNames[static_cast<std::size_t>(mode)];
}

std::optional<QueueMode> queue_mode_named(std::string_view name) {
  return named<QueueMode>(kQueueNames, name);
}

}  // namespace claw
