#include "conversation/desk.hpp"

#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conversation/standing_permit.hpp"
#include "ledger/forwarding_ledger.hpp"
#include "support/flaky_ledger.hpp"
#include "support/turn_world.hpp"
#include "support/turnstile.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeskTest : public TurnWorld {
 protected:
  DeskTest() {
    desk_ = std::make_unique<Desk>(world_.io, *world_.ledger, tenants_.directory, access_, *responder_, *conversations_,
                                   *outbox_, world_.clock);
    desk_->set_listener([this](TenantId, ConversationId) { ++told_; });
    access_.set_listener([this](Access::Changed changed) { desk_->let_in(std::move(changed)); });
  }
  ~DeskTest() override {
    agent_.cut();
    desk_.reset();
  }
  TenantRef acme() { return tenants_.directory.by_id(acme_); }
  ConversationId conversation() { return record(MessageId{1}).conversation; }
  Result<void> take_over(std::optional<std::chrono::minutes> time = {}) {
    return world_.run(desk_->take_over(acme(), conversation(), "ada", time));
  }
  Result<void> hand_back() { return world_.run(desk_->hand_back(acme(), conversation())); }
  Result<HandReply> reply(const std::string& text, const std::string& key = "") {
    return world_.run(desk_->reply(acme(), conversation(), {text, "ada", key}));
  }
  ConversationRecord shown() { return world_.run(world_.ledger->conversation(acme_, conversation())).value(); }
  Result<AccessDecided> approve() {
    const auto waiting = world_.run(access_.list(acme_, {.standing = Standing::kPending})).value();
    return world_.run(access_.decide(acme_, waiting.at(0).id, PairingDecision::kApprove,
                                     {.who_kind = "person", .who = "ada", .action = "pairing", .what = "let in"}));
  }

  std::unique_ptr<Desk> desk_;
  std::atomic<int> told_ = 0;
};

TEST_F(DeskTest, LeavesThePersonToWhoTookOverUntilTheyHandBack) {
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  ASSERT_TRUE(take_over());
  EXPECT_EQ(shown().held_by, "ada");
  const auto during = write("are you a person?");
  ASSERT_TRUE(is(during, MessageState::kNoReply));
  EXPECT_EQ(record(during).reason, "answered by hand: ada");
  ASSERT_TRUE(hand_back());
  ASSERT_TRUE(is(write("and now?"), MessageState::kAnswered));
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: hello", "bot: and now?"));
  EXPECT_EQ(told_, 2);
}

TEST_F(DeskTest, GivesUpTheAgentThatIsAtWorkWhenAPersonTakesOver) {
  const auto asked = write("slow question");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  ASSERT_TRUE(reply("I have this one"));
  ASSERT_TRUE(is(asked, MessageState::kNoReply));
  EXPECT_EQ(record(asked).reason, "answered by hand: ada");
  agent_.release();
  ASSERT_TRUE(sent(1));
  EXPECT_THAT(graph_.texts(), ElementsAre("I have this one"));
}

TEST_F(DeskTest, ForgetsATakeOverWhenItsTimeIsUp) {
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  ASSERT_TRUE(take_over(5min));
  world_.clock.advance(4min);
  ASSERT_TRUE(is(write("one"), MessageState::kNoReply));
  ASSERT_TRUE(reply("hm")) << "and an answer prolongs it by the tenant's time";
  world_.clock.advance(59min);
  ASSERT_TRUE(is(write("two"), MessageState::kNoReply));
  world_.clock.advance(1min);
  ASSERT_TRUE(is(write("three"), MessageState::kAnswered));
}

TEST_F(DeskTest, KeepsATakeOverAcrossARestart) {
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  ASSERT_TRUE(take_over());
  desk_.reset();
  shut();
  make();
  ASSERT_TRUE(is(write("still there?"), MessageState::kNoReply));
}

TEST_F(DeskTest, SaysByHandWhatWasWrittenAndByWhom) {
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  const auto said = reply("Ada here").value();
  ASSERT_EQ(said.kind, HandReply::Kind::kQueued);
  ASSERT_TRUE(sent(2));
  const auto kept = record(said.message);
  EXPECT_EQ(kept.agent, "ada");
  EXPECT_FALSE(kept.turn);
  EXPECT_EQ(kept.view.text, "Ada here");
}

