#include "conversation/responder.hpp"

#include <algorithm>
#include <iterator>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/log.hpp"
#include "whatsapp/markdown.hpp"
#include "whatsapp/text_limits.hpp"

namespace claw {
namespace {

/// How soon a store that is away is asked again.
constexpr std::chrono::milliseconds kStoreRetry{250};
/// A pause without an end, as far as anyone can tell.
const TimePoint kForGood = from_ms(253'402'300'799'000);  // the year 9999

/// A picture out of an agent's Markdown, which Meta fetches by its address; nothing where Meta would not take that.
std::optional<whatsapp::Outgoing> picture_message(const whatsapp::Picture& picture) {
  boost::json::object image{{"link", picture.url}};
  if (!picture.alt.empty()) image["caption"] = picture.alt;
  auto read = whatsapp::read_outgoing(
      boost::json::serialize(boost::json::object{{"type", "image"}, {"image", std::move(image)}}));
  if (!read) return std::nullopt;
  return std::move(*read);
}

/// True for what an agent writes to say nothing.
bool is_no_reply(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r\n";
  constexpr std::string_view kNoReply = "NO_REPLY";  // OpenClaw's word for it
  const auto begin = std::min(text.find_first_not_of(kWhite), text.size());
  const auto end = text.find_last_not_of(kWhite) + 1;
  return text.substr(begin, std::max(begin, end) - begin) == kNoReply;
}

std::vector<whatsapp::Outgoing> as_messages(std::vector<std::string> texts) {
  return {std::move_iterator(texts.begin()), std::move_iterator(texts.end())};
}

std::vector<whatsapp::Outgoing> parts_of_markdown(std::string_view text) {
  const auto shown = whatsapp::to_whatsapp_text(text);
  std::vector<whatsapp::Outgoing> pictures;
  for (const auto& picture : shown.pictures)
    if (auto message = picture_message(picture)) pictures.push_back(std::move(*message));
  // Nothing but a picture needs no words; else its address stands in the text too, should Meta not get it.
  if (pictures.size() == 1 && shown.text == shown.pictures.front().url) return pictures;
  auto parts = as_messages(whatsapp::split_styled_text(shown.text, whatsapp::kMaxTextCharacters));
  std::ranges::move(pictures, std::back_inserter(parts));
  return parts;
}

/// What is sent of what an agent says, in order. A text that has more to it (a reply to a message, a preview) goes as
/// it is.
std::vector<whatsapp::Outgoing> parts_of(const whatsapp::Outgoing& said, const Agent& agent) {
  if (!said.is_text() || said.view.data != "{}") return {said};
  const std::string_view text = said.view.text;
  if (is_no_reply(text)) return {};
  switch (agent.options.format) {
    case TextFormat::kMarkdown:
      return parts_of_markdown(text);
    case TextFormat::kWhatsApp:
      return as_messages(whatsapp::split_styled_text(text, whatsapp::kMaxTextCharacters));
    case TextFormat::kPlain:
      return as_messages(whatsapp::split_text(text, whatsapp::kMaxTextCharacters));
  }
  return {};
}

std::string user_of(const Tenant& tenant, const PendingMessage& message, const SessionRecord& session) {
  auto user = fmt::format("cc:{}:{}:{}", tenant.name, message.phone_number_id, message.user);
  // Agents that keep a history themselves begin a new one with another name.
  if (session.epoch > 0) user += fmt::format(":{}", session.epoch);
  return user;
}

std::string usage_json(const AgentUsage& usage) {
  if (usage.model.empty() && usage.completion_tokens == 0) return {};
  return boost::json::serialize(boost::json::object{
      {"model", usage.model}, {"prompt_tokens", usage.prompt_tokens}, {"completion_tokens", usage.completion_tokens}});
}

}  // namespace

struct GiveUp::Asking {
  std::optional<Result<AgentReply>> result;
  std::optional<Completion<Result<AgentReply>>> waiter;
  std::string given_up;  ///< Why; empty: it was not.

