#include "ledger/sqlite/sqlite_delivery_log.hpp"

#include <algorithm>
#include <cstring>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/crypto.hpp"
#include "base/io_pool.hpp"
#include "whatsapp/wire_text.hpp"

namespace claw::sqlite {
namespace {

/// Pages of the log before they are folded into the file: 64 MiB.
constexpr int kCheckpointPages = 16'000;
/// Rows that make room for a batch where the file is full.
constexpr std::int64_t kRoom = 2'048;
/// The writer gets about a tenth of what a thread of ours gets that has to do.
constexpr int kNice = 10;

constexpr const char* kSteps[] = {
    R"sql(
CREATE TABLE exchanges (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, kind INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  took_us INTEGER NOT NULL, outcome TEXT NOT NULL, wrong INTEGER NOT NULL, status INTEGER NOT NULL, method TEXT NOT NULL,
  path TEXT NOT NULL, phone_number_id TEXT NOT NULL, bytes INTEGER NOT NULL, error_code INTEGER NOT NULL,
  fbtrace_id TEXT NOT NULL, trace TEXT NOT NULL, names TEXT NOT NULL) STRICT;
CREATE INDEX exchanges_of_tenant ON exchanges (tenant, id);
CREATE INDEX exchanges_gone_wrong ON exchanges (tenant, id) WHERE wrong = 1;
CREATE TABLE bodies (
  id INTEGER PRIMARY KEY, request BLOB NOT NULL, answer BLOB NOT NULL, reason TEXT NOT NULL, names TEXT NOT NULL) STRICT;
-- name: a hash of tenant and name.
CREATE TABLE mentions (name INTEGER NOT NULL, exchange INTEGER NOT NULL, PRIMARY KEY (name, exchange))
  STRICT, WITHOUT ROWID;
)sql",
};

constexpr const char* kColumns =
    "SELECT id, kind, at_ms, took_us, outcome, wrong, status, method, path, phone_number_id, bytes, error_code, "
    "fbtrace_id, trace, names, tenant FROM exchanges ";

std::int64_t hash_of(TenantId tenant, std::string_view name) {
  const std::uint64_t hash = hash64(fmt::format("{} {}", tenant.value, name));
  std::int64_t signed_hash = 0;
  std::memcpy(&signed_hash, &hash, sizeof hash);
  return signed_hash;
}

/// Names have no line breaks: they are values of JSON as they stand in its text.
std::string joined(const auto& names) {
  return fmt::format("{}", fmt::join(names, "\n"));
}

std::vector<std::string> names_of(std::string_view joined) {
  std::vector<std::string> names;
  for (const auto part : std::views::split(joined, '\n'))
    if (!part.empty()) names.emplace_back(part.begin(), part.end());
  return names;
}

ExchangeRow read_row(Database::Query& row) {
  ExchangeRow read;
  read.id = row->integer(0);
  read.kind = static_cast<ExchangeKind>(row->integer(1));
  read.at = from_ms(row->integer(2));
  read.took = std::chrono::microseconds(row->integer(3));
  read.outcome = row->text(4);
  read.wrong = row->integer(5) != 0;
  read.status = static_cast<int>(row->integer(6));
  read.method = row->text(7);
  read.path = row->text(8);
  read.phone_number_id = row->text(9);
  read.bytes = row->integer(10);
  read.error_code = row->integer(11);
  read.fbtrace_id = row->text(12);
  read.trace = row->text(13);
  read.names = names_of(row->view(14));
  return read;
}

std::size_t size_of(const Exchange& exchange) {
  return sizeof exchange + exchange.request.size() + exchange.answer.size();
}

/// Of both bodies, each name once.
whatsapp::WireNames names_of(const Exchange& exchange) {
  auto found = whatsapp::names_in(exchange.request);
  auto answered = whatsapp::names_in(exchange.answer);
  for (auto& name : answered.names)
    if (std::ranges::find(found.names, name) == found.names.end()) found.names.push_back(std::move(name));
  for (auto& name : found.names)
    if (const auto ours = parse_callback_data(name)) name = log_name_of(ours->message);
  if (answered.error_code != 0) found.error_code = answered.error_code;
  if (!answered.fbtrace_id.empty()) found.fbtrace_id = std::move(answered.fbtrace_id);
  return found;
}

std::string trace_of(const Exchange& exchange, const std::vector<std::string>& names) {
  if (!exchange.trace.empty()) return exchange.trace;
  const auto message = std::ranges::find_if(names, [](const auto& name) { return name.starts_with("wamid."); });
  return message == names.end() ? std::string() : trace_of_message(*message);
}

void write(Database& db, const Exchange& exchange) {
  auto found = names_of(exchange);
  const std::string trace = trace_of(exchange, found.names);
  const auto& number = exchange.phone_number_id.empty() ? found.phone_number_id : exchange.phone_number_id;
  const auto kept = [](const std::string& body) {
    return whatsapp::without_secrets(std::string_view(body).substr(0, DeliveryLog::kMaxKeptBytes));
  };
  const auto bytes = static_cast<std::int64_t>(std::max(exchange.request.size(), exchange.answer.size()));
  const std::string shown = joined(found.names | std::views::take(DeliveryLog::kShownNames));
  db.run(
      "INSERT INTO exchanges (tenant, kind, at_ms, took_us, outcome, wrong, status, method, path, phone_number_id, "
      "bytes, "
      "error_code, fbtrace_id, trace, names) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
      exchange.tenant, exchange.kind, to_ms(exchange.at), exchange.took.count(), exchange.outcome,
      static_cast<int>(exchange.wrong), exchange.status, exchange.method, exchange.path, number, bytes,
      found.error_code, found.fbtrace_id, trace, shown);
  const std::int64_t id = db.last_insert_id();
  if (!trace.empty()) found.names.push_back(trace);
  const std::string request = kept(exchange.request);
  const std::string answer = kept(exchange.answer);
  const std::string all = joined(found.names);
  db.run("INSERT INTO bodies (id, request, answer, reason, names) VALUES ($1, $2, $3, $4, $5)", id, Blob{request},
         Blob{answer}, exchange.reason, all);
  for (const auto& name : found.names)
    db.run("INSERT OR IGNORE INTO mentions (name, exchange) VALUES ($1, $2)", hash_of(exchange.tenant, name), id);
}

void erase(Database& db, std::int64_t id, TenantId tenant) {
  std::vector<std::string> names;
  {
    auto row = db.query("SELECT names FROM bodies WHERE id = $1", id);
    if (row.next()) names = names_of(row->view(0));
  }
  for (const auto& name : names)
    db.run("DELETE FROM mentions WHERE name = $1 AND exchange = $2", hash_of(tenant, name), id);
  db.run("DELETE FROM bodies WHERE id = $1", id);
  db.run("DELETE FROM exchanges WHERE id = $1", id);
}

using Doomed = std::vector<std::pair<std::int64_t, TenantId>>;

/// Deletes those of `rows`, which has ids and tenants.
std::size_t erase_all(Database& db, Database::Query rows) {
  Doomed doomed;
  while (rows.next()) doomed.emplace_back(rows->integer(0), TenantId{rows->integer(1)});
  for (const auto& [id, tenant] : doomed) erase(db, id, tenant);
  return doomed.size();
}

std::int64_t pragma(Database& db, const char* sql) {
  auto row = db.query(sql);
  return row.next() ? row->integer(0) : 0;
}

void make_room(Database& db, std::int64_t max_bytes) {
  const std::int64_t used = pragma(db, "PRAGMA page_count") - pragma(db, "PRAGMA freelist_count");
  if (used * pragma(db, "PRAGMA page_size") <= max_bytes) return;
  erase_all(db, db.query("SELECT id, tenant FROM exchanges ORDER BY id LIMIT $1", kRoom));
}

bool fits(const ExchangeRow& row, const ExchangeFilter& filter) {
  return (!filter.kind || row.kind == *filter.kind) && (!filter.wrong || row.wrong) &&
         (filter.error_code == 0 || row.error_code == filter.error_code) &&
         (filter.phone_number_id.empty() || row.phone_number_id == filter.phone_number_id);
}

/// What names one of `names`, newest first. Each name is looked at for a while only: down to `until` none is left out,
/// which is 0 where nothing is.
struct Named {
  std::vector<std::int64_t> ids;
  std::int64_t until = 0;
};

Named ids_of(Database& db, TenantId tenant, const ExchangeFilter& filter, std::int64_t before) {
  Named found;
  for (const auto& name : filter.names) {
    auto rows =
        db.query("SELECT exchange FROM mentions WHERE name = $1 AND exchange < $2 ORDER BY exchange DESC LIMIT $3",
                 hash_of(tenant, name), before, SqliteDeliveryLog::kMaxOfName);
    std::int64_t count = 0;
    while (rows.next()) {
      found.ids.push_back(rows->integer(0));
      ++count;
    }
    if (count == SqliteDeliveryLog::kMaxOfName) found.until = std::max(found.until, found.ids.back());
  }
  std::ranges::sort(found.ids, std::greater<>());
  const auto [first, last] = std::ranges::unique(found.ids);
  found.ids.erase(first, last);
  std::erase_if(found.ids, [&](std::int64_t id) { return id < found.until; });
  return found;
}

Page<ExchangeRow> named(Database& db, TenantId tenant, const ExchangeFilter& filter, std::int64_t before) {
  Page<ExchangeRow> page;
  const auto found = ids_of(db, tenant, filter, before);
  for (const auto id : found.ids) {
    if (page.size() == filter.limit) {
      page.next = page.back().id;
      return page;
    }
    auto row = db.query(
        "SELECT id, kind, at_ms, took_us, outcome, wrong, status, method, path, phone_number_id, bytes, error_code, "
        "fbtrace_id, trace, names FROM exchanges WHERE id = $1 AND tenant = $2",
        id, tenant);
    if (!row.next()) continue;
    if (auto read = read_row(row); fits(read, filter)) page.push_back(std::move(read));
  }
  page.next = found.until;
  return page;
}

Page<ExchangeRow> walked(Database& db, TenantId tenant, const ExchangeFilter& filter, std::int64_t before) {
  Page<ExchangeRow> page;
  static const std::string kAll = std::string(kColumns) + "WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
  static const std::string kWrong =
      std::string(kColumns) + "WHERE tenant = $1 AND wrong = 1 AND id < $2 ORDER BY id DESC LIMIT $3";
  // What has one of Meta's codes went wrong.
  auto rows = db.query(filter.wrong ? kWrong.c_str() : kAll.c_str(), tenant, before, kMaxWalk);
  std::int64_t looked = 0;
  std::int64_t last = 0;
  while (rows.next()) {
    if (page.size() == filter.limit) {
      page.next = last;
      return page;
    }
    auto read = read_row(rows);
    last = read.id;
    ++looked;
    if (fits(read, filter)) page.push_back(std::move(read));
  }
  if (looked == kMaxWalk) page.next = last;
  return page;
}

}  // namespace

