#include "delivery/lane.hpp"

#include <algorithm>
#include <utility>

namespace claw {

bool Lane::add(OutboundMessage message, TimePoint now) {
  if (is_held()) unexplained_.push_back(message.id);
  const Key key = key_of(message);
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

void Lane::go_on(Key key, Conversation& conversation, TimePoint now) {
  if (!conversation.queue.empty())
    queue_up(key, std::max(now, conversation.queue.front().due));
  else if (!conversation.ids.empty())
    wanted_.push_back({conversation_of(key), static_cast<Urgency>(key % 2), conversation.ids.front()});
  else
    conversations_.erase(key);
}

std::vector<Lane::Wanted> Lane::take_wanted() {
  return std::exchange(wanted_, {});
}

void Lane::give_back(OutboundMessage message, TimePoint now) {
  const Key key = key_of(message);
  Conversation& conversation = conversations_.at(key);
  conversation.ids.pop_front();
  conversation.queue.push_front(std::move(message));
  conversation.given_back = true;
  go_on(key, conversation, now);
}

void Lane::gone(const Wanted& wanted) {
  const Key key = key_of(wanted.conversation, wanted.urgency);
  Conversation& conversation = conversations_.at(key);
  conversation.ids.pop_front();
  go_on(key, conversation, {});
}

std::pair<TimePoint, Lane::Limit> Lane::number_allows(TimePoint now) {
  const std::pair<TimePoint, Limit> all[] = {{circuit_.earliest(now), Limit::kAuthorization},
                                             {std::max(now, rests_until_), Limit::kRest},
                                             {rate_.earliest(now), Limit::kRate}};
  return *std::ranges::max_element(all, {}, &std::pair<TimePoint, Limit>::first);
}

std::size_t Lane::places() const {
  return std::clamp(static_cast<std::size_t>(rate_.limit() * kLongCall), kMinInFlight, kMaxInFlight);
}

/// Without a place in flight an end comes before any time does.
OutboundMessage* Lane::next(Urgency urgency, TimePoint now) {
  look_again_at_ = TimePoint::max();
  Heads& heads = heads_[static_cast<std::size_t>(urgency)];
  const auto all = places();
  const auto share = urgency == Urgency::kAnswer ? all : all - all / kCampaignShare;
  while (in_flight_ < share && !heads.empty()) {
    const Head head = *heads.begin();
    if (head.at > now) {
      look_again_at_ = head.at;
      return nullptr;
    }
    Conversation& conversation = conversations_.at(head.key);
    if (const auto at = pairs_.earliest(conversation_of(head.key), now); at > now) {
      hold_back(conversation, Limit::kPair);
      heads.erase(heads.begin());
      queue_up(head.key, at);
      continue;
    }
    if (const auto [at, limit] = number_allows(now); at > now) {
      hold_back(conversation, limit);
      look_again_at_ = at;
      return nullptr;
    }
    heads.erase(heads.begin());
    rate_.sent(now);
    conversation.probe = circuit_.sent();
    conversation.refused_authorization = false;
    conversation.held_back.reset();
    ++in_flight_;
    return &conversation.queue.front();
  }
  return nullptr;
}

void Lane::judge(const OutboundMessage& message, const GraphOutcome& outcome, TimePoint began, TimePoint now) {
  Conversation& conversation = conversations_.at(key_of(message));
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
Lane::Conversation& Lane::take_out_of_flight(Key key) {
  Conversation& conversation = conversations_.at(key);
  --in_flight_;
  if (std::exchange(conversation.probe, false)) circuit_.ended(true, Circuit::Verdict::kNotAsked, {});
  return conversation;
}

bool Lane::finished(const OutboundMessage& message, TimePoint now) {
  const Key key = key_of(message);
  Conversation& conversation = take_out_of_flight(key);
  const bool came_by_add = !std::exchange(conversation.given_back, false);
  conversation.queue.pop_front();
  go_on(key, conversation, now);
  return came_by_add;
}

void Lane::put_back(const OutboundMessage& message) {
  const Key key = key_of(message);
  queue_up(key, take_out_of_flight(key).queue.front().due);
}

void Lane::try_authorization_now(TimePoint now) {
  circuit_.try_now(now);
  for (auto& heads : heads_) {
    Heads anew;
    for (Head head : std::exchange(heads, {})) {
      if (conversations_.at(head.key).refused_authorization) head.at = std::min(head.at, now);
      anew.insert(head);
    }
    heads = std::move(anew);
  }
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
