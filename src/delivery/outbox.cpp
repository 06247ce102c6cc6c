#include "delivery/outbox.hpp"

#include <deque>
#include <random>
#include <unordered_set>

#include <fmt/format.h>

#include "base/log.hpp"
#include "delivery/retry.hpp"
#include "whatsapp/graph_json.hpp"

namespace claw {
namespace {

/// How soon a store that is away is asked again.
constexpr std::chrono::milliseconds kStoreRetry{250};
/// How soon a disabled tenant's messages are looked at again.
constexpr std::chrono::seconds kDisabledRetry{10};

Counter& outcomes(Metrics& metrics, const char* result) {
  return metrics.counter("clawcentral_outbox_sends_total", "Sends by outcome.", fmt::format("result=\"{}\"", result));
}

double jitter() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

}  // namespace

/// What goes out through one phone number. Only on its executor.
struct Outbox::Lane {
  Lane(Executor where, Clock& clock, Backlog<OutboundMessage>::Read read,
       std::function<void(Lane&, OutboundMessage)> pass)
      : executor(std::move(where)),
        backlog(kMaxInMemoryPerNumber, clock, std::move(read),
                [this, pass = std::move(pass)](OutboundMessage message) { pass(*this, std::move(message)); }) {}
  const Executor executor;
  Backlog<OutboundMessage> backlog;  // safe from any thread
  std::unordered_map<std::int64_t, std::deque<OutboundMessage>> conversations;
  std::atomic<std::size_t> in_flight = 0;  // written on the executor, read by stop()
  std::deque<Completion<int>> waiting;     // for a place in flight, first come first served
  TimePoint rests_until;
  log::Thinned retries;  // of one number without a token there are as many as messages, again and again
  std::unordered_set<std::int64_t> in_doubt;  // messages whose begin was written or not

