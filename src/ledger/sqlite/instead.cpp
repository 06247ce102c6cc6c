#include "ledger/sqlite/instead.hpp"

#include <boost/json.hpp>

#include "base/json_members.hpp"
#include "ledger/sqlite/tally.hpp"

namespace claw::sqlite {

void write_view(Database& db, MessageId message, const whatsapp::AgentView& view) {
  Tally tally;
  {
    auto row = db.query(
        "SELECT tenant, length(CAST(text AS BLOB)) + length(CAST(data AS BLOB)) FROM messages "
        "WHERE id = $1",
        message);
    if (!row.next()) return;
    tally.stored(TenantId{row->integer(0)}).bytes +=
        static_cast<std::int64_t>(view.text.size() + view.data.size()) - row->integer(1);
  }
  db.run("UPDATE messages SET text = $1, data = $2 WHERE id = $3", view.text, view.data, message);
  tally.write(db);
}

void say_instead(Database& db, MessageId message, const whatsapp::Outgoing& instead) {
  // Once: a begin whose end was not told comes again.
  db.run(
      "UPDATE messages SET instead_of = json_object('type', type, 'text', text, 'data', data) "
      "WHERE id = $1 AND instead_of = ''",
      message);
  db.run("UPDATE messages SET type = $1 WHERE id = $2", instead.type, message);
  write_view(db, message, instead.view);
}

void say_as_first(Database& db, MessageId message) {
  std::optional<whatsapp::Outgoing> first;
  {
    auto row = db.query("SELECT instead_of FROM messages WHERE id = $1", message);
    if (row.next()) first = read_instead_of(row->view(0));
  }
  if (!first) return;
  db.run("UPDATE messages SET type = $1, instead_of = '' WHERE id = $2", first->type, message);
  write_view(db, message, first->view);
}

std::optional<whatsapp::Outgoing> read_instead_of(std::string_view kept) {
  if (kept.empty()) return std::nullopt;
  boost::system::error_code fault;
  const auto value = boost::json::parse(kept, fault);
  if (fault || !value.is_object()) return std::nullopt;
  const auto& from = value.get_object();
  return whatsapp::Outgoing{text_member(from, "type"), {text_member(from, "text"), text_member(from, "data")}};
}

}  // namespace claw::sqlite
