#include "conversation/conversations.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/delivery_log.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/fake_graph.hpp"
#include "support/flaky_ledger.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using namespace claw::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// An agent that answers "re: …"; on command slowly, not at all, or with a fault.
class FakeAgent final : public AgentRunner {
 public:
  [[nodiscard]] Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) override {
    const std::string text = turn.message.view.text;
    bool held = false;
    {
      std::scoped_lock lock(mutex_);
      asked_.push_back(text);
      ids_.push_back(turn.id);
      held = held_text_ == text;
    }
    if (held)
      co_await complete_with<int>([this](Completion<int> go) {
        std::scoped_lock lock(mutex_);
        held_ = std::move(go);
      });
    if (text == "throw") throw std::runtime_error("a bug");
    if (text == "fail") co_return fail(ErrorKind::kTransient, "the model is away");
    if (text == "silence") co_return AgentReply{};
    if (text == "no reply") co_return AgentReply{{" NO_REPLY\n"}};
    if (text == "endless") co_return AgentReply{std::vector<whatsapp::Outgoing>(25, "and")};
    if (text == "long") co_return AgentReply{{std::string(9000, 'x'), "end"}};
    if (text == "long style")
      co_return AgentReply{{agent.options.format == TextFormat::kMarkdown ? "**" + std::string(5000, 'x') + "**"
                                                                          : "*" + std::string(5000, 'x') + "*"}};
    co_return AgentReply{{"re: " + text}};
  }
  void hold(std::string text) {
    std::scoped_lock lock(mutex_);
    held_text_ = std::move(text);
  }
  [[nodiscard]] bool holds() const {
    std::scoped_lock lock(mutex_);
    return held_.has_value();
  }
  void release() {
    std::optional<Completion<int>> go;
    {
      std::scoped_lock lock(mutex_);
      held_text_.clear();
      go.swap(held_);
    }
    if (go) (*go)(0);
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    std::scoped_lock lock(mutex_);
    return asked_;
  }
  [[nodiscard]] std::vector<std::string> ids() const {
    std::scoped_lock lock(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  std::string held_text_;
  std::optional<Completion<int>> held_;
  std::vector<std::string> asked_, ids_;
};

class ConversationsTest : public ::testing::Test {
 protected:
  ConversationsTest() {
    tenants_.set(acme_, "session.queue", "followup");
    make();
    start();
  }
  ~ConversationsTest() override {
    agent_.release();
    graph_.release();
    conversations_.reset();
    responder_.reset();
    outbox_.reset();
    world_.store->close();
  }

  void make() {
    responder_ = std::make_unique<Responder>(flaky_, access_, agent_, world_.clock);
    outbox_ =
        std::make_unique<Outbox>(world_.io, flaky_, tenants_.directory, graph_, world_.clock, metrics_, kUnlimited);
    conversations_ = std::make_unique<Conversations>(world_.io, flaky_, tenants_.directory, *responder_, graph_,
                                                     *outbox_, world_.clock, metrics_);
  }
  void start() {
    outbox_->start();
    conversations_->start();
  }
  /// Accepts the messages and passes them on.
  std::vector<MessageId> receive(const std::string& person, std::vector<std::string> texts) {
    std::vector<AcceptItem> items;
    for (auto& text : texts) {
      items.push_back(text_from(person, text, "wamid." + std::to_string(++count_)));
      items.back().item.tenant = acme_;
    }
    auto accepted = world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
    std::vector<MessageId> ids;
    for (const auto& pending : accepted.pending) ids.push_back(pending.id);
    conversations_->offer(std::move(accepted.pending));
    return ids;
  }
  void set_agent(const std::string& kind, const std::string& options) {
    world_.run(tenants_.store.put_agent({acme_, "bot", kind, options}, false, tenants_.change())).value();
    tenants_.reload();
  }
  MessageRecord record(MessageId id) { return world_.run(world_.ledger->message(acme_, id)).value(); }
  bool is(MessageId id, MessageState state) {
    return eventually([&] { return record(id).state == state; });
  }
  bool sent(std::size_t count) {
    return eventually([&] { return graph_.texts().size() >= count; });
  }
  /// Moves the clock second by second, so that every tick takes place.
  void pass_seconds(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() >= world_.io.size(); }));
      world_.clock.advance(1s);
    }
    ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() >= world_.io.size(); }));
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  FakeGraph graph_;
  FakeAgent agent_;
  Metrics metrics_;
  FlakyLedger flaky_{*world_.ledger};
  sqlite::SqliteAccessStore access_store_{*world_.store};
  Access access_{access_store_, world_.clock};
  std::unique_ptr<Responder> responder_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Conversations> conversations_;
  int count_ = 0;
};