  Task<> enter() {
    if (in_flight < kMaxInFlightPerNumber) {
      ++in_flight;
      co_return;
    }
    // The place is handed over by leave(), so that nobody slips in between.
    co_await complete_with<int>([this](Completion<int> done) { waiting.push_back(std::move(done)); });
  }
  void leave() {
    if (waiting.empty()) {
      --in_flight;
      return;
    }
    auto next = std::move(waiting.front());
    waiting.pop_front();
    next(0);
  }
};

Outbox::Outbox(IoPool& io, Ledger& ledger, Directory& directory, Graph& graph, Clock& clock, Metrics& metrics)
    : io_(io),
      ledger_(ledger),
      directory_(directory),
      graph_(graph),
      clock_(clock),
      sent_(outcomes(metrics, "sent")),
      retried_(outcomes(metrics, "again")),
      failed_(outcomes(metrics, "failed")),
      unknown_(outcomes(metrics, "unknown")) {}

Outbox::~Outbox() {
  stop(std::chrono::milliseconds(0));
  tasks_.cancel();
  tasks_.join();
}

void Outbox::start() {
  {
    std::scoped_lock lock(lanes_mutex_);
    started_ = true;
    for (auto& [number, lane] : lanes_) tasks_.spawn(lane->executor, "outbox.feed", lane->backlog.run());
  }
  tasks_.spawn(io_.executor(0), "outbox.open_lanes", open_lanes());
}

Task<> Outbox::open_lanes() {
  while (!stopping_) {
    const auto numbers = co_await ledger_.numbers_with_queued();
    if (numbers) {
      for (const auto& number : *numbers) lane_of(number);
      co_return;
    }
    co_await clock_.sleep(kStoreRetry);
  }
}

void Outbox::offer(std::vector<OutboundMessage> messages) {
  // The parts of one reply go out through one number; the loop is for whoever offers more.
  for (auto first = messages.begin(); first != messages.end();) {
    const auto last = std::find_if(first, messages.end(), [&](const OutboundMessage& message) {
      return message.phone_number_id != first->phone_number_id;
    });
    Lane& lane = lane_of(first->phone_number_id);
    lane.backlog.offer({std::move_iterator(first), std::move_iterator(last)});
    first = last;
  }
}

std::size_t Outbox::in_memory() const {
  std::scoped_lock lock(lanes_mutex_);
  std::size_t total = 0;
  for (const auto& [number, lane] : lanes_) total += lane->backlog.in_memory();
  return total;
}

Outbox::Lane& Outbox::lane_of(const std::string& phone_number_id) {
  std::scoped_lock lock(lanes_mutex_);
  auto& lane = lanes_[phone_number_id];
  if (lane) return *lane;
  lane = std::make_unique<Lane>(
      io_.executor(std::hash<std::string>{}(phone_number_id)), clock_,
      [this, phone_number_id](MessageId from, std::size_t limit) {
        return ledger_.queued(phone_number_id, from, limit);
      },
      [this](Lane& to, OutboundMessage message) { deliver(to, std::move(message)); });
  if (started_ && !stopping_) tasks_.spawn(lane->executor, "outbox.feed", lane->backlog.run());
  return *lane;
}

void Outbox::deliver(Lane& lane, OutboundMessage message) {
  tasks_.post(lane.executor, [this, &lane, message = std::move(message)]() mutable {
    const ConversationId conversation = message.conversation;
    auto& queue = lane.conversations[conversation.value];
    queue.push_back(std::move(message));
    if (queue.size() == 1) tasks_.spawn(lane.executor, "outbox.conversation", drain(lane, conversation));
  });
}

Task<> Outbox::drain(Lane& lane, ConversationId conversation) {
  auto& queue = lane.conversations[conversation.value];  // stays in place while it is in the map
  while (!queue.empty() && !stopping_) {
    const TimePoint due = std::max(queue.front().due, lane.rests_until);
    if (const auto now = clock_.now(); due > now) {
      co_await clock_.sleep(due - now);
      continue;
    }
    co_await lane.enter();
    struct Place {
      Lane& lane;
      ~Place() { lane.leave(); }
    };
    bool finished = false;
    {
      const Place place{lane};
      if (stopping_) break;
      if (lane.rests_until > clock_.now()) continue;  // it began to rest while we waited for the place
      finished = co_await send(lane, queue.front());
    }
    if (!finished) continue;
    queue.pop_front();
    lane.backlog.done();
  }
  lane.conversations.erase(conversation.value);
}

Task<bool> Outbox::send(Lane& lane, OutboundMessage& message) {
  const auto tenant = directory_.by_id(message.tenant);
  if (!tenant || !tenant->enabled) {
    message.due = clock_.now() + kDisabledRetry;
    co_return false;
  }
  const Fence fence = ledger_.fence();
  if (const auto begun = co_await ledger_.begin_send(message.id, fence); !begun) {
    if (begun.error().kind == ErrorKind::kConflict) co_return !co_await taken_back(lane, message, fence);
    lane.in_doubt.insert(message.id.value);
    message.due = clock_.now() + kStoreRetry;
    co_return false;
  }
  lane.in_doubt.erase(message.id.value);
  ++message.attempts;
  const std::string& person = message.bsuid.empty() ? message.phone : message.bsuid;
  auto body = whatsapp::text_message_json({message.phone, message.bsuid}, message.text,
                                          callback_data_for(slot_of(message.tenant, person), message.id));
  const auto outcome = co_await graph_.send(tenant, message.phone_number_id, std::move(body));
  const auto now = clock_.now();
  lane.rests_until = std::max(lane.rests_until, now + number_rest(outcome));
  const auto next = after_send(outcome, message.attempts, message.created, now, jitter());
  if (next.state == MessageState::kSent) {
    lane.retries = {};
  } else if (const auto count = next.state == MessageState::kQueued ? lane.retries.allow() : 1; count > 0) {
    log::warn("outbox.not_sent tenant={} message={} try={} count={} then={} reason=\"{}\"", tenant->name,
              message.id.value, message.attempts, count, to_string(next.state), next.reason);
  }
  (next.state == MessageState::kSent     ? sent_
   : next.state == MessageState::kQueued ? retried_
   : next.state == MessageState::kFailed ? failed_
                                         : unknown_)
      .add();
  const bool kept = co_await keep(message.id, next);
  message.due = next.due;
  co_return !kept || next.state != MessageState::kQueued;
}

/// After a begin whose end was not told: it may have been kept, and then the ledger says that the message is being
/// sent, while nothing was. True if it is to be tried again.
Task<bool> Outbox::taken_back(Lane& lane, OutboundMessage& message, Fence fence) {
  if (!lane.in_doubt.contains(message.id.value)) co_return false;
  SendOutcome not_sent;
  not_sent.state = MessageState::kQueued;
  not_sent.due = clock_.now();
  const auto back = co_await ledger_.end_send(message.id, not_sent, fence);
  if (back || back.error().kind != ErrorKind::kTransient) lane.in_doubt.erase(message.id.value);
  message.due = clock_.now() + kStoreRetry;
  co_return back || back.error().kind == ErrorKind::kTransient;
}

/// Meta has acted, so this must not be lost while the process lives; where it is, the message is `unknown` after the
/// restart. False if it could not be kept: the message is no longer ours.
Task<bool> Outbox::keep(MessageId message, const SendOutcome& outcome) {
  for (;;) {
    const auto kept = co_await ledger_.end_send(message, outcome, ledger_.fence());
    if (kept) co_return true;
    if (kept.error().kind != ErrorKind::kTransient) {
      log::error("outbox.outcome_lost message={} reason=\"{}\"", message.value, kept.error().message);
      co_return false;
    }
    if (stopping_) co_return false;  // `unknown` after the restart
    co_await clock_.sleep(kStoreRetry);
  }
}

void Outbox::stop(std::chrono::milliseconds patience) {
  {
    std::scoped_lock lock(lanes_mutex_);
    stopping_ = true;
    for (auto& [number, lane] : lanes_) lane->backlog.stop();
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto sending = [this] {
    std::scoped_lock lock(lanes_mutex_);
    return std::ranges::any_of(lanes_, [](const auto& lane) { return lane.second->in_flight > 0; });
  };
  while (sending() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace claw
