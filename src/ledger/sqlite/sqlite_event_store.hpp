#pragma once

#include "ledger/event_store.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw::sqlite {

class SqliteEventStore final : public EventStore {
 public:
  /// `store` must outlive this object.
  explicit SqliteEventStore(Store& store, std::size_t max_waiting = kMaxWaitingEvents)
      : store_(store), max_waiting_(max_waiting) {}

  [[nodiscard]] Task<Result<std::vector<SinkRow>>> sinks() override;
  [[nodiscard]] Task<Result<std::int64_t>> add_sink(SinkRow row, Change change) override;
  [[nodiscard]] Task<Result<void>> change_sink(SinkRow row, Change change) override;
  [[nodiscard]] Task<Result<void>> remove_sink(TenantId tenant, std::int64_t sink, Change change) override;
  [[nodiscard]] Task<Result<void>> stop_sink(std::int64_t sink, std::string why) override;
  [[nodiscard]] Task<Result<std::vector<SinkEvent>>> due(std::int64_t sink, TimePoint now, std::size_t limit) override;
  [[nodiscard]] Task<Result<void>> settle(SinkEvent tried, EventOutcome outcome) override;
  [[nodiscard]] Task<Result<void>> hasten(std::int64_t sink) override;
  [[nodiscard]] Task<Result<Page<SinkEvent>>> events(TenantId tenant, std::int64_t sink,
                                                     SinkEventFilter filter) override;
  [[nodiscard]] Task<Result<std::int64_t>> waiting(std::int64_t sink) override;
  [[nodiscard]] Task<Result<std::size_t>> replay(TenantId tenant, std::int64_t sink, ReplayWish wish, TimePoint now,
                                                 Change change) override;
  [[nodiscard]] Task<Result<BotStatus>> bot_status(TenantId tenant, std::int64_t status) override;
  [[nodiscard]] Task<Result<EventRecord>> told(TenantId tenant, std::int64_t event) override;
  [[nodiscard]] Task<Result<std::size_t>> expire(TimePoint give_up, TimePoint forget, std::size_t limit) override;

 private:
  Store& store_;
  const std::size_t max_waiting_;
};

}  // namespace claw::sqlite
