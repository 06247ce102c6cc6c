#include "conversation/desk.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "whatsapp/text_limits.hpp"

namespace claw {
namespace {

/// How soon a store that is away is asked again.
constexpr std::chrono::milliseconds kStoreRetry{250};

constexpr std::string_view kWelcome = "You are let in now: we answer what you write here.";

/// What is wrong with it wherever it is said; empty: nothing.
std::string fault_in(const Saying& saying) {
  const auto& message = saying.message;
  if (message.is_text() && whatsapp::split_text(message.view.text, whatsapp::kMaxTextCharacters).size() != 1)
    return fmt::format("a text has 1 to {} characters", whatsapp::kMaxTextCharacters);
  if (saying.key.size() > Desk::kMaxKeyBytes)
    return fmt::format("an Idempotency-Key has {} bytes at most", Desk::kMaxKeyBytes);
  return {};
}

/// What Ledger::message() would say of what was just put into the outbox, without a reading.
MessageRecord record_of(const OutboundMessage& said, std::string by, const ConversationRecord& with) {
  MessageRecord record;
  record.id = said.id;
  record.direction = Direction::kOutbound;
  record.state = MessageState::kQueued;
  record.user = with.user;
  record.user_name = with.user_name;
  record.conversation = said.conversation;
  record.phone_number_id = said.phone_number_id;
  record.type = said.message.type;
  record.view = said.message.view;
  record.created_at = said.created;
  record.due = said.due;
  record.agent = std::move(by);
  record.trace = said.trace;
  return record;
}

}  // namespace

Desk::~Desk() {
  stop();
}

void Desk::stop() {
  tasks_.cancel();
  tasks_.join();
}

Task<Result<void>> Desk::take_over(TenantRef tenant, ConversationId conversation, std::string by,
                                   std::optional<std::chrono::minutes> time) {
  const auto minutes = time.value_or(tenant->session.take_over);
  if (minutes < std::chrono::minutes(1) || minutes > kMaxHold)
    co_return fail(ErrorKind::kInvalid,
                   fmt::format("a conversation is taken over for 1 to {} minutes", kMaxHold.count()));
  const std::string why = fmt::format("answered by hand: {}", by);
  const auto record = co_await ledger_.conversation(tenant->id, conversation);
  if (!record) co_return std::unexpected(record.error());
  conversation = record->id;  // the one that it was joined to, where it was
  const auto held = co_await responder_.pause(tenant->id, conversation, clock_.now() + minutes, std::move(by));
  if (!held) co_return held;
  conversations_.withdraw(conversation, why);
  if (changed_) changed_(tenant->id, conversation);
  co_return held;
}

Task<Result<void>> Desk::hand_back(TenantRef tenant, ConversationId conversation) {
  const auto record = co_await ledger_.conversation(tenant->id, conversation);
  if (!record) co_return std::unexpected(record.error());
  conversation = record->id;
  const auto free = co_await responder_.pause(tenant->id, conversation, {}, {});
  if (free && changed_) changed_(tenant->id, conversation);
  co_return free;
}

Task<Result<HandReply>> Desk::may_say(TenantRef tenant, const ConversationRecord& conversation, const Saying& saying) {
  using enum HandReply::Kind;
  if (!tenant->owns_number(conversation.phone_number_id)) co_return HandReply{kNoNumber};
  const auto user = co_await ledger_.user(tenant->id, conversation.user);
  if (!user) co_return std::unexpected(user.error());
  if (saying.message.type == "pin" && !is_group(user->id))
    co_return fail(ErrorKind::kInvalid, "type: pin is for groups alone");
  const auto stands = co_await access_.explain(*tenant, conversation.phone_number_id,
                                               access_addresses(user->id, user->phone, user->bsuid));
  if (!stands) co_return std::unexpected(stands.error());
  if (stands->sender.opted_out) co_return HandReply{kOptedOut};
  if (stands->sender.standing == Standing::kBlocked) co_return HandReply{kBlocked};
  if (saying.message.type == "template")
    co_return co_await judged(std::move(tenant), conversation.phone_number_id, saying.message);
  // Elsewhere the outbox sees to it, when it is this message's turn.
  if (conversation.window_until > clock_.now() || tenant->delivery.outside_window != OutsideWindow::kRefuse)
    co_return HandReply{kQueued};
  co_return HandReply{kWindowClosed};
}

Task<Result<bool>> Desk::is_repeat(TenantId tenant, ConversationId conversation, const Saying& saying) {
  if (saying.key.empty() || saying.key.size() > kMaxKeyBytes) co_return false;
  const auto said = co_await ledger_.said(tenant, conversation, saying.key);
  if (said) co_return said->has_value();
  if (said.error().kind == ErrorKind::kConflict) co_return true;
  co_return std::unexpected(said.error());
}

Task<HandReply> Desk::judged(TenantRef tenant, std::string number, const whatsapp::Outgoing& message) {
  auto named = templates_ ? whatsapp::template_named_in(message) : std::nullopt;
  if (!named) co_return HandReply{};
  auto refused = co_await templates_->refusal(std::move(tenant), std::move(number), std::move(named->name),
                                              std::move(named->language));
  if (!refused) co_return HandReply{};
  co_return HandReply{.kind = HandReply::Kind::kBadTemplate, .refusal = *std::move(refused)};
}

Task<std::unique_ptr<CampaignGate::Place>> Desk::place_for(TenantId tenant, const whatsapp::Outgoing& message) {
  if (message.type != "template") co_return nullptr;
  co_await taking_in_.wait(tenant.value);
  co_return std::make_unique<CampaignGate::Place>(&taking_in_);
}

Task<Result<HandReply>> Desk::put(TenantId tenant, ConversationId conversation, Saying saying,
                                  const ConversationRecord* with) {
  std::string by = saying.by;
  auto said = co_await ledger_.say(tenant, conversation, std::move(saying), ledger_.fence());
  if (!said) co_return std::unexpected(said.error());
  HandReply reply{.message = said->message.id};
  if (said->before) co_return reply;
  if (with) reply.queued = record_of(said->message, std::move(by), *with);
  outbox_.offer({std::move(said->message)});
  co_return reply;
}

Task<Result<HandReply>> Desk::say(TenantRef tenant, ConversationId conversation, Saying saying, bool takes_over) {
  // What was said is told again, whatever has become of the window, the person or the conversation since.
  const auto repeat = co_await is_repeat(tenant->id, conversation, saying);
  if (!repeat) co_return std::unexpected(repeat.error());
  if (*repeat) co_return co_await put(tenant->id, conversation, std::move(saying), nullptr);
  if (auto fault = fault_in(saying); !fault.empty()) co_return fail(ErrorKind::kInvalid, std::move(fault));
  const auto with = co_await ledger_.conversation(tenant->id, conversation);
  if (!with) co_return std::unexpected(with.error());
  auto may = co_await may_say(tenant, *with, saying);
  if (!may || may->kind != HandReply::Kind::kQueued) co_return may;
  if (takes_over) {
    // First nobody else answers any more, then the answer: never two at once.
    const auto taken = co_await take_over(tenant, conversation, saying.by, std::nullopt);
    if (!taken) co_return std::unexpected(taken.error());
  }
  std::unique_ptr<CampaignGate::Place> place;
  if (!takes_over) place = co_await place_for(tenant->id, saying.message);
  co_return co_await put(tenant->id, conversation, std::move(saying), &*with);
}

Task<Result<HandReply>> Desk::reply(TenantRef tenant, ConversationId conversation, Saying saying) {
  return say(std::move(tenant), conversation, std::move(saying), true);
}

Task<Result<HandReply>> Desk::send(TenantRef tenant, ConversationId conversation, Saying saying) {
  return say(std::move(tenant), conversation, std::move(saying), false);
}

Task<Result<ConversationId>> Desk::conversation_with(TenantRef tenant, std::string number, whatsapp::Recipient who,
                                                     const whatsapp::Outgoing& what) {
  const auto& numbers = tenant->phone_number_ids;
  if (number.empty() && numbers.size() == 1) number = numbers.front();
  if (number.empty())
    co_return fail(ErrorKind::kInvalid,
                   numbers.empty() ? std::string("no phone number is set: nothing can be sent")
                                   : fmt::format("number: say by which it is sent: {}", fmt::join(numbers, ", ")));
  if (!tenant->owns_number(number))
    co_return fail(ErrorKind::kInvalid, fmt::format("number: {} is not one of yours", number));
  const auto place = co_await place_for(tenant->id, what);
  co_return co_await ledger_.open_conversation(tenant->id, std::move(number), std::move(who), ledger_.fence());
}

Task<Result<void>> Desk::rerun(TenantRef tenant, MessageId message) {
  auto again = co_await ledger_.rerun(tenant->id, message, ledger_.fence());
  if (!again && again.error().kind == ErrorKind::kTransient)
    tasks_.spawn(io_.executor(0), "desk.go_on_if_kept", go_on_if_kept(tenant->id, message));
  if (!again) co_return std::unexpected(again.error());
  if (again->pending) {
    std::vector<PendingMessage> one;
    one.push_back(std::move(*again->pending));
    conversations_.reopen(std::move(one));
  }
  if (again->queued) {
    std::vector<OutboundMessage> one;
    one.push_back(std::move(*again->queued));
    outbox_.reopen(std::move(one));
  }
  co_return Result<void>();
}

Task<> Desk::go_on_if_kept(TenantId tenant, MessageId message) {
  for (;;) {
    const auto now = co_await ledger_.message(tenant, message);
    if (now ? co_await offer_anew(*now, tenant) : now.error().kind != ErrorKind::kTransient) co_return;
    co_await clock_.sleep(kStoreRetry);
  }
}

/// False where the store is away. What went on meanwhile is not found, and what is offered twice ends once.
Task<bool> Desk::offer_anew(const MessageRecord& message, TenantId tenant) {
  if (message.state == MessageState::kPending) {
    auto pending = co_await ledger_.pending(tenant, message.id, 1);
    if (!pending) co_return false;
    if (!pending->empty() && pending->front().id == message.id) conversations_.reopen(std::move(*pending));
  }
  if (message.state != MessageState::kQueued) co_return true;
  for (const auto urgency : {Urgency::kAnswer, Urgency::kCampaign}) {
    auto queued = co_await ledger_.queued(message.phone_number_id, urgency, message.id, 1);
    if (!queued) co_return false;
    if (!queued->empty() && queued->front().id == message.id) outbox_.reopen(std::move(*queued));
  }
  co_return true;
}

void Desk::let_in(Access::Changed changed) {
  const auto tenant = directory_.by_id(changed.tenant);
  if (!tenant || !tenant->access.approval_notice || changed.let_in.empty())
    return conversations_.reopen(std::move(changed.released));
  tasks_.spawn(io_.executor(0), "desk.welcome", welcome(std::move(changed)));
}

Task<> Desk::welcome(Access::Changed changed) {
  for (const auto& row : changed.let_in) {
    const auto asked = co_await ledger_.message(changed.tenant, row.asked_by);
    // It may have been deleted meanwhile; then there is no place to say it.
    if (!asked) continue;
    auto said =
        co_await ledger_.say(changed.tenant, asked->conversation, {std::string(kWelcome), {}, {}}, ledger_.fence());
    if (said)
      outbox_.offer({std::move(said->message)});
    else
      log::warn("desk.not_welcomed message={} reason=\"{}\"", row.asked_by.value, said.error().message);
  }
  conversations_.reopen(std::move(changed.released));
}

}  // namespace claw
