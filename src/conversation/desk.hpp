#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/task_group.hpp"
#include "conversation/access.hpp"
#include "conversation/conversations.hpp"
#include "conversation/responder.hpp"
#include "delivery/campaign_gate.hpp"
#include "delivery/outbox.hpp"
#include "templates/template_judge.hpp"

namespace claw {

/// What became of something that a person or a program of the tenant says.
struct HandReply {
  enum class Kind : std::uint8_t {
    kQueued,  ///< It is in the outbox; `message` is it.
    /// The person wrote last more than 24 hours ago, or never: only a template would reach them. Not where the tenant
    /// has chosen something else for such messages: they are queued.
    kWindowClosed,
    kOptedOut,     ///< They asked for no more messages.
    kBlocked,      ///< The tenant has blocked them.
    kNoNumber,     ///< The conversation's phone number is none of the tenant's any more.
    kBadTemplate,  ///< Meta would not take the template: `refusal` says why.
  };
  Kind kind = Kind::kQueued;
  MessageId message = {};
  whatsapp::TemplateRefusal refusal = {};
  /// The message as it was put into the outbox just now; nothing where it was said before, with the same key.
  std::optional<MessageRecord> queued = {};
};

/// What people of a tenant do in conversations themselves: take one over from the agent, answer, hand it back; and what
/// follows when they let somebody in.
///
/// Whoever takes a conversation over keeps it for the tenant's take-over time, prolonged by each answer, or until it is
/// handed back: messages that come meanwhile are kept with no reply. An agent that is at work then is given up. What
/// was held stands in the ledger, so that it outlives the process.
///
/// Safe to call from any coroutine.
class Desk {
 public:
  static constexpr std::chrono::minutes kMaxHold{7 * 24 * 60};
  static constexpr std::size_t kMaxKeyBytes = 128;

  /// All must outlive this object.
  Desk(IoPool& io, Ledger& ledger, Directory& directory, Access& access, Responder& responder,
       Conversations& conversations, Outbox& outbox, Clock& clock)
      : io_(io),
        ledger_(ledger),
        directory_(directory),
        access_(access),
        responder_(responder),
        conversations_(conversations),
        outbox_(outbox),
        clock_(clock) {}
  ~Desk();

  /// Told after who answers a conversation changed by hand.
  using Listener = std::function<void(TenantId, ConversationId)>;
  /// REQUIRES: called before the first change.
  void set_listener(Listener listener) { changed_ = std::move(listener); }

  /// Asked before a template goes into the outbox. It must outlive this object. REQUIRES: called before the first send.
  void set_template_judge(TemplateJudge& judge) { templates_ = &judge; }

  /// `by` answers in this conversation from now on, for `time` (none: the tenant's take-over time). Who held it before
  /// does not any more. kNotFound, kInvalid for a time that is not 1 minute to kMaxHold, and as the ledger.
  [[nodiscard]] Task<Result<void>> take_over(TenantRef tenant, ConversationId conversation, std::string by,
                                             std::optional<std::chrono::minutes> time);
  /// The agent answers again, from the next message on. Also where nobody held it. kNotFound.
  [[nodiscard]] Task<Result<void>> hand_back(TenantRef tenant, ConversationId conversation);

  /// Puts an answer into the outbox and takes the conversation over, or prolongs it. The same `saying.key` again gives
  /// the same message and sends nothing. kInvalid for a text that is empty or longer than a WhatsApp message,
  /// kNotFound, kConflict for a key that was used for another text.
  [[nodiscard]] Task<Result<HandReply>> reply(TenantRef tenant, ConversationId conversation, Saying saying);

  /// Puts what a program says into the outbox, and leaves the conversation to whoever has it. A template goes outside
  /// of the window too. The same `saying.key` again gives the same message and sends nothing. Fails as reply().
  [[nodiscard]] Task<Result<HandReply>> send(TenantRef tenant, ConversationId conversation, Saying saying);
  /// The conversation with somebody at one of the tenant's numbers in which a program wants to say `what`, made where
  /// there is none. kInvalid where the number is not the tenant's, or is not named and there are several; else as
  /// Ledger::open_conversation().
  [[nodiscard]] Task<Result<ConversationId>> conversation_with(TenantRef tenant, std::string number,
                                                               whatsapp::Recipient who, const whatsapp::Outgoing& what);

  /// Runs a dead letter again, under its id: a turn whose agent failed, a send that failed or is unknown. What has been
  /// answered or sent is not touched. kNotFound; kConflict where it is no dead letter (any more).
  [[nodiscard]] Task<Result<void>> rerun(TenantRef tenant, MessageId message);

  /// Goes on with what an approval released; those who were let in are told so first, where the tenant wants it.
  void let_in(Access::Changed changed);

  /// To be called before the outbox goes.
  void stop();

 private:
  Task<> welcome(Access::Changed changed);
  /// After a rerun() that may have been kept or not: what waits is gone on with.
  Task<> go_on_if_kept(TenantId tenant, MessageId message);
  Task<bool> offer_anew(const MessageRecord& message, TenantId tenant);
  [[nodiscard]] Task<Result<HandReply>> say(TenantRef tenant, ConversationId conversation, Saying saying,
                                            bool takes_over);
  /// kQueued where nothing speaks against it; nothing is queued yet.
  [[nodiscard]] Task<Result<HandReply>> may_say(TenantRef tenant, const ConversationRecord& conversation,
                                                const Saying& saying);
  /// kBadTemplate for a template that Meta would refuse if this number sent it, else kQueued.
  [[nodiscard]] Task<HandReply> judged(TenantRef tenant, std::string number, const whatsapp::Outgoing& message);
  /// True where this key was used before, for the same or for something else: put() tells which.
  [[nodiscard]] Task<Result<bool>> is_repeat(TenantId tenant, ConversationId conversation, const Saying& saying);
  /// A place among the campaigns that are taken in, which the caller waits for; none for what is no campaign's. Tenants
  /// take turns.
  [[nodiscard]] Task<std::unique_ptr<CampaignGate::Place>> place_for(TenantId tenant,
                                                                     const whatsapp::Outgoing& message);
  /// `with` is the conversation as it was read, where the caller wants to be told what was queued.
  [[nodiscard]] Task<Result<HandReply>> put(TenantId tenant, ConversationId conversation, Saying saying,
                                            const ConversationRecord* with);

  IoPool& io_;
  Ledger& ledger_;
  Directory& directory_;
  Access& access_;
  Responder& responder_;
  Conversations& conversations_;
  Outbox& outbox_;
  Clock& clock_;
  Listener changed_;                    // constant after set_listener()
  TemplateJudge* templates_ = nullptr;  // constant after set_template_judge()
  CampaignGate taking_in_;              // writing what programs say to many
  TaskGroup tasks_;                     // last: joined before what its tasks use goes
};

}  // namespace claw