TEST_F(DeskTest, SaysTheSameOnceHoweverOftenItIsAsked) {
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  const auto first = reply("Ada here", "key-1").value();
  const auto again = reply("Ada here", "key-1").value();
  EXPECT_EQ(first.message, again.message);
  EXPECT_EQ(reply("something else", "key-1").error().kind, ErrorKind::kConflict);
  ASSERT_TRUE(reply("Ada here", "key-2"));
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: hello", "Ada here", "Ada here"));
}

TEST_F(DeskTest, TellsWhatWasSaidWithAKeyAgainWhateverHasChangedSince) {
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  const auto first = reply("Ada here", "key-1").value();
  ASSERT_TRUE(hand_back());
  EXPECT_EQ(reply("Ada here", "key-1").value().message, first.message);
  EXPECT_FALSE(reply("something else", "key-1"));
  EXPECT_TRUE(shown().held_by.empty()) << "a repeat takes nothing over";
  world_.clock.advance(25h);
  const auto late = reply("Ada here", "key-1").value();
  EXPECT_EQ(late.kind, HandReply::Kind::kQueued);
  EXPECT_EQ(late.message, first.message);
}

TEST_F(DeskTest, SendsNothingWhereWhatsAppOrThePersonWouldNotTakeIt) {
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  world_.clock.advance(25h);
  EXPECT_EQ(reply("late").value().kind, HandReply::Kind::kWindowClosed);
  EXPECT_TRUE(shown().held_by.empty()) << "and nobody took over";
  ASSERT_TRUE(is(write("I am back"), MessageState::kAnswered));
  EXPECT_EQ(reply("in time").value().kind, HandReply::Kind::kQueued);
  ASSERT_TRUE(is(write("STOP"), MessageState::kIgnored));
  EXPECT_EQ(reply("but").value().kind, HandReply::Kind::kOptedOut);
  ASSERT_TRUE(is(write("START"), MessageState::kIgnored));
  EXPECT_EQ(reply("and recovers").value().kind, HandReply::Kind::kQueued);
  set(kPhoneNumberId, "222");
  EXPECT_EQ(reply("gone").value().kind, HandReply::Kind::kNoNumber);
}

