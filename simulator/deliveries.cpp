#include "simulator/deliveries.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "simulator/wire.hpp"

namespace claw::sim {

namespace {

/// A field of the body that the app does not want; empty: it wants them all.
std::string_view unwanted_field(const Number& number, std::string_view body) {
  for (const auto& field : number.unsubscribed_fields)
    if (body.contains(fmt::format("\"field\":\"{}\"", field))) return field;
  return {};
}

}  // namespace

const char* to_string(Delivery::State state) {
  switch (state) {
    case Delivery::State::kWaiting:
      return "waiting";
    case Delivery::State::kInFlight:
      return "in_flight";
    case Delivery::State::kAnswered:
      return "answered";
    case Delivery::State::kGivenUp:
      return "given_up";
  }
  return "waiting";
}

Deliveries::Deliveries(const Clock& clock, Timers& timers, const Numbers& numbers, Send send, Tell tell)
    : clock_(clock), timers_(timers), numbers_(numbers), send_(std::move(send)), tell_(std::move(tell)) {}

std::chrono::milliseconds Deliveries::pause_after(int attempts) {
  const int doublings = std::clamp(attempts - 1, 0, 16);
  return std::min(kFirstPause * (1 << doublings), kLongestPause);
}

bool Deliveries::add(Delivery delivery) {
  if (open_.size() >= kMaxWaiting) return false;
  delivery.id = ++last_;
  delivery.since = clock_.now();
  open_.emplace(delivery.id, std::move(delivery));
  make_ready(last_);
  return true;
}

void Deliveries::make_ready(std::uint64_t id) {
  Delivery& delivery = open_.at(id);
  delivery.next_try.reset();
  Lane& lane = lanes_[delivery.number];
  lane.ready.push_back(id);
  fill(lane);
}

void Deliveries::fill(Lane& lane) {
  while (!lane.ready.empty() && lane.in_flight < kInFlightPerNumber) {
    Delivery& delivery = open_.at(lane.ready.front());
    lane.ready.pop_front();
    start(delivery, lane);
  }
}

void Deliveries::start(Delivery& delivery, Lane& lane) {
  const Number* number = numbers_.find(delivery.number);
  ++delivery.attempts;
  if (!number || number->callback.empty()) {
    return finish(delivery, AttemptResult{.status = 0, .reason = "no callback address is set for this number"});
  }
  if (!number->subscribed)
    return finish(delivery, AttemptResult{.status = 0, .reason = "the app is not subscribed to the number's WABA"});
  if (const auto field = unwanted_field(*number, *delivery.body); !field.empty())
    return finish(delivery, AttemptResult{.status = 0, .reason = fmt::format("the field {} is not subscribed", field)});
  ++lane.in_flight;
  delivery.state = Delivery::State::kInFlight;
  tell_(delivery, nullptr);
  send_(Attempt{delivery.id, number->callback, signature_of(number->app_secret, *delivery.body), delivery.body,
                delivery.drop_first && delivery.attempts == 1});
}

void Deliveries::settle(std::uint64_t id, const AttemptResult& result) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  Lane& lane = lanes_[found->second.number];
  --lane.in_flight;
  finish(found->second, result);
  fill(lane);
}

void Deliveries::finish(Delivery& delivery, const AttemptResult& result) {
  delivery.status = result.status;
  delivery.reason = result.reason;
  if (result.status >= 200 && result.status < 300) {
    delivery.state = Delivery::State::kAnswered;
  } else {
    const auto pause = pause_after(delivery.attempts);
    const bool over = clock_.now() + pause > delivery.since + kGiveUpAfter;
    delivery.state = over ? Delivery::State::kGivenUp : Delivery::State::kWaiting;
    if (!over) {
      delivery.next_try = clock_.now() + pause;
      timers_.after(pause, [this, id = delivery.id] { make_ready(id); });
    }
  }
  tell_(delivery, &result);
  if (delivery.state != Delivery::State::kWaiting) open_.erase(delivery.id);
}

}  // namespace claw::sim
