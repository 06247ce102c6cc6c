#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "inbox/inbox.hpp"
#include "ledger/activity.hpp"
#include "ledger/condition.hpp"
#include "whatsapp/outgoing.hpp"
#include "whatsapp/webhook.hpp"

namespace claw {

/// Who writes: the epoch of an owner. A ledger refuses (kConflict) what an owner of an older epoch writes, so that a
/// process that slept cannot undo what its successor did. The embedded ledger raises it at each start.
struct Fence {
  std::int64_t epoch = 0;
};

/// Where a message stands. The numbers are stored, and among outbound states a higher one is later: statuses never go
/// back.
enum class MessageState : std::uint8_t {
  kPending = 0,      ///< Inbound: waits for its turn, or is in it.
  kAnswered = 1,     ///< Inbound: its turn is over and its reply is in the outbox.
  kIgnored = 2,      ///< Inbound: kept, not processed; `reason` says why.
  kNoReply = 3,      ///< Inbound: its turn is over and the agent had nothing to say.
  kAgentFailed = 4,  ///< Inbound: its turn is over without an answer; `reason` says why.
  kHeld = 5,         ///< Inbound: kept until its sender is approved; waits for its turn again then.
  kParked = 9,       ///< Outbound: waits until the person writes, for only a template would reach them before.
  kQueued = 10,      ///< Outbound: durable, not given to Meta yet.
  kSending = 11,     ///< Outbound: given to Meta, no answer yet.
  kUnknown = 12,     ///< Outbound: Meta may have it or not; its status settles it.
  kSent = 13,
  kDelivered = 14,
  kRead = 15,
  kPlayed = 16,
  kFailed = 17,  ///< Outbound: not delivered, and `reason` says why.
};
[[nodiscard]] std::string_view to_string(MessageState state);

enum class Direction : std::uint8_t { kInbound = 0, kOutbound = 1 };

/// An item of the inbox as it is accepted.
struct AcceptItem {
  InboundItem item;
  whatsapp::Event event;
  /// Empty: a message waits for its turn. Else it is kept and not processed, and this says why ("channel_disabled").
  std::string ignore_reason;
  /// The item's number is not the tenant's: kept as an event whatever it is, joined to nobody.
  bool foreign = false;
  /// Of an echo, for it shows that a person answers: until then they keep its conversation, if nobody keeps it longer.
  TimePoint held_until = {};
  /// What is parked for its sender may go now; false: they ask for no more messages, and it fails.
  bool releases = true;
};

/// Who wrote in a group.
struct Author {
  std::string user;  ///< Public id.
  std::string phone;
  std::string bsuid;
  std::string name;
};
/// What people call an author: their name on one line, else their phone number, else their BSUID.
[[nodiscard]] std::string label_of(const Author& author);

/// A group is a user of its own, called by this and its id at Meta.
inline constexpr std::string_view kGroupUser = "group:";
[[nodiscard]] constexpr bool is_group(std::string_view public_id) {
  return public_id.starts_with(kGroupUser);
}
/// A group's id at Meta, from its public id; empty for a person's.
[[nodiscard]] inline std::string group_of(std::string_view public_id) {
  return is_group(public_id) ? std::string(public_id.substr(kGroupUser.size())) : std::string();
}
/// What an agent reads of a message: in a group, who says it.
[[nodiscard]] std::string text_of(std::string text, const std::optional<Author>& author);

/// A message that waits for its turn, with all its turn needs.
struct PendingMessage {
  MessageId id;
  TenantId tenant;
  ConversationId conversation;
  std::string phone_number_id;
  std::string user;  ///< Public id.
  std::string phone;
  std::string bsuid;
  std::string wamid;
  std::string type;
  whatsapp::AgentView view;
  std::string name;                   ///< The user's, a label.
  TimePoint received;                 ///< When it came in.
  MessageId turn;                     ///< The oldest message of the turn it was put into before a crash; 0: of none.
  std::size_t together = 0;           ///< How many messages are in that turn.
  std::optional<Author> author = {};  ///< Set in a group, whose `user` it is and which has no phone and no BSUID.
  std::vector<MessageId> also = {};   ///< Those that were joined to it for one turn, in order.
  std::string trace = {};             ///< The trace id that came with it; empty: none did. See trace_of_message().
};

/// How it stands with a conversation between its turns.
struct SessionRecord {
  std::int64_t epoch = 0;  ///< Grows with each reset; names the session to agents that keep a history themselves.
  MessageId first;         ///< What is older belongs to an earlier session; 0: nothing does.
  std::string agent;       ///< Who answers throughout the session; empty: routing decides with each message.
  std::string matched_by;  ///< How that was decided.
  TimePoint paused_until;  ///< A person answers by hand until then; 0: nobody does.
  std::string paused_by;   ///< Who.
  TimePoint last_turn;     ///< When the newest message came in that had a turn; 0: none had. Not written.
};

/// Who wrote it: in a group its author, else its user.
[[nodiscard]] inline Author sender_of(const PendingMessage& message) {
  return message.author ? *message.author : Author{message.user, message.phone, message.bsuid, message.name};
}

/// A message in the outbox, with all its sending needs.
struct OutboundMessage {
  MessageId id;
  TenantId tenant;
  ConversationId conversation;
  std::string phone_number_id;
  std::string phone;
  std::string bsuid;
  whatsapp::Outgoing message;
  int attempts = 0;          ///< Sends that were begun before.
  TimePoint due;             ///< Not before.
  TimePoint created;         ///< Or when it came into the outbox again, parked before or run again.
  MessageId turn;            ///< The message it answers.
  std::string group = {};    ///< Goes to this group, and to nobody's phone or BSUID.
  TimePoint window_until{};  ///< Free-form messages may go until then, as known when it was read; 0: they never wrote.
  std::string trace = {};  ///< It belongs to: its own, else that of the message it answers; empty: it belongs to none.
};

/// Who waits for a message. Of a number's messages those that somebody waits for go first, however many others there
/// are.
enum class Urgency : std::uint8_t {
  kAnswer = 0,    ///< Somebody who wrote, or a person of the tenant at the desk.
  kCampaign = 1,  ///< Nobody: a template that answers nothing.
};
[[nodiscard]] inline Urgency urgency_of(const OutboundMessage& message) {
  return message.turn.value == 0 && message.message.type == "template" ? Urgency::kCampaign : Urgency::kAnswer;
}

/// What became another in who is who, for whoever keeps something in memory by user, address or conversation.
struct IdentityChange {
  struct Joined {
    ConversationId from, into;  ///< The messages of `from` are those of `into` from here on.
  };
  TenantId tenant;
  std::vector<std::string> users;  ///< Public ids of those who have other addresses now, or another id.
  std::vector<Joined> joined;      ///< In this order.
};

struct Accepted {
  std::vector<PendingMessage> pending;  ///< In the order they were accepted.
  std::vector<ConversationId> held;     ///< Conversations that a person answers by hand, by what was accepted.
  std::vector<IdentityChange> identities;
  std::vector<OutboundMessage> released;  ///< Parked before, queued by what was accepted; each conversation's in order.
  std::size_t duplicates = 0;
  std::size_t events = 0;
  std::size_t statuses = 0;
};

/// How a turn ended.
struct TurnOutcome {
  MessageState state = MessageState::kAnswered;  ///< kAnswered, kNoReply, kAgentFailed, kIgnored or kHeld
  std::string reason;
  std::string agent;
  std::vector<whatsapp::Outgoing> parts;      ///< To be sent, in order.
  std::string usage = {};                     ///< JSON object of what the agent's turn cost, or empty.
  std::string matched_by = {};                ///< The kind of rule that chose the agent.
  std::vector<MessageId> also = {};           ///< Further messages that were read in the same turn: they end with it.
  std::optional<SessionRecord> session = {};  ///< Set: how it stands with the conversation from here on.
  bool changes_pause = false;  ///< Also who answers by hand; else that stays as it is, for people change it any time.
  /// Whose session that is; where the message has been moved to another since, it is not written. 0: the message's.
  ConversationId conversation = {};
  /// Set: how the message reads from here on (what was said in a voice message, and the file that came with it).
  std::optional<whatsapp::AgentView> view = {};
};

/// Who answers by hand where it was done in WhatsApp's own app: nobody tells us who it was.
inline constexpr std::string_view kBusinessApp = "the business app";

/// What a person or a program of the tenant, or we ourselves, say in a conversation beside its turns.
struct Saying {
  whatsapp::Outgoing message;
  std::string by;          ///< Stands where an agent's name stands; empty: we.
  std::string key = {};    ///< The same again with the same key is said once; empty: no key.
  std::string trace = {};  ///< Of the call that says it: 32 hex digits; empty: none came along.
};
struct Said {
  OutboundMessage message;
  bool before = false;  ///< It was said before, with this key: nothing was written.
};

/// What goes on where something was run again: one of the two.
struct RunAgain {
  std::optional<PendingMessage> pending;
  std::optional<OutboundMessage> queued;
};

/// How a send ended.
struct SendOutcome {
  MessageState state = MessageState::kSent;  ///< kSent, kUnknown, kFailed, or kQueued to try again at `due`
  std::string wamid;
  TimePoint due;  ///< Of kUnknown: since when it is.
  std::int64_t error_code = 0;
  std::string reason;
};

/// What a process that starts goes on with.
struct OpenWork {
  std::vector<PendingMessage> pending;    ///< Oldest first.
  std::vector<OutboundMessage> outbound;  ///< Oldest first.
};

struct StatusRecord {
  std::string status;
  TimePoint at;  ///< Meta's time.
  TimePoint received_at;
  std::string participant;
  std::string errors;   ///< JSON array
  std::string pricing;  ///< JSON object or empty
};

struct MessageRecord {
  MessageId id;
  Direction direction = Direction::kInbound;
  MessageState state = MessageState::kPending;
  std::string user;
  std::string user_name;
  ConversationId conversation;
  std::string phone_number_id;
  std::string type;
  whatsapp::AgentView view;
  std::string wamid;
  TimePoint created_at;
  TimePoint meta_time;  ///< 0 where Meta gave none.
  MessageId turn;       ///< Outbound: what it answers. Inbound: the first of those joined for its turn. 0: none.
  int part = 0;
  int attempts = 0;
  TimePoint due;
  std::int64_t error_code = 0;
  std::string reason;
  std::string agent;
  std::string matched_by;                        ///< The kind of rule that chose the agent.
  std::string usage;                             ///< JSON object or empty: what the turn cost.
  std::optional<whatsapp::Outgoing> instead_of;  ///< What was to be said, where a template was sent for it.
  std::optional<Author> author;                  ///< Set where somebody wrote in a group.
  std::string trace;                             ///< The trace id that came with it; empty: none did.
  std::string raw;                               ///< Only from message(): the webhook body it came in.
  std::vector<StatusRecord> statuses;            ///< Only from message(), in Meta's order of time.
};

struct MessageFilter {
  std::size_t limit = 50;
  MessageId before = {};  ///< Older than this; 0: from the newest.
  std::string user = {};  ///< Public id; empty: all.
  std::optional<Direction> direction = {};
  std::optional<MessageState> state = {};
  ConversationId conversation = {};  ///< Of this one only; 0: all.
  bool with_statuses = false;
};

/// A part of a list and where the next part begins; `next` is empty (0) where nothing follows. A part may be shorter
/// than asked for, even empty, although more follows: see kMaxPageBytes and kMaxWalk.
template <class Record, class Cursor = std::int64_t>
struct Page : std::vector<Record> {
  Cursor next{};
};

/// What was said in a conversation.
struct HistoryEntry {
  Direction direction = Direction::kInbound;
  std::string text;
};

/// An item that is no message of a conversation: calls, templates, account, foreign numbers, unparsed bytes.
struct EventRecord {
  std::int64_t id = 0;
  std::string kind;  ///< change, call, unparsed, foreign, status
  std::string field;
  std::string event;
  std::string waba_id;
  std::string phone_number_id;
  whatsapp::AgentView view;
  TimePoint received_at;
  TimePoint meta_time;
  std::string raw;
};

struct EventFilter {
  std::size_t limit = 50;
  std::int64_t before = 0;
  std::string kind = {};
};

/// A status as it stands in the list of all; `message` is 0 while nobody knows which message it belongs to.
struct StatusEntry {
  std::int64_t id = 0;
  MessageId message;
  std::string wamid;
  StatusRecord status;
};

struct StatusFilter {
  std::size_t limit = 50;
  std::int64_t before = 0;
  std::string status = {};  ///< "failed"; empty: all.
};

/// A person on one of the tenant's numbers, with the last that was said.
struct ConversationRecord {
  ConversationId id;
  std::string user;
  std::string user_name;
  std::string phone_number_id;
  TimePoint created_at;
  TimePoint last_inbound;  ///< Meta's time; 0 where the person never wrote.
  TimePoint window_until;  ///< Free-form messages may go until then, by Meta's time; 0 where the person never wrote.
  MessageId last;
  Direction last_direction = Direction::kInbound;
  MessageState last_state = MessageState::kPending;
  std::string last_type;
  std::string last_text;  ///< Its first kPreviewCharacters.
  TimePoint last_at;
  TimePoint held_until = {};  ///< A person answers by hand until then; 0: nobody does.
  std::string held_by = {};
};
inline constexpr std::size_t kPreviewCharacters = 200;

/// What of a tenant waits.
struct Waiting {
  std::int64_t turns = 0;                      ///< For their turn, or are in it.
  std::map<std::string, std::int64_t> outbox;  ///< In the outbox, by phone number id; none waits: not there.
};

struct UserRecord {
  std::string id;  ///< Public id.
  std::string name;
  std::string phone;
  std::string bsuid;
  TimePoint created_at;
  std::vector<ConversationRecord> conversations;  ///< Only from user().
  std::vector<std::string> addresses = {};        ///< Only from user(): phone numbers and BSUIDs that are theirs.
  std::vector<std::string> also_known_as = {};    ///< Only from user(): public ids of users who became this one.
};

/// At most one of `phone` and `name` is set.
struct UserFilter {
  std::size_t limit = 50;
  std::string after = {};  ///< `next` of the page before.
  std::string phone = {};  ///< Their phone number or BSUID begins so.
  std::string name = {};   ///< Their name begins so; ASCII letters in either case.
};

/// At most one of `phone` and `name` is set, as in UserFilter; then only the conversations of the first kMaxFound
/// people who are so called, by number or by name.
struct ConversationFilter {
  std::size_t limit = 50;
  MessageId before = {};  ///< Whose last message is older than this; 0: from the newest.
  std::string phone = {};
  std::string name = {};
};
inline constexpr std::int64_t kMaxFound = 1'000;

struct KvEntry {
  std::string key;
  std::string value;
};

struct KvFilter {
  std::size_t limit = 50;
  std::string after = {};
  std::string prefix = {};
};

/// Names a value: the same for the same bytes, another for others.
[[nodiscard]] std::string kv_version(std::string_view value);

/// What a tenant has in the ledger, with the webhooks that the inbox keeps for it.
struct Stored {
  std::int64_t conversations = 0;  ///< Those with a message.
  std::int64_t messages = 0;
  std::int64_t bytes = 0;  ///< Of messages, statuses and events; about what they take in the files.
};

/// How far old things were deleted.
struct Expiry {
  std::size_t deleted = 0;
  MessageId from;     ///< To go on from.
  bool more = false;  ///< A limit was reached.
};

/// How far a listener has read: the newest row of each kind, of whatever tenant.
struct ChangeMarks {
  MessageId message;
  std::int64_t status = 0;
  std::int64_t event = 0;
};

struct ChangedMessage {
  TenantId tenant;
  MessageId id;
  ConversationId conversation;
  std::string user;
  std::string phone_number_id;
  Direction direction = Direction::kInbound;
  MessageState state = MessageState::kPending;
  std::string type;
};

struct ChangedStatus {
  TenantId tenant;
  std::int64_t id = 0;
  MessageId message;
  std::string wamid;
  std::string status;
};

struct ChangedEvent {
  TenantId tenant;
  std::int64_t id = 0;
  std::string kind;
  std::string event;
};

struct Changes {
  std::vector<ChangedMessage> messages;  ///< New ones and those whose state changed, as they are now.
  std::vector<ChangedStatus> statuses;
  std::vector<ChangedEvent> events;
  ChangeMarks marks;  ///< To go on from.
  bool more = false;  ///< A limit was reached.
};

/// The bytes that a record weighs in a list.
[[nodiscard]] std::size_t weight_of(const MessageRecord& record);
[[nodiscard]] std::size_t weight_of(const EventRecord& record);
[[nodiscard]] std::size_t weight_of(const KvEntry& entry);

/// A list ends early where its texts have this many bytes: a person may have written hundreds of pages.
inline constexpr std::size_t kMaxPageBytes = 2 * 1024 * 1024;
/// And where this many rows were looked at: a filter may fit few of them, and other readers wait.
inline constexpr std::int64_t kMaxWalk = 10'000;

/// All that is known of messages, people and conversations.
///
/// Writes return once they would survive a power cut, and fail with kTransient if that cannot be promised now (the
/// change may or may not be there), kConflict for an old fence. Reads see every write that returned before them.
/// Safe to call from any coroutine.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// The fence of this process, constant.
  [[nodiscard]] virtual Fence fence() const = 0;

