#pragma once

#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/log.hpp"
#include "base/mailbox.hpp"
#include "delivery/outbox.hpp"

/// Within the outbox alone.
namespace claw {

/// How soon a store that is away is asked again.
inline constexpr std::chrono::milliseconds kOutboxStoreRetry{250};
/// The one type that goes outside of the service window.
inline constexpr std::string_view kTemplateType = "template";
/// Conversations of a number of which it is kept in memory that a template asked to write back.
inline constexpr std::size_t kMaxAskedBy = 1'000;

/// What goes out through one phone number. Only on its executor, where nothing else is said.
struct Outbox::Number {
  using Read = std::function<Task<Result<std::vector<OutboundMessage>>>(Urgency, MessageId, std::size_t)>;
  Number(std::string phone_number_id, Executor where, TaskGroup& tasks, const SendLimits& limits, Clock& clock,
         const Read& read, std::function<void(Number&, OutboundMessage)> take)
      : id(std::move(phone_number_id)),
        executor(std::move(where)),
        lane(limits),
        answers(kMaxInMemoryPerNumber, clock, std::bind_front(read, Urgency::kAnswer),
                [this](OutboundMessage message) { incoming.put(std::move(message)); }),
        campaigns(kMaxInMemoryPerNumber, clock, std::bind_front(read, Urgency::kCampaign),
                  [this](OutboundMessage message) { incoming.put(std::move(message)); }),
        incoming(tasks, executor,
                 [this, take = std::move(take)](OutboundMessage message) { take(*this, std::move(message)); }) {}
  Backlog<OutboundMessage>& backlog(Urgency urgency) { return urgency == Urgency::kAnswer ? answers : campaigns; }

  void asked(const OutboundMessage& message) {
    if (asked_by.size() >= kMaxAskedBy) asked_by.clear();  // then somebody is asked twice
    asked_by[message.conversation.value] = message.turn.value;
  }

  const std::string id;
  const std::int64_t key = static_cast<std::int64_t>(std::hash<std::string>{}(id));  // of its waiters at the gate
  const Executor executor;
  Lane lane;
  Backlog<OutboundMessage> answers;        // safe from any thread
  Backlog<OutboundMessage> campaigns;      // safe from any thread: behind none of them does an answer wait
  Mailbox<OutboundMessage> incoming;       // safe from any thread
  std::atomic<std::size_t> in_flight = 0;  // written on the executor, read by stop()
  std::atomic<bool> held = false;          // written on the executor
  std::string why_held;                    // guarded by numbers_mutex_, written on the executor
  TimePoint ask_rate_at{};                 // when Meta is asked for the throughput again
  std::set<TimePoint> alarms;              // when pump_at() comes
  TenantRef refused_as;                    // whose token Meta refused; null: nobody's
  std::vector<MessageId> unexplained;
  bool explaining = false;
  bool pumping = false;
  bool waits_at_gate = false;
  bool rate_is_known = false;  // Meta said it
  log::Thinned retries;        // of one number without a token there are as many as messages, again and again
  std::unordered_set<std::int64_t> in_doubt;  // messages whose begin was written or not
  // What is sent in a message's place, until that ends. The message itself stays as it was: its place in the lane goes
  // by its type.
  std::unordered_map<std::int64_t, whatsapp::Outgoing> as_template;
  std::unordered_map<std::int64_t, std::int64_t>
      asked_by;                             // the turn whose reply last went as a template, by conversation
  std::unordered_set<std::int64_t> closed;  // messages that Meta refused for a closed window, whatever we thought
};

}  // namespace claw
