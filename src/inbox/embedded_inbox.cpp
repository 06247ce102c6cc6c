#include "inbox/embedded_inbox.hpp"

#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/crypto.hpp"

namespace claw {

using sqlite::Blob;
using sqlite::Database;

namespace {

constexpr const char* kSteps[] = {
    // 1: appended in order, nothing but its own number to search by
    R"sql(
CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, slot INTEGER NOT NULL, kind INTEGER NOT NULL,
  received_ms INTEGER NOT NULL, raw BLOB NOT NULL) STRICT;
-- settled: the last number that was accepted. forgotten: up to where rows were looked at for forgetting.
CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO marks VALUES ('settled', 0), ('forgotten', 0);
)sql",
    // 2: whether the signer may speak for the number
    R"sql(
ALTER TABLE inbox ADD COLUMN is_foreign INTEGER NOT NULL DEFAULT 0;
)sql",
    // 3: the trace it belongs to
    R"sql(
ALTER TABLE inbox ADD COLUMN trace TEXT NOT NULL DEFAULT '';
)sql",
};

std::int64_t mark_of(Database& db, std::string_view name) {
  auto row = db.query("SELECT value FROM marks WHERE name = $1", name);
  return row.next() ? row->integer(0) : 0;
}

struct Seen {
  std::int64_t from = 0;  ///< Exclusive.
  std::int64_t last = 0;  ///< Inclusive.
  std::size_t rows = 0;
};

/// The next rows behind a mark that are settled and were received before `before`; the mark moves behind them.
Seen walk(Database& db, std::string_view mark, TimePoint before, std::size_t limit) {
  Seen seen;
  seen.from = seen.last = mark_of(db, mark);
  {
    auto rows = db.query("SELECT seq, received_ms FROM inbox WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3",
                         seen.from, mark_of(db, "settled"), limit);
    for (; rows.next() && rows->integer(1) < to_ms(before); ++seen.rows) seen.last = rows->integer(0);
  }
  if (seen.rows > 0)
    db.run("INSERT INTO marks (name, value) VALUES ($1, $2) ON CONFLICT DO UPDATE SET value = excluded.value", mark,
           seen.last);
  return seen;
}

/// Of tenants and times that are asked about no more.
void drop_other_marks(Database& db, const std::vector<std::string>& kept) {
  std::vector<std::string> other;
  {
    auto rows = db.query("SELECT name FROM marks WHERE name >= 'expired ' AND name < 'expired!'");
    while (rows.next())
      if (std::ranges::find(kept, rows->text(0)) == kept.end()) other.push_back(rows->text(0));
  }
  for (const auto& name : other) db.run("DELETE FROM marks WHERE name = $1", name);
}

}  // namespace

sqlite::Store::Options EmbeddedInbox::store_options(sqlite::Store::Options common, std::string path) {
  common.name = "inbox";
  common.schema = kSteps;
  common.readers = 1;
  common.database.path = std::move(path);
  common.database.checkpoint_pages = std::min(common.database.checkpoint_pages, kCheckpointPages);
  return common;
}

class EmbeddedInbox::AppendJob final : public sqlite::Store::Job {
 public:
  AppendJob(EmbeddedInbox& inbox, Items items, Completion<Result<void>> done)
      : inbox_(inbox), items_(std::move(items)), done_(std::move(done)) {}

  bool run(Database& db) override {
    inbox_.write_mark(db);
    for (auto& item : items_) {
      item.seq = InboxSeq{++inbox_.last_written_};
      db.run(
          "INSERT INTO inbox (seq, tenant, slot, kind, received_ms, raw, is_foreign, trace) VALUES ($1, $2, $3, $4, "
          "$5, "
          "$6, $7, $8)",
          item.seq, item.tenant, item.slot, item.kind, to_ms(item.received_at), Blob{item.raw}, item.foreign,
          item.trace);
    }
    return true;
  }
  void finish(const Result<void>& committed) override {
    // On the writer's thread, in the order of the commits: the order in memory is that of the file.
    if (committed) {
      inbox_.appended(std::move(items_));
    } else {
      inbox_.mark_was_lost();
    }
    done_(committed);
  }
  [[nodiscard]] bool is_append() const override { return true; }