  /// Takes items from the inbox: drops redeliveries (each kind by its own identity), finds or makes the person and the
  /// conversation, keeps statuses with the messages they belong to. Idempotent: an item that comes again, also after a
  /// crash, changes nothing. All or nothing.
  ///
  /// Who is who follows what Meta says (sqlite/identity.hpp has the rules): a phone and a BSUID that come together are
  /// one user, whose conversations become one for each number; a changed number or BSUID takes its user, their history
  /// and their access along. A group is a user of its own, and nothing that is said there stands with its author.
  [[nodiscard]] virtual Task<Result<Accepted>> accept(std::vector<AcceptItem> items, Fence fence) = 0;

  /// Ends the turn of `message` and puts its reply into the outbox, in one step. kConflict if the turn has ended;
  /// kStale if it was to be held and its sender has been let in meanwhile: it still waits, and is to be decided anew.
  [[nodiscard]] virtual Task<Result<std::vector<OutboundMessage>>> complete_turn(MessageId message, TurnOutcome outcome,
                                                                                 Fence fence) = 0;

  /// Puts messages that wait into one turn, so that a crash does not divide them: `messages` are in order, the first
  /// names the turn.
  [[nodiscard]] virtual Task<Result<void>> begin_turn(std::vector<MessageId> messages, Fence fence) = 0;

