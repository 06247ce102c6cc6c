#include "ledger/sqlite/sqlite_event_store.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "ledger/sqlite/audit.hpp"

namespace claw::sqlite {
namespace {

/// How far back the agent is looked for that had the last turn of a conversation.
constexpr int kMaxLookBack = 50;
/// Events that one write makes wait again: others want to write as well.
constexpr std::size_t kReplayStep = 1'000;

#define CLAW_SINK_EVENT_COLUMNS                                                                                  \
  "SELECT e.id, e.sink, e.tenant, e.lane, e.kind, e.subject, e.detail, e.at_ms, e.state, e.attempts, e.due_ms, " \
  "e.tried_ms, e.status, e.took_ms, e.reason FROM sink_events e "

SinkEvent event_at(const Statement& row) {
  return {row.integer(0),
          row.integer(1),
          TenantId{row.integer(2)},
          row.integer(3),
          static_cast<EventKind>(row.integer(4)),
          row.integer(5),
          row.text(6),
          from_ms(row.integer(7)),
          static_cast<EventState>(row.integer(8)),
          static_cast<int>(row.integer(9)),
          from_ms(row.integer(10)),
          from_ms(row.integer(11)),
          static_cast<int>(row.integer(12)),
          std::chrono::milliseconds(row.integer(13)),
          row.text(14)};
}

std::unexpected<Error> no_such_sink() {
  return fail(ErrorKind::kNotFound, "there is no such webhook");
}

/// The condition of a change, held against the sink as it is.
Result<void> check(Database& db, TenantId tenant, std::int64_t sink, const Condition& condition) {
  auto row = db.query("SELECT version FROM event_sinks WHERE tenant = $1 AND id = $2", tenant, sink);
  if (!row.next()) return no_such_sink();
  if (condition.holds(row->text(0))) return {};
  return fail(ErrorKind::kStale, "somebody changed it meanwhile; read it again");
}

Result<void> check_name(Database& db, const SinkRow& sink) {
  auto row = db.query("SELECT 1 FROM event_sinks WHERE tenant = $1 AND agent = '' AND name = $2 AND id <> $3",
                      sink.tenant, sink.name, sink.id);
  if (row.next()) return fail(ErrorKind::kConflict, fmt::format("there is a webhook {} already", sink.name));
  return {};
}

std::vector<std::int64_t> chosen(Database& db, TenantId tenant, std::int64_t sink, const ReplayWish& wish) {
  std::vector<std::int64_t> ids;
  for (const auto id : wish.events) {
    auto row = db.query("SELECT 1 FROM sink_events WHERE id = $1 AND sink = $2 AND tenant = $3", id, sink, tenant);
    if (row.next()) ids.push_back(id);
  }
  if (!wish.events.empty()) return ids;
  auto rows = db.query(
      "SELECT id FROM sink_events WHERE sink = $1 AND tenant = $2 AND at_ms >= $3 AND at_ms < $4 "
      "AND ($5 < 0 OR state = $5) AND state <> 0 ORDER BY id LIMIT $6",
      sink, tenant, to_ms(wish.from), to_ms(wish.to), wish.state ? static_cast<int>(*wish.state) : -1, kMaxReplayed);
  while (rows.next()) ids.push_back(rows->integer(0));
  return ids;
}

Result<std::size_t> wait_again(Database& db, TenantId tenant, std::int64_t sink, std::span<const std::int64_t> ids,
                               TimePoint now) {
  std::size_t count = 0;
  for (const auto id : ids) {
    db.run(
        "UPDATE sink_events SET state = 0, attempts = 0, due_ms = 0, queued_ms = $2, reason = '' WHERE id = $1 AND "
        "sink = $3 AND tenant = $4",
        id, to_ms(now), sink, tenant);
    count += static_cast<std::size_t>(db.changes());
  }
  return count;
}

/// Deletes events of sinks that are no more, `limit` at most.
std::size_t forget_gone(Database& db, std::size_t limit) {
  std::vector<std::int64_t> ids;
  {
    auto rows = db.query("SELECT e.id FROM gone_sinks g CROSS JOIN sink_events e ON e.sink = g.sink LIMIT $1", limit);
    while (rows.next()) ids.push_back(rows->integer(0));
  }
  for (const auto id : ids) db.run("DELETE FROM sink_events WHERE id = $1", id);
  if (ids.size() < limit) db.run("DELETE FROM gone_sinks");
  return ids.size();
}

/// Whose turn it was last before `message` was said; empty: nobody's.
std::string last_agent_before(Database& db, std::int64_t message) {
  for (int i = 0; i < kMaxLookBack && message > 0; ++i) {
    auto row = db.query("SELECT previous, direction, agent FROM messages WHERE id = $1", message);
    if (!row.next()) break;
    if (row->integer(1) == 0 && !row->view(2).empty()) return row->text(2);
    message = row->integer(0);
  }
  return {};
}

}  // namespace

Task<Result<std::vector<SinkRow>>> SqliteEventStore::sinks() {
  return store_.read<std::vector<SinkRow>>([](Database& db) -> Result<std::vector<SinkRow>> {
    std::vector<SinkRow> found;
    auto rows = db.query(
        "SELECT id, tenant, name, url, kinds, enabled, agent, sealed, sealed_before, before_until_ms, stopped, "
        "created_ms, created_by, version FROM event_sinks ORDER BY id");
    while (rows.next())
      found.push_back({rows->integer(0), TenantId{rows->integer(1)}, rows->text(2), rows->text(3),
                       static_cast<std::uint32_t>(rows->integer(4)), rows->integer(5) != 0, rows->text(6),
                       rows->text(7), rows->text(8), from_ms(rows->integer(9)), rows->text(10),
                       from_ms(rows->integer(11)), rows->text(12), rows->text(13)});
    return found;
  });
}

Task<Result<std::int64_t>> SqliteEventStore::add_sink(SinkRow row, Change change) {
  return store_.write<std::int64_t>([row = std::move(row),
                                     change = std::move(change)](Database& db) -> Result<std::int64_t> {
    if (auto free = check_name(db, row); !free) return std::unexpected(free.error());
    db.run(
        "INSERT INTO event_sinks (tenant, agent, name, url, kinds, enabled, sealed, created_ms, created_by, version) "
        "VALUES ($1, '', $2, $3, $4, $5, $6, $7, $8, lower(hex(randomblob(16))))",
        row.tenant, row.name, row.url, row.kinds, row.enabled, Blob{row.sealed}, to_ms(row.created_at), row.created_by);
    const auto id = db.last_insert_id();
    write_audit(db, change.audit);
    return id;
  });
}

Task<Result<void>> SqliteEventStore::change_sink(SinkRow row, Change change) {
  return store_.write<void>([row = std::move(row), change = std::move(change)](Database& db) -> Result<void> {
    if (auto held = check(db, row.tenant, row.id, change.condition); !held) return held;
    if (auto free = check_name(db, row); !free) return free;
    db.run(
        "UPDATE event_sinks SET name = $1, url = $2, kinds = $3, enabled = $4, sealed = $5, sealed_before = $6, "
        "before_until_ms = $7, stopped = '', version = lower(hex(randomblob(16))) WHERE id = $8",
        row.name, row.url, row.kinds, row.enabled, Blob{row.sealed}, Blob{row.sealed_before}, to_ms(row.before_until),
        row.id);
    write_audit(db, change.audit);
    return {};
  });
}

Task<Result<void>> SqliteEventStore::remove_sink(TenantId tenant, std::int64_t sink, Change change) {
  return store_.write<void>([tenant, sink, change = std::move(change)](Database& db) -> Result<void> {
    if (auto held = check(db, tenant, sink, change.condition); !held) return held;
    db.run("DELETE FROM event_sinks WHERE id = $1", sink);
    write_audit(db, change.audit);
    return {};
  });
}

Task<Result<void>> SqliteEventStore::stop_sink(std::int64_t sink, std::string why) {
  return store_.write<void>([sink, why = std::move(why)](Database& db) -> Result<void> {
    db.run("UPDATE event_sinks SET enabled = 0, stopped = $1, version = lower(hex(randomblob(16))) WHERE id = $2", why,
           sink);
    return {};
  });
}

Task<Result<std::vector<SinkEvent>>> SqliteEventStore::due(std::int64_t sink, TimePoint now, std::size_t limit) {
  return store_.read<std::vector<SinkEvent>>([=](Database& db) -> Result<std::vector<SinkEvent>> {
    std::vector<SinkEvent> found;
    auto rows = db.query(CLAW_SINK_EVENT_COLUMNS
                         "JOIN (SELECT event, due_ms FROM sink_heads WHERE sink = $1 AND due_ms <= $2 ORDER BY due_ms, "
                         "event LIMIT $3) h ON e.id = h.event ORDER BY h.due_ms, h.event",
                         sink, to_ms(now), limit);
    while (rows.next()) found.push_back(event_at(*rows.operator->()));
    return found;
  });
}

Task<Result<void>> SqliteEventStore::settle(SinkEvent tried, EventOutcome outcome) {
  return store_.write<void>([tried = std::move(tried), outcome = std::move(outcome)](Database& db) -> Result<void> {
    db.run(
        "UPDATE sink_events SET state = $1, attempts = attempts + 1, due_ms = $2, tried_ms = $3, status = $4, "
        "took_ms = $5, reason = $6 WHERE id = $7 AND state = 0 AND attempts = $8",
        outcome.state, to_ms(outcome.due), to_ms(outcome.tried_at), outcome.status, outcome.took.count(),
        outcome.reason, tried.id, tried.attempts);
    return {};
  });
}

Task<Result<void>> SqliteEventStore::hasten(std::int64_t sink) {
  return store_.write<void>([=](Database& db) -> Result<void> {
    db.run("UPDATE sink_events SET due_ms = 0 WHERE sink = $1 AND state = 0 AND due_ms > 0", sink);
    return {};
  });
}

Task<Result<Page<SinkEvent>>> SqliteEventStore::events(TenantId tenant, std::int64_t sink, SinkEventFilter filter) {
  return store_.read<Page<SinkEvent>>([=](Database& db) -> Result<Page<SinkEvent>> {
    {
      auto row = db.query("SELECT 1 FROM event_sinks WHERE id = $1", sink);
      if (!row.next()) return Page<SinkEvent>{};
    }
    const auto before = filter.before > 0 ? filter.before : std::numeric_limits<std::int64_t>::max();
    std::int64_t from = 0;
    {
      auto row = db.query("SELECT id FROM sink_events WHERE sink = $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3",
                          sink, before, kMaxWalk - 1);
      if (row.next()) from = row->integer(0);
    }
    Page<SinkEvent> page;
    auto rows =
        db.query(CLAW_SINK_EVENT_COLUMNS
                 "WHERE e.sink = $1 AND e.tenant = $2 AND e.id < $3 AND e.id >= $4 AND ($5 < 0 OR e.state = $5) "
                 "ORDER BY e.id DESC LIMIT $6",
                 sink, tenant, before, from, filter.state ? static_cast<int>(*filter.state) : -1, filter.limit);
    while (rows.next()) page.push_back(event_at(*rows.operator->()));
    if (page.size() == filter.limit && !page.empty())
      page.next = page.back().id;
    else
      page.next = from;
    return page;
  });
}

Task<Result<std::int64_t>> SqliteEventStore::waiting(std::int64_t sink) {
  return store_.read<std::int64_t>([=](Database& db) -> Result<std::int64_t> {
    auto row = db.query("SELECT count(*) FROM (SELECT 1 FROM sink_events WHERE sink = $1 AND state = 0 LIMIT $2)", sink,
                        kMaxWalk);
    return row.next() ? row->integer(0) : 0;
  });
}

Task<Result<std::size_t>> SqliteEventStore::replay(TenantId tenant, std::int64_t sink, ReplayWish wish, TimePoint now,
                                                   Change change) {
  // Looked for by a reader: there may be a million to look through, and everything else that is written would wait.
  const auto ids = co_await store_.read<std::vector<std::int64_t>>(
      [&](Database& db) -> Result<std::vector<std::int64_t>> { return chosen(db, tenant, sink, wish); });
  if (!ids) co_return std::unexpected(ids.error());
  const auto noted = co_await store_.write<void>([&](Database& db) -> Result<void> {
    if (auto held = check(db, tenant, sink, change.condition); !held) return held;
    write_audit(db, change.audit);
    return {};
  });
  if (!noted) co_return std::unexpected(noted.error());
  std::size_t count = 0;
  for (std::span<const std::int64_t> left(*ids); !left.empty();) {
    const auto step = left.first(std::min(left.size(), kReplayStep));
    const auto done =
        co_await store_.write<std::size_t>([&](Database& db) { return wait_again(db, tenant, sink, step, now); });
    if (!done) co_return std::unexpected(done.error());
    count += *done;
    left = left.subspan(step.size());
  }
  co_return count;
}

Task<Result<BotStatus>> SqliteEventStore::bot_status(TenantId tenant, std::int64_t status) {
  return store_.read<BotStatus>([=](Database& db) -> Result<BotStatus> {
    BotStatus found;
    std::int64_t message = 0, inbox = 0, received_ms = 0;
    {
      auto row =
          db.query("SELECT message, inbox, received_ms FROM statuses WHERE id = $1 AND tenant = $2", status, tenant);
      if (!row.next()) return fail(ErrorKind::kNotFound, "the status is no more");
      message = row->integer(0);
      inbox = row->integer(1);
      received_ms = row->integer(2);
    }
    {
      auto row = db.query("SELECT type, text, data FROM messages WHERE id = $1 AND tenant = $2", message, tenant);
      if (!row.next()) return fail(ErrorKind::kNotFound, "the message is no more");
      found.about = {row->text(0), {row->text(1), row->text(2)}};
    }
    found.agent = last_agent_before(db, message);
    // Tenant and time must agree too: an inbox that was put back from an older copy gives its numbers again.
    auto row = db.query("SELECT raw FROM inbox WHERE seq = $1 AND tenant = $2 AND received_ms = $3", inbox, tenant,
                        received_ms);
    if (row.next()) found.raw = row->text(0);
    return found;
  });
}

Task<Result<EventRecord>> SqliteEventStore::told(TenantId tenant, std::int64_t event) {
  return store_.read<EventRecord>([=](Database& db) -> Result<EventRecord> {
    auto row = db.query(
        "SELECT id, kind, field, event, waba_id, phone_number_id, text, data, received_ms, meta_ms FROM events "
        "WHERE id = $1 AND tenant = $2",
        event, tenant);
    if (!row.next()) return fail(ErrorKind::kNotFound, "the event is no more");
    return EventRecord{row->integer(0),
                       row->text(1),
                       row->text(2),
                       row->text(3),
                       row->text(4),
                       row->text(5),
                       {row->text(6), row->text(7)},
                       from_ms(row->integer(8)),
                       from_ms(row->integer(9)),
                       {}};
  });
}

Task<Result<std::size_t>> SqliteEventStore::expire(TimePoint give_up, TimePoint forget, std::size_t limit) {
  return store_.write<std::size_t>([=](Database& db) -> Result<std::size_t> {
    // Ids grow with time, so that each walk ends at the first that is young.
    const auto gone = forget_gone(db, limit);
    std::vector<std::int64_t> late, old;
    {
      auto rows = db.query("SELECT id, queued_ms FROM sink_events WHERE state = 0 ORDER BY id LIMIT $1", limit);
      while (rows.next() && rows->integer(1) < to_ms(give_up)) late.push_back(rows->integer(0));
    }
    for (const auto id : late)
      db.run(
          "UPDATE sink_events SET state = 2, reason = 'it waited too long: the address took nothing meanwhile' "
          "WHERE id = $1",
          id);
    {
      auto rows = db.query("SELECT id, at_ms, state FROM sink_events ORDER BY id LIMIT $1", limit);
      while (rows.next() && rows->integer(1) < to_ms(forget))
        if (rows->integer(2) != 0) old.push_back(rows->integer(0));
    }
    for (const auto id : old) db.run("DELETE FROM sink_events WHERE id = $1", id);
    return std::max({gone, late.size(), old.size()});
  });
}

}  // namespace claw::sqlite
