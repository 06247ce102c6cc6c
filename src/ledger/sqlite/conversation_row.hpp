#pragma once

#include <string_view>

#include "ledger/ledger.hpp"
#include "ledger/sqlite/database.hpp"

namespace claw::sqlite {

/// A row of `conversations`; `last` is 0 where nothing was said yet.
struct ConversationRow {
  ConversationId id;
  MessageId last;
};

/// The conversation of a user with a number, made where there is none. REQUIRES: inside a transaction.
ConversationRow conversation_with(Database& db, TenantId tenant, UserId user, std::string_view phone_number_id,
                                  TimePoint now);

}  // namespace claw::sqlite