  /// How it stands with a conversation.
  [[nodiscard]] virtual Task<Result<SessionRecord>> session(ConversationId conversation) = 0;
  /// Keeps that somebody answers by hand until then (0: nobody). kNotFound also for another tenant's.
  [[nodiscard]] virtual Task<Result<void>> pause(TenantId tenant, ConversationId conversation, TimePoint until,
                                                 std::string by, Fence fence) = 0;
  /// Puts a message that belongs to no turn into the outbox. kNotFound; kConflict where its key was used for another.
  /// Keys are kept as long as the identities of items: see forget().
  [[nodiscard]] virtual Task<Result<Said>> say(TenantId tenant, ConversationId conversation, Saying saying,
                                               Fence fence) = 0;

  /// The conversation of somebody with one of the tenant's numbers, made where there is none: with the user as accept()
  /// would make them. A group is known by having been heard of: kNotFound else. kInvalid where nobody is named.
  [[nodiscard]] virtual Task<Result<ConversationId>> open_conversation(TenantId tenant, std::string phone_number_id,
                                                                       whatsapp::Recipient who, Fence fence) = 0;

  /// The message that was said with this key, nothing where none was; nothing is written. kNotFound for a conversation
  /// that is not the tenant's, kConflict where the key was used in another one.
  [[nodiscard]] virtual Task<Result<std::optional<OutboundMessage>>> said(TenantId tenant, ConversationId conversation,
                                                                          std::string key) = 0;