  void deliver(Result<AgentReply> reply) {
    if (!given_up.empty() || result) return;
    if (auto waiting = std::exchange(waiter, std::nullopt)) return (*waiting)(std::move(reply));
    result = std::move(reply);
  }
};

/// The agent's side of a turn: whoever waits hears of its end in any case, also of a task that was cancelled or never
/// ran.
struct Responder::Delivery {
  explicit Delivery(std::shared_ptr<GiveUp::Asking> to) : asking(std::move(to)) {}
  Delivery(Delivery&&) = default;
  ~Delivery() {
    if (asking) asking->deliver(fail(ErrorKind::kStopping, "the gateway is stopping"));
  }
  std::shared_ptr<GiveUp::Asking> asking;
};

GiveUp::GiveUp() = default;

bool GiveUp::now(std::string why) {
  if (!asking_ || !asking_->waiter) return false;
  asking_->given_up = std::move(why);
  auto waiter = std::exchange(asking_->waiter, std::nullopt);
  (*waiter)(fail(ErrorKind::kStopping, asking_->given_up));
  return true;
}

/// One turn on its way.
struct Responder::Turn {
  TenantRef tenant;
  PendingMessage message;
  Executor executor;
  GiveUp& give_up;
  std::function<void()> admitted;
  SessionRecord session = {};
  bool session_changed = false;
  std::string file = {};    ///< As Prepared.
  std::string spoken = {};  ///< As Prepared.
  TurnOutcome outcome = {};
  bool parked = false;  ///< The gateway stops: the turn runs again after the restart.

