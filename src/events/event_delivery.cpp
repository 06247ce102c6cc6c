#include "events/event_delivery.hpp"

#include <random>

#include <fmt/format.h>

#include "agent/agent_call.hpp"
#include "base/crypto.hpp"
#include "base/standard_webhook.hpp"
#include "events/event_body.hpp"
#include "events/sinks.hpp"

namespace claw {
namespace {

constexpr std::chrono::seconds kStorePause{1};
constexpr std::size_t kSweepStep = 2'000;
constexpr std::size_t kMaxReasonBytes = 300;

double jitter() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

/// Why an answer is none, in words for the tenant's admin.
std::string reason_of(const Result<net::ClientResponse>& answer) {
  if (!answer) return "no answer: " + answer.error().message;
  if (answer->status >= 300 && answer->status < 400)
    return fmt::format("answered {}: addresses are not followed, set the one it leads to", answer->status);
  std::string words = log::one_line(answer->body.substr(0, kMaxReasonBytes));
  return words.empty() ? fmt::format("answered {}", answer->status)
                       : fmt::format("answered {}: {}", answer->status, words);
}

Circuit::Verdict verdict_of(SinkAnswer answer) {
  switch (answer) {
    case SinkAnswer::kTaken:
    case SinkAnswer::kRefused:
      return Circuit::Verdict::kPassed;
    case SinkAnswer::kTrouble:
      return Circuit::Verdict::kTrouble;
    default:
      return Circuit::Verdict::kNotAsked;
  }
}

bool is_about_message(EventKind kind) {
  return static_cast<std::uint32_t>(kind) <= static_cast<std::uint32_t>(EventKind::kMessageUnknown);
}

/// Whether a bot is told of what was said in a conversation: it had the last turn there, or nobody had one and it may
/// well have been this one.
bool is_for(const Tenant& tenant, const std::string& bot, const std::string& last_agent) {
  if (!last_agent.empty()) return last_agent == bot;
  const auto usual = tenant.agents.find(tenant.default_agent);
  return usual == tenant.agents.end() || usual->second.kind != "cloud-api" || usual->first == bot;
}

net::ClientRequest post_to(const std::string& url, std::string body) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "ClawCentral-Webhooks"}};
  request.body = std::move(body);
  request.total_timeout = EventDelivery::kTimeout;
  request.max_response_bytes = EventDelivery::kMaxAnswerBytes;
  return request;
}

}  // namespace

EventDelivery::EventDelivery(Parts parts, PublicIds ids)
    : parts_(parts),
      ids_(std::move(ids)),
      delivered_(parts.metrics.counter("clawcentral_events_tries_total", "Tries to tell programs of events.",
                                       R"(result="delivered")")),
      failed_(parts.metrics.counter("clawcentral_events_tries_total", "Tries to tell programs of events.",
                                    R"(result="again")")),
      given_up_(parts.metrics.counter("clawcentral_events_tries_total", "Tries to tell programs of events.",
                                      R"(result="given_up")")),
      seconds_(parts.metrics.histogram("clawcentral_events_try_seconds", "How long programs take for an event.")),
      executor_(parts.io.next()) {}

EventDelivery::~EventDelivery() {
  stop(std::chrono::hours(1));
}

void EventDelivery::start() {
  tasks_.spawn(executor_, "events.run", run());
  tasks_.spawn(executor_, "events.beat", beat());
}

void EventDelivery::stop(std::chrono::milliseconds patience) {
  std::optional<Completion<int>> wake;
  {
    std::scoped_lock lock(mutex_);
    stopped_ = true;
    wake.swap(waiting_);
  }
  if (wake) (*wake)(0);
  tasks_.cancel();
  tasks_.join(patience);
}

void EventDelivery::wake() {
  std::optional<Completion<int>> wake;
  {
    std::scoped_lock lock(mutex_);
    woken_ = true;
    wake.swap(waiting_);
  }
  if (wake) (*wake)(0);
}

Task<> EventDelivery::something() {
  co_await complete_with<int>([this](Completion<int> done) {
    {
      std::scoped_lock lock(mutex_);
      if (!woken_ && !stopped_) {
        waiting_ = std::move(done);
        return;
      }
    }
    done(0);
  });
}

