#pragma once

#include "ledger/ledger.hpp"
#include "ledger/sqlite/identity.hpp"
#include "ledger/sqlite/tally.hpp"

namespace claw::sqlite {

/// What Ledger::accept does inside its transaction, item by item. Throws SqliteError.
class Acceptor {
 public:
  /// `db` is inside a transaction and outlives this object.
  Acceptor(Database& db, TimePoint now) : db_(db), now_(now), identity_(db, now, tally_) {}

  void accept(AcceptItem& item);
  /// Writes what was counted. To be called once, after the last item.
  [[nodiscard]] Accepted finish();

 private:
  /// False if an item of the same identity was here before.
  bool is_new(const AcceptItem& item);
  void message(AcceptItem& item, whatsapp::Message& message);
  void status(AcceptItem& item, const whatsapp::Status& status);
  /// The message that a status belongs to; without an id where it is not known.
  Outgoing outgoing_of(TenantId tenant, const whatsapp::Status& status);
  void event(AcceptItem& item, const char* kind, const whatsapp::AgentView& view, std::string_view name);

  /// Who wrote a message, or to whom an echo went.
  User person_of(const AcceptItem& item, const whatsapp::Message& message);
  void name_groups(const AcceptItem& item, const whatsapp::Change& change);
  /// A person has written: free-form messages may go, and what waited for that does.
  void open_window(const AcceptItem& item, const whatsapp::Message& message, ConversationId conversation);
  /// A person answers by hand until then, unless one does longer.
  void hold(ConversationId conversation, TimePoint until);

  /// Messages that wait and whose people became others behind them in the same batch.
  void read_again_who_changed();

  Database& db_;
  TimePoint now_;
  Accepted accepted_;
  Tally tally_;
  Identity identity_;
};

/// Moves an outbound message to the state that a status names, if that is later than where it stands, and counts it.
/// `errors` is the JSON array kept with the status. REQUIRES: inside a transaction.
void advance_by_status(Database& db, Outgoing& message, std::string_view status, std::string_view participant,
                       std::string_view wamid, std::string_view errors, TimePoint at, Tally& tally);

}  // namespace claw::sqlite