TEST_F(DeskTest, RefusesWhatIsNoMessage) {
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  EXPECT_EQ(reply("").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(reply(std::string(4097, 'x')).error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(reply(std::string(4096, 'x')));
  EXPECT_EQ(take_over(0min).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(take_over(Desk::kMaxHold + 1min).error().kind, ErrorKind::kInvalid);
}

TEST_F(DeskTest, KnowsNoConversationOfAnotherTenant) {
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  const auto other = tenants_.directory.by_id(tenants_.add("beta", "999"));
  EXPECT_EQ(world_.run(desk_->take_over(other, conversation(), "eve", {})).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(desk_->hand_back(other, conversation())).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(desk_->reply(other, conversation(), {"hi", "eve", ""})).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(told_, 0);
}

TEST_F(DeskTest, WelcomesWhoIsLetInBeforeAnsweringThem) {
  set("channel.policy", "pairing");
  set("access.approval_notice", "true");
  ASSERT_TRUE(is(write("may I?"), MessageState::kHeld));
  ASSERT_TRUE(approve());
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(graph_.texts(), ElementsAre(HasSubstr("Your code"), HasSubstr("let in now"), "bot: may I?"));
}

TEST_F(DeskTest, GoesOnWithADeadLetterThatWasQueuedThoughTheStoreSaidThatItFailed) {
  FlakyLedger flaky(*world_.ledger);
  Desk desk(world_.io, flaky, tenants_.directory, access_, *responder_, *conversations_, *outbox_, world_.clock);
  const auto rerun = [&](MessageId message) { return world_.run(desk.rerun(acme(), message)); };
  agent_.is_down = true;
  const auto unanswered = write("first");
  ASSERT_TRUE(is(unanswered, MessageState::kAgentFailed));
  agent_.is_down = false;
  flaky.fail_after_next(1);
  EXPECT_EQ(rerun(unanswered).error().kind, ErrorKind::kTransient);
  EXPECT_TRUE(is(unanswered, MessageState::kAnswered)) << "without a restart";
  EXPECT_EQ(rerun(unanswered).error().kind, ErrorKind::kConflict);

  graph_.answer("bot: second", refusal(131026));
  ASSERT_TRUE(is(write("second"), MessageState::kAnswered));
  const MessageId undelivered{unanswered.value + 3};
  ASSERT_TRUE(is(undelivered, MessageState::kFailed));
  flaky.fail_after_next(1);
  EXPECT_EQ(rerun(undelivered).error().kind, ErrorKind::kTransient);
  EXPECT_TRUE(is(undelivered, MessageState::kSent));

  flaky.fail_next(1);
  EXPECT_EQ(rerun(undelivered).error().kind, ErrorKind::kTransient) << "what was not kept is left as it was";
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: first", "bot: second", "bot: second"));
}

TEST_F(DeskTest, SendsNothingThatWaitedToWhoOptedOutMeanwhileButTheAnswerToThatWord) {
  StandingPermit permit(access_, *world_.ledger);
  outbox_->set_permit(permit);
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  ASSERT_TRUE(sent(1));
  // As it waits where Meta refuses the token for an hour.
  auto waits = world_.run(world_.ledger->say(acme_, conversation(), {"waits", {}, {}}, world_.ledger->fence())).value();
  const auto id = waits.message.id;
  (void)write("STOP");
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts().back(), HasSubstr("no more messages"));
  outbox_->offer({std::move(waits.message)});
  ASSERT_TRUE(is(id, MessageState::kFailed));
  EXPECT_EQ(record(id).reason, "this person asked for no more messages");
  ASSERT_TRUE(world_.run(desk_->rerun(acme(), id)));
  ASSERT_TRUE(is(id, MessageState::kFailed)) << "also run again";
  (void)write("START");
  ASSERT_TRUE(sent(3));
  ASSERT_TRUE(world_.run(desk_->rerun(acme(), id)));
  EXPECT_TRUE(is(id, MessageState::kSent));
  ASSERT_TRUE(sent(4));
}

/// Knows of one template that it is paused.
class PausedJudge final : public TemplateJudge {
 public:
  Task<std::optional<whatsapp::TemplateRefusal>> refusal(TenantRef, std::string number, std::string name,
                                                         std::string) override {
    if (number == "111" && name == "paused") co_return whatsapp::TemplateRefusal{132015, "It is paused."};
    co_return std::nullopt;
  }
  [[nodiscard]] bool may_ask(const Tenant&, const std::string&, const std::string&, const std::string&) const override {
    return false;
  }
};

TEST_F(DeskTest, PutsNoTemplateIntoTheOutboxThatMetaWouldRefuse) {
  PausedJudge judge;
  desk_->set_template_judge(judge);
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  const auto send = [&](const std::string& name) {
    auto message = whatsapp::read_outgoing(R"({"type":"template","template":{"name":")" + name +
                                           R"(","language":{"code":"en"}}})");
    return world_.run(desk_->reply(acme(), conversation(), {std::move(*message), "ada", ""})).value();
  };
  const auto refused = send("paused");
  EXPECT_EQ(refused.kind, HandReply::Kind::kBadTemplate);
  EXPECT_EQ(refused.refusal.words, "It is paused.");
  EXPECT_EQ(shown().held_by, "") << "and the agent goes on";
  EXPECT_EQ(send("good").kind, HandReply::Kind::kQueued);
  ASSERT_TRUE(sent(2));
}

/// Counts how often conversations are read.
class CountingLedger final : public ForwardingLedger {
 public:
  using ForwardingLedger::ForwardingLedger;
  [[nodiscard]] Task<Result<ConversationRecord>> conversation(TenantId tenant, ConversationId id) override {
    ++conversations;
    return real_.conversation(tenant, id);
  }
  std::atomic<int> conversations = 0;
};

TEST_F(DeskTest, ReadsAConversationOnceForWhatAProgramSaysInIt) {
  CountingLedger ledger(*world_.ledger);
  Desk desk(world_.io, ledger, tenants_.directory, access_, *responder_, *conversations_, *outbox_, world_.clock);
  PausedJudge judge;
  desk.set_template_judge(judge);
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  auto message = whatsapp::read_outgoing(R"({"type":"template","template":{"name":"good","language":{"code":"en"}}})");
  ASSERT_TRUE(world_.run(desk.send(acme(), conversation(), {std::move(*message), "shop", ""})));
  EXPECT_EQ(ledger.conversations, 1);
}

