#include "ledger/sqlite/store.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/log.hpp"

namespace claw::sqlite {

struct Store::Writer {
  explicit Writer(const Options& with) : options(with) {
    if (!options.metrics) return;
    Metrics& metrics = *options.metrics;
    const auto figure = [this](const char* what) { return fmt::format("clawcentral_{}_{}", options.name, what); };
    commits = &metrics.counter(figure("commits_total"), "Commits; of inbox and ledger each with one sync.");
    writes = &metrics.counter(figure("writes_total"), "Writes that shared those commits.");
    failures = &metrics.counter(figure("failed_commits_total"), "Commits that failed.");
    commit_time = &metrics.histogram(figure("commit_seconds"), "From the begin of a commit to its end.");
  }

  const Options& options;
  std::unique_ptr<Database> db;  // only on the thread, after open()
  std::chrono::steady_clock::time_point reopen_after{};

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::unique_ptr<Job>> queue;  // guarded by mutex
  bool stopping = false;                   // guarded by mutex
  std::atomic<bool> healthy = true;
  std::thread thread;

  Counter* commits = nullptr;
  Counter* writes = nullptr;
  Counter* failures = nullptr;
  Histogram* commit_time = nullptr;
  log::Thinned refusals;

  void serve();
  Result<void> reopen();
  Result<void> commit(std::vector<std::unique_ptr<Job>>& group);
  void run(Job& job);
};

void Store::Writer::run(Job& job) {
  if (job.is_append()) {
    job.run(*db);
    return;
  }
  db->run("SAVEPOINT job");
  bool keep = false;
  try {
    keep = job.run(*db);
  } catch (const SqliteError&) {
    // Some failures end the whole transaction by themselves; then there is no savepoint to go back to.
    if (db->in_autocommit()) throw;
    db->run("ROLLBACK TO job");
    db->run("RELEASE job");
    throw;
  }
  if (!keep) db->run("ROLLBACK TO job");
  db->run("RELEASE job");
}

Result<void> Store::Writer::commit(std::vector<std::unique_ptr<Job>>& group) {
  const auto began = std::chrono::steady_clock::now();
  try {
    db->run("BEGIN IMMEDIATE");
    for (auto& job : group) run(*job);
    db->run("COMMIT");
  } catch (const SqliteError& error) {
    if (failures) failures->add();
    return fail(ErrorKind::kTransient, error.what());
  }
  if (commits) {
    commits->add();
    writes->add(group.size());
    commit_time->observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  }
  return {};
}

Result<void> Store::Writer::reopen() {
  const auto now = std::chrono::steady_clock::now();
  if (now < reopen_after) return fail(ErrorKind::kTransient, "the store waits to be opened again");
  reopen_after = now + kReopenPause;
  try {
    db.reset();
    db = std::make_unique<Database>(options.database);
    log::info("{}.reopened path={}", options.name, options.database.path);
    return {};
  } catch (const SqliteError& error) {
    if (const auto count = refusals.allow())
      log::warn("{}.reopen_failed count={} reason=\"{}\"", options.name, count, error.what());
    return fail(ErrorKind::kTransient, error.what());
  }
}

void Store::Writer::serve() {
  std::vector<std::unique_ptr<Job>> group;
  for (;;) {
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [this] { return stopping || !queue.empty(); });
      if (queue.empty()) return;
      while (!queue.empty() && group.size() < kMaxGroup) {
        group.push_back(std::move(queue.front()));
        queue.pop_front();
      }
    }
    Result<void> committed;
    if (!db || !healthy) committed = reopen();
    if (committed) committed = commit(group);
    if (!committed && healthy)
      log::error("{}.commit_failed writes={} reason=\"{}\"", options.name, group.size(), committed.error().message);
    healthy = committed.has_value();
    for (auto& job : group) job->finish(committed);
    group.clear();
  }
}

Store::Store(Options options)
    : options_(std::move(options)),
      reader_connections_(options_.readers),
      writer_(std::make_unique<Writer>(options_)),
      readers_(options_.readers, 10'000) {}

Result<std::unique_ptr<Store>> Store::open(Options options) {
  std::unique_ptr<Store> store(new Store(std::move(options)));
  try {
    store->writer_->db = std::make_unique<Database>(store->options_.database);
    if (const auto migrated = migrate(*store->writer_->db, store->options_.schema); !migrated)
      return std::unexpected(migrated.error());
  } catch (const SqliteError& error) {
    return fail(ErrorKind::kFatal, error.what());
  }
  store->writer_->thread = std::thread([writer = store->writer_.get()] {
    ::pthread_setname_np(::pthread_self(), (writer->options.name + "-writer").c_str());
    // Of the thread alone: on Linux a thread has a priority of its own.
    if (writer->options.nice != 0)
      (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), writer->options.nice);
    writer->serve();
  });
  return store;
}

Store::~Store() {
  close();
}

void Store::close() {
  closed_ = true;
  readers_.stop();
  {
    std::scoped_lock lock(writer_->mutex);
    writer_->stopping = true;
  }
  writer_->wake.notify_one();
  if (writer_->thread.joinable()) writer_->thread.join();
  // The last connection to close folds the log into the file: it must be the one that may write.
  reader_connections_.clear();
  writer_->db.reset();
}

void Store::submit(std::unique_ptr<Job> job) {
  {
    std::scoped_lock lock(writer_->mutex);
    if (!writer_->stopping && writer_->queue.size() < kMaxQueued) {
      writer_->queue.push_back(std::move(job));
      if (writer_->queue.size() == 1) writer_->wake.notify_one();
      return;
    }
  }
  job->finish(closed_ ? fail(ErrorKind::kStopping, "the store is closed")
                      : fail(ErrorKind::kTransient, "too many writes are waiting"));
}

Database& Store::reader(std::size_t thread) {
  auto& connection = reader_connections_[thread];
  if (!connection) {
    Database::Options read_only = options_.database;
    read_only.read_only = true;
    read_only.cache_mib = 8;
    auto opened = std::make_unique<Database>(read_only);
    if (!options_.readers_see.empty()) opened->run("ATTACH DATABASE $1 AS other", options_.readers_see);
    connection = std::move(opened);
  }
  return *connection;
}

bool Store::healthy() const {
  return writer_->healthy;
}

std::size_t Store::queued() const {
  std::scoped_lock lock(writer_->mutex);
  return writer_->queue.size();
}

}  // namespace claw::sqlite