  /// Says that `message` is about to be given to Meta. After a crash it is then kUnknown, never sent again by itself.
  /// `instead`: this is what goes, and the record has from here on what was to be said as instead_of.
  /// kConflict if it is not kQueued.
  [[nodiscard]] virtual Task<Result<void>> begin_send(MessageId message, Fence fence,
                                                      std::optional<whatsapp::Outgoing> instead = {}) = 0;

  /// The message waits until the person writes: kParked, until an accepted inbound message releases it. `seen` is the
  /// window that made the caller think so. kStale if it is open for longer by now: the message is still kQueued.
  /// kConflict if it is not kQueued.
  [[nodiscard]] virtual Task<Result<void>> park(MessageId message, std::string reason, TimePoint seen, Fence fence) = 0;

  /// Runs a dead letter again, under its id: an inbound message whose agent failed waits for its turn, a send that
  /// failed or is unknown stands in the outbox, with all tries before it and as long as one that was said now, as it
  /// was to be said first. kConflict for what is in another state; kNotFound.
  [[nodiscard]] virtual Task<Result<RunAgain>> rerun(TenantId tenant, MessageId message, Fence fence) = 0;
  /// An unknown send stands in the outbox again, its tries and its deadline as they were. kConflict for what is in
  /// another state: its status has settled it.
  [[nodiscard]] virtual Task<Result<OutboundMessage>> resend(TenantId tenant, MessageId message, Fence fence) = 0;

