#include "conversation/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_access_store.hpp"
#include "support/accept_items.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ExplainTest : public ::testing::Test {
 protected:
  ExplainTest() {
    for (const char* agent : {"helper", "sales"})
      world_.run(tenants_.store.put_agent({acme_, agent, "echo"}, false, tenants_.change())).value();
    tenants_.reload();
  }
  void set(const std::string& name, const std::string& value) { tenants_.set(acme_, name, value); }
  Explanation ask(Inquiry inquiry) {
    if (inquiry.from.empty()) inquiry.from = "491511";
    auto about = world_.run(
        explain(*world_.ledger, access_, world_.clock.now(), tenants_.directory.by_id(acme_), std::move(inquiry)));
    EXPECT_TRUE(about) << (about ? "" : about.error().message);
    return about.value_or(Explanation{});
  }
  std::string fault(Inquiry inquiry) {
    const auto about = world_.run(
        explain(*world_.ledger, access_, world_.clock.now(), tenants_.directory.by_id(acme_), std::move(inquiry)));
    EXPECT_FALSE(about);
    return about ? "" : about.error().message;
  }
  /// A turn of the person's, with which their session stands as it is told.
  ConversationId answered(SessionRecord session = {}) {
    auto item = text_from("491511", "hello", "wamid." + std::to_string(++count_));
    item.item.received_at = world_.clock.now();
    std::vector<AcceptItem> items;
    items.push_back(std::move(item));
    Ledger& ledger = *world_.ledger;
    const auto message = world_.run(ledger.accept(std::move(items), ledger.fence())).value().pending.front();
    TurnOutcome outcome;
    outcome.session = session;
    EXPECT_TRUE(world_.run(ledger.complete_turn(message.id, std::move(outcome), ledger.fence())));
    return message.conversation;
  }
  void put(const std::string& address, Standing standing) {
    AccessRow row{.tenant = acme_, .address = address, .standing = standing, .by = "ada"};
    ASSERT_TRUE(world_.run(access_.put(std::move(row), AuditRow{.tenant = acme_})));
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  sqlite::SqliteAccessStore store_{*world_.store};
  Access access_{store_, world_.clock};
  int count_ = 0;
};

TEST_F(ExplainTest, TellsOfSomebodyNobodyKnows) {
  const auto about = ask({.from = " +49 1511 "});
  EXPECT_EQ(about.address, "491511");
  EXPECT_EQ(about.user, "");
  EXPECT_EQ(about.number, "111") << "the only one";
  EXPECT_FALSE(about.session);
  EXPECT_TRUE(about.first_of_session);
  EXPECT_EQ(about.agent, "bot");
  EXPECT_EQ(about.says, "bot answers: no rule fits, and it is the default agent.");
}

TEST_F(ExplainTest, SaysFirstWhatAccessDoesAndThenWhoWouldAnswer) {
  const auto says = [&] { return ask({}).says; };
  set("channel.policy", "pairing");
  EXPECT_THAT(says(), StartsWith("They are not known yet"));
  EXPECT_THAT(says(), HasSubstr("Once they are let in, bot would answer"));
  set("channel.policy", "allowlist");
  EXPECT_THAT(says(), StartsWith("They are not on the list"));
  put("491511", Standing::kAllowed);
  EXPECT_THAT(says(), StartsWith("bot answers"));
  put("491511", Standing::kBlocked);
  EXPECT_THAT(says(), StartsWith("They are blocked"));
  set("channel.policy", "disabled");
  EXPECT_THAT(says(), StartsWith("The channel is off"));
}

TEST_F(ExplainTest, KnowsAPersonByEveryNameTheyHave) {
  auto item = message_of(phone("491511", "Ada"), "hello");
  std::get<whatsapp::Message>(item.event.what).from.bsuid = "DE.ada";
  std::vector<AcceptItem> items;
  items.push_back(std::move(item));
  ASSERT_TRUE(world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())));
  put("DE.ada", Standing::kBlocked);
  for (const char* from : {"491511", "DE.ada"}) {
    const auto about = ask({.from = from});
    EXPECT_EQ(about.user, "491511") << from;
    EXPECT_EQ(about.name, "Ada") << from;
    EXPECT_EQ(about.access.sender.standing, Standing::kBlocked) << from;
  }
}