TEST_F(ConversationsTest, AnswersInTheOrderOfTheMessages) {
  const auto ids = receive("491511", {"a", "b", "c"});
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(graph_.texts(), ElementsAre("re: a", "re: b", "re: c"));
  for (const auto id : ids) EXPECT_TRUE(is(id, MessageState::kAnswered));
  EXPECT_EQ(record(ids[0]).agent, "bot");
}

TEST_F(ConversationsTest, CutsAReplyThatDoesNotEndAndSaysSo) {
  const auto ids = receive("491511", {"endless", "a"});
  ASSERT_TRUE(sent(21));
  EXPECT_THAT(graph_.texts(), SizeIs(21));
  EXPECT_EQ(graph_.texts().back(), "re: a") << "and the next is answered";
  EXPECT_EQ(record(ids[0]).reason, "the reply was cut: it had 25 messages, and 20 go out");
}

TEST_F(ConversationsTest, RunsOneTurnAtATimeInAConversationAndOthersBesideIt) {
  agent_.hold("slow");
  receive("491511", {"slow", "next"});
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  for (const char* person : {"491512", "491513", "491514"}) receive(person, {person});
  ASSERT_TRUE(sent(3)) << "a slow agent delays nobody else";
  EXPECT_THAT(agent_.asked(), ::testing::Not(::testing::Contains("next")));
  agent_.release();
  ASSERT_TRUE(sent(5));
  EXPECT_EQ(graph_.texts()[3], "re: slow");
  EXPECT_EQ(graph_.texts()[4], "re: next");
}

TEST_F(ConversationsTest, EndsATurnWithoutAnAnswerAndSaysWhy) {
  const auto ids = receive("491511", {"fail", "throw", "silence", "a"});
  ASSERT_TRUE(sent(1));
  EXPECT_THAT(graph_.texts(), ElementsAre("re: a")) << "and recovers";
  EXPECT_EQ(record(ids[0]).state, MessageState::kAgentFailed);
  EXPECT_EQ(record(ids[0]).reason, "the model is away");
  EXPECT_EQ(record(ids[1]).state, MessageState::kAgentFailed) << "a fault of the agent's program ends its turn only";
  EXPECT_EQ(record(ids[2]).state, MessageState::kNoReply);
}

TEST_F(ConversationsTest, TellsThePersonOnceThatAModelFailedAndKeepsTheCause) {
  set_agent("openai", R"({"apology":"Sorry!"})");
  const auto ids = receive("491511", {"fail", "a"});
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("Sorry!", "re: a")) << "and recovers";
  EXPECT_EQ(record(ids[0]).state, MessageState::kAgentFailed);
  EXPECT_EQ(record(ids[0]).reason, "the model is away");
}

TEST_F(ConversationsTest, SaysWhatToDoWhereNoAgentIsSetAndRecovers) {
  tenants_.set(acme_, "agent.default", "nobody");
  const auto id = receive("491511", {"a"}).at(0);
  ASSERT_TRUE(is(id, MessageState::kAgentFailed));
  EXPECT_THAT(record(id).reason, HasSubstr("clawcentral agent set"));
  EXPECT_THAT(graph_.texts(), IsEmpty());
  tenants_.set(acme_, "agent.default", "bot");
  receive("491511", {"b"});
  EXPECT_TRUE(sent(1)) << "and recovers";
}

TEST_F(ConversationsTest, AnswersNobodyWhileTheChannelOrTheTenantIsDisabled) {
  tenants_.set(acme_, "channel.policy", "disabled");
  const auto channel = receive("491511", {"a"}).at(0);
  ASSERT_TRUE(is(channel, MessageState::kIgnored));
  EXPECT_EQ(record(channel).reason, "channel_disabled");
  tenants_.set(acme_, "channel.policy", "open");
  tenants_.enable(acme_, false);
  const auto tenant = receive("491511", {"b"}).at(0);
  ASSERT_TRUE(is(tenant, MessageState::kIgnored));
  EXPECT_EQ(record(tenant).reason, "tenant_disabled");
  EXPECT_THAT(agent_.asked(), IsEmpty());
  EXPECT_THAT(graph_.calls(), IsEmpty()) << "nor are they told that somebody types";
}

TEST_F(ConversationsTest, SplitsALongAnswerIntoPartsThatMetaTakes) {
  const auto id = receive("491511", {"long"}).at(0);
  ASSERT_TRUE(sent(4));
  std::string all;
  for (const auto& text : graph_.texts()) {
    EXPECT_LE(text.size(), 4096U);
    all += text;
  }
  EXPECT_EQ(all, std::string(9000, 'x') + "end");
  EXPECT_TRUE(is(id, MessageState::kAnswered));
}

