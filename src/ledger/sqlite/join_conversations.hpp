#pragma once

#include <vector>

#include "ledger/ledger.hpp"
#include "ledger/sqlite/tally.hpp"

namespace claw::sqlite {

/// The conversations of a user become those of another. Where both have one on the same number, their messages become
/// one list in the order of their ids, which is `into`'s: its session goes on, with the greater epoch, and whoever
/// answers by hand in either goes on doing so. Tells which were joined.
///
/// Costs a look at each message of the one that is joined. REQUIRES: inside a transaction.
[[nodiscard]] std::vector<IdentityChange::Joined> join_conversations(Database& db, TenantId tenant, UserId into,
                                                                     UserId from, Tally& tally);

/// Where the messages of a conversation are: itself, unless it was joined to another.
[[nodiscard]] ConversationId live_conversation(Database& db, ConversationId conversation);

}  // namespace claw::sqlite
