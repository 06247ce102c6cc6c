#pragma once

#include <deque>
#include <span>

#include "conversation/commands.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/tenant.hpp"

namespace claw {

/// Whether a session has ended by itself before a message that was received at `now`: it was idle too long, or the hour
/// of the daily reset has passed since its last turn. A session without a turn never has.
[[nodiscard]] bool has_ended(const SessionRecord& session, const SessionSettings& settings, TimePoint now);

/// The session after a reset: the message `first` is the first that counts. Whoever answers by hand still does.
[[nodiscard]] SessionRecord begun_anew(const SessionRecord& session, MessageId first);

/// Whether a message may share a turn with others: a plain text, no command, no answer to a message, no ad's first, no
/// word for opting out or in.
[[nodiscard]] bool is_mergeable(const Tenant& tenant, const PendingMessage& message);

/// How many of the messages that wait, oldest first, are one turn: those that were one before a crash; else where the
/// tenant collects as many as can be merged, else those that were written in one go (debounce), else one. REQUIRES: not
/// empty.
[[nodiscard]] std::size_t turn_size(const Tenant& tenant, const std::deque<PendingMessage>& waiting);

/// How long to wait for more before the turn of `waiting` may begin; 0: not at all. The quiet window restarts with each
/// message; five windows after the first it is over in any case.
[[nodiscard]] std::chrono::milliseconds debounce_left(const Tenant& tenant, const std::deque<PendingMessage>& waiting,
                                                      TimePoint now);

/// One message that says what all say, with the oldest one's id and the newest one's wamid. REQUIRES: not empty.
[[nodiscard]] PendingMessage merged(std::span<const PendingMessage> messages);

/// Whether the sender may use the commands of owners.
[[nodiscard]] bool is_owner(const Tenant& tenant, const PendingMessage& message);

/// Who answers: the agent that the session keeps to, else by the tenant's rules. An agent that is not there any more
/// keeps nothing. `rule` is -1 for what the session keeps.
[[nodiscard]] RoutingAnswer answering(const Tenant& tenant, const SessionRecord& session,
                                      const RoutingQuestion& question);

/// What routing asks about a message.
struct Referral {
  std::string source_id;
  std::string ctwa_clid;
};
[[nodiscard]] Referral referral_of(const PendingMessage& message);

}  // namespace claw