 private:
  EmbeddedInbox& inbox_;
  Items items_;
  Completion<Result<void>> done_;
};

class EmbeddedInbox::MarkJob final : public sqlite::Store::Job {
 public:
  explicit MarkJob(EmbeddedInbox& inbox) : inbox_(inbox) {}
  bool run(Database& db) override {
    inbox_.write_mark(db);
    return true;
  }
  void finish(const Result<void>& committed) override {
    if (!committed) inbox_.mark_was_lost();
  }
  [[nodiscard]] bool is_append() const override { return true; }

 private:
  EmbeddedInbox& inbox_;
};

void EmbeddedInbox::write_mark(Database& db) {
  std::int64_t settled = 0;
  {
    std::scoped_lock lock(mutex_);
    if (settled_ <= mark_written_) return;
    settled = mark_written_ = settled_;
  }
  db.run("UPDATE marks SET value = $1 WHERE name = 'settled'", settled);
}

void EmbeddedInbox::mark_was_lost() {
  std::scoped_lock lock(mutex_);
  mark_written_ = 0;
}

Task<Result<std::unique_ptr<EmbeddedInbox>>> EmbeddedInbox::open(sqlite::Store& store) {
  std::unique_ptr<EmbeddedInbox> inbox(new EmbeddedInbox(store));
  const auto read = co_await store.write<void>([&inbox](Database& db) -> Result<void> {
    inbox->settled_ = inbox->mark_written_ = mark_of(db, "settled");
    auto row = db.query("SELECT coalesce(max(seq), 0) FROM inbox");
    if (row.next()) inbox->last_committed_ = row->integer(0);
    // Above what was forgotten too: a number that came again would count as settled.
    inbox->last_written_ = std::max(inbox->last_committed_, inbox->settled_);
    return {};
  });
  if (!read) co_return std::unexpected(read.error());
  inbox->given_ = inbox->settled_;
  if (inbox->last_committed_ > inbox->settled_) inbox->read_from_ = inbox->settled_ + 1;
  co_return inbox;
}

Task<Result<void>> EmbeddedInbox::append(Items items) {
  if (items.empty()) co_return Result<void>{};
  co_return co_await complete_with<Result<void>>(
      [this, items = std::move(items)](Completion<Result<void>> done) mutable {
        store_.submit(std::make_unique<AppendJob>(*this, std::move(items), std::move(done)));
      });
}

void EmbeddedInbox::appended(Items items) {
  std::optional<Completion<int>> waiter;
  {
    std::scoped_lock lock(mutex_);
    last_committed_ = items.back().seq.value;
    // next() reads from the file what is committed, and may have read these before their commit was told.
    std::erase_if(items, [this](const InboundItem& item) { return item.seq.value <= given_; });
    if (items.empty()) return;
    if (read_from_ == 0 && fresh_.size() < kMaxInMemory && fresh_bytes_ < kMaxBytesInMemory) {
      for (auto& item : items) {
        fresh_bytes_ += item.raw.size();
        fresh_.push_back(std::move(item));
      }
    } else if (read_from_ == 0) {
      read_from_ = items.front().seq.value;
    }
    waiter.swap(waiter_);
  }
  if (waiter) (*waiter)(0);
}

EmbeddedInbox::Items EmbeddedInbox::take(std::size_t limit) {
  Items items;
  while (!fresh_.empty() && items.size() < limit) {
    fresh_bytes_ -= fresh_.front().raw.size();
    items.push_back(std::move(fresh_.front()));
    fresh_.pop_front();
  }
  if (!items.empty()) given_ = items.back().seq.value;
  return items;
}

