#include "conversation/conversations.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/mailbox.hpp"
#include "ledger/delivery_log.hpp"

namespace claw {
namespace {

/// How soon a store that is away is asked again.
constexpr std::chrono::milliseconds kStoreRetry{250};
/// How often, a second each, the rest of a turn that a crash interrupted is waited for.
constexpr int kWaitsForRest = 3;

Counter& turns(Metrics& metrics, const char* result) {
  return metrics.counter("clawcentral_turns_total", "Turns by how they ended.", fmt::format("result=\"{}\"", result));
}

}  // namespace

/// A conversation with messages that wait. Only on its shard's executor.
struct Conversations::Open {
  std::deque<PendingMessage> queue;
  std::size_t in_turn = 0;              ///< How many of the first are in the turn under way.
  GiveUp give_up;                       ///< Of that turn.
  std::string withdrawn;                ///< Why nothing that an agent says in that turn is sent; empty: it is.
  std::optional<Completion<int>> wake;  ///< Of the wait for more messages.
  bool changed = false;                 ///< Somebody who waits here has another address, or another id.
  int waits = 0;                        ///< How often the rest of a turn was waited for.
};

/// A message on its way to its conversation.
struct Conversations::Incoming {
  PendingMessage message;
  bool changed = false;  ///< Who wrote it may be somebody else by now.
};

/// The conversations of one io thread. Only on its executor.
struct Conversations::Shard {
  Shard(Executor where, Graph& graph, Clock& clock, TaskGroup& tasks, std::function<void(Shard&, Incoming)> take)
      : executor(std::move(where)),
        incoming(tasks, executor,
                 [this, take = std::move(take)](Incoming incoming) { take(*this, std::move(incoming)); }),
        typing(graph, clock, tasks) {}
  const Executor executor;
  Mailbox<Incoming> incoming;  // safe from any thread
  std::unordered_map<std::int64_t, Open> open;
  Typing typing;
};

Conversations::Conversations(IoPool& io, Ledger& ledger, Directory& directory, Responder& responder, Graph& graph,
                             Outbox& outbox, Clock& clock, Metrics& metrics)
    : ledger_(ledger),
      directory_(directory),
      responder_(responder),
      graph_(graph),
      outbox_(outbox),
      clock_(clock),
      answered_(turns(metrics, "answered")),
      ignored_(turns(metrics, "ignored")),
      held_(turns(metrics, "held")),
      failed_(turns(metrics, "agent_failed")),
      turn_time_(metrics.histogram("clawcentral_turn_seconds", "From the start of a turn to its reply in the outbox.")),
      places_([this](TenantId id) {
        const auto tenant = directory_.by_id(id);
        return tenant ? static_cast<std::size_t>(tenant->limits.turns_at_a_time) : 0;
      }) {
  for (std::size_t i = 0; i < io.size(); ++i)
    shards_.push_back(
        std::make_unique<Shard>(io.executor(i), graph_, clock_, tasks_,
                                [this](Shard& shard, Incoming incoming) { take_in(shard, std::move(incoming)); }));
}

Conversations::~Conversations() {
  stop(std::chrono::milliseconds(0));
  responder_.cancel();
  tasks_.cancel();
  tasks_.join();
}

void Conversations::start() {
  {
    std::scoped_lock lock(tenants_mutex_);
    started_ = true;
    for (auto& [tenant, waiting] : tenants_)
      tasks_.spawn(shards_.front()->executor, "conversation.feed", waiting->run());
  }
  for (auto& shard : shards_) tasks_.spawn(shard->executor, "conversation.typing", tick(*shard));
  tasks_.spawn(shards_.front()->executor, "conversation.open_tenants", open_tenants());
}

Task<> Conversations::open_tenants() {
  while (!stopping_) {
    const auto tenants = co_await ledger_.tenants_with_pending();
    if (tenants) {
      for (const auto tenant : *tenants) waiting_of(tenant);
      co_return;
    }
    co_await clock_.sleep(kStoreRetry);
  }
}

Conversations::Waiting& Conversations::waiting_of(TenantId tenant) {
  std::scoped_lock lock(tenants_mutex_);
  auto& waiting = tenants_[tenant.value];
  if (waiting) return *waiting;
  waiting = std::make_unique<Waiting>(
      kMaxInMemoryPerTenant, clock_,
      [this, tenant](MessageId from, std::size_t limit) { return ledger_.pending(tenant, from, limit); },
      [this](PendingMessage message) { deliver(std::move(message)); });
  if (started_ && !stopping_) tasks_.spawn(shards_.front()->executor, "conversation.feed", waiting->run());
  return *waiting;
}

void Conversations::offer(std::vector<PendingMessage> messages) {
  for (auto first = messages.begin(); first != messages.end();) {
    const auto last = std::find_if(first, messages.end(), [&](const PendingMessage& message) {
      return message.tenant != first->tenant || message.phone_number_id != first->phone_number_id;
    });
    outbox_.heard(first->phone_number_id, static_cast<std::size_t>(last - first));
    waiting_of(first->tenant).offer({std::move_iterator(first), std::move_iterator(last)});
    first = last;
  }
}

void Conversations::reopen(std::vector<PendingMessage> messages) {
  for (auto& message : messages) {
    const TenantId tenant = message.tenant;
    std::vector<PendingMessage> one;
    one.push_back(std::move(message));
    waiting_of(tenant).reopen(std::move(one));
  }
}

void Conversations::look_again() {
  {
    std::scoped_lock lock(tenants_mutex_);
    for (auto& [tenant, waiting] : tenants_) waiting->look_again();
  }
  tasks_.spawn(shards_.front()->executor, "conversation.open_tenants", open_tenants());
}

std::size_t Conversations::in_memory() const {
  std::scoped_lock lock(tenants_mutex_);
  std::size_t total = 0;
  for (const auto& [tenant, waiting] : tenants_) total += waiting->in_memory();
  return total;
}

void Conversations::deliver(PendingMessage message, bool changed) {
  const auto shard = static_cast<std::size_t>(message.conversation.value) % shards_.size();
  shards_[shard]->incoming.put({std::move(message), changed});
}

void Conversations::take_in(Shard& shard, Incoming incoming) {
  PendingMessage& message = incoming.message;
  const ConversationId conversation = joined_.live(message.conversation);
  if (conversation != message.conversation) {
    message.conversation = conversation;
    return deliver(std::move(message), true);
  }
  auto& open = shard.open[conversation.value];
  // Read from the ledger and released by an approval at the same time.
  if (std::ranges::find(open.queue, message.id, &PendingMessage::id) != open.queue.end())
    return waiting_of(message.tenant).done();
  const bool idle = open.queue.empty();
  open.changed = open.changed || incoming.changed;
  if (open.in_turn > 0) interrupt(open, message);
  // What was held comes before what is newer; what is in a turn has its place already.
  const auto behind_turn = open.queue.begin() + static_cast<std::ptrdiff_t>(open.in_turn);
  open.queue.insert(std::ranges::upper_bound(behind_turn, open.queue.end(), message.id, {}, &PendingMessage::id),
                    std::move(message));
  if (idle) tasks_.spawn(shard.executor, "conversation", run(shard, conversation));
  if (auto wake = std::exchange(open.wake, std::nullopt)) (*wake)(0);
}

void Conversations::interrupt(Open& open, const PendingMessage& message) {
  const auto tenant = directory_.by_id(message.tenant);
  if (!tenant || message.type != "text") return;
  // In a group only who asked may take it back: who else writes there has not been let in yet.
  if (sender_of(message).user != sender_of(open.queue.front()).user) return;
  if (const auto command = parse_command(message.view.text); command && command->kind == CommandKind::kStop)
    open.give_up.now("stopped by the person");
  else if (tenant->session.queue == QueueMode::kInterrupt)
    open.give_up.now("interrupted by a newer message");
}

void Conversations::follow(const IdentityChange& changed) {
  responder_.forget_senders(changed.tenant);
  log::info("identity.changed tenant={} users={} joined={}", changed.tenant.value, changed.users.size(),
            changed.joined.size());
  for (const auto& [from, into] : changed.joined) join(from, into);
  for (auto& shard : shards_)
    tasks_.spawn(shard->executor, "conversation.changed", mark_changed(*shard, changed.tenant, changed.users));
}

Task<> Conversations::mark_changed(Shard& shard, TenantId tenant, std::vector<std::string> users) {
  const auto is_one = [&users](const std::string& user) { return std::ranges::find(users, user) != users.end(); };
  for (auto& [id, open] : shard.open) {
    for (const auto& message : open.queue)
      if (message.tenant == tenant && (is_one(message.user) || is_one(sender_of(message).user))) open.changed = true;
  }
  co_return;
}

Task<PendingMessage> Conversations::as_of_now(PendingMessage message) {
  auto now = co_await ledger_.pending(message.tenant, message.id, 1);
  if (!now || now->empty() || now->front().id != message.id) co_return message;
  now->front().conversation = message.conversation;
  co_return std::move(now->front());
}

Task<> Conversations::read_again(Open& open) {
  std::vector<PendingMessage> waiting(open.queue.begin(), open.queue.end());
  for (auto& message : waiting) {
    auto now = co_await as_of_now(std::move(message));
    // They may have been moved on meanwhile.
    const auto place = std::ranges::find(open.queue, now.id, &PendingMessage::id);
    if (place == open.queue.end()) continue;
    now.conversation = place->conversation;
    *place = std::move(now);
  }
}

void Conversations::join(ConversationId from, ConversationId into) {
  joined_.add(from, into);
  responder_.forget(from);
  responder_.forget(into);
  Shard& shard = *shards_[static_cast<std::size_t>(from.value) % shards_.size()];
  tasks_.spawn(shard.executor, "conversation.join", move_on(shard, from));
}

Task<> Conversations::move_on(Shard& shard, ConversationId from) {
  const auto found = shard.open.find(from.value);
  if (found == shard.open.end()) co_return;
  Open& open = found->second;
  const auto behind_turn = open.queue.begin() + static_cast<std::ptrdiff_t>(open.in_turn);
  std::vector<PendingMessage> moved{std::move_iterator(behind_turn), std::move_iterator(open.queue.end())};
  open.queue.erase(behind_turn, open.queue.end());
  for (auto& message : moved) {
    message.conversation = joined_.live(from);
    deliver(std::move(message), true);
  }
  if (auto wake = std::exchange(open.wake, std::nullopt)) (*wake)(0);
}

void Conversations::withdraw(ConversationId conversation, std::string why) {
  conversation = joined_.live(conversation);
  responder_.forget(conversation);
  Shard& shard = *shards_[static_cast<std::size_t>(conversation.value) % shards_.size()];
  tasks_.spawn(shard.executor, "conversation.withdraw", withdraw_on(shard, conversation, std::move(why)));
}

Task<> Conversations::withdraw_on(Shard& shard, ConversationId conversation, std::string why) {
  const auto found = shard.open.find(conversation.value);
  if (found == shard.open.end() || found->second.in_turn == 0) co_return;
  found->second.withdrawn = why;
  found->second.give_up.now(std::move(why));
}

Task<> Conversations::wake_later(Shard& shard, ConversationId conversation, std::chrono::milliseconds delay) {
  co_await clock_.sleep(delay);
  const auto found = shard.open.find(conversation.value);
  if (found == shard.open.end()) co_return;
  // Too early for a wait that began later: it looks at the clock again.
  if (auto wake = std::exchange(found->second.wake, std::nullopt)) (*wake)(0);
}

Task<> Conversations::wait_for_more(Shard& shard, ConversationId conversation, Open& open,
                                    std::chrono::milliseconds limit) {
  tasks_.spawn(shard.executor, "conversation.debounce", wake_later(shard, conversation, limit));
  co_await complete_with<int>([&open](Completion<int> done) { open.wake = std::move(done); });
}

Task<> Conversations::run(Shard& shard, ConversationId conversation) {
  auto& open = shard.open[conversation.value];  // stays in place while it is in the map
  while (!open.queue.empty() && !stopping_) {
    const TenantId whose = open.queue.front().tenant;
    const auto tenant = directory_.by_id(whose);
    if (tenant) {
      if (const auto left = debounce_left(*tenant, open.queue, clock_.now()); left.count() > 0) {
        co_await wait_for_more(shard, conversation, open, left);
        continue;
      }
    }
    if (std::exchange(open.changed, false)) {
      co_await read_again(open);
      continue;
    }
    // They are read one by one after a restart; all of them are there, but for what was deleted or joined elsewhere.
    const auto& first = open.queue.front();
    if (first.turn && open.queue.size() < first.together && open.waits < kWaitsForRest) {
      ++open.waits;
      co_await wait_for_more(shard, conversation, open, std::chrono::seconds(1));
      continue;
    }
    open.waits = 0;
    const auto place = co_await places_.take(whose);
    if (stopping_) break;
    if (open.queue.empty()) continue;  // they were moved on
    open.in_turn = tenant ? turn_size(*tenant, open.queue) : 1;
    open.withdrawn.clear();
    const auto end = open.queue.begin() + static_cast<std::ptrdiff_t>(open.in_turn);
    turns_.fetch_add(1);
    struct UnderWay {
      std::atomic<std::size_t>& turns;
      ~UnderWay() { turns.fetch_sub(1); }
    };
    {
      const UnderWay under_way{turns_};
      // The copies in the queue keep the conversation's place; the turn owns its own.
      co_await turn(shard, open, {open.queue.begin(), end});
    }
    for (; open.in_turn > 0; --open.in_turn) {
      open.queue.pop_front();
      waiting_of(whose).done();
    }
  }
  shard.open.erase(conversation.value);
}

Task<bool> Conversations::put_together(const std::vector<PendingMessage>& messages) {
  if (messages.size() == 1 || messages.front().turn) co_return true;
  std::vector<MessageId> ids;
  for (const auto& message : messages) ids.push_back(message.id);
  for (;;) {
    const auto kept = co_await ledger_.begin_turn(ids, ledger_.fence());
    if (kept) co_return true;
    if (stopping_ || kept.error().kind != ErrorKind::kTransient) {
      log::error("turn.not_begun message={} reason=\"{}\"", ids.front().value, kept.error().message);
      co_return false;
    }
    co_await clock_.sleep(kStoreRetry);
  }
}

Task<> Conversations::turn(Shard& shard, Open& open, std::vector<PendingMessage> messages) {
  const auto began = std::chrono::steady_clock::now();
  if (!co_await put_together(messages)) co_return;
  PendingMessage message = merged(messages);
  Typing::Handle typing;
  std::optional<std::vector<OutboundMessage>> parts;
  for (int round = 0; !parts; ++round) {
    if (round > 0) {
      // The ledger knows better who wrote it: an approval, or a new address.
      if (round > 1) co_await clock_.sleep(kStoreRetry);
      if (stopping_) co_return;
      for (auto& each : messages) each = co_await as_of_now(std::move(each));
      message = merged(messages);
    }
    auto outcome = co_await decide(shard, open, message, typing);
    // The ledger has it as pending: it is decided after the restart.
    if (!outcome) co_return;
    outcome->also = message.also;
    parts = co_await keep(message, *outcome);
    if (parts) count(message, *outcome);
  }
  turn_time_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  if (typing) co_await shard.typing.end(std::move(typing));
  if (!parts->empty()) outbox_.offer(std::move(*parts));
}

Task<std::optional<TurnOutcome>> Conversations::decide(Shard& shard, Open& open, const PendingMessage& message,
                                                       Typing::Handle& typing) {
  const auto tenant = directory_.by_id(message.tenant);
  auto outcome = co_await responder_.respond(tenant, message, shard.executor, open.give_up, [&] {
    // Nobody sees an answer typed that could not be sent, and a refused token is not shown to Meta with every turn.
    if (!outbox_.holds(message.phone_number_id))
      typing = shard.typing.begin(shard.executor, tenant, message.phone_number_id, message.wamid,
                                  trace_of_message(message.wamid, message.trace));
  });
  if (outcome && !open.withdrawn.empty() && !outcome->agent.empty()) {
    outcome->state = MessageState::kNoReply;
    outcome->reason = open.withdrawn;
    outcome->parts.clear();
  }
  co_return outcome;
}

void Conversations::count(const PendingMessage& message, const TurnOutcome& outcome) {
  (outcome.state == MessageState::kIgnored       ? ignored_
   : outcome.state == MessageState::kHeld        ? held_
   : outcome.state == MessageState::kAgentFailed ? failed_
                                                 : answered_)
      .add();
  const bool failed = outcome.state == MessageState::kAgentFailed;
  if (by_tenant_ && outcome.state != MessageState::kIgnored && outcome.state != MessageState::kHeld)
    by_tenant_->add(message.tenant, failed ? TenantCount::kAgentFailed : TenantCount::kAnswered);
  if (failed)
    log::warn("turn.agent_failed tenant={} message={} trace={} reason=\"{}\"", message.tenant.value, message.id.value,
              trace_of_message(message.wamid, message.trace), outcome.reason);
}

Task<std::optional<std::vector<OutboundMessage>>> Conversations::keep(const PendingMessage& message,
                                                                      const TurnOutcome& outcome) {
  for (bool in_doubt = false;; in_doubt = true) {
    auto completed = co_await ledger_.complete_turn(message.id, outcome, ledger_.fence());
    if (completed) co_return std::move(*completed);
    if (completed.error().kind == ErrorKind::kStale) co_return std::nullopt;
    // A write whose end was not told may have been kept; then its reply waits in the outbox for someone to send it.
    if (in_doubt && completed.error().kind == ErrorKind::kConflict) co_return co_await reply_to(message);
    if (completed.error().kind != ErrorKind::kTransient) {
      log::error("turn.not_kept message={} trace={} reason=\"{}\"", message.id.value,
                 trace_of_message(message.wamid, message.trace), completed.error().message);
      co_return std::vector<OutboundMessage>{};
    }
    // The ledger has it as pending: the turn runs again after the restart.
    if (stopping_) co_return std::vector<OutboundMessage>{};
    co_await clock_.sleep(kStoreRetry);
  }
}

Task<std::vector<OutboundMessage>> Conversations::reply_to(const PendingMessage& message) {
  constexpr std::size_t kPage = 1000;
  std::vector<OutboundMessage> parts;
  for (MessageId from{message.id.value + 1};;) {
    auto page = co_await ledger_.queued(message.phone_number_id, Urgency::kAnswer, from, kPage);
    if (!page && (stopping_ || page.error().kind != ErrorKind::kTransient)) co_return parts;
    if (!page) {
      co_await clock_.sleep(kStoreRetry);
      continue;
    }
    const std::size_t count = page->size();
    if (count > 0) from = MessageId{page->back().id.value + 1};
    for (auto& part : *page)
      if (part.turn == message.id) parts.push_back(std::move(part));
    if (count < kPage) co_return parts;
  }
}

Task<> Conversations::tick(Shard& shard) {
  while (!stopping_) {
    co_await clock_.sleep(std::chrono::seconds(1));
    shard.typing.tick();
  }
}

void Conversations::stop(std::chrono::milliseconds patience) {
  responder_.stop();
  {
    std::scoped_lock lock(tenants_mutex_);
    stopping_ = true;
    for (auto& [tenant, waiting] : tenants_) waiting->stop();
  }
  places_.stop();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (turns_ > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace claw