TEST_F(ConversationsTest, WritesWhatAModelSaysInWhatsAppsStyles) {
  set_agent("openai", "{}");
  receive("491511", {"**b** *i* [t](https://x.org/a_b)\n\n- a_b_c\n- d"});
  ASSERT_TRUE(sent(1));
  EXPECT_EQ(graph_.texts()[0], "re: *b* _i_ t (https://x.org/a_b)\n\n• a_b_c\n• d");
}

TEST_F(ConversationsTest, KeepsAStyleOverThePartsOfALongAnswer) {
  for (const char* format : {"markdown", "whatsapp"}) {
    set_agent("openai", fmt::format(R"({{"format":"{}"}})", format));
    const auto before = graph_.texts().size();
    receive("491511", {"long style"});
    ASSERT_TRUE(sent(before + 2));
    for (auto part = before; part < graph_.texts().size(); ++part) {
      EXPECT_LE(graph_.texts()[part].size(), 4096U);
      EXPECT_THAT(graph_.texts()[part], AllOf(StartsWith("*x"), EndsWith("x*"))) << format;
    }
  }
}

TEST_F(ConversationsTest, SendsAsItIsWhatAnAgentWritesInWhatsAppsStylesOrPlain) {
  const std::string text = "**b** *x* - [t](u) &amp;";
  for (const char* format : {"whatsapp", "plain"}) {
    set_agent("openai", fmt::format(R"({{"format":"{}"}})", format));
    const auto before = graph_.texts().size();
    receive("491511", {text});
    ASSERT_TRUE(sent(before + 1));
    EXPECT_EQ(graph_.texts().back(), "re: " + text) << format;
  }
  set_agent("echo", "{}");
  receive("491511", {text});
  ASSERT_TRUE(sent(3));
  EXPECT_EQ(graph_.texts().back(), "re: " + text) << "the echo says what it hears";
  set_agent("echo", R"({"format":"markdown"})");
  receive("491511", {text});
  ASSERT_TRUE(sent(4));
  EXPECT_EQ(graph_.texts().back(), "re: *b* _x_ - t (u) &");
}

TEST_F(ConversationsTest, SendsNothingWhereTheAnswerIsOnlyNoReply) {
  const auto ids = receive("491511", {"no reply", "NO_REPLY"});
  EXPECT_TRUE(is(ids[0], MessageState::kNoReply));
  ASSERT_TRUE(sent(1));
  EXPECT_THAT(graph_.texts(), ElementsAre("re: NO_REPLY")) << "it is a word like others in a text";
}

TEST_F(ConversationsTest, GoesOnAfterARestartWithTheSameTurnId) {
  agent_.hold("a");
  receive("491511", {"a", "b"});
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  conversations_->stop(0ms);
  flaky_.fail_next(1);  // the turn under way cannot be kept before the end
  agent_.release();
  ASSERT_TRUE(eventually([&] { return flaky_.failed() == 1; }));
  conversations_.reset();
  outbox_.reset();
  EXPECT_THAT(graph_.texts(), IsEmpty());
  make();
  start();
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("re: a", "re: b"));
  ASSERT_THAT(agent_.ids(), SizeIs(3));
  EXPECT_EQ(agent_.ids()[0], agent_.ids()[1]) << "an idempotency key";
  EXPECT_NE(agent_.ids()[1], agent_.ids()[2]);
}

TEST_F(ConversationsTest, WaitsForTurnsUnderWayWhenItStops) {
  agent_.hold("a");
  const auto ids = receive("491511", {"a", "b"});
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  std::thread later([this] { agent_.release(); });
  conversations_->stop(10s);
  EXPECT_EQ(record(ids[0]).state, MessageState::kAnswered);
  EXPECT_EQ(record(ids[1]).state, MessageState::kPending) << "the rest is parked";
  later.join();
}

TEST_F(ConversationsTest, KeepsAReplyUntilTheLedgerTakesItAndSendsItOnce) {
  flaky_.fail_next(2);
  const auto id = receive("491511", {"a"}).at(0);
  for (int failed = 1; failed <= 2; ++failed) {
    ASSERT_TRUE(eventually([&] { return flaky_.failed() == failed; }));
    ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() == world_.io.size() + 1; }));
    world_.clock.advance(250ms);
  }
  EXPECT_TRUE(is(id, MessageState::kAnswered)) << "and recovers";
  ASSERT_TRUE(sent(1));
  EXPECT_THAT(agent_.asked(), SizeIs(1)) << "the agent is not asked again";
}