Task<> EventDelivery::beat() {
  for (;;) {
    co_await parts_.clock.sleep(kPoll);
    wake();
  }
}

Task<> EventDelivery::run() {
  for (;;) {
    co_await something();
    {
      std::scoped_lock lock(mutex_);
      if (stopped_) co_return;
      woken_ = false;
    }
    co_await round();
  }
}

Task<> EventDelivery::round() {
  const auto sinks = co_await parts_.store.sinks();
  if (!sinks) {
    if (const auto count = store_failures_.allow())
      log::warn("events.store_failed count={} reason=\"{}\"", count, sinks.error().message);
    co_return;
  }
  wanted_.store(!sinks->empty(), std::memory_order_relaxed);
  std::erase_if(lanes_, [&](const auto& lane) {
    return lane.second.under_way.empty() &&
           std::ranges::none_of(*sinks, [&](const SinkRow& sink) { return sink.id == lane.first; });
  });
  co_await notice_changes(*sinks);
  count_held();
  ++first_;
  for (std::size_t i = 0; i < sinks->size(); ++i) {
    const SinkRow& sink = (*sinks)[(first_ + i) % sinks->size()];
    const auto tenant = parts_.directory.by_id(sink.tenant);
    if (sink.enabled && tenant && tenant->enabled) co_await fill(sink);
  }
}

std::size_t EventDelivery::room_of(const Lane& lane) const {
  if (under_way_ >= kAtOnceInAll) return 0;
  if (lane.circuit.is_open()) return 1;
  const auto free = kAtOnceInAll - kKept - std::min(kAtOnceInAll - kKept, under_way_);
  if (lane.under_way.empty()) return std::clamp(free, std::size_t{1}, kAtOnce);
  return std::min(kAtOnce - std::min(kAtOnce, lane.under_way.size()), free);
}

Task<> EventDelivery::notice_changes(const std::vector<SinkRow>& sinks) {
  for (const auto& sink : sinks) {
    Lane& lane = lanes_[sink.id];
    if (lane.version == sink.version) continue;
    const bool is_new = lane.version.empty();
    lane.version = sink.version;
    if (is_new) continue;
    lane.circuit = {};
    lane.failures = 0;
    lane.rests_until = {};
    if (const auto due = co_await parts_.store.hasten(sink.id); due) continue;
    // Noticed again in the next round.
    lane.version = "?";
    lane.rests_until = parts_.clock.now() + kStorePause;
  }
}

Task<> EventDelivery::fill(const SinkRow& sink) {
  Lane& lane = lanes_[sink.id];
  const auto now = parts_.clock.now();
  if (lane.rests_until > now || lane.circuit.earliest(now) > now) co_return;
  std::size_t room = room_of(lane);
  if (room == 0) co_return;
  lane.ended.clear();
  // Those under way are still the first of their lanes.
  const auto due = co_await parts_.store.due(sink.id, now, lane.under_way.size() + room);
  if (!due) co_return;
  for (const auto& event : *due) {
    if (room == 0) co_return;
    // It may be due as it was before its try ended: that woke us up for another look.
    if (lane.ended.contains(event.lane) || !lane.under_way.insert(event.lane).second) continue;
    --room;
    ++under_way_;
    tasks_.spawn(executor_, "events.deliver", deliver(sink, event, lane.circuit.sent()));
  }
}

