#include "conversation/intake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_access_store.hpp"
#include "support/eventually.hpp"
#include "support/fake_graph.hpp"
#include "support/fake_inbox.hpp"
#include "support/flaky_ledger.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() {
    tenants_.set(acme_, "session.queue", "followup");
    intake_.set_listener([this](const Tenant& tenant, const std::string& number, const std::string& waba) {
      std::scoped_lock lock(heard_mutex_);
      heard_.push_back(tenant.name + "/" + number + "/" + waba);
    });
    intake_.set_news_listener([this](const Intake::AccountNews& news) {
      std::scoped_lock lock(heard_mutex_);
      news_.push_back(fmt::format("{}/{}/{}/{}/{}", news.tenant.value, news.waba_id, news.field, news.value,
                                  to_ms(news.told_at) / 1'000));
    });
    outbox_.start();
    conversations_.start();
    intake_.start();
  }
  ~IntakeTest() override {
    // A sleep of the intake is not cancelled: its stop waits for it.
    std::atomic<bool> stopped = false;
    std::thread clock([&] {
      while (!stopped) {
        world_.clock.advance(100ms);
        std::this_thread::yield();
      }
    });
    intake_.stop();
    stopped = true;
    clock.join();
  }

  static std::string webhook(const std::string& from, const std::string& text, const std::string& number) {
    return fmt::format(
        R"({{"object":"whatsapp_business_account","entry":[{{"id":"W","changes":[{{"field":"messages","value":{{)"
        R"("messaging_product":"whatsapp","metadata":{{"phone_number_id":"{2}"}},"messages":[{{"id":"wamid.{1}",)"
        R"("from":"{0}","timestamp":"1790000000","type":"text","text":{{"body":"{1}"}}}}]}}}}]}}]}})",
        from, text, number);
  }
  InboundItem item(const std::string& text, const std::string& from = "491511", const std::string& number = "111") {
    InboundItem item;
    item.tenant = acme_;
    item.kind = static_cast<std::uint8_t>(whatsapp::ItemKind::kMessage);
    item.received_at = world_.clock.now();
    item.raw = webhook(from, text, number);
    return item;
  }
  void post(std::vector<std::string> texts) {
    std::vector<InboundItem> items;
    for (const auto& text : texts) items.push_back(item(text));
    ASSERT_TRUE(world_.run(inbox_.append(std::move(items))));
  }
  bool answered(std::size_t count) {
    return eventually([&] { return graph_.texts().size() >= count; });
  }
  bool settled(std::int64_t seq) {
    return eventually([&] { return inbox_.settled() >= InboxSeq{seq}; });
  }
  /// The intake sleeps beside the ticks of the conversations; it wakes.
  void pass_store_retry() {
    ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() == world_.io.size() + 1; }));
    world_.clock.advance(100ms);
  }
  std::uint64_t items_counted(const std::string& result) {
    return metrics_.counter("clawcentral_intake_items_total", "", "result=\"" + result + "\"").value();
  }

  std::vector<std::string> heard() {
    std::scoped_lock lock(heard_mutex_);
    return heard_;
  }

  std::vector<std::string> news() {
    std::scoped_lock lock(heard_mutex_);
    return news_;
  }

  std::mutex heard_mutex_;
  std::vector<std::string> heard_;  // guarded by heard_mutex_
  std::vector<std::string> news_;   // guarded by heard_mutex_
  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  FakeGraph graph_;
  EchoAgent agent_;
  Metrics metrics_;
  FakeInbox inbox_;
  FlakyLedger flaky_{*world_.ledger};
  Outbox outbox_{world_.io, flaky_, tenants_.directory, graph_, world_.clock, metrics_};
  sqlite::SqliteAccessStore access_store_{*world_.store};
  Access access_{access_store_, world_.clock};
  Responder responder_{flaky_, access_, agent_, world_.clock};
  Conversations conversations_{world_.io, flaky_,  tenants_.directory, responder_,
                               graph_,    outbox_, world_.clock,       metrics_};
  Intake intake_{world_.io, inbox_, flaky_, tenants_.directory, conversations_, world_.clock, metrics_};
};

TEST_F(IntakeTest, TakesItemsToTheirAnswersAndSettlesThem) {
  post({"one", "two"});
  ASSERT_TRUE(answered(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("one", "two"));
  EXPECT_TRUE(settled(2));
}

TEST_F(IntakeTest, AnswersARedeliveryOnce) {
  post({"one"});
  post({"one", "two"});
  ASSERT_TRUE(answered(2));
  ASSERT_TRUE(settled(3));
  EXPECT_THAT(graph_.texts(), ElementsAre("one", "two"));
  EXPECT_EQ(items_counted("duplicate"), 1U);
}

TEST_F(IntakeTest, KeepsAForeignNumbersMessageUnprocessed) {
  ASSERT_TRUE(world_.run(inbox_.append({item("not ours", "491511", "999")})));
  post({"ours"});
  ASSERT_TRUE(answered(1));
  EXPECT_THAT(graph_.texts(), ElementsAre("ours"));
  const auto events = world_.run(world_.ledger->events(acme_, {})).value();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, "foreign");
}