  /// What the sender said, typed or spoken; empty for all else.
  [[nodiscard]] std::string_view words() const {
    return message.type == "text" || !spoken.empty() ? message.view.text : std::string_view();
  }
  void say(std::string text) {
    outcome.matched_by = "command";
    outcome.parts.emplace_back(std::move(text));
  }
  void set_session(SessionRecord changed) {
    session = std::move(changed);
    session_changed = true;
  }
};

Responder::~Responder() {
  cancel();
  tasks_.join();
}

void Responder::cancel() {
  stop();
  tasks_.cancel();
}

Task<std::optional<bool>> Responder::let_in(Turn& turn) {
  turn.outcome.state = MessageState::kIgnored;
  turn.outcome.reason = "tenant_disabled";
  if (!turn.tenant || !turn.tenant->enabled) co_return false;
  for (;;) {
    auto decision = co_await access_.decide(*turn.tenant, turn.message);
    if (decision) {
      const auto& [verdict, reply] = *decision;
      if (verdict.admission == Admission::kHold) turn.outcome.state = MessageState::kHeld;
      turn.outcome.reason = verdict.reason;
      if (!reply.empty()) turn.outcome.parts.emplace_back(reply);
      if (verdict.admission != Admission::kAdmit) co_return false;
      turn.outcome = {};
      co_return true;
    }
    if (stopping_) co_return std::nullopt;
    log::warn("access.not_known tenant={} message={} reason=\"{}\"", turn.tenant->name, turn.message.id.value,
              decision.error().message);
    co_await clock_.sleep(kStoreRetry);
  }
}

Task<std::optional<SessionRecord>> Responder::session_of(ConversationId conversation) {
  for (;;) {
    std::uint64_t as_of = 0;
    {
      std::scoped_lock lock(mutex_);
      if (const auto found = known_.find(conversation.value); found != known_.end()) {
        recent_.splice(recent_.begin(), recent_, found->second);
        co_return found->second->second;
      }
      as_of = changes_;
    }
    const auto session = co_await ledger_.session(conversation);
    if (session) {
      std::scoped_lock lock(mutex_);
      if (as_of == changes_) remember(conversation, *session);
      co_return *session;
    }
    if (stopping_) co_return std::nullopt;
    co_await clock_.sleep(kStoreRetry);
  }
}

void Responder::remember(ConversationId conversation, const SessionRecord& session) {
  if (const auto found = known_.find(conversation.value); found != known_.end()) {
    found->second->second = session;
    return;
  }
  recent_.emplace_front(conversation.value, session);
  known_.emplace(conversation.value, recent_.begin());
  if (recent_.size() <= kMaxSessions) return;
  known_.erase(recent_.back().first);
  recent_.pop_back();
}

void Responder::forget(ConversationId conversation) {
  std::scoped_lock lock(mutex_);
  ++changes_;
  const auto found = known_.find(conversation.value);
  if (found == known_.end()) return;
  recent_.erase(found->second);
  known_.erase(found);
}

Task<Result<void>> Responder::pause(TenantId tenant, ConversationId conversation, TimePoint until, std::string by) {
  auto kept = co_await ledger_.pause(tenant, conversation, until, std::move(by), ledger_.fence());
  forget(conversation);
  co_return kept;
}

Task<std::optional<TurnOutcome>> Responder::respond(TenantRef tenant, PendingMessage message, Executor executor,
                                                    GiveUp& give_up, std::function<void()> admitted) {
  Turn turn{std::move(tenant), std::move(message), std::move(executor), give_up, std::move(admitted)};
  const auto let = co_await let_in(turn);
  if (!let) co_return std::nullopt;
  if (!*let) co_return std::move(turn.outcome);
  auto session = co_await session_of(turn.message.conversation);
  if (!session) co_return std::nullopt;
  turn.session = std::move(*session);
  if (has_ended(turn.session, turn.tenant->session, turn.message.received))
    turn.set_session(begun_anew(turn.session, turn.message.id));

  co_await prepare(turn);
  const auto command = command_in(turn);
  if (!command || !obey(turn, *command)) {
    if (turn.session.paused_until > clock_.now()) {
      turn.outcome.state = MessageState::kNoReply;
      turn.outcome.reason = fmt::format("answered by hand: {}", turn.session.paused_by);
    } else if (const Agent* agent = choose(turn)) {
      co_await ask(turn, *agent);
    }
    if (turn.parked) co_return std::nullopt;
    turn.session.last_turn = turn.message.received;
  }
  if (turn.session_changed) turn.outcome.session = turn.session;
  turn.outcome.conversation = turn.message.conversation;
  // What a pause changed meanwhile is read anew; else this is what the next turn begins with.
  {
    std::scoped_lock lock(mutex_);
    if (known_.contains(turn.message.conversation.value)) remember(turn.message.conversation, turn.session);
  }
  co_return std::move(turn.outcome);
}

std::optional<Command> Responder::command_in(const Turn& turn) {
  auto command = parse_command(turn.words());
  if (command && is_for_owners(command->kind) && !is_owner(*turn.tenant, turn.message)) return std::nullopt;
  return command;
}

Task<> Responder::prepare(Turn& turn) {
  if (!preparation_ || turn.message.view.data.size() <= 2) co_return;  // a plain text
  auto prepared = co_await preparation_->prepare(turn.tenant, turn.message);
  turn.file = std::move(prepared.file);
  turn.spoken = std::move(prepared.spoken);
  if (prepared.view) {
    turn.message.view = *prepared.view;
    turn.outcome.view = std::move(prepared.view);
  }
  if (!turn.spoken.empty() && turn.tenant->speech.echo)
    turn.outcome.parts.emplace_back(fmt::format("📝 \"{}\"", turn.spoken));
}

bool Responder::obey(Turn& turn, const Command& command) {
  const bool owner = is_owner(*turn.tenant, turn.message);
  switch (command.kind) {
    case CommandKind::kHelp:
      turn.say(help_text(owner));
      return true;
    case CommandKind::kStatus: {
      // The command is no message that a rule could be about: what it would say of the next one without words.
      const auto answer = answering(*turn.tenant, turn.session,
                                    {.number = turn.message.phone_number_id,
                                     .phone = turn.message.phone,
                                     .bsuid = turn.message.bsuid,
                                     .text = {},
                                     .source_id = {},
                                     .ctwa_clid = {},
                                     .first_of_session = false})
                              .agent;
      turn.say(turn.session.paused_until > clock_.now()
                   ? fmt::format("A person answers here: {}.", turn.session.paused_by)
               : answer.empty() ? std::string("Nobody answers here yet.")
                                : fmt::format("{} answers here.", answer));
      return true;
    }
    case CommandKind::kWhoAmI: {
      const Author sender = sender_of(turn.message);
      turn.say(sender.phone.empty() ? fmt::format("You are known here as {}.", sender.bsuid)
                                    : fmt::format("You are known here as +{}.", sender.phone));
      return true;
    }
    case CommandKind::kNew:
      if (command.rest.empty()) {
        turn.set_session(begun_anew(turn.session, MessageId{turn.message.id.value + 1}));
        turn.say("We begin anew.");
        return true;
      }
      turn.set_session(begun_anew(turn.session, turn.message.id));
      turn.message.view.text = command.rest;
      return false;
    case CommandKind::kStop:
      turn.say("Stopped.");
      return true;
    case CommandKind::kAgent:
      answer_agent_command(turn, command.rest);
      return true;
    case CommandKind::kPause:
    case CommandKind::kResume: {
      const bool pause = command.kind == CommandKind::kPause;
      SessionRecord changed = turn.session;
      changed.paused_until = pause ? kForGood : TimePoint{};
      changed.paused_by = pause ? fmt::format("+{}", sender_of(turn.message).phone) : std::string();
      turn.set_session(std::move(changed));
      turn.outcome.changes_pause = true;
      turn.say(pause ? "Nobody answers in this chat until /resume." : "The agent answers again.");
      return true;
    }
  }
  return false;
}

void Responder::answer_agent_command(Turn& turn, const std::string& name) {
  if (!turn.tenant->agents.contains(name)) {
    std::string names;
    for (const auto& [each, agent] : turn.tenant->agents) names += (names.empty() ? "" : ", ") + each;
    return turn.say(fmt::format("There is no agent \"{}\". There are: {}.", name, names));
  }
  SessionRecord changed = turn.session;
  changed.agent = name;
  changed.matched_by = "command";
  turn.set_session(std::move(changed));
  turn.say(fmt::format("{} answers in this chat from now on.", name));
}

const Agent* Responder::choose(Turn& turn) {
  const Tenant& tenant = *turn.tenant;
  const auto referral = referral_of(turn.message);
  const auto found = answering(tenant, turn.session,
                               {.number = turn.message.phone_number_id,
                                .phone = turn.message.phone,
                                .bsuid = turn.message.bsuid,
                                .text = turn.words(),
                                .source_id = referral.source_id,
                                .ctwa_clid = referral.ctwa_clid,
                                .first_of_session = turn.session.last_turn == TimePoint{}});
  turn.outcome.matched_by = found.matched_by;
  // What a session began with decides for all of it.
  if (found.rule >= 0 &&
      (found.matched_by == "referral" || found.matched_by == "keyword" || found.matched_by == "pattern")) {
    SessionRecord changed = turn.session;
    changed.agent = found.agent;
    changed.matched_by = found.matched_by;
    turn.set_session(std::move(changed));
  }
  const auto agent = tenant.agents.find(found.agent);
  if (agent != tenant.agents.end()) return &agent->second;
  turn.outcome.state = MessageState::kAgentFailed;
  turn.outcome.reason = turn.outcome.matched_by == "default"
                            ? "no agent is set for this tenant: make one under Agents, or clawcentral agent set"
                            : fmt::format("the agent \"{}\" that was chosen is not there any more", found.agent);
  return nullptr;
}

Task<> Responder::run_agent(AgentRunner& agents, Agent agent, AgentTurn turn, Delivery delivery) {
  Result<AgentReply> reply = fail(ErrorKind::kFatal, {});
  try {
    reply = co_await agents.run(agent, std::move(turn));
  } catch (const boost::system::system_error&) {
    throw;  // cancellation
  } catch (const std::exception& error) {
    // A fault of the agent's program must not end the conversation with it.
    reply = fail(ErrorKind::kFatal, fmt::format("the agent failed: {}", error.what()));
  }
  delivery.asking->deliver(std::move(reply));
}

Task<Result<AgentReply>> Responder::reply_of(Turn& turn, const Agent& agent) {
  AgentTurn asked{fmt::format("turn-{}", turn.message.id.value),
                  fmt::format("conversation-{}", turn.message.conversation.value),
                  turn.message,
                  turn.tenant,
                  user_of(*turn.tenant, turn.message, turn.session),
                  turn.session.first,
                  turn.file};
  asked.message.view.text = text_of(std::move(asked.message.view.text), turn.message.author);
  auto asking = std::make_shared<GiveUp::Asking>();
  if (stopping_) {
    turn.parked = true;
    co_return fail(ErrorKind::kStopping, "the gateway is stopping");
  }
  turn.give_up.asking_ = asking;
  tasks_.spawn(turn.executor, "agent", run_agent(agents_, agent, std::move(asked), Delivery(asking)));
  auto reply = co_await complete_with<Result<AgentReply>>([asking](Completion<Result<AgentReply>> done) {
    if (asking->result) return done(std::move(*asking->result));
    asking->waiter = std::move(done);
  });
  turn.give_up.asking_.reset();
  turn.parked = !reply && reply.error().kind == ErrorKind::kStopping && asking->given_up.empty();
  co_return reply;
}

Task<> Responder::ask(Turn& turn, const Agent& agent) {
  turn.admitted();
  TurnOutcome& outcome = turn.outcome;
  outcome.agent = agent.name;
  auto reply = co_await reply_of(turn, agent);
  if (!reply && reply.error().kind == ErrorKind::kStopping) {
    outcome.state = MessageState::kNoReply;
    outcome.reason = reply.error().message;
    co_return;
  }
  if (!reply) {
    outcome.state = MessageState::kAgentFailed;
    outcome.reason = reply.error().message;
    // The person is told once; the cause stands with the message, for the tenant's admin.
    if (agent.kind != "echo" && !agent.options.apology.empty()) outcome.parts.push_back(agent.options.apology);
    co_return;
  }
  co_await put_reply(turn, agent, std::move(*reply));
}

Task<> Responder::put_reply(Turn& turn, const Agent& agent, AgentReply reply) {
  TurnOutcome& outcome = turn.outcome;
  const std::size_t before = outcome.parts.size();
  for (const auto& said : reply.messages) {
    auto parts = parts_of(said, agent);
    const bool voice = !turn.spoken.empty() && turn.tenant->speech.reply.enabled && said.is_text() && parts.size() == 1;
    auto spoken = voice ? co_await preparation_->spoken(turn.tenant, parts[0].view.text) : std::nullopt;
    if (spoken) parts[0] = std::move(*spoken);
    std::ranges::move(parts, std::back_inserter(outcome.parts));
  }
  if (outcome.parts.size() > kMaxParts) {
    outcome.reason =
        fmt::format("the reply was cut: it had {} messages, and {} go out", outcome.parts.size(), kMaxParts);
    outcome.parts.resize(kMaxParts);
  }
  if (outcome.parts.size() == before) outcome.state = MessageState::kNoReply;
  if (reply.later) outcome.reason = "the agent answers later, by the API";
  outcome.usage = usage_json(reply.usage);
  if (reply.hand_off.empty()) co_return;
  // A person's turn now: as if one of them had written /pause, for the tenant's take-over time.
  SessionRecord changed = turn.session;
  changed.paused_until = clock_.now() + turn.tenant->session.take_over;
  changed.paused_by = agent.name;
  turn.set_session(std::move(changed));
  outcome.changes_pause = true;
  outcome.reason = fmt::format("handed off to a person: {}", reply.hand_off);
}

}  // namespace claw
