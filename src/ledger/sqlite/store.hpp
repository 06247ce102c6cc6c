#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "ledger/sqlite/database.hpp"
#include "ledger/sqlite/migrations.hpp"

namespace claw::sqlite {

/// One SQLite file: one thread writes, in groups that share a commit; a few threads read.
///
/// SQLite 3.40 has a fault when two connections write or checkpoint at once, so that all writing goes through one
/// connection. A write has returned once its commit was synced: it survives a power cut (WAL, synchronous=FULL).
///
/// After a failed commit the file's state is not known: every write fails with kTransient until the connection was
/// closed and opened again, which is tried at most every kReopenPause.
///
/// Safe from any thread.
class Store {
 public:
  struct Options {
    Database::Options database;
    std::string name = "ledger";  ///< The area in metrics and log.
    Schema schema = ledger_schema();
    std::size_t readers = 2;
    std::string
        readers_see;  ///< Another store's file, whose tables the readers see too. It must be there. Empty: none.
    int nice = 0;     ///< Of the writer's thread, as nice(2) has it: above 0 others come first.
    Metrics* metrics = nullptr;  ///< Outlives the store; nullptr: nothing is counted.
  };
  /// A write in the queue: run() does it inside the group's transaction, finish() tells the writer's client. A run()
  /// that fails or throws must leave nothing; the store rolls back to where it began.
  class Job {
   public:
    virtual ~Job() = default;
    /// False: undo what was done; finish() still follows. Throws SqliteError.
    virtual bool run(Database& db) = 0;
    /// Called once after the commit, from the writer's thread or, where the queue refuses, the caller's.
    virtual void finish(const Result<void>& committed) = 0;
    /// True if this job is a single append that fails only when the file does: it needs no savepoint.
    [[nodiscard]] virtual bool is_append() const { return false; }
  };

  static constexpr std::size_t kMaxGroup = 512;  ///< Writes that share a commit, at most: bounds the wait of the first.
  static constexpr std::size_t kMaxQueued = 65'536;  ///< Writes that wait; more are refused with kTransient.
  static constexpr std::chrono::milliseconds kReopenPause{200};

  /// Opens or creates the file and brings its tables up to date. Fails with kFatal, saying why.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(Options options);
  /// close().
  ~Store();

  /// Finishes what is queued and closes the file; from then on every read and write is refused. Idempotent. Not to be
  /// called from an io thread.
  void close();

  /// Queues `work`, which is run on the writer's thread: `Result<T> work(Database&)`.
  template <class T, class Work>
  Task<Result<T>> write(Work work) {
    co_return co_await complete_with<Result<T>>([this, work = std::move(work)](Completion<Result<T>> done) mutable {
      submit(std::make_unique<WorkJob<T, Work>>(std::move(work), std::move(done)));
    });
  }
  /// Queues a job of the caller's own making.
  void submit(std::unique_ptr<Job> job);

  /// Runs `work` on a reader's thread: `Result<T> work(Database&)`. It sees every write that returned before.
  template <class T, class Work>
  Task<Result<T>> read(Work work) {
    if (closed_) return refused<T>();
    return readers_.run<T>([this, work = std::move(work)](std::size_t thread) mutable -> Result<T> {
      try {
        return work(reader(thread));
      } catch (const SqliteError& error) {
        return fail(ErrorKind::kTransient, error.what());
      }
    });
  }

  /// True while the last commit succeeded.
  [[nodiscard]] bool healthy() const;
  [[nodiscard]] std::size_t queued() const;

 private:
  explicit Store(Options options);
  Database& reader(std::size_t thread);
  template <class T>
  static Task<Result<T>> refused() {
    co_return fail(ErrorKind::kStopping, "the store is closed");
  }

  template <class T, class Work>
  class WorkJob final : public Job {
   public:
    WorkJob(Work work, Completion<Result<T>> done) : work_(std::move(work)), done_(std::move(done)) {}
    bool run(Database& db) override {
      try {
        result_.emplace(work_(db));
      } catch (const SqliteError& error) {
        // A row that the tables refuse is this write's fault; the file is well and the group goes on.
        if (!error.is_refused_row()) throw;
        result_.emplace(fail(ErrorKind::kFatal, error.what()));
      } catch (const std::exception& error) {
        // A fault of the program: it costs this write, not the process and its next start.
        result_.emplace(fail(ErrorKind::kFatal, error.what()));
      }
      return result_->has_value();
    }
    void finish(const Result<void>& committed) override {
      // A refusal of its own is the better answer, for it holds whether or not the group was committed.
      if (committed || (result_ && !*result_)) return done_(std::move(*result_));
      done_(std::unexpected(committed.error()));
    }

   private:
    Work work_;
    Completion<Result<T>> done_;
    std::optional<Result<T>> result_;
  };

  struct Writer;
  Options options_;
  std::vector<std::unique_ptr<Database>> reader_connections_;  // each only on its reader's thread
  std::unique_ptr<Writer> writer_;
  std::atomic<bool> closed_ = false;
  WorkerPool readers_;
};

}  // namespace claw::sqlite
