#pragma once

#include <deque>
#include <mutex>
#include <optional>

#include "inbox/inbox.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw {

/// The inbox as a SQLite file of its own, so that an append waits for nobody's commit but its neighbours'. Its rows
/// stay: the ledger refers to them for the raw bytes.
class EmbeddedInbox final : public Inbox {
 public:
  /// Items that are kept in memory between append() and next(); what goes beyond is read from the file when its time
  /// comes. Bounds the memory that a slow ledger costs.
  static constexpr std::size_t kMaxInMemory = 16'384;
  static constexpr std::size_t kMaxBytesInMemory = 32 * 1024 * 1024;
  /// Pages of its log before they are folded into its file. Each page is written once, so that folding more of them at
  /// once saves nothing and holds up a commit for longer: at 12,000 appends a second the slowest of a hundred took 4 ms
  /// with 1,000 pages, 22 ms with 16,000.
  static constexpr int kCheckpointPages = 1'000;

  /// What a store of an inbox at `path` is opened with; `common` says the rest: cache, disk, metrics.
  [[nodiscard]] static sqlite::Store::Options store_options(sqlite::Store::Options common, std::string path);
  /// Fails with kTransient if the file cannot be read. `store` was opened with store_options(), must outlive this
  /// object, and must be closed before this object goes.
  [[nodiscard]] static Task<Result<std::unique_ptr<EmbeddedInbox>>> open(sqlite::Store& store);

  [[nodiscard]] Task<Result<void>> append(std::vector<InboundItem> items) override;
  [[nodiscard]] Task<Result<std::vector<InboundItem>>> next(std::size_t limit) override;
  /// Costs no commit: the mark goes to the file with the next append, and at the stop.
  void settle(InboxSeq seq) override;
  [[nodiscard]] std::size_t waiting() const override;
  [[nodiscard]] Task<Result<std::size_t>> forget(std::uint8_t kind, TimePoint before, std::size_t limit) override;
  [[nodiscard]] Task<Result<std::size_t>> expire(std::vector<Retention> retention, TimePoint now,
                                                 std::size_t limit) override;
  void stop() override;

 private:
  class AppendJob;
  class MarkJob;
  using Items = std::vector<InboundItem>;
  explicit EmbeddedInbox(sqlite::Store& store) : store_(store) {}
  void appended(Items items);
  /// Writes what is settled, if the file does not know. On the writer's thread.
  void write_mark(sqlite::Database& db);
  void mark_was_lost();
  /// Moves the oldest items out of memory. REQUIRES: mutex_ is held.
  Items take(std::size_t limit);
  Task<Result<Items>> read_from_file(std::int64_t from, std::size_t limit);

  sqlite::Store& store_;
  std::int64_t last_written_ = 0;  // only on the writer's thread, after open(): no number is given twice
  mutable std::mutex mutex_;
  std::deque<InboundItem> fresh_;          // guarded by mutex_: committed, not given out, without a gap
  std::size_t fresh_bytes_ = 0;            // guarded by mutex_
  std::int64_t read_from_ = 0;             // guarded by mutex_: not 0: what comes after fresh_ must be read from here
  std::int64_t last_committed_ = 0;        // guarded by mutex_
  std::int64_t given_ = 0;                 // guarded by mutex_: the last number given out
  std::int64_t settled_ = 0;               // guarded by mutex_
  std::int64_t mark_written_ = 0;          // guarded by mutex_: of settled_, what the file knows once it commits
  bool stopped_ = false;                   // guarded by mutex_
  std::optional<Completion<int>> waiter_;  // guarded by mutex_
};

}  // namespace claw
