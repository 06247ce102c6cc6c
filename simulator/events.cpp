#include "simulator/events.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace claw::sim {

std::uint64_t Events::open(std::string phone) {
  if (closed_ || listeners_.size() >= kMaxListeners) return 0;
  Listener& listener = listeners_[++last_];
  listener.phone = std::move(phone);
  listener.waiting = "retry: 1000\nevent: hello\ndata: {}\n\n";
  return last_;
}

void Events::close(std::uint64_t listener) {
  listeners_.erase(listener);
}

void Events::next(std::uint64_t id, Completion<std::string> done) {
  const auto found = listeners_.find(id);
  if (found == listeners_.end()) return done({});
  Listener& listener = found->second;
  if (listener.waiting.empty()) {
    listener.done = std::move(done);
    return;
  }
  listener.count = 0;
  done(std::exchange(listener.waiting, {}));
}

bool Events::heard(std::string_view phone) const {
  for (const auto& [id, listener] : listeners_) {
    if (phone.empty() || listener.phone.empty() || listener.phone == phone) return true;
  }
  return false;
}

void Events::publish(std::string_view phone, std::string_view name, const boost::json::object& data) {
  std::string text;
  for (auto& [id, listener] : listeners_) {
    if (!phone.empty() && !listener.phone.empty() && listener.phone != phone) continue;
    if (text.empty()) text = fmt::format("event: {}\ndata: {}\n\n", name, boost::json::serialize(data));
    give(listener, text);
  }
}

void Events::ping() {
  for (auto& [id, listener] : listeners_) give(listener, ": still here\n\n");
}

void Events::close_all() {
  closed_ = true;
  for (auto& [id, listener] : std::exchange(listeners_, {})) {
    if (listener.done) listener.done({});
  }
}

void Events::give(Listener& listener, std::string_view text) {
  if (listener.done) {
    std::exchange(listener.done, {})(std::string(text));
    return;
  }
  if (++listener.count > kMaxWaiting) {
    listener.waiting = "event: resync\ndata: {}\n\n";
    listener.count = 1;
    return;
  }
  listener.waiting += text;
}

}  // namespace claw::sim
