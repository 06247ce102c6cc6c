#include "delivery/lane.hpp"

#include <utility>

namespace claw {

bool Lane::add(OutboundMessage message, TimePoint now) {
  if (is_held()) unexplained_.push_back(message.id);
  const std::int64_t key = message.conversation.value;
  const auto [entry, is_new] = conversations_.try_emplace(key);
  Conversation& conversation = entry->second;
  if (!conversation.ids.empty() || conversation.queue.size() >= kMaxOfConversation) {
    conversation.ids.push_back(message.id);
    return false;
  }
  conversation.queue.push_back(std::move(message));
  if (is_new) go_on(key, conversation, now);
  return true;
}

void Lane::go_on(std::int64_t key, Conversation& conversation, TimePoint now) {
  if (!conversation.queue.empty())
    queue_up(key, std::max(now, conversation.queue.front().due));
  else if (!conversation.ids.empty())
    wanted_.push_back({ConversationId{key}, conversation.ids.front()});
  else
    conversations_.erase(key);
}

std::vector<Lane::Wanted> Lane::take_wanted() {
  return std::exchange(wanted_, {});
}

void Lane::give_back(OutboundMessage message, TimePoint now) {
  const std::int64_t key = message.conversation.value;
  Conversation& conversation = conversations_.at(key);
  conversation.ids.pop_front();
  conversation.queue.push_front(std::move(message));
  conversation.given_back = true;
  go_on(key, conversation, now);
}

void Lane::gone(ConversationId id) {
  Conversation& conversation = conversations_.at(id.value);
  conversation.ids.pop_front();
  go_on(id.value, conversation, {});
}

std::pair<TimePoint, Lane::Limit> Lane::number_allows(TimePoint now) {
  const std::pair<TimePoint, Limit> all[] = {{circuit_.earliest(now), Limit::kAuthorization},
                                             {std::max(now, rests_until_), Limit::kRest},
                                             {rate_.earliest(now), Limit::kRate}};
  return *std::ranges::max_element(all, {}, &std::pair<TimePoint, Limit>::first);
}

OutboundMessage* Lane::next(TimePoint now) {
  look_again_at_ = TimePoint::max();
  while (in_flight_ < kMaxInFlight && !heads_.empty()) {
    const Head head = *heads_.begin();
    look_again_at_ = head.at;
    if (head.at > now) return nullptr;
    Conversation& conversation = conversations_.at(head.conversation);
    if (const auto at = pairs_.earliest(ConversationId{head.conversation}, now); at > now) {
      hold_back(conversation, Limit::kPair);
      heads_.erase(heads_.begin());
      queue_up(head.conversation, at);
      continue;
    }
    if (const auto [at, limit] = number_allows(now); at > now) {
      hold_back(conversation, limit);
      look_again_at_ = at;
      return nullptr;
    }
    heads_.erase(heads_.begin());
    rate_.sent(now);
    conversation.probe = circuit_.sent();
    conversation.refused_authorization = false;
    conversation.held_back.reset();
    ++in_flight_;
    return &conversation.queue.front();
  }
  // Without a place in flight an end comes before any time does.
  if (in_flight_ == kMaxInFlight) look_again_at_ = TimePoint::max();
  return nullptr;
}

void Lane::judge(const OutboundMessage& message, const GraphOutcome& outcome, TimePoint began, TimePoint now) {
  Conversation& conversation = conversations_.at(message.conversation.value);
  rests_until_ = std::max(rests_until_, now + number_rest(outcome));
  const auto* failure = std::get_if<GraphFailure>(&outcome);
  if (is_throughput_refusal(outcome)) rate_.refused(began, now);
  if (is_pair_refusal(outcome))
    pairs_.refused(message.conversation, now);
  else if (!failure || failure->kind == GraphFailure::Kind::kAmbiguous)
    pairs_.taken(message.conversation, began, now);

  const bool was_open = is_held();
  const auto verdict = authorization_verdict(outcome);
  circuit_.ended(std::exchange(conversation.probe, false), verdict, now);
  if (verdict != Circuit::Verdict::kTrouble) return;
  conversation.refused_authorization = true;
  trouble_ = *failure;
  if (was_open) return;
  for (const auto& [key, waiting] : conversations_) {
    for (const auto& each : waiting.queue)
      if (each.id != message.id) unexplained_.push_back(each.id);
    unexplained_.insert(unexplained_.end(), waiting.ids.begin(), waiting.ids.end());
  }
}

/// Where judge() was not called, nothing was sent.
Lane::Conversation& Lane::take_out_of_flight(ConversationId id) {
  Conversation& conversation = conversations_.at(id.value);
  --in_flight_;
  if (std::exchange(conversation.probe, false)) circuit_.ended(true, Circuit::Verdict::kNotAsked, {});
  return conversation;
}

bool Lane::finished(ConversationId id, TimePoint now) {
  Conversation& conversation = take_out_of_flight(id);
  const bool came_by_add = !std::exchange(conversation.given_back, false);
  conversation.queue.pop_front();
  go_on(id.value, conversation, now);
  return came_by_add;
}

void Lane::put_back(ConversationId id) {
  queue_up(id.value, take_out_of_flight(id).queue.front().due);
}

void Lane::try_authorization_now(TimePoint now) {
  circuit_.try_now(now);
  std::set<Head> heads;
  for (Head head : std::exchange(heads_, {})) {
    if (conversations_.at(head.conversation).refused_authorization) head.at = std::min(head.at, now);
    heads.insert(head);
  }
  heads_ = std::move(heads);
}

void Lane::hold_back(Conversation& conversation, Limit limit) {
  if (std::exchange(conversation.held_back, limit) != limit) ++held_back_[static_cast<std::size_t>(limit)];
}

std::vector<MessageId> Lane::take_unexplained() {
  return std::exchange(unexplained_, {});
}

std::array<std::size_t, Lane::kLimits> Lane::take_held_back() {
  return std::exchange(held_back_, {});
}

}  // namespace claw