  /// Keeps what Meta said. A status that came before is not undone; statuses kept under the wamid are joined.
  [[nodiscard]] virtual Task<Result<void>> end_send(MessageId message, SendOutcome outcome, Fence fence) = 0;

  /// Says how it stands with messages that wait in the outbox, without a send: why they wait (kQueued; their due times
  /// stay), or that they will not be sent (kFailed). Those that are not kQueued are left as they are.
  [[nodiscard]] virtual Task<Result<void>> explain(std::vector<MessageId> messages, SendOutcome outcome,
                                                   Fence fence) = 0;

  /// To be called once, before anything else: makes every send that was in flight kUnknown and returns their number.
  [[nodiscard]] virtual Task<Result<std::size_t>> recover(Fence fence) = 0;

  /// A tenant's messages that wait for their turn, oldest first, from `from` on, `limit` at most.
  [[nodiscard]] virtual Task<Result<std::vector<PendingMessage>>> pending(TenantId tenant, MessageId from,
                                                                          std::size_t limit) = 0;
  /// The tenants that have messages which wait for their turn.
  [[nodiscard]] virtual Task<Result<std::vector<TenantId>>> tenants_with_pending() = 0;

  /// Messages of a phone number in the outbox that are so urgent, oldest first, from `from` on, `limit` at most.
  [[nodiscard]] virtual Task<Result<std::vector<OutboundMessage>>> queued(std::string phone_number_id, Urgency urgency,
                                                                          MessageId from, std::size_t limit) = 0;
  /// The phone numbers that have messages in the outbox.
  [[nodiscard]] virtual Task<Result<std::vector<std::string>>> numbers_with_queued() = 0;

