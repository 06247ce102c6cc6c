#include "conversation/conversations.hpp"

#include <algorithm>
#include <deque>
#include <iterator>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/mailbox.hpp"
#include "conversation/typing.hpp"
#include "whatsapp/markdown.hpp"
#include "whatsapp/text_limits.hpp"

namespace claw {
namespace {

/// How soon a store that is away is asked again.
constexpr std::chrono::milliseconds kStoreRetry{250};

Counter& turns(Metrics& metrics, const char* result) {
  return metrics.counter("clawcentral_turns_total", "Turns by how they ended.", fmt::format("result=\"{}\"", result));
}

/// What is sent of a text of an agent, in order.
std::vector<std::string> parts_of(std::string_view text, const Agent& agent) {
  constexpr std::string_view kWhite = " \t\r\n";
  constexpr std::string_view kNoReply = "NO_REPLY";  // OpenClaw's word for: say nothing
  const auto begin = std::min(text.find_first_not_of(kWhite), text.size());
  const auto end = text.find_last_not_of(kWhite) + 1;
  if (text.substr(begin, std::max(begin, end) - begin) == kNoReply) return {};
  switch (agent.options.format) {
    case TextFormat::kMarkdown:
      return whatsapp::split_styled_text(whatsapp::to_whatsapp_text(text).text, whatsapp::kMaxTextCharacters);
    case TextFormat::kWhatsApp:
      return whatsapp::split_styled_text(text, whatsapp::kMaxTextCharacters);
    case TextFormat::kPlain:
      return whatsapp::split_text(text, whatsapp::kMaxTextCharacters);
  }
  return {};
}

}  // namespace

/// The conversations of one io thread. Only on its executor.
struct Conversations::Shard {
  Shard(Executor where, Graph& graph, Clock& clock, TaskGroup& tasks, std::function<void(Shard&, PendingMessage)> take)
      : executor(std::move(where)),
        incoming(tasks, executor,
                 [this, take = std::move(take)](PendingMessage message) { take(*this, std::move(message)); }),
        typing(graph, clock, tasks) {}
  const Executor executor;
  Mailbox<PendingMessage> incoming;  // safe from any thread
  std::unordered_map<std::int64_t, std::deque<PendingMessage>> open;
  Typing typing;
};

Conversations::Conversations(IoPool& io, Ledger& ledger, Directory& directory, AgentRunner& agents, Graph& graph,
                             Outbox& outbox, Clock& clock, Metrics& metrics)
    : ledger_(ledger),
      directory_(directory),
      agents_(agents),
      graph_(graph),
      outbox_(outbox),
      clock_(clock),
      answered_(turns(metrics, "answered")),
      ignored_(turns(metrics, "ignored")),
      failed_(turns(metrics, "agent_failed")),
      turn_time_(metrics.histogram("clawcentral_turn_seconds", "From the start of a turn to its reply in the outbox.")),
      places_([this](TenantId id) {
        const auto tenant = directory_.by_id(id);
        return tenant ? static_cast<std::size_t>(tenant->limits.turns_at_a_time) : 0;
      }) {
  for (std::size_t i = 0; i < io.size(); ++i)
    shards_.push_back(
        std::make_unique<Shard>(io.executor(i), graph_, clock_, tasks_,
                                [this](Shard& shard, PendingMessage message) { take_in(shard, std::move(message)); }));
}

Conversations::~Conversations() {
  stop(std::chrono::milliseconds(0));
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

void Conversations::deliver(PendingMessage message) {
  const auto shard = static_cast<std::size_t>(message.conversation.value) % shards_.size();
  shards_[shard]->incoming.put(std::move(message));
}

void Conversations::take_in(Shard& shard, PendingMessage message) {
  const ConversationId conversation = message.conversation;
  auto& queue = shard.open[conversation.value];
  queue.push_back(std::move(message));
  if (queue.size() == 1) tasks_.spawn(shard.executor, "conversation", run(shard, conversation));
}

Task<> Conversations::run(Shard& shard, ConversationId conversation) {
  auto& queue = shard.open[conversation.value];  // stays in place while it is in the map
  while (!queue.empty() && !stopping_) {
    const TenantId tenant = queue.front().tenant;
    const auto place = co_await places_.take(tenant);
    if (stopping_) break;
    turns_.fetch_add(1);
    struct UnderWay {
      std::atomic<std::size_t>& turns;
      ~UnderWay() { turns.fetch_sub(1); }
    };
    {
      const UnderWay under_way{turns_};
      // The copy in the queue keeps the conversation's place; the turn owns its own.
      co_await turn(shard, queue.front());
    }
    queue.pop_front();
    waiting_of(tenant).done();
  }
  shard.open.erase(conversation.value);
}

/// A fault of the agent's program must not end the conversation with it.
Task<Result<AgentReply>> Conversations::ask(const Agent& agent, AgentTurn turn) {
  try {
    co_return co_await agents_.run(agent, std::move(turn));
  } catch (const boost::system::system_error&) {
    throw;  // cancellation
  } catch (const std::exception& error) {
    co_return fail(ErrorKind::kFatal, fmt::format("the agent failed: {}", error.what()));
  }
}

Task<TurnOutcome> Conversations::decide(TenantRef tenant, const PendingMessage& message) {
  TurnOutcome outcome;
  const auto agent = tenant->agents.find(tenant->default_agent);
  if (agent == tenant->agents.end()) {
    outcome.state = MessageState::kAgentFailed;
    outcome.reason = "no agent is set for this tenant: clawcentral agent set TENANT AGENT --kind echo";
    co_return outcome;
  }
  outcome.agent = agent->first;
  auto reply =
      co_await ask(agent->second, {fmt::format("turn-{}", message.id.value),
                                   fmt::format("conversation-{}", message.conversation.value), message, tenant,
                                   fmt::format("cc:{}:{}:{}", tenant->name, message.phone_number_id, message.user)});
  if (!reply) {
    outcome.state = MessageState::kAgentFailed;
    outcome.reason = reply.error().message;
    // The person is told once; the cause stands with the message, for the tenant's admin.
    if (agent->second.kind != "echo" && !agent->second.options.apology.empty())
      outcome.parts.push_back(agent->second.options.apology);
    co_return outcome;
  }
  for (const auto& text : reply->texts)
    std::ranges::move(parts_of(text, agent->second), std::back_inserter(outcome.parts));
  if (outcome.parts.size() > kMaxParts) {
    outcome.reason =
        fmt::format("the reply was cut: it had {} messages, and {} go out", outcome.parts.size(), kMaxParts);
    outcome.parts.resize(kMaxParts);
  }
  if (outcome.parts.empty()) outcome.state = MessageState::kNoReply;
  if (!reply->usage.model.empty() || reply->usage.completion_tokens > 0)
    outcome.usage = boost::json::serialize(boost::json::object{{"model", reply->usage.model},
                                                               {"prompt_tokens", reply->usage.prompt_tokens},
                                                               {"completion_tokens", reply->usage.completion_tokens}});
  co_return outcome;
}

Task<> Conversations::turn(Shard& shard, PendingMessage message) {
  const auto began = std::chrono::steady_clock::now();
  const auto tenant = directory_.by_id(message.tenant);
  TurnOutcome outcome;
  Typing::Handle typing;
  if (!tenant || !tenant->enabled || tenant->policy == ChannelPolicy::kDisabled) {
    // It may have waited in the ledger since before the channel was disabled.
    outcome.state = MessageState::kIgnored;
    outcome.reason = tenant && tenant->enabled ? "channel_disabled" : "tenant_disabled";
  } else {
    // Nobody sees an answer typed that could not be sent, and a refused token is not shown to Meta with every turn.
    if (!outbox_.holds(message.phone_number_id))
      typing = shard.typing.begin(shard.executor, tenant, message.phone_number_id, message.wamid);
    outcome = co_await decide(tenant, message);
  }
  (outcome.state == MessageState::kIgnored       ? ignored_
   : outcome.state == MessageState::kAgentFailed ? failed_
                                                 : answered_)
      .add();
  if (outcome.state == MessageState::kAgentFailed)
    log::warn("turn.agent_failed tenant={} message={} reason=\"{}\"", tenant->name, message.id.value, outcome.reason);

  auto parts = co_await keep(message, outcome);
  turn_time_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  if (typing) co_await shard.typing.end(std::move(typing));
  if (!parts.empty()) outbox_.offer(std::move(parts));
}

Task<std::vector<OutboundMessage>> Conversations::keep(const PendingMessage& message, const TurnOutcome& outcome) {
  for (bool in_doubt = false;; in_doubt = true) {
    auto completed = co_await ledger_.complete_turn(message.id, outcome, ledger_.fence());
    if (completed) co_return std::move(*completed);
    // A write whose end was not told may have been kept; then its reply waits in the outbox for someone to send it.
    if (in_doubt && completed.error().kind == ErrorKind::kConflict) co_return co_await reply_to(message);
    if (completed.error().kind != ErrorKind::kTransient) {
      log::error("turn.not_kept message={} reason=\"{}\"", message.id.value, completed.error().message);
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
    auto page = co_await ledger_.queued(message.phone_number_id, from, kPage);
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
