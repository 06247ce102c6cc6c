#include "ledger/sqlite/sqlite_delivery_log.hpp"

#include <algorithm>
#include <ranges>
#include <unordered_map>

#include "base/io_pool.hpp"
#include "ledger/sqlite/exchange_segment.hpp"

namespace claw::sqlite {
namespace {

/// Pages of the log before they are folded into the file: 4 MiB. Whoever waits for another file's sync waits for these
/// too, where they are on one disk.
constexpr int kCheckpointPages = 1'000;
/// Exchanges that make room for a batch where the file is full.
constexpr std::int64_t kRoom = 2'048;
/// Segments whose names are looked at in one search.
constexpr std::int64_t kMaxSegments = 100'000;
/// Ids of a segment's exchanges: so many follow its own, whether there are as many or not.
constexpr std::int64_t kIdsOfSegment = 256;
static_assert(SqliteDeliveryLog::kBatch <= kIdsOfSegment);
/// What little comes at a time is added to the segment before, up to so many and for so long: a search goes through all
/// segments, and one for each exchange would be as many rows as there were before.
constexpr std::int64_t kSmall = 64;
constexpr std::chrono::minutes kOpenFor{1};
/// The writer gets about a tenth of what a thread of ours gets that has to do.
constexpr int kNice = 10;

constexpr const char* kSteps[] = {
    "-- Before, each exchange had rows and indexes of its own.",
    R"sql(
DROP TABLE IF EXISTS exchanges;
DROP TABLE IF EXISTS bodies;
DROP TABLE IF EXISTS mentions;
-- id: of its first exchange, behind which the others count on; 256 are kept free for them.
CREATE TABLE segments (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, count INTEGER NOT NULL, wrong INTEGER NOT NULL,
  last_ms INTEGER NOT NULL, rows BLOB NOT NULL, bodies BLOB NOT NULL) STRICT;
CREATE INDEX segments_of_tenant ON segments (tenant, id);
CREATE INDEX segments_gone_wrong ON segments (tenant, id) WHERE wrong > 0;
-- Apart from them, for a search goes through all of a tenant's.
CREATE TABLE segment_names (tenant INTEGER NOT NULL, id INTEGER NOT NULL, names BLOB NOT NULL, PRIMARY KEY (tenant, id))
  STRICT, WITHOUT ROWID;
)sql",
};

std::size_t size_of(const Exchange& exchange) {
  return sizeof exchange + exchange.request.size() + exchange.answer.size();
}

std::int64_t number_in(Database& db, const char* sql) {
  auto row = db.query(sql);
  return row.next() ? row->integer(0) : 0;
}

/// A segment and its id; 0: it has none yet.
struct Open {
  TenantId tenant;
  std::int64_t id = 0;
  ExchangeSegment segment;
};

/// The tenant's last one where `more` exchanges may be added to it, else a new one.
Open open_segment(Database& db, TenantId tenant, TimePoint now, std::int64_t more) {
  Open open{.tenant = tenant, .id = 0, .segment = {}};
  if (more >= kSmall) return open;
  auto row = db.query(
      "SELECT s.id, count, wrong, last_ms, rows, bodies, names FROM segments s JOIN segment_names n ON n.tenant = "
      "s.tenant AND n.id = s.id WHERE s.tenant = $1 ORDER BY s.id DESC LIMIT 1",
      tenant);
  if (!row.next() || row->integer(1) >= kSmall) return open;
  const auto last = from_ms(row->integer(3));
  if (now < last || now - last > kOpenFor) return open;
  if (auto kept = ExchangeSegment::kept(row->integer(2), last, row->view(4), row->view(5), row->view(6))) {
    open.id = row->integer(0);
    open.segment = std::move(*kept);
  }
  return open;
}

void write(Database& db, Open& open) {
  const auto& segment = open.segment;
  const std::string rows = segment.rows(), bodies = segment.bodies(), names = segment.names();
  if (open.id == 0) open.id = (number_in(db, "SELECT max(id) FROM segments") / kIdsOfSegment + 1) * kIdsOfSegment;
  db.run(
      "INSERT OR REPLACE INTO segments (id, tenant, count, wrong, last_ms, rows, bodies) VALUES ($1, $2, $3, $4, $5, "
      "$6, $7)",
      open.id, open.tenant, segment.count(), segment.wrong(), to_ms(segment.last()), Blob{rows}, Blob{bodies});
  db.run("INSERT OR REPLACE INTO segment_names (tenant, id, names) VALUES ($1, $2, $3)", open.tenant, open.id,
         Blob{names});
}

struct Doomed {
  std::int64_t id;
  TenantId tenant;
};

void erase(Database& db, const std::vector<Doomed>& doomed) {
  for (const auto& [id, tenant] : doomed) {
    db.run("DELETE FROM segments WHERE id = $1", id);
    db.run("DELETE FROM segment_names WHERE tenant = $1 AND id = $2", tenant, id);
  }
}

void make_room(Database& db, std::int64_t max_bytes) {
  const std::int64_t used = number_in(db, "PRAGMA page_count") - number_in(db, "PRAGMA freelist_count");
  if (used * number_in(db, "PRAGMA page_size") <= max_bytes) return;
  std::vector<Doomed> doomed;
  {
    std::int64_t exchanges = 0;
    auto rows = db.query("SELECT id, tenant, count FROM segments ORDER BY id");
    for (; exchanges < kRoom && rows.next(); exchanges += rows->integer(2))
      doomed.push_back({rows->integer(0), TenantId{rows->integer(1)}});
  }
  erase(db, doomed);
}

bool may_fit(std::string_view names, const ExchangeFilter& filter) {
  if (filter.error_code != 0 && !may_name(names, name_of_error(filter.error_code))) return false;
  return filter.names.empty() ||
         std::ranges::any_of(filter.names, [names](const auto& name) { return may_name(names, name); });
}

bool is_named(const ExchangeRow& row, const std::vector<std::string>& any) {
  return std::ranges::any_of(any, [&row](const auto& name) {
    return row.trace == name || std::ranges::find(row.names, name) != row.names.end();
  });
}

bool fits(const ExchangeRow& row, const ExchangeFilter& filter) {
  return (!filter.kind || row.kind == *filter.kind) && (!filter.wrong || row.wrong) &&
         (filter.error_code == 0 || row.error_code == filter.error_code) &&
         (filter.phone_number_id.empty() || row.phone_number_id == filter.phone_number_id) &&
         (filter.names.empty() || is_named(row, filter.names));
}

/// Whether the names in a segment say if it is worth looking into.
bool names_decide(const ExchangeFilter& filter) {
  return !filter.names.empty() || filter.error_code != 0;
}

/// Ids, newest first, and the names of each where these decide.
Database::Query segments_for(Database& db, TenantId tenant, const ExchangeFilter& filter, std::int64_t before) {
  if (names_decide(filter))
    return db.query("SELECT id, names FROM segment_names WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                    tenant, before, kMaxSegments);
  if (filter.wrong)
    return db.query(
        "SELECT id, NULL FROM segments WHERE tenant = $1 AND wrong > 0 AND id < $2 ORDER BY id DESC LIMIT $3", tenant,
        before, kMaxSegments);
  return db.query("SELECT id, NULL FROM segments WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3", tenant,
                  before, kMaxSegments);
}

/// Looks at kMaxWalk exchanges, or a segment more; what it did not come to is on the next page.
Page<ExchangeRow> found_in(Database& db, TenantId tenant, const ExchangeFilter& filter) {
  const std::int64_t before = filter.before > 0 ? filter.before : INT64_MAX;
  Page<ExchangeRow> page;
  std::int64_t segments_seen = 0, looked_at = 0, last = 0;
  for (auto segments = segments_for(db, tenant, filter, before); segments.next(); ++segments_seen) {
    last = segments->integer(0);
    if (names_decide(filter) && !may_fit(segments->view(1), filter)) continue;
    auto segment = db.query("SELECT rows FROM segments WHERE id = $1", last);
    if (!segment.next()) continue;
    auto rows = rows_of(segment->view(0), last);
    for (auto& row : rows | std::views::reverse) {
      if (row.id >= before || !fits(row, filter)) continue;
      if (page.size() == filter.limit) {
        page.next = row.id + 1;
        return page;
      }
      row.names.resize(std::min(row.names.size(), DeliveryLog::kShownNames));
      page.push_back(std::move(row));
    }
    looked_at += std::ssize(rows);
    if (looked_at < kMaxWalk) continue;
    page.next = last;
    return page;
  }
  if (segments_seen == kMaxSegments) page.next = last;
  return page;
}

}  // namespace

class SqliteDeliveryLog::WriteJob final : public Store::Job {
 public:
  WriteJob(SqliteDeliveryLog& log, std::vector<Exchange> batch, std::size_t bytes)
      : log_(log), batch_(std::move(batch)), bytes_(bytes) {}
  bool run(Database& db) override {
    make_room(db, log_.max_bytes_);
    std::vector<Open> segments;  // in the order of their first
    std::unordered_map<std::int64_t, std::size_t> places;
    for (const auto& exchange : batch_) {
      const auto [place, is_new] = places.try_emplace(exchange.tenant.value, segments.size());
      if (is_new) segments.push_back(open_segment(db, exchange.tenant, exchange.at, std::ssize(batch_)));
      segments[place->second].segment.add(exchange);
    }
    for (auto& each : segments) write(db, each);
    return true;
  }
  void finish(const Result<void>& committed) override { log_.written(batch_.size(), bytes_, committed.has_value()); }