  /// Forgets the identities of items whose Meta time is before `before`, `limit` at most. Returns how many; fewer than
  /// `limit`: nothing is left. `before` must be further back than Meta redelivers (7 days), and no older item may wait
  /// in the inbox.
  [[nodiscard]] virtual Task<Result<std::size_t>> forget(TimePoint before, std::size_t limit, Fence fence) = 0;

  /// Deletes what a tenant has from before `before`: messages, `from` on, statuses and events, `limit` of each at most.
  /// What waits for its turn or in the outbox stays (held, parked: 30 days; then parked fails), and what came after, so
  /// that no list has a hole. People stay. The newest row of all tenants stays until there is a newer one, for its
  /// number must not be given again.
  [[nodiscard]] virtual Task<Result<Expiry>> expire(TenantId tenant, TimePoint before, MessageId from,
                                                    std::size_t limit, Fence fence) = 0;

  /// What was said before `message` in its conversation, from `first` on, `limit` entries at most, oldest first: the
  /// messages accepted before it that had a turn, each followed by its reply.
  [[nodiscard]] virtual Task<Result<std::vector<HistoryEntry>>> history(ConversationId conversation, MessageId first,
                                                                        MessageId message, std::size_t limit) = 0;

  /// Newest first. An unknown user has none; kNotFound for an unknown conversation.
  [[nodiscard]] virtual Task<Result<Page<MessageRecord>>> messages(TenantId tenant, MessageFilter filter) = 0;
  /// kNotFound also for another tenant's message; so does every read of one thing below.
  [[nodiscard]] virtual Task<Result<MessageRecord>> message(TenantId tenant, MessageId id) = 0;
  [[nodiscard]] virtual Task<Result<Page<EventRecord>>> events(TenantId tenant, EventFilter filter) = 0;
  /// All statuses, newest first, also those that belong to no message of ours.
  [[nodiscard]] virtual Task<Result<Page<StatusEntry>>> statuses(TenantId tenant, StatusFilter filter) = 0;
  /// By public id; with `phone` by address; with `name` by name. kInvalid for an `after` that is of no use.
  [[nodiscard]] virtual Task<Result<Page<UserRecord, std::string>>> users(TenantId tenant, UserFilter filter) = 0;
  /// Of a user who was merged into another: the other.
  [[nodiscard]] virtual Task<Result<UserRecord>> user(TenantId tenant, std::string id) = 0;
  /// Those with the newest messages first.
  [[nodiscard]] virtual Task<Result<Page<ConversationRecord>>> conversations(TenantId tenant,
                                                                             ConversationFilter filter) = 0;
  [[nodiscard]] virtual Task<Result<ConversationRecord>> conversation(TenantId tenant, ConversationId id) = 0;
  /// How many of the tenant's newest kMaxWalk messages wait.
  [[nodiscard]] virtual Task<Result<Waiting>> waiting(TenantId tenant) = 0;

