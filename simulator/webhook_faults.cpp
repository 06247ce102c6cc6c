#include "simulator/webhook_faults.hpp"

#include <algorithm>

#include "simulator/batch.hpp"

namespace claw::sim {

namespace {

constexpr std::size_t kMaxBatchBytes = 3 * 1024 * 1024;  ///< Meta's bound for a webhook's body.

/// One delivery in place of several; told about as the first of them.
Delivery merged(std::vector<Delivery>& members, BatchShape shape) {
  std::vector<std::shared_ptr<const std::string>> bodies;
  for (const auto& member : members) bodies.push_back(member.body);
  Delivery batch = std::move(members.front());
  for (std::size_t i = 1; i < members.size(); ++i) batch.also.push_back(std::move(members[i].message));
  batch.body = std::make_shared<const std::string>(merged_webhook(bodies, shape));
  if (members.size() > 1) batch.what = "batch";
  return batch;
}

}  // namespace

bool WebhookFaults::add(Delivery delivery) {
  if (!has_room()) return false;
  if (groups_.empty() && faults_.idle()) return deliveries_.add(std::move(delivery));
  if (const auto group = groups_.find(delivery.number); group != groups_.end()) {
    join(group->second, std::move(delivery));
    return true;
  }
  if (!strike(delivery)) hand_on(std::move(delivery));
  return true;
}

/// False: no fault took it.
bool WebhookFaults::strike(Delivery& delivery) {
  auto fault =
      faults_.strike(delivery.number, delivery.phone, [](const Fault& wanted) { return is_of_webhooks(wanted.kind); });
  if (!fault) return false;
  switch (fault->kind) {
    case FaultKind::kDuplicate:
      if (open() + 1 < Deliveries::kMaxWaiting) hand_on(delivery);
      return false;
    case FaultKind::kDropDelivery:
      delivery.drop_first = true;
      return false;
    case FaultKind::kDelay:
      ++held_;
      timers_.after(fault->ms, [this, delivery = std::move(delivery)]() mutable {
        --held_;
        hand_on(std::move(delivery));
      });
      return true;
    default: {
      const std::string number = delivery.number;
      const auto wait = fault->ms;
      const auto id = ++last_group_;
      Group& group = groups_[number];
      group.id = id;
      group.fault = std::move(*fault);
      join(group, std::move(delivery));
      timers_.after(wait, [this, number, id] {
        // Another group may have begun since.
        const auto found = groups_.find(number);
        if (found != groups_.end() && found->second.id == id) release(number);
      });
      return true;
    }
  }
}

void WebhookFaults::join(Group& group, Delivery delivery) {
  const std::string number = delivery.number;
  ++held_;
  group.bytes += delivery.body->size();
  group.members.push_back(std::move(delivery));
  // The next one may be as large as a message can be.
  if (group.members.size() >= group.fault.size || group.bytes + 512UL * 1024 > kMaxBatchBytes) release(number);
}

void WebhookFaults::release(const std::string& number) {
  auto node = groups_.extract(number);
  auto& [id, fault, members, bytes] = node.mapped();
  held_ -= members.size();
  if (fault.kind == FaultKind::kBatch) return hand_on(merged(members, fault.shape));
  std::ranges::reverse(members);
  for (auto& member : members) hand_on(std::move(member));
}

void WebhookFaults::hand_on(Delivery delivery) {
  // There was room when it came, and it kept its place.
  (void)deliveries_.add(std::move(delivery));
}

}  // namespace claw::sim
