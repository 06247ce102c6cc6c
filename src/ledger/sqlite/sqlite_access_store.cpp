#include "ledger/sqlite/sqlite_access_store.hpp"

#include <algorithm>
#include <iterator>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/identity.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/walk.hpp"

namespace claw::sqlite {
namespace {

/// Of one conversation; what a stranger wrote beyond it stays held.
constexpr std::size_t kMaxReleased = 1'000;

#define CLAW_ACCESS_COLUMNS                                                                                    \
  "SELECT id, tenant, number, address, standing, name, decided_by, since_ms, opted_out_ms, code, expires_ms, " \
  "asked_by "

AccessRow row_at(const Statement& row) {
  return {row.integer(0),
          TenantId{row.integer(1)},
          row.text(2),
          row.text(3),
          static_cast<Standing>(row.integer(4)),
          row.text(5),
          row.text(6),
          from_ms(row.integer(7)),
          from_ms(row.integer(8)),
          row.text(9),
          from_ms(row.integer(10)),
          MessageId{row.integer(11)}};
}

std::optional<AccessRow> row_of(Database& db, TenantId tenant, const std::string& number, const std::string& address) {
  auto rows = db.query(CLAW_ACCESS_COLUMNS "FROM access WHERE tenant = $1 AND number = $2 AND address = $3", tenant,
                       number, address);
  if (!rows.next()) return std::nullopt;
  return row_at(*rows.operator->());
}

/// Requests that nobody answered in time are as if they had never been made.
void expire(Database& db, TenantId tenant, const std::string& number, TimePoint now) {
  db.run(
      "DELETE FROM access WHERE standing = 2 AND tenant = $1 AND number = $2 AND expires_ms <= $3 "
      "AND opted_out_ms = 0",
      tenant, number, to_ms(now));
  db.run(
      "UPDATE access SET standing = 0, code = '' WHERE standing = 2 AND tenant = $1 AND number = $2 "
      "AND expires_ms <= $3",
      tenant, number, to_ms(now));
}

void write(Database& db, const AccessRow& row) {
  db.run(
      "INSERT INTO access (tenant, number, address, standing, name, decided_by, since_ms, opted_out_ms, code, "
      "expires_ms, "
      "asked_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (tenant, number, address) DO UPDATE "
      "SET standing = excluded.standing, name = CASE WHEN excluded.name = '' THEN name ELSE excluded.name END, "
      "decided_by = excluded.decided_by, since_ms = excluded.since_ms, code = excluded.code, expires_ms = "
      "excluded.expires_ms, "
      "asked_by = excluded.asked_by",
      row.tenant, row.number, row.address, row.standing, row.name, row.by, to_ms(row.since), to_ms(row.opted_out),
      row.code, to_ms(row.expires), row.asked_by);
}

/// A row that says nothing any more goes.
void tidy(Database& db, std::int64_t id) {
  db.run("DELETE FROM access WHERE id = $1 AND standing = 0 AND opted_out_ms = 0", id);
}

/// The conversations that `row` is about: its person's, at its number or at all. Who has the address now is its person,
/// not who is still called by it.
std::vector<std::int64_t> conversations_of(Database& db, const AccessRow& row) {
  std::string public_id = row.address;
  {
    auto key = db.query("SELECT value FROM kv WHERE tenant = $1 AND key = 'wa:' || $2", row.tenant, row.address);
    if (key.next()) public_id = key->text(0);
  }
  const auto user = user_named(db, row.tenant, public_id);
  std::vector<std::int64_t> found;
  auto rows =
      db.query("SELECT id FROM conversations WHERE tenant = $1 AND user = $2 AND ($3 = '' OR phone_number_id = $3)",
               row.tenant, user ? user->id : UserId{}, row.number);
  while (rows.next()) found.push_back(rows->integer(0));
  return found;
}

/// Held messages of a conversation, from the newest back.
std::vector<std::int64_t> held_in(Database& db, std::int64_t conversation) {
  std::vector<std::int64_t> held;
  std::int64_t id = 0;
  {
    auto row = db.query("SELECT last_message FROM conversations WHERE id = $1", conversation);
    if (row.next()) id = row->integer(0);
  }
  for (std::int64_t walked = 0; id > 0 && held.size() < kMaxReleased && walked < kMaxWalk; ++walked) {
    auto row = db.query("SELECT previous, state FROM messages WHERE id = $1", id);
    if (!row.next()) break;
    if (row->integer(1) == static_cast<std::int64_t>(MessageState::kHeld)) held.push_back(id);
    id = row->integer(0);
  }
  return held;
}

std::vector<PendingMessage> release(Database& db, const AccessRow& row) {
  std::vector<PendingMessage> released;
  for (const std::int64_t conversation : conversations_of(db, row)) {
    for (const std::int64_t id : held_in(db, conversation)) {
      // Its sender was told a code by a part of this turn; what follows is numbered on.
      db.run(
          "UPDATE messages SET state = 0, reason = '', turn = 0, attempts = 0, part = (SELECT count(*) FROM messages r "
          "WHERE r.turn = $1 "
          "AND r.turn > 0) WHERE id = $1",
          id);
      released.push_back(pending_message(db, MessageId{id}));
    }
  }
  std::ranges::sort(released, {}, &PendingMessage::id);
  return released;
}

std::optional<AccessRow> live_request(Database& db, TenantId tenant, std::int64_t id, TimePoint now) {
  auto rows =
      db.query(CLAW_ACCESS_COLUMNS "FROM access WHERE id = $1 AND tenant = $2 AND standing = 2 AND expires_ms > $3", id,
               tenant, to_ms(now));
  if (!rows.next()) return std::nullopt;
  return row_at(*rows.operator->());
}

void add_first_words(Database& db, AccessRow& row) {
  auto message = db.query("SELECT type, substr(text, 1, $1) FROM messages WHERE id = $2 AND tenant = $3",
                          kPreviewCharacters, row.asked_by, row.tenant);
  if (!message.next()) return;
  row.asked_type = message->text(0);
  row.asked_text = message->text(1);
}

AccessDecided settle(Database& db, AccessRow row, const AuditRow& audit) {
  write(db, row);
  row = *row_of(db, row.tenant, row.number, row.address);
  write_audit(db, audit);
  AccessDecided decided{row, {}};
  if (row.standing == Standing::kAllowed) decided.released = release(db, row);
  if (row.standing == Standing::kUnknown) tidy(db, row.id);
  return decided;
}

/// What somebody decided about a sender who is known; the log's row says about whom.
AccessDecided settle_as(Database& db, AccessRow row, Standing standing, TimePoint at, AuditRow audit) {
  row.standing = standing;
  row.by = audit.who;
  row.since = at;
  row.code.clear();
  row.expires = {};
  audit.target = row.address;
  audit.what += " " + row.address;
  return settle(db, std::move(row), audit);
}

}  // namespace

Task<Result<std::vector<AccessRow>>> SqliteAccessStore::find(TenantId tenant, std::string number,
                                                             std::vector<std::string> addresses) {
  using Rows = std::vector<AccessRow>;
  return store_.read<Rows>([tenant, number = std::move(number), addresses = std::move(addresses)](Database& db) {
    Rows found;
    for (const auto& address : addresses)
      for (const std::string& at : {number, std::string()})
        if (auto row = row_of(db, tenant, at, address)) found.push_back(std::move(*row));
    return Result<Rows>(std::move(found));
  });
}

Task<Result<PairingAsked>> SqliteAccessStore::ask(AccessRow request, std::size_t most, TimePoint now) {
  return store_.write<PairingAsked>([request = std::move(request), most, now](Database& db) -> Result<PairingAsked> {
    expire(db, request.tenant, request.number, now);
    if (auto there = row_of(db, request.tenant, request.number, request.address);
        there && there->standing == Standing::kPending) {
      const bool again = there->asked_by == request.asked_by;
      return PairingAsked{again ? PairingAsked::Kind::kNew : PairingAsked::Kind::kAlready, std::move(*there)};
    } else if (there && there->standing != Standing::kUnknown) {
      return PairingAsked{PairingAsked::Kind::kDecided, std::move(*there)};
    }
    {
      auto row = db.query("SELECT count(*) FROM access WHERE standing = 2 AND tenant = $1 AND number = $2",
                          request.tenant, request.number);
      if (row.next() && row->integer(0) >= static_cast<std::int64_t>(most))
        return PairingAsked{PairingAsked::Kind::kFull, request};
    }
    {
      auto row = db.query("SELECT 1 FROM access WHERE standing = 2 AND tenant = $1 AND code = $2", request.tenant,
                          request.code);
      if (row.next()) return fail(ErrorKind::kConflict, "the code is taken");
    }
    write(db, request);
    return PairingAsked{PairingAsked::Kind::kNew, *row_of(db, request.tenant, request.number, request.address)};
  });
}

Task<Result<AccessDecisions>> SqliteAccessStore::decide(TenantId tenant, std::vector<std::int64_t> ids,
                                                        Standing standing, TimePoint now, AuditRow audit) {
  return store_.write<AccessDecisions>(
      [tenant, ids = std::move(ids), standing, now, audit = std::move(audit)](Database& db) -> Result<AccessDecisions> {
        AccessDecisions decisions;
        for (const std::int64_t id : ids) {
          auto row = live_request(db, tenant, id, now);
          if (!row) {
            ++decisions.gone;
            continue;
          }
          auto decided = settle_as(db, std::move(*row), standing, now, audit);
          decisions.rows.push_back(std::move(decided.row));
          std::ranges::move(decided.released, std::back_inserter(decisions.released));
        }
        std::ranges::sort(decisions.released, {}, &PendingMessage::id);
        return decisions;
      });
}

Task<Result<AccessRow>> SqliteAccessStore::pending_by_code(TenantId tenant, std::string code, TimePoint now) {
  return store_.read<AccessRow>([tenant, code = std::move(code), now](Database& db) -> Result<AccessRow> {
    auto rows =
        db.query(CLAW_ACCESS_COLUMNS "FROM access WHERE standing = 2 AND tenant = $1 AND code = $2 AND expires_ms > $3",
                 tenant, code, to_ms(now));
    if (!rows.next())
      return fail(ErrorKind::kNotFound, "no request has this code; codes live for an hour: the sender may ask again");
    return row_at(*rows.operator->());
  });
}

Task<Result<AccessDecided>> SqliteAccessStore::put(AccessRow row, AuditRow audit) {
  return store_.write<AccessDecided>(
      [row = std::move(row), audit = std::move(audit)](Database& db) mutable -> Result<AccessDecided> {
        if (row.standing == Standing::kUnknown && !row_of(db, row.tenant, row.number, row.address))
          return fail(ErrorKind::kNotFound, "there is no such sender");
        return settle(db, std::move(row), audit);
      });
}

Task<Result<AccessRow>> SqliteAccessStore::remove(TenantId tenant, std::int64_t id, AuditRow audit) {
  return store_.write<AccessRow>([tenant, id, audit = std::move(audit)](Database& db) -> Result<AccessRow> {
    AccessRow row;
    {
      auto rows = db.query(CLAW_ACCESS_COLUMNS "FROM access WHERE id = $1 AND tenant = $2", id, tenant);
      if (!rows.next()) return fail(ErrorKind::kNotFound, "there is no such sender");
      row = row_at(*rows.operator->());
    }
    return settle_as(db, std::move(row), Standing::kUnknown, audit.at, audit).row;
  });
}

Task<Result<void>> SqliteAccessStore::set_opted_out(TenantId tenant, std::string address, std::string name,
                                                    TimePoint at) {
  return store_.write<void>(
      [tenant, address = std::move(address), name = std::move(name), at](Database& db) -> Result<void> {
        db.run(
            "INSERT INTO access (tenant, number, address, standing, name, decided_by, since_ms, opted_out_ms, code, "
            "expires_ms, asked_by) VALUES ($1, '', $2, 0, $3, '', $4, $4, '', 0, 0) "
            "ON CONFLICT (tenant, number, address) DO UPDATE SET opted_out_ms = excluded.opted_out_ms",
            tenant, address, name, to_ms(at));
        if (const auto row = row_of(db, tenant, {}, address)) tidy(db, row->id);
        return {};
      });
}

Task<Result<Page<AccessRow>>> SqliteAccessStore::list(TenantId tenant, AccessFilter filter) {
  return store_.read<Page<AccessRow>>([tenant, filter = std::move(filter)](Database& db) -> Result<Page<AccessRow>> {
    const KeyRange addresses(filter.search, {});
    auto rows = db.query(
        CLAW_ACCESS_COLUMNS
        "FROM access WHERE tenant = $1 AND id < $2 AND ($3 < 0 OR standing = $3) AND (NOT $4 OR opted_out_ms > 0) "
        "AND ($5 = '' OR number IN ('', $5)) AND NOT (standing = 2 AND expires_ms <= $6) AND ($9 = '' "
        "OR (address >= $7 AND address < $8) OR (name COLLATE NOCASE >= $7 AND name COLLATE NOCASE < $8)) "
        "ORDER BY id DESC LIMIT $10",
        tenant, filter.before > 0 ? filter.before : INT64_MAX,
        filter.standing ? static_cast<std::int64_t>(*filter.standing) : -1, filter.opted_out, filter.number,
        to_ms(filter.now), addresses.from, addresses.end, filter.search, filter.limit);
    Page<AccessRow> page;
    while (rows.next()) page.push_back(row_at(*rows.operator->()));
    if (page.size() == filter.limit && !page.empty()) page.next = page.back().id;
    for (auto& row : page)
      if (row.standing == Standing::kPending) add_first_words(db, row);
    return page;
  });
}

}  // namespace claw::sqlite