  /// What happened in `steps` steps from `from` on, oldest first, each there also where nothing did. REQUIRES: `from`
  /// is at the beginning of a minute, `step` at least kActivityStep; of answer_times(): kAnswerTimeStep.
  [[nodiscard]] virtual Task<Result<std::vector<ActivityPoint>>> activity(TenantId tenant, TimePoint from,
                                                                          std::size_t steps,
                                                                          std::chrono::minutes step) = 0;
  [[nodiscard]] virtual Task<Result<std::vector<AnswerTimes>>> answer_times(TenantId tenant, TimePoint from,
                                                                            std::size_t steps,
                                                                            std::chrono::minutes step) = 0;
  /// Forgets activity and answer times before `before`. Returns how many rows, which may be more than `limit`; fewer:
  /// nothing is left.
  [[nodiscard]] virtual Task<Result<std::size_t>> forget_activity(TimePoint before, std::size_t limit, Fence fence) = 0;
  /// Costs a look at one row.
  [[nodiscard]] virtual Task<Result<Stored>> stored(TenantId tenant) = 0;
  /// Conversations whose person wrote after `since`, by Meta's time. Looks at each of the tenant's conversations (a
  /// million: 0.3 s, in parts), so that a caller keeps the answer for a while.
  [[nodiscard]] virtual Task<Result<std::int64_t>> open_windows(TenantId tenant, TimePoint since) = 0;

  [[nodiscard]] virtual Task<Result<ChangeMarks>> change_marks() = 0;
  /// What was written since `since`, of all tenants, and the `touched` messages, whose state changed: `limit` rows of
  /// each kind at most, oldest first.
  [[nodiscard]] virtual Task<Result<Changes>> changes(ChangeMarks since, std::vector<MessageId> touched,
                                                      std::size_t limit) = 0;

  /// The tenant's key-value rows. Values are text; `wa:{phone}` and `wa:{bsuid}` hold the public id of a person. Where
  /// that is a user who was merged, the row is written anew when it is next needed.
  [[nodiscard]] virtual Task<Result<std::string>> kv_get(TenantId tenant, std::string key) = 0;
  /// By key.
  [[nodiscard]] virtual Task<Result<Page<KvEntry, std::string>>> kv_list(TenantId tenant, KvFilter filter) = 0;
  /// kStale where the condition (on kv_version()) does not hold; then nothing was written.
  [[nodiscard]] virtual Task<Result<void>> kv_put(TenantId tenant, std::string key, std::string value,
                                                  Condition condition = {}) = 0;
  /// kStale as above, kNotFound if there was none.
  [[nodiscard]] virtual Task<Result<void>> kv_delete(TenantId tenant, std::string key, Condition condition = {}) = 0;
};

/// What goes to Meta as biz_opaque_callback_data and comes back with each status: the slot and the message, so that a
/// status finds both without a look-up.
[[nodiscard]] std::string callback_data_for(std::uint16_t slot, MessageId message);
struct CallbackData {
  std::uint16_t slot = 0;
  MessageId message;
};
/// Nothing for data that is not ours.
[[nodiscard]] std::optional<CallbackData> parse_callback_data(std::string_view data);

/// The slot of an input: from the callback data where it carries one, else a hash of tenant and `key`.
[[nodiscard]] std::uint16_t slot_of(TenantId tenant, std::string_view key);

}  // namespace claw
