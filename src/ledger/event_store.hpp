#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.hpp"
#include "ledger/tenant_store.hpp"

namespace claw {

/// What happened, as programs of a tenant are told it. Each is a bit, so that a sink's wishes are one number. The
/// numbers are stored, and stand in sqlite/event_schema.hpp.
enum class EventKind : std::uint32_t {
  kMessageReceived = 1,
  kMessageAnswered = 2,
  kMessageAgentFailed = 4,
  kMessageSent = 8,
  kMessageDelivered = 16,
  kMessageRead = 32,
  kMessagePlayed = 64,
  kMessageFailed = 128,
  kMessageUnknown = 256,
  kConversationTakenOver = 512,
  kConversationHandedBack = 1'024,
  kUserWaiting = 2'048,
  kUserAllowed = 4'096,
  kUserOptedOut = 8'192,
  kAccountChanged = 16'384,
  kStatusOfBot = 1'048'576,  ///< Meta's own status, for the bot that sent the message. Only of an agent's sink.
};
struct EventKindName {
  EventKind kind;
  std::string_view name;
  std::string_view words;  ///< When it happens, for people.
};
/// All that a tenant can ask for.
inline constexpr std::array kEventKinds = {
    EventKindName{EventKind::kMessageReceived, "message.received", "Somebody wrote, and it is kept."},
    EventKindName{EventKind::kMessageAnswered, "message.answered", "Its turn is over and the answer waits to be sent."},
    EventKindName{EventKind::kMessageAgentFailed, "message.agent_failed", "The agent had no answer to it."},
    EventKindName{EventKind::kMessageSent, "message.sent", "Meta has taken a message of yours."},
    EventKindName{EventKind::kMessageDelivered, "message.delivered", "It is on the person's phone."},
    EventKindName{EventKind::kMessageRead, "message.read", "The person has read it."},
    EventKindName{EventKind::kMessagePlayed, "message.played", "The person has listened to it."},
    EventKindName{EventKind::kMessageFailed, "message.failed", "It will not arrive, and why."},
    EventKindName{EventKind::kMessageUnknown, "message.unknown", "Meta's answer was lost: it may have been sent."},
    EventKindName{EventKind::kConversationTakenOver, "conversation.taken_over", "A person answers by hand."},
    EventKindName{EventKind::kConversationHandedBack, "conversation.handed_back", "The agent answers again."},
    EventKindName{EventKind::kUserWaiting, "user.waiting", "Somebody new waits for an approval."},
    EventKindName{EventKind::kUserAllowed, "user.allowed", "Somebody was let in."},
    EventKindName{EventKind::kUserOptedOut, "user.opted_out", "Somebody wants no messages any more."},
    EventKindName{EventKind::kAccountChanged, "account.changed", "Meta told of a change: a template, the quality, …"},
};
/// "message.received"; "status" for kStatusOfBot.
[[nodiscard]] std::string_view to_string(EventKind kind);
[[nodiscard]] std::optional<EventKind> event_kind_named(std::string_view name);

/// Where a tenant wants to be told. `agent` is set in those of `cloud-api` agents, which come and go with their agent
/// by themselves and have neither address nor secret of their own.
struct SinkRow {
  std::int64_t id = 0;
  TenantId tenant;
  std::string name;
  std::string url;
  std::uint32_t kinds = 0;
  bool enabled = true;
  std::string agent = {};
  std::string sealed = {};         ///< Its signing secret.
  std::string sealed_before = {};  ///< The one before it, with which is signed as well until `before_until`.
  TimePoint before_until = {};
  std::string stopped = {};  ///< Why it was disabled by us; empty: it was not.
  TimePoint created_at = {};
  std::string created_by = {};
  std::string version = {};

