#include "ledger/sqlite/sqlite_ledger.hpp"

namespace claw::sqlite {
namespace {

/// Conversations of one reading: other readers wait for it. 50,000 take 15 to 40 ms.
constexpr std::int64_t kCountedAtOnce = 50'000;

struct Part {
  std::int64_t open = 0;
  std::optional<std::int64_t> next;  ///< The person to go on behind; nothing: there are no more.
};

Part count_open(Database& db, TenantId tenant, TimePoint since, std::int64_t after) {
  std::int64_t end = INT64_MAX;
  Part part;
  {
    auto row =
        db.query("SELECT user FROM conversations WHERE tenant = $1 AND user > $2 ORDER BY user LIMIT 1 OFFSET $3",
                 tenant, after, kCountedAtOnce - 1);
    if (row.next()) part.next = end = row->integer(0);
  }
  auto row = db.query(
      "SELECT count(*) FROM conversations WHERE tenant = $1 AND user > $2 AND user <= $3 AND last_inbound_ms > $4",
      tenant, after, end, to_ms(since));
  if (row.next()) part.open = row->integer(0);
  return part;
}

}  // namespace

Task<Result<std::vector<ActivityPoint>>> SqliteLedger::activity(TenantId tenant, TimePoint from, std::size_t steps,
                                                                std::chrono::minutes step) {
  using Points = std::vector<ActivityPoint>;
  return store_.read<Points>([tenant, from, steps, step](Database& db) -> Result<Points> {
    Points points(steps);
    for (std::size_t i = 0; i < steps; ++i) points[i].at = from + static_cast<int>(i) * step;
    const std::int64_t first = to_ms(from) / std::chrono::milliseconds(kActivityStep).count();
    const std::int64_t wide = step / kActivityStep;
    auto rows = db.query(
        "SELECT (minute - $2) / $4, sum(came_in), sum(went_out), sum(failed) FROM activity "
        "WHERE tenant = $1 AND minute >= $2 AND minute < $3 GROUP BY 1",
        tenant, first, first + wide * static_cast<std::int64_t>(steps), wide);
    while (rows.next()) {
      auto& point = points.at(static_cast<std::size_t>(rows->integer(0)));
      point.in = rows->integer(1);
      point.out = rows->integer(2);
      point.failed = rows->integer(3);
    }
    return points;
  });
}

Task<Result<std::vector<AnswerTimes>>> SqliteLedger::answer_times(TenantId tenant, TimePoint from, std::size_t steps,
                                                                  std::chrono::minutes step) {
  using Points = std::vector<AnswerTimes>;
  return store_.read<Points>([tenant, from, steps, step](Database& db) -> Result<Points> {
    Points points(steps);
    for (std::size_t i = 0; i < steps; ++i) points[i].at = from + static_cast<int>(i) * step;
    const std::int64_t first = to_ms(from) / std::chrono::milliseconds(kAnswerTimeStep).count();
    const std::int64_t wide = step / kAnswerTimeStep;
    auto rows = db.query(
        "SELECT (span - $2) / $4, bucket, sum(answers) FROM answer_times "
        "WHERE tenant = $1 AND span >= $2 AND span < $3 GROUP BY 1, 2",
        tenant, first, first + wide * static_cast<std::int64_t>(steps), wide);
    while (rows.next())
      points.at(static_cast<std::size_t>(rows->integer(0))).add(static_cast<int>(rows->integer(1)), rows->integer(2));
    return points;
  });
}

Task<Result<Stored>> SqliteLedger::stored(TenantId tenant) {
  return store_.read<Stored>([tenant](Database& db) -> Result<Stored> {
    auto row = db.query("SELECT conversations, messages, bytes FROM stored WHERE tenant = $1", tenant);
    if (!row.next()) return Stored{};
    return Stored{row->integer(0), row->integer(1), row->integer(2)};
  });
}

Task<Result<std::int64_t>> SqliteLedger::open_windows(TenantId tenant, TimePoint since) {
  // Nothing is kept for this, for it would be changed with each message that comes in.
  std::int64_t open = 0;
  for (std::optional<std::int64_t> after = 0; after;) {
    auto part = co_await store_.read<Part>(
        [=, after = *after](Database& db) -> Result<Part> { return count_open(db, tenant, since, after); });
    if (!part) co_return std::unexpected(part.error());
    open += part->open;
    after = part->next;
  }
  co_return open;
}

Task<Result<std::size_t>> SqliteLedger::forget_activity(TimePoint before, std::size_t limit, Fence fence) {
  return fenced<std::size_t>(fence, [before, limit](Database& db) -> Result<std::size_t> {
    std::vector<TenantId> tenants;
    {
      auto rows = db.query("SELECT id FROM tenants");
      while (rows.next()) tenants.push_back(TenantId{rows->integer(0)});
    }
    const auto minute = to_ms(before) / std::chrono::milliseconds(kActivityStep).count();
    const auto span = to_ms(before) / std::chrono::milliseconds(kAnswerTimeStep).count();
    std::size_t gone = 0;
    for (auto tenant = tenants.begin(); tenant != tenants.end() && gone < limit; ++tenant) {
      db.run("DELETE FROM activity WHERE tenant = $1 AND minute < $2", *tenant, minute);
      gone += static_cast<std::size_t>(db.changes());
      db.run("DELETE FROM answer_times WHERE tenant = $1 AND span < $2", *tenant, span);
      gone += static_cast<std::size_t>(db.changes());
    }
    return gone;
  });
}

}  // namespace claw::sqlite
