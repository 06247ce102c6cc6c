#include "net/event_hub.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace claw::net {
namespace {

constexpr std::string_view kResync = "event: resync\ndata: {}\n\n";

std::string event_text(std::string_view name, std::string_view data) {
  return fmt::format("event: {}\ndata: {}\n\n", name, data);
}

Task<> write_events(std::shared_ptr<EventHub::Listener> listener, std::function<bool()> allowed, BodyWriter& writer) {
  while (true) {
    const std::string text = co_await complete_with<std::string>(
        [&listener](Completion<std::string> done) { listener->next(std::move(done)); });
    if (text.empty() || (allowed && !allowed())) co_return;
    const bool written = co_await writer.write(text);
    if (!written) co_return;
  }
}

}  // namespace

EventHub::Listener::~Listener() {
  hub_.close(id_);
}

void EventHub::Listener::next(Completion<std::string> done) {
  hub_.next(id_, std::move(done));
}

void EventHub::Listener::greet() {
  give_text("retry: 1000\nid: 1\nevent: hello\ndata: {}\n\n");
}

void EventHub::Listener::give(std::string_view name, std::string_view data) {
  give_text(event_text(name, data));
}

void EventHub::Listener::give_text(std::string_view text) {
  Ready ready;
  {
    std::scoped_lock lock(hub_.mutex_);
    hub_.give(hub_.listeners_.at(id_), text, ready);
  }
  call(std::move(ready));
}

std::shared_ptr<EventHub::Listener> EventHub::open(std::string topic) {
  std::scoped_lock lock(mutex_);
  if (closed_ || listeners_.size() >= limits_.listeners) return nullptr;
  const auto same = std::ranges::count_if(listeners_, [&](const auto& each) { return each.second.topic == topic; });
  if (static_cast<std::size_t>(same) >= limits_.per_topic) return nullptr;
  listeners_[++last_].topic = std::move(topic);
  count_ = listeners_.size();
  return std::shared_ptr<Listener>(new Listener(*this, last_));
}

void EventHub::close(std::uint64_t id) {
  std::scoped_lock lock(mutex_);
  listeners_.erase(id);
  count_ = listeners_.size();
}

void EventHub::next(std::uint64_t id, Completion<std::string> done) {
  std::string text;
  {
    std::scoped_lock lock(mutex_);
    State& state = listeners_.at(id);
    if (state.waiting.empty() && !state.over) {
      state.done = std::move(done);
      return;
    }
    if (!state.over) text = std::exchange(state.waiting, {});
  }
  done(std::move(text));
}

bool EventHub::heard(std::string_view topic) const {
  if (!heard()) return false;
  std::scoped_lock lock(mutex_);
  return std::ranges::any_of(listeners_, [&](const auto& each) {
    return topic.empty() || each.second.topic.empty() || each.second.topic == topic;
  });
}

void EventHub::publish(std::string_view topic, std::string_view name, std::string_view data) {
  if (!heard()) return;
  const std::string text = event_text(name, data);
  Ready ready;
  {
    std::scoped_lock lock(mutex_);
    for (auto& [id, state] : listeners_)
      if (topic.empty() || state.topic.empty() || state.topic == topic) give(state, text, ready);
  }
  call(std::move(ready));
}

void EventHub::ping() {
  Ready ready;
  {
    std::scoped_lock lock(mutex_);
    for (auto& [id, state] : listeners_) give(state, ": still here\n\n", ready);
  }
  call(std::move(ready));
}

void EventHub::close_all() {
  Ready ready;
  {
    std::scoped_lock lock(mutex_);
    closed_ = true;
    for (auto& [id, state] : listeners_) {
      state.over = true;
      if (state.done) ready.emplace_back(std::exchange(state.done, {}), std::string());
    }
  }
  call(std::move(ready));
}

void EventHub::give(State& state, std::string_view text, Ready& ready) {
  if (state.over) return;
  if (state.done) {
    ready.emplace_back(std::exchange(state.done, {}), text);
    return;
  }
  if (state.waiting.size() + text.size() > limits_.waiting_bytes)
    state.waiting = kResync;
  else
    state.waiting += text;
}

void EventHub::call(Ready ready) {
  for (auto& [done, text] : ready) done(std::move(text));
}

HttpResponse event_stream(std::shared_ptr<EventHub::Listener> listener, std::function<bool()> allowed) {
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers.push_back({"Cache-Control", "no-store"});
  // nginx holds an answer back by itself.
  response.headers.push_back({"X-Accel-Buffering", "no"});
  response.stream = [listener = std::move(listener), allowed = std::move(allowed)](BodyWriter& writer) {
    return write_events(listener, allowed, writer);
  };
  return response;
}

}  // namespace claw::net