TEST_F(IntakeTest, TellsWhichOfATenantsNumbersWereHeardOf) {
  ASSERT_TRUE(world_.run(inbox_.append({item("not ours", "491511", "999"), item("ours"), item("ours too")})));
  ASSERT_TRUE(settled(3));
  EXPECT_THAT(heard(), ElementsAre("acme/111/W"));
  flaky_.fail_next(1);
  post({"later"});
  pass_store_retry();
  ASSERT_TRUE(settled(4));
  EXPECT_THAT(heard(), SizeIs(2)) << "only once the items were accepted";
}

TEST_F(IntakeTest, KeepsMessagesOfADisabledChannelUnprocessed) {
  tenants_.set(acme_, "channel.policy", "disabled");
  post({"one"});
  ASSERT_TRUE(settled(1));
  const auto record = world_.run(world_.ledger->messages(acme_, {})).value().at(0);
  EXPECT_EQ(record.state, MessageState::kIgnored);
  EXPECT_EQ(record.reason, "channel_disabled");
  EXPECT_THAT(graph_.calls(), IsEmpty());
}

TEST_F(IntakeTest, KeepsWhatIsNoWebhook) {
  InboundItem bytes;
  bytes.tenant = acme_;
  bytes.kind = static_cast<std::uint8_t>(whatsapp::ItemKind::kUnparsed);
  bytes.raw = "\xFF no JSON";
  ASSERT_TRUE(world_.run(inbox_.append({bytes})));
  ASSERT_TRUE(settled(1));
  EXPECT_EQ(world_.run(world_.ledger->events(acme_, {})).value().at(0).kind, "unparsed");
}

TEST_F(IntakeTest, LetsNoBadItemHoldBackItsNeighbours) {
  flaky_.refuse_items([](const AcceptItem& item) {
    const auto* message = std::get_if<whatsapp::Message>(&item.event.what);
    return message && message->body == "bad";
  });
  post({"one", "bad", "two"});
  ASSERT_TRUE(answered(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("one", "two"));
  EXPECT_TRUE(settled(3));
  EXPECT_EQ(items_counted("refused"), 1U);
  flaky_.refuse_items({});
  post({"three"});
  EXPECT_TRUE(answered(3)) << "and recovers";
}

TEST_F(IntakeTest, TriesAgainWhileTheLedgerIsAwayAndRecovers) {
  flaky_.fail_next(2);
  post({"one"});
  pass_store_retry();
  pass_store_retry();
  ASSERT_TRUE(answered(1)) << "and recovers";
  EXPECT_THAT(graph_.texts(), ElementsAre("one"));
}

TEST_F(IntakeTest, AnswersWhatWasAcceptedThoughItsWriteFailed) {
  post({"before"});
  ASSERT_TRUE(answered(1));
  ASSERT_TRUE(eventually([&] { return outbox_.in_memory() == 0; }));
  flaky_.fail_after_next(1);
  post({"one", "two"});
  ASSERT_TRUE(eventually([&] { return flaky_.failed() == 1; }));
  pass_store_retry();
  ASSERT_TRUE(answered(3)) << "and recovers";
  post({"three"});
  ASSERT_TRUE(answered(4));
  EXPECT_THAT(graph_.texts(), ElementsAre("before", "one", "two", "three"));
}

TEST_F(IntakeTest, TriesAgainWhileTheInboxCannotBeReadAndRecovers) {
  post({"one"});
  ASSERT_TRUE(answered(1));
  inbox_.fail_with(ErrorKind::kTransient, "away");
  pass_store_retry();
  pass_store_retry();
  inbox_.recover();
  post({"two"});
  world_.clock.advance(100ms);
  EXPECT_TRUE(answered(2)) << "and recovers";
}

TEST_F(IntakeTest, TellsWhatAWebhookSaysOfATemplate) {
  InboundItem change;
  change.tenant = acme_;
  change.kind = static_cast<std::uint8_t>(whatsapp::ItemKind::kChange);
  change.received_at = world_.clock.now();
  change.raw = R"({"object":"whatsapp_business_account","entry":[{"id":"W","time":1790000005,"changes":[{
    "field":"message_template_status_update","value":{"event":"PAUSED","message_template_id":7,
    "message_template_name":"order","message_template_language":"en"}}]}]})";
  InboundItem other = change;
  other.raw = R"({"object":"whatsapp_business_account","entry":[{"id":"W","time":1790000006,"changes":[{
    "field":"account_update","value":{"event":"PARTNER_ADDED"}}]}]})";
  std::vector<InboundItem> items;
  items.push_back(std::move(change));
  items.push_back(std::move(other));
  ASSERT_TRUE(world_.run(inbox_.append(std::move(items))));
  ASSERT_TRUE(settled(2));
  EXPECT_THAT(
      news(),
      ElementsAre(fmt::format(R"({}/W/message_template_status_update/{{"event":"PAUSED","message_template_id":7,)"
                              R"("message_template_name":"order","message_template_language":"en"}}/1790000005)",
                              acme_.value),
                  fmt::format(R"({}/W/account_update/{{"event":"PARTNER_ADDED"}}/1790000006)", acme_.value)));
}

}  // namespace
}  // namespace claw