/// Holds what is said to many.
class SlowLedger final : public ForwardingLedger {
 public:
  using ForwardingLedger::ForwardingLedger;
  [[nodiscard]] Task<Result<Said>> say(TenantId tenant, ConversationId id, Saying saying, Fence fence) override {
    if (saying.message.type == "template") co_await turnstile.pass();
    co_return co_await real_.say(tenant, id, std::move(saying), fence);
  }
  Turnstile turnstile;
};

TEST_F(DeskTest, TakesInFewMessagesOfCampaignsAtOnceAndWhatIsSaidToOnePassesThem) {
  SlowLedger ledger(*world_.ledger);
  Desk desk(world_.io, ledger, tenants_.directory, access_, *responder_, *conversations_, *outbox_, world_.clock);
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  ledger.turnstile.close();
  const auto offer =
      whatsapp::read_outgoing(R"({"type":"template","template":{"name":"good","language":{"code":"en"}}})").value();
  std::atomic<int> said = 0;
  TaskGroup campaign;
  for (int i = 0; i < 20; ++i)
    campaign.spawn(
        world_.io.executor(0), "campaign",
        [](Desk& at, TenantRef tenant, ConversationId to, whatsapp::Outgoing what, std::atomic<int>& count) -> Task<> {
          if (co_await at.send(std::move(tenant), to, {std::move(what), "shop"})) ++count;
        }(desk, acme(), conversation(), offer, said));
  ASSERT_TRUE(eventually([&] { return ledger.turnstile.held() == CampaignGate::kPlaces; }));
  EXPECT_TRUE(world_.run(desk.send(acme(), conversation(), {std::string("to one"), "shop"})));
  EXPECT_EQ(ledger.turnstile.held(), CampaignGate::kPlaces);
  EXPECT_EQ(said, 0);
  ledger.turnstile.open();
  EXPECT_TRUE(eventually([&] { return said == 20; })) << "and recovers";
}

/// All of it that a test may see before it is sent.
auto told_of(const MessageRecord& m) {
  return std::tuple(m.id, m.direction, m.state, m.user, m.user_name, m.conversation, m.phone_number_id, m.type, m.view,
                    m.wamid, m.created_at, m.meta_time, m.turn, m.part, m.attempts, m.due, m.error_code, m.reason,
                    m.agent, m.matched_by, m.usage, m.instead_of, m.author.has_value(), m.trace, m.raw,
                    m.statuses.size());
}

TEST_F(DeskTest, TellsWhatIsQueuedAsTheLedgerDoesAndLeavesARepeatToIt) {
  Outbox stands_still(world_.io, *world_.ledger, tenants_.directory, graph_, world_.clock, metrics_, kUnlimited);
  Desk desk(world_.io, *world_.ledger, tenants_.directory, access_, *responder_, *conversations_, stands_still,
            world_.clock);
  auto hello = of_tenant(message_of(phone("491511", "Grace"), "hello", "wamid.hello"), acme_.value);
  std::get<whatsapp::Message>(hello.event.what).timestamp_s = to_ms(world_.clock.now()) / 1000;
  ASSERT_TRUE(world_.run(world_.ledger->accept({std::move(hello)}, world_.ledger->fence())));
  const std::string trace(32, 'a');
  for (const auto* body : {R"({"type":"text","text":{"body":"Grüße"}})",
                           R"({"type":"template","template":{"name":"good","language":{"code":"en"}}})"}) {
    const auto message = whatsapp::read_outgoing(body).value();
    const auto send = [&] { return world_.run(desk.send(acme(), conversation(), {message, "shop", body, trace})); };
    const auto first = send().value();
    ASSERT_TRUE(first.queued);
    EXPECT_TRUE(told_of(*first.queued) == told_of(record(first.message))) << body;
    EXPECT_EQ(first.queued->user_name, "Grace");
    const auto again = send().value();
    EXPECT_EQ(again.message, first.message);
    EXPECT_FALSE(again.queued) << "it may be anything by now";
  }
}

}  // namespace
}  // namespace claw