Task<Result<EmbeddedInbox::Items>> EmbeddedInbox::read_from_file(std::int64_t from, std::size_t limit) {
  auto items = co_await store_.read<Items>([from, limit](Database& db) -> Result<Items> {
    Items found;
    auto rows = db.query(
        "SELECT seq, tenant, slot, kind, received_ms, raw, is_foreign, trace FROM inbox WHERE seq >= $1 ORDER BY seq "
        "LIMIT $2",
        from, limit);
    while (rows.next())
      found.push_back({InboxSeq{rows->integer(0)}, TenantId{rows->integer(1)},
                       static_cast<std::uint16_t>(rows->integer(2)), static_cast<std::uint8_t>(rows->integer(3)),
                       from_ms(rows->integer(4)), rows->text(5), rows->integer(6) != 0, rows->text(7)});
    return found;
  });
  if (!items) co_return items;
  std::scoped_lock lock(mutex_);
  if (!items->empty()) {
    given_ = items->back().seq.value;
    read_from_ = given_ + 1;
  }
  // Appends since the reading went to the file only, so memory may take over just when nothing is left behind.
  if (read_from_ > last_committed_) read_from_ = 0;
  co_return items;
}

Task<Result<EmbeddedInbox::Items>> EmbeddedInbox::next(std::size_t limit) {
  for (;;) {
    std::int64_t from = 0;
    {
      std::scoped_lock lock(mutex_);
      if (stopped_) co_return fail(ErrorKind::kStopping, "the inbox was stopped");
      if (auto items = take(limit); !items.empty()) co_return items;
      from = read_from_;
    }
    if (from > 0) {
      auto items = co_await read_from_file(from, limit);
      if (!items || !items->empty()) co_return items;
      continue;
    }
    co_await complete_with<int>([this](Completion<int> done) {
      {
        std::scoped_lock lock(mutex_);
        if (fresh_.empty() && read_from_ == 0 && !stopped_) {
          waiter_ = std::move(done);
          return;
        }
      }
      done(0);
    });
  }
}

void EmbeddedInbox::settle(InboxSeq seq) {
  {
    std::scoped_lock lock(mutex_);
    settled_ = std::max(settled_, seq.value);
    if (!stopped_) return;
  }
  store_.submit(std::make_unique<MarkJob>(*this));
}

Task<Result<std::size_t>> EmbeddedInbox::forget(std::uint8_t kind, TimePoint before, std::size_t limit) {
  return store_.write<std::size_t>([kind, before, limit](Database& db) -> Result<std::size_t> {
    const auto seen = walk(db, "forgotten", before, limit);
    db.run("DELETE FROM inbox WHERE seq > $1 AND seq <= $2 AND kind = $3", seen.from, seen.last, kind);
    return seen.rows;
  });
}

Task<Result<std::size_t>> EmbeddedInbox::expire(std::vector<Retention> retention, TimePoint now, std::size_t limit) {
  // Those that keep theirs for the same time are one walk: no row is looked at more often than there are such times.
  std::map<std::chrono::days, std::set<std::int64_t>> walks;
  for (const auto& [tenant, keep] : retention) walks[keep].insert(tenant.value);
  return store_.write<std::size_t>([walks = std::move(walks), now, limit](Database& db) -> Result<std::size_t> {
    std::size_t rows = 0;
    std::vector<std::string> marks;
    for (const auto& [keep, tenants] : walks) {
      const std::string list = fmt::format("[{}]", fmt::join(tenants, ","));
      marks.push_back(fmt::format("expired {} {:x}", keep.count(), hash64(list)));
      const auto seen = walk(db, marks.back(), now - keep, limit);
      db.run("DELETE FROM inbox WHERE seq > $1 AND seq <= $2 AND tenant IN (SELECT value FROM json_each($3))",
             seen.from, seen.last, list);
      rows = std::max(rows, seen.rows);
    }
    drop_other_marks(db, marks);
    return rows;
  });
}

void EmbeddedInbox::stop() {
  std::optional<Completion<int>> waiter;
  {
    std::scoped_lock lock(mutex_);
    stopped_ = true;
    waiter.swap(waiter_);
  }
  store_.submit(std::make_unique<MarkJob>(*this));
  if (waiter) (*waiter)(0);
}

std::size_t EmbeddedInbox::waiting() const {
  std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(std::max<std::int64_t>(last_committed_ - settled_, 0));
}

}  // namespace claw