Task<> EventDelivery::deliver(SinkRow sink, SinkEvent event, bool probe) {
  auto tried = co_await attempt(sink, event);
  // It stands behind what the change made due already.
  if (is_outdated(sink)) tried.outcome.due = std::min(tried.outcome.due, parts_.clock.now());
  const bool was_open = lanes_[sink.id].circuit.is_open();
  const auto kept = co_await parts_.store.settle(event, tried.outcome);
  Lane& lane = lanes_[sink.id];
  lane.under_way.erase(event.lane);
  lane.ended.insert(event.lane);
  --under_way_;
  const auto now = parts_.clock.now();
  if (!kept) {
    // It comes again under the same id: rather twice than never.
    if (const auto count = store_failures_.allow())
      log::warn("events.not_settled count={} event={} reason=\"{}\"", count, event.id, kept.error().message);
    lane.rests_until = now + kStorePause;
  }
  if (is_outdated(sink)) {
    wake();
    co_return;
  }
  if (tried.rest > std::chrono::seconds(0)) lane.rests_until = now + tried.rest;
  if (tried.verdict == Circuit::Verdict::kPassed) lane.failures = 0;
  if (tried.verdict == Circuit::Verdict::kTrouble && ++lane.failures < kFailuresToHold && !lane.circuit.is_open())
    tried.verdict = Circuit::Verdict::kNotAsked;
  lane.circuit.ended(probe, tried.verdict, now);
  if (lane.circuit.is_open() && !was_open)
    log::warn("events.sink_held tenant_id={} sink={} reason=\"{}\"", sink.tenant.value, sink.id, tried.outcome.reason);
  if (was_open && !lane.circuit.is_open()) {
    log::info("events.sink_recovered tenant_id={} sink={}", sink.tenant.value, sink.id);
    (void)co_await parts_.store.hasten(sink.id);
  }
  if (tried.gone) (void)co_await parts_.store.stop_sink(sink.id, tried.outcome.reason);
  count_held();
  wake();
}

Task<EventDelivery::Tried> EventDelivery::attempt(const SinkRow& sink, const SinkEvent& event) {
  Tried tried;
  tried.outcome.tried_at = parts_.clock.now();
  auto request =
      event.kind == EventKind::kStatusOfBot ? co_await request_of_bot(sink, event) : co_await request_of(sink, event);
  const auto again = [&](SinkAnswer says) {
    const auto delay = next_try(says, event.attempts + 1, jitter());
    tried.outcome.state = delay ? EventState::kWaiting : EventState::kGivenUp;
    if (delay) tried.outcome.due = parts_.clock.now() + *delay;
    (delay ? failed_ : given_up_).add();
  };
  if (!request) {
    tried.outcome.reason = request.error().message;
    if (request.error().kind == ErrorKind::kConflict) {
      tried.outcome.state = EventState::kSkipped;
    } else if (request.error().kind == ErrorKind::kNotFound) {
      tried.outcome.state = EventState::kGivenUp;
      given_up_.add();
    } else {
      again(SinkAnswer::kTrouble);
    }
    co_return tried;
  }
  const auto answer = co_await parts_.http.send(std::move(*request));
  tried.outcome.took = parts_.clock.now() - tried.outcome.tried_at;
  seconds_.observe(std::chrono::duration<double>(tried.outcome.took).count());
  const auto says = sink_answer(answer);
  tried.verdict = verdict_of(says);
  if (answer) tried.outcome.status = answer->status;
  if (says == SinkAnswer::kTaken) {
    delivered_.add();
    co_return tried;
  }
  tried.outcome.reason = reason_of(answer);
  tried.gone = says == SinkAnswer::kGone;
  if (says == SinkAnswer::kBusy) tried.rest = rest_of(*answer);
  again(says);
  if (says == SinkAnswer::kBusy) tried.outcome.due = std::max(tried.outcome.due, parts_.clock.now() + tried.rest);
  co_return tried;
}

Result<net::ClientRequest> EventDelivery::signed_request(const SinkRow& sink, std::string id, std::string body) const {
  auto request = post_to(sink.url, std::move(body));
  const auto now = parts_.clock.now();
  const auto seconds = to_ms(now) / 1'000;
  std::string signatures;
  for (const auto* sealed : {&sink.sealed, &sink.sealed_before}) {
    if (sealed->empty() || (sealed == &sink.sealed_before && sink.before_until <= now)) continue;
    const auto secret = parts_.vault.open(sink.tenant, kSinkSecret, *sealed);
    if (!secret) return std::unexpected(secret.error());
    const auto signature = standard_webhook_signature(*secret, id, seconds, request.body);
    if (!signature) return std::unexpected(signature.error());
    signatures += (signatures.empty() ? "" : " ") + *signature;
  }
  request.headers.push_back({"webhook-id", std::move(id)});
  request.headers.push_back({"webhook-timestamp", std::to_string(seconds)});
  request.headers.push_back({"webhook-signature", std::move(signatures)});
  return request;
}