  [[nodiscard]] bool wants(EventKind kind) const { return (kinds & static_cast<std::uint32_t>(kind)) != 0; }
};

enum class EventState : std::uint8_t {
  kWaiting = 0,
  kDelivered = 1,
  kGivenUp = 2,
  kSkipped = 3,  ///< It was for another bot.
};
[[nodiscard]] std::string_view to_string(EventState state);
[[nodiscard]] std::optional<EventState> event_state_named(std::string_view name);

/// One event on its way to one sink.
struct SinkEvent {
  std::int64_t id = 0;
  std::int64_t sink = 0;
  TenantId tenant;
  std::int64_t lane = 0;  ///< What has the same goes in order: the conversation; others have negative ones, or 0.
  EventKind kind{};
  std::int64_t subject = 0;  ///< The message, conversation, status or event (of the ledger) that it is about.
  std::string detail;        ///< JSON object of what was so at that moment, or empty.
  TimePoint at;
  EventState state = EventState::kWaiting;
  int attempts = 0;
  TimePoint due;
  TimePoint tried_at;  ///< 0: never.
  int status = 0;      ///< What was answered last; 0: nothing.
  std::chrono::milliseconds took{0};
  std::string reason;  ///< Why it did not go through.
};

/// How a try ended.
struct EventOutcome {
  EventState state = EventState::kDelivered;  ///< kWaiting: again at `due`.
  TimePoint due = {};
  TimePoint tried_at = {};
  int status = 0;
  std::chrono::milliseconds took{0};
  std::string reason = {};
};

struct SinkEventFilter {
  std::size_t limit = 50;
  std::int64_t before = 0;
  std::optional<EventState> state = {};
};

/// Which events are sent again: these, or all between two times, in one state where that is set.
struct ReplayWish {
  std::vector<std::int64_t> events = {};
  TimePoint from = {};
  TimePoint to = {};
  std::optional<EventState> state = {};
};
/// Of one replay; more are asked for by another.
inline constexpr std::size_t kMaxReplayed = 10'000;

/// A status as Meta told it, for the bot whose message it is about.
struct BotStatus {
  std::string raw;           ///< The webhook with this status alone; empty: it was forgotten.
  whatsapp::Outgoing about;  ///< The message, with the bot's own biz_opaque_callback_data in it.
  std::string agent;         ///< Who had the last turn of that conversation before; empty: nobody.
};

/// What happens, for the tenants that want to be told: written by the transaction in which it happens (by triggers, so
/// that no writer can forget it), for each sink that wants the kind. A tenant without a sink costs a look into an
/// index.
///
/// Fails as Ledger and TenantStore do. Safe to call from any coroutine.
class EventStore {
 public:
  virtual ~EventStore() = default;

  /// Of all tenants: few.
  [[nodiscard]] virtual Task<Result<std::vector<SinkRow>>> sinks() = 0;
  /// kConflict where the tenant has one of that name.
  [[nodiscard]] virtual Task<Result<std::int64_t>> add_sink(SinkRow row, Change change) = 0;
  /// Name, address, kinds, whether it is enabled, and its secrets; nothing of it was stopped by us any more.
  [[nodiscard]] virtual Task<Result<void>> change_sink(SinkRow row, Change change) = 0;
  /// Its events are seen no more, and are deleted behind it by expire().
  [[nodiscard]] virtual Task<Result<void>> remove_sink(TenantId tenant, std::int64_t sink, Change change) = 0;
  /// Disables it, for it wants nothing any more: nobody's change.
  [[nodiscard]] virtual Task<Result<void>> stop_sink(std::int64_t sink, std::string why) = 0;

  /// The first waiting events of lanes, of those that are due, oldest first, `limit` at most.
  [[nodiscard]] virtual Task<Result<std::vector<SinkEvent>>> due(std::int64_t sink, TimePoint now,
                                                                 std::size_t limit) = 0;
  /// Ends a try. One that was sent again or deleted meanwhile is left as it is.
  [[nodiscard]] virtual Task<Result<void>> settle(SinkEvent tried, EventOutcome outcome) = 0;

  /// Makes all that waits due: the sink takes events again.
  [[nodiscard]] virtual Task<Result<void>> hasten(std::int64_t sink) = 0;

  /// Newest first.
  [[nodiscard]] virtual Task<Result<Page<SinkEvent>>> events(TenantId tenant, std::int64_t sink,
                                                             SinkEventFilter filter) = 0;
  /// How many wait, counted up to kMaxWalk.
  [[nodiscard]] virtual Task<Result<std::int64_t>> waiting(std::int64_t sink) = 0;
  /// Makes events wait again, under their old ids. Returns how many, kMaxReplayed at most. In steps: one that fails
  /// with kTransient may have made some of them wait.
  [[nodiscard]] virtual Task<Result<std::size_t>> replay(TenantId tenant, std::int64_t sink, ReplayWish wish,
                                                         TimePoint now, Change change) = 0;

  /// What a status event of a bot is about. kNotFound where it is no more.
  [[nodiscard]] virtual Task<Result<BotStatus>> bot_status(TenantId tenant, std::int64_t status) = 0;
  /// What was said of an item that is no message (EventRecord), as JSON: kind, event, text, data.
  [[nodiscard]] virtual Task<Result<EventRecord>> told(TenantId tenant, std::int64_t event) = 0;

  /// Gives up what has waited since before `give_up`, and deletes what ended and happened before `forget`, and what is
  /// left of sinks that were deleted: `limit` rows of each at most. Returns how many; fewer: nothing is left.
  [[nodiscard]] virtual Task<Result<std::size_t>> expire(TimePoint give_up, TimePoint forget, std::size_t limit) = 0;
};

}  // namespace claw