 private:
  SqliteDeliveryLog& log_;
  const std::vector<Exchange> batch_;
  const std::size_t bytes_;
};

Store::Options SqliteDeliveryLog::store_options(std::string path, Metrics* metrics) {
  Store::Options options;
  options.database.path = std::move(path);
  options.database.synchronous = Database::Synchronous::kNormal;
  options.database.cache_mib = 32;
  options.database.checkpoint_pages = kCheckpointPages;
  options.name = "delivery_log";
  options.schema = kSteps;
  options.metrics = metrics;
  options.nice = kNice;
  return options;
}

SqliteDeliveryLog::SqliteDeliveryLog(Store& store, Clock& clock, Metrics& metrics, std::int64_t max_bytes)
    : store_(store),
      clock_(clock),
      max_bytes_(max_bytes),
      noted_(
          metrics.counter("clawcentral_delivery_log_kept_total", "Exchanges with Meta that the delivery log keeps.")),
      dropped_(metrics.counter("clawcentral_delivery_log_dropped_total",
                               "Those that it does not, for its writer did not follow or its disk failed.")) {}

void SqliteDeliveryLog::start(IoPool& io) {
  tasks_.spawn(io.executor(0), "delivery_log", run());
}

Task<> SqliteDeliveryLog::run() {
  for (;;) {
    co_await clock_.sleep(kEvery);
    flush();
  }
}

void SqliteDeliveryLog::note(Exchange exchange) {
  const std::size_t bytes = size_of(exchange);
  {
    std::scoped_lock lock(mutex_);
    if (waiting_ >= kMaxWaiting || waiting_bytes_ + bytes > kMaxWaitingBytes) {
      dropped_.add();
      return;
    }
    ++waiting_;
    waiting_bytes_ += bytes;
    gathered_bytes_ += bytes;
    gathered_.push_back(std::move(exchange));
    if (gathered_.size() < kBatch) return;
  }
  flush();
}

void SqliteDeliveryLog::flush() {
  std::vector<Exchange> batch;
  std::size_t bytes = 0;
  {
    std::scoped_lock lock(mutex_);
    batch.swap(gathered_);
    bytes = std::exchange(gathered_bytes_, 0);
  }
  if (!batch.empty()) store_.submit(std::make_unique<WriteJob>(*this, std::move(batch), bytes));
}

void SqliteDeliveryLog::written(std::size_t count, std::size_t bytes, bool kept) {
  (kept ? noted_ : dropped_).add(count);
  std::scoped_lock lock(mutex_);
  waiting_ -= count;
  waiting_bytes_ -= bytes;
}

Task<> SqliteDeliveryLog::settled() {
  flush();
  // The writer works in order: what was given to it before is done when this is.
  (void)co_await store_.write<bool>([](Database&) -> Result<bool> { return true; });
}

Task<Result<Page<ExchangeRow>>> SqliteDeliveryLog::find(TenantId tenant, ExchangeFilter filter) {
  co_await settled();
  co_return co_await store_.read<Page<ExchangeRow>>(
      [tenant, filter = std::move(filter)](Database& db) -> Result<Page<ExchangeRow>> {
        return found_in(db, tenant, filter);
      });
}

Task<Result<ExchangeDetail>> SqliteDeliveryLog::exchange(TenantId tenant, std::int64_t id) {
  co_await settled();
  co_return co_await store_.read<ExchangeDetail>([tenant, id](Database& db) -> Result<ExchangeDetail> {
    auto segment =
        db.query("SELECT id, count, rows, bodies FROM segments WHERE tenant = $1 AND id <= $2 ORDER BY id DESC LIMIT 1",
                 tenant, id);
    if (segment.next() && id - segment->integer(0) < segment->integer(1)) {
      const auto index = id - segment->integer(0);
      auto rows = rows_of(segment->view(2), segment->integer(0));
      auto bodies = bodies_at(segment->view(3), index);
      if (index < std::ssize(rows) && bodies)
        return ExchangeDetail{std::move(rows[static_cast<std::size_t>(index)]), std::move(bodies->request),
                              std::move(bodies->answer), std::move(bodies->reason)};
    }
    return fail(ErrorKind::kNotFound, "The log has no such delivery, or has it no more.");
  });
}

Task<Result<std::size_t>> SqliteDeliveryLog::expire(TenantId tenant, TimePoint before, std::size_t limit) {
  return store_.write<std::size_t>([tenant, before, limit](Database& db) -> Result<std::size_t> {
    // They are written in about the order of time: from the oldest on, as long as they are old enough.
    std::size_t gone = 0;
    std::vector<Doomed> doomed;
    {
      auto rows = db.query("SELECT id, count, last_ms FROM segments WHERE tenant = $1 ORDER BY id", tenant);
      for (; gone < limit && rows.next() && rows->integer(2) < to_ms(before);
           gone += static_cast<std::size_t>(rows->integer(1)))
        doomed.push_back({rows->integer(0), tenant});
    }
    erase(db, doomed);
    return gone;
  });
}

}  // namespace claw::sqlite
