#include "base/task_group.hpp"

#include <condition_variable>
#include <list>
#include <mutex>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/system/system_error.hpp>

#include "base/log.hpp"

namespace claw {

struct TaskGroup::State {
  struct Entry {
    Executor executor;
    boost::asio::cancellation_signal signal;  // only on the executor
    bool cancelled = false;                   // only on the executor
  };
  using Place = std::list<std::shared_ptr<Entry>>::iterator;

  std::optional<Place> enter(std::shared_ptr<Entry> entry) {
    std::scoped_lock lock(mutex);
    if (cancelled) return std::nullopt;
    return entries.insert(entries.end(), std::move(entry));
  }
  void leave(Place place) {
    std::scoped_lock lock(mutex);
    entries.erase(place);
    if (entries.empty()) gone.notify_all();
  }

  mutable std::mutex mutex;
  std::condition_variable gone;
  std::list<std::shared_ptr<Entry>> entries;  // guarded by mutex; shared with a cancellation under way
  bool cancelled = false;                     // guarded by mutex
};

TaskGroup::TaskGroup() : state_(std::make_shared<State>()) {}

TaskGroup::~TaskGroup() {
  cancel();
  join();
}

namespace {

void tell(const char* name, const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::operation_aborted)
      log::error("task.failed name={} reason=\"{}\"", name, error.what());
  } catch (const std::exception& error) {
    log::error("task.failed name={} reason=\"{}\"", name, error.what());
  }
}

}  // namespace

void TaskGroup::spawn(const Executor& executor, const char* name, Task<> task) {
  auto entry = std::make_shared<State::Entry>(executor);
  const auto place = state_->enter(entry);
  if (!place) return;
  auto done = [state = state_, place = *place, name](const std::exception_ptr& failure) {
    tell(name, failure);
    state->leave(place);
  };
  // The signal is bound on the executor, where cancel() emits it: else a cancel at the same time could miss the task.
  boost::asio::dispatch(executor, [entry, task = std::move(task), done = std::move(done)]() mutable {
    if (entry->cancelled) return done(nullptr);
    boost::asio::co_spawn(entry->executor, std::move(task),
                          boost::asio::bind_cancellation_slot(entry->signal.slot(), std::move(done)));
  });
}

void TaskGroup::post(const Executor& executor, std::move_only_function<void()> work) {
  const auto place = state_->enter(std::make_shared<State::Entry>(executor));
  if (!place) return;
  boost::asio::post(executor, [state = state_, place = *place, work = std::move(work)]() mutable {
    work();
    state->leave(place);
  });
}

void TaskGroup::cancel() {
  std::list<std::shared_ptr<State::Entry>> entries;
  {
    std::scoped_lock lock(state_->mutex);
    state_->cancelled = true;
    entries = state_->entries;
  }
  for (const auto& entry : entries)
    boost::asio::post(entry->executor, [entry] {
      entry->cancelled = true;
      entry->signal.emit(boost::asio::cancellation_type::terminal);
    });
}

bool TaskGroup::join(std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->gone.wait_for(lock, limit, [this] { return state_->entries.empty(); });
}

std::size_t TaskGroup::size() const {
  std::scoped_lock lock(state_->mutex);
  return state_->entries.size();
}

}  // namespace claw
