#include "ledger/sqlite/conversation_row.hpp"

namespace claw::sqlite {

ConversationRow conversation_with(Database& db, TenantId tenant, UserId user, std::string_view phone_number_id,
                                  TimePoint now) {
  {
    auto row =
        db.query("SELECT id, last_message FROM conversations WHERE tenant = $1 AND user = $2 AND phone_number_id = $3",
                 tenant, user, phone_number_id);
    if (row.next()) return {ConversationId{row->integer(0)}, MessageId{row->integer(1)}};
  }
  db.run(
      "INSERT INTO conversations (tenant, user, phone_number_id, created_ms, last_message, last_inbound_ms) "
      "VALUES ($1, $2, $3, $4, 0, 0)",
      tenant, user, phone_number_id, to_ms(now));
  return {ConversationId{db.last_insert_id()}, {}};
}

}  // namespace claw::sqlite