class SqliteDeliveryLog::WriteJob final : public Store::Job {
 public:
  WriteJob(SqliteDeliveryLog& log, std::vector<Exchange> batch, std::size_t bytes)
      : log_(log), batch_(std::move(batch)), bytes_(bytes) {}
  bool run(Database& db) override {
    make_room(db, log_.max_bytes_);
    for (const auto& exchange : batch_) write(db, exchange);
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
  options.database.synchronous_full = false;
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
        const std::int64_t before = filter.before > 0 ? filter.before : INT64_MAX;
        return filter.names.empty() ? walked(db, tenant, filter, before) : named(db, tenant, filter, before);
      });
}

Task<Result<ExchangeDetail>> SqliteDeliveryLog::exchange(TenantId tenant, std::int64_t id) {
  co_await settled();
  co_return co_await store_.read<ExchangeDetail>([tenant, id](Database& db) -> Result<ExchangeDetail> {
    ExchangeDetail detail;
    auto row = db.query(
        "SELECT e.id, kind, at_ms, took_us, outcome, wrong, status, method, path, phone_number_id, bytes, "
        "error_code, fbtrace_id, trace, b.names, b.request, b.answer, b.reason FROM exchanges e "
        "JOIN bodies b ON b.id = e.id WHERE e.id = $1 AND e.tenant = $2",
        id, tenant);
    if (!row.next()) return fail(ErrorKind::kNotFound, "The log has no such delivery, or has it no more.");
    detail.row = read_row(row);
    std::erase(detail.row.names, detail.row.trace);
    detail.request = row->text(15);
    detail.answer = row->text(16);
    detail.reason = row->text(17);
    return detail;
  });
}

Task<Result<std::size_t>> SqliteDeliveryLog::expire(TenantId tenant, TimePoint before, std::size_t limit) {
  return store_.write<std::size_t>([tenant, before, limit](Database& db) -> Result<std::size_t> {
    // They are written in about the order of time: from the oldest on, as long as they are old enough.
    Doomed doomed;
    {
      auto rows = db.query("SELECT id, at_ms FROM exchanges WHERE tenant = $1 ORDER BY id LIMIT $2", tenant, limit);
      while (rows.next() && rows->integer(1) < to_ms(before)) doomed.emplace_back(rows->integer(0), tenant);
    }
    for (const auto& [id, owner] : doomed) erase(db, id, owner);
    return doomed.size();
  });
}

}  // namespace claw::sqlite