Task<Result<net::ClientRequest>> EventDelivery::request_of(const SinkRow& sink, const SinkEvent& event) {
  EventFacts facts;
  if (is_about_message(event.kind)) {
    auto message = co_await parts_.ledger.message(sink.tenant, MessageId{event.subject});
    if (!message) co_return std::unexpected(message.error());
    facts.message = std::move(*message);
  } else if (event.kind == EventKind::kAccountChanged) {
    auto told = co_await parts_.store.told(sink.tenant, event.subject);
    if (!told) co_return std::unexpected(told.error());
    facts.told = std::move(*told);
  } else if (event.kind == EventKind::kConversationTakenOver || event.kind == EventKind::kConversationHandedBack) {
    auto conversation = co_await parts_.ledger.conversation(sink.tenant, ConversationId{event.subject});
    if (!conversation) co_return std::unexpected(conversation.error());
    facts.conversation = std::move(*conversation);
  }
  co_return signed_request(sink, ids_.name('n', event.id), event_body(event, facts, ids_));
}

Task<Result<net::ClientRequest>> EventDelivery::request_of_bot(const SinkRow& sink, const SinkEvent& event) {
  const auto tenant = parts_.directory.by_id(sink.tenant);
  const auto agent = tenant ? tenant->agents.find(sink.agent) : decltype(tenant->agents.end()){};
  if (!tenant || agent == tenant->agents.end()) co_return fail(ErrorKind::kNotFound, "the agent is no more");
  auto status = co_await parts_.store.bot_status(sink.tenant, event.subject);
  if (!status) co_return std::unexpected(status.error());
  if (!is_for(*tenant, sink.agent, status->agent))
    co_return fail(ErrorKind::kConflict, "another agent answers in that conversation");
  if (status->raw.empty()) co_return fail(ErrorKind::kNotFound, "Meta's webhook is kept no longer");
  const auto secret = secret_of(agent->second, *tenant);
  if (!secret) co_return std::unexpected(secret.error());
  auto request = post_to(agent->second.options.url,
                         bot_status_body(std::move(status->raw), whatsapp::own_callback_data(status->about)));
  if (*secret)
    request.headers.push_back(
        {"X-Hub-Signature-256", "sha256=" + to_hex(hmac_sha256((*secret)->expose(), request.body))});
  co_return request;
}

Task<EventOutcome> EventDelivery::test(SinkRow sink) {
  EventOutcome outcome{.state = EventState::kGivenUp, .tried_at = parts_.clock.now()};
  auto request =
      signed_request(sink, "test_" + to_base64url(random_bytes(12)), test_event_body(sink.name, outcome.tried_at));
  if (!request) {
    outcome.reason = request.error().message;
    co_return outcome;
  }
  const auto answer = co_await parts_.http.send(std::move(*request));
  outcome.took = parts_.clock.now() - outcome.tried_at;
  if (answer) outcome.status = answer->status;
  if (sink_answer(answer) == SinkAnswer::kTaken)
    outcome.state = EventState::kDelivered;
  else
    outcome.reason = reason_of(answer);
  co_return outcome;
}

void EventDelivery::count_held() {
  const auto now = parts_.clock.now();
  std::map<std::int64_t, TimePoint> held;
  for (const auto& [sink, lane] : lanes_)
    if (lane.circuit.is_open()) held[sink] = lane.circuit.earliest(now);
  held_.store(held.size(), std::memory_order_relaxed);
  std::scoped_lock lock(mutex_);
  held_until_ = std::move(held);
}

std::optional<TimePoint> EventDelivery::held_until(std::int64_t sink) const {
  std::scoped_lock lock(mutex_);
  const auto found = held_until_.find(sink);
  if (found == held_until_.end()) return std::nullopt;
  return found->second;
}

Task<> EventDelivery::sweep() {
  for (std::size_t step = kSweepStep; step >= kSweepStep;) {
    const auto now = parts_.clock.now();
    const auto gone = co_await parts_.store.expire(now - kEventLife, now - kEventsKept, kSweepStep);
    if (!gone) {
      log::warn("events.sweep_failed reason=\"{}\"", gone.error().message);
      co_return;
    }
    step = *gone;
  }
}

}  // namespace claw