TEST_F(ExplainTest, KeepsToTheAgentOfTheSessionUntilItEnds) {
  set("session.idle_reset_minutes", "30");
  SessionRecord kept;
  kept.agent = "sales";
  kept.matched_by = "keyword";
  answered(kept);
  auto about = ask({});
  EXPECT_EQ(about.agent, "sales");
  EXPECT_EQ(about.matched_by, "keyword");
  EXPECT_EQ(about.rule, -1);
  EXPECT_FALSE(about.first_of_session);
  EXPECT_EQ(about.says, "sales answers: it has this session, which began by keyword.");
  EXPECT_EQ(ask({.first = true}).agent, "bot") << "as if they began anew";
  EXPECT_EQ(ask({.text = "/new hello"}).agent, "bot");
  world_.clock.advance(30min);
  about = ask({});
  EXPECT_EQ(about.agent, "bot");
  EXPECT_TRUE(about.first_of_session);
  EXPECT_EQ(about.session->epoch, 1);
}

TEST_F(ExplainTest, AsksRulesAboutFirstMessagesOnlyWhereASessionBegins) {
  set("routing.rules", R"([{"by":"keyword","value":"help","agent":"helper"},)"
                       R"({"by":"referral","value":"ad-7","agent":"sales"}])");
  EXPECT_EQ(ask({.text = "Help "}).says, "helper answers: rule 1 fits (keyword help).");
  EXPECT_EQ(ask({.source_id = "ad-7"}).rule, 1);
  EXPECT_EQ(ask({.ctwa_clid = "ad-7"}).agent, "sales");
  EXPECT_EQ(ask({.text = "help", .first = false}).agent, "bot");
  answered();
  EXPECT_EQ(ask({.text = "help"}).agent, "bot") << "the session has begun";
  EXPECT_EQ(ask({.text = "/new help"}).agent, "helper");
}

TEST_F(ExplainTest, SaysWhoAnswersByHandAndUntilWhen) {
  const auto conversation = answered();
  ASSERT_TRUE(world_.run(world_.ledger->pause(acme_, conversation, world_.clock.now() + 60min, "ada@example.org",
                                              world_.ledger->fence())));
  const auto about = ask({});
  EXPECT_TRUE(about.held);
  EXPECT_EQ(about.says, "ada@example.org answers by hand until 2026-09-21 15:13 UTC; no agent does.");
  world_.clock.advance(60min);
  EXPECT_FALSE(ask({}).held);
}

TEST_F(ExplainTest, TellsWordsThatAreForTheGatewayFromThoseForTheAgent) {
  EXPECT_THAT(ask({.text = "stop"}).says, HasSubstr("opts them out"));
  EXPECT_THAT(ask({.text = "START"}).says, HasSubstr("opts them in"));
  EXPECT_THAT(ask({.text = "/status"}).says, StartsWith("This is a command"));
  EXPECT_THAT(ask({.text = "/pause"}).says, StartsWith("bot answers")) << "a word as any other, but for owners";
  set("session.owners", "491511");
  EXPECT_THAT(ask({.text = "/pause"}).says, StartsWith("This is a command"));
  set("channel.policy", "allowlist");
  EXPECT_THAT(ask({.text = "stop"}).says, Not(HasSubstr("opts"))) << "a stranger's word changes nothing";
}

TEST_F(ExplainTest, SaysThatNobodyAnswers) {
  ASSERT_TRUE(world_.run(tenants_.store.change_tenant(
      acme_, std::nullopt, {{acme_, "routing.rules", ""}, {acme_, "agent.default", ""}}, tenants_.change())));
  tenants_.reload();
  const auto about = ask({});
  EXPECT_EQ(about.agent, "");
  EXPECT_THAT(about.says, StartsWith("No agent answers"));
}

TEST_F(ExplainTest, RefusesAQuestionThatHasNoAnswer) {
  EXPECT_THAT(fault({.from = "Ada"}), HasSubstr("from must be a phone number"));
  EXPECT_THAT(fault({.from = "491511", .number = "999"}), HasSubstr("999 is not one of yours: 111"));
  tenants_.set(acme_, kPhoneNumberId, "111,112");
  EXPECT_THAT(fault({.from = "491511"}), HasSubstr("say which number is written to: 111, 112"));
}

TEST_F(ExplainTest, SaysThatTheStoreIsAway) {
  world_.store->close();
  const auto about = world_.run(
      explain(*world_.ledger, access_, world_.clock.now(), tenants_.directory.by_id(acme_), {.from = "491511"}));
  ASSERT_FALSE(about);
  EXPECT_NE(about.error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace claw
