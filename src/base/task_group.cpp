#include "base/task_group.hpp"

#include <condition_variable>
#include <list>
#include <mutex>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

#include "base/log.hpp"

namespace claw {

struct TaskGroup::State {
  struct Entry {
    Executor executor;
    boost::asio::cancellation_signal signal;  // only on the executor
  };
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
  std::list<std::shared_ptr<State::Entry>>::iterator place;
  {
    std::scoped_lock lock(state_->mutex);
    if (state_->cancelled) return;
    place = state_->entries.insert(state_->entries.end(), entry);
  }
  auto done = [state = state_, place, name](const std::exception_ptr& failure) {
    tell(name, failure);
    std::scoped_lock lock(state->mutex);
    state->entries.erase(place);
    if (state->entries.empty()) state->gone.notify_all();
  };
  boost::asio::co_spawn(executor, std::move(task),
                        boost::asio::bind_cancellation_slot(entry->signal.slot(), std::move(done)));
}

void TaskGroup::cancel() {
  std::list<std::shared_ptr<State::Entry>> entries;
  {
    std::scoped_lock lock(state_->mutex);
    state_->cancelled = true;
    entries = state_->entries;
  }
  for (const auto& entry : entries)
    boost::asio::post(entry->executor, [entry] { entry->signal.emit(boost::asio::cancellation_type::terminal); });
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