TEST_F(ConversationsTest, SendsAReplyThatWasKeptThoughItsWriteFailed) {
  flaky_.fail_after_next(1);
  const auto id = receive("491511", {"a"}).at(0);
  ASSERT_TRUE(eventually([&] { return flaky_.failed() == 1; }));
  EXPECT_TRUE(is(id, MessageState::kAnswered));
  ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() == world_.io.size() + 1; }));
  world_.clock.advance(250ms);
  ASSERT_TRUE(sent(1)) << "and recovers";
  receive("491511", {"b"});
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("re: a", "re: b"));
}

TEST_F(ConversationsTest, RunsOneTurnOfAMessageThatComesTwice) {
  agent_.hold("a");
  receive("491511", {"a", "b"});
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  // As where the ledger is being read while an approval releases what it has read already.
  conversations_->reopen(world_.run(world_.ledger->pending(acme_, MessageId{1}, 10)).value());
  receive("491511", {"c"});
  agent_.release();
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(graph_.texts(), ElementsAre("re: a", "re: b", "re: c"));
  EXPECT_THAT(agent_.asked(), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(eventually([&] { return conversations_->in_memory() == 0; }));
}

TEST_F(ConversationsTest, GoesAwayWithMessagesOfferedAMomentBefore) {
  for (int i = 0; i < 100; ++i) receive("4915" + std::to_string(i), {"a"});
  conversations_.reset();
}

TEST_F(ConversationsTest, ShowsReadAndTypingAndRefreshesBeforeMetaStopsShowingIt) {
  agent_.hold("a");
  receive("491511", {"a"});
  ASSERT_TRUE(eventually([&] { return graph_.marks() == 1; }));
  EXPECT_EQ(graph_.calls()[0].text, "wamid.1");
  pass_seconds(19);
  EXPECT_EQ(graph_.marks(), 1U);
  pass_seconds(2);
  EXPECT_TRUE(eventually([&] { return graph_.marks() == 2; }));
  pass_seconds(20);
  EXPECT_TRUE(eventually([&] { return graph_.marks() == 3; }));
  agent_.release();
  ASSERT_TRUE(sent(1));
  pass_seconds(40);
  EXPECT_EQ(graph_.marks(), 3U) << "nothing after the answer";
}

TEST_F(ConversationsTest, CallsOfATurnBelongToTheTraceOfItsMessage) {
  receive("491511", {"a"});
  ASSERT_TRUE(sent(1));
  const auto calls = graph_.calls();
  ASSERT_EQ(calls.size(), 2U) << "typing and the answer";
  for (const auto& call : calls) EXPECT_EQ(call.trace, trace_of_message("wamid.1")) << call.body;
}

TEST_F(ConversationsTest, ShowsNoTypingWhereTheAnswerCouldNotBeSent) {
  graph_.answer("re: a", refusal(190, 401));
  receive("491511", {"a"});
  ASSERT_TRUE(eventually([&] { return outbox_->holds("111"); }));
  EXPECT_EQ(graph_.marks(), 1U);
  const auto waits = receive("491512", {"b"});
  ASSERT_TRUE(is(waits[0], MessageState::kAnswered));
  EXPECT_EQ(graph_.marks(), 1U);

  tenants_.set_access_token(acme_, "EAA-new");
  ASSERT_TRUE(eventually([&] {
    world_.clock.advance(1s);
    return graph_.texts().size() == 3;
  }));
  ASSERT_TRUE(eventually([&] { return !outbox_->holds("111"); }));
  receive("491513", {"c"});
  EXPECT_TRUE(eventually([&] { return graph_.marks() == 2; })) << "and recovers";
}

TEST_F(ConversationsTest, GivesUpTypingForAnAgentThatIsTooSlow) {
  agent_.hold("a");
  receive("491511", {"a"});
  pass_seconds(200);
  const auto marks = graph_.marks();
  EXPECT_GE(marks, 5U);
  EXPECT_LE(marks, 7U) << "none after two minutes";
  agent_.release();
  EXPECT_TRUE(sent(1)) << "the answer still comes";
}

TEST_F(ConversationsTest, NeverSendsAReplyWhileATypingCallIsUnderWay) {
  graph_.hold_marks();
  const auto id = receive("491511", {"a"}).at(0);
  ASSERT_TRUE(is(id, MessageState::kAnswered));
  EXPECT_TRUE(always([&] { return graph_.texts().empty(); }, 30ms)) << "a late call would leave the dots standing";
  graph_.release();
  EXPECT_TRUE(sent(1));
}

}  // namespace
}  // namespace claw
