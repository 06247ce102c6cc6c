#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "delivery/fallback_template.hpp"
#include "delivery/outbox.hpp"
#include "delivery/resender.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/fake_graph.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using enum MessageState;

/// Free-form messages and the service window, and what nobody knows the end of.
class ServiceWindowTest : public ::testing::Test {
 protected:
  ServiceWindowTest() { outbox_.start(); }
  ~ServiceWindowTest() override {
    if (resender_) resender_->stop();
    graph_.release();
    outbox_.stop(0ms);
    world_.store->close();
  }

  Ledger& ledger() { return *world_.ledger; }
  void settings(const std::string& json) { tenants_.set(acme_, kDelivery, json); }
  Accepted write(const std::string& text) {
    auto item = text_from("491511", text);
    item.item.tenant = acme_;
    std::get<whatsapp::Message>(item.event.what).timestamp_s = to_ms(world_.clock.now()) / 1000;
    return world_.run(ledger().accept({item}, ledger().fence())).value();
  }
  ConversationId conversation() {
    return world_
        .run(ledger().open_conversation(acme_, "111", {.phone = "491511", .bsuid = {}, .group = {}}, ledger().fence()))
        .value();
  }
  MessageId say(whatsapp::Outgoing message) {
    auto said = world_.run(ledger().say(acme_, conversation(), {std::move(message), {}, {}}, ledger().fence())).value();
    const MessageId id = said.message.id;
    outbox_.offer({std::move(said.message)});
    return id;
  }
  MessageRecord record(MessageId id) { return world_.run(ledger().message(acme_, id)).value(); }
  bool is(MessageId id, MessageState state) {
    return eventually([&] { return record(id).state == state; });
  }
  static whatsapp::Outgoing a_template() {
    return *whatsapp::read_outgoing(R"({"type":"template","template":{"name":"hi","language":{"code":"en"}}})");
  }
  static GraphFailure refused(std::int64_t code) {
    GraphFailure failure;
    failure.kind = GraphFailure::Kind::kRefused;
    failure.error.code = code;
    failure.error.has_error_object = true;
    failure.error.http_status = 400;
    failure.reason = "Meta says no";
    return failure;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  FakeGraph graph_;
  Metrics metrics_;
  Outbox outbox_{world_.io, *world_.ledger, tenants_.directory, graph_, world_.clock, metrics_, kUnlimited};
  std::optional<Resender> resender_;
};

TEST_F(ServiceWindowTest, RefusesAFreeFormMessageOutsideOfItWithoutACallAndSaysWhy) {
  const auto never = say("hello");
  ASSERT_TRUE(is(never, kFailed));
  EXPECT_EQ(record(never).error_code, 131047);
  EXPECT_THAT(record(never).reason, HasSubstr("never written"));
  write("hi");
  world_.clock.advance(24h + 1s);
  const auto late = say("still there?");
  ASSERT_TRUE(is(late, kFailed));
  EXPECT_THAT(record(late).reason, HasSubstr("more than 24 hours ago"));
  EXPECT_THAT(graph_.bodies(), IsEmpty());

  ASSERT_TRUE(is(say(a_template()), kSent)) << "a template goes";
  write("here I am");
  ASSERT_TRUE(is(say("good"), kSent)) << "inside it goes";
}

TEST_F(ServiceWindowTest, LooksAgainForWhoHasWrittenSinceTheMessageWasRead) {
  auto said = world_.run(ledger().say(acme_, conversation(), {"hello", {}, {}}, ledger().fence())).value().message;
  write("hi");  // the message in hand does not know of it
  const auto id = said.id;
  outbox_.offer({std::move(said)});
  EXPECT_TRUE(is(id, kSent));
}

TEST_F(ServiceWindowTest, SendsTheTenantsTemplateInstead) {
  settings(
      R"({"outside_window":"template","template_name":"news","template_language":"en_US","template_takes_text":true})");
  const auto id = say("line one\nline  two");
  ASSERT_TRUE(is(id, kSent));
  ASSERT_THAT(graph_.bodies(), SizeIs(1));
  EXPECT_THAT(graph_.bodies()[0], HasSubstr(R"("name":"news")"));
  EXPECT_THAT(graph_.bodies()[0], HasSubstr("line one line two"));
  EXPECT_EQ(record(id).type, "template");
  EXPECT_EQ(record(id).instead_of->view.text, "line one\nline  two");
}

TEST_F(ServiceWindowTest, AsksWithOneTemplateForAReplyOfManyPartsAndKeepsTheOthersUntilThePersonWrites) {
  settings(R"({"outside_window":"template","template_name":"news","template_language":"en_US"})");
  const auto turn = write("a question").pending.at(0).id;
  world_.clock.advance(25h);
  auto parts =
      world_.run(ledger().complete_turn(turn, {kAnswered, "", "bot", {"one", "two", "three"}}, ledger().fence()))
          .value();
  const std::vector<MessageId> ids{parts[0].id, parts[1].id, parts[2].id};
  outbox_.offer(std::move(parts));
  ASSERT_TRUE(is(ids[0], kSent));
  ASSERT_TRUE(is(ids[1], kParked));
  ASSERT_TRUE(is(ids[2], kParked));
  EXPECT_THAT(graph_.bodies(), SizeIs(1));
  outbox_.reopen(write("hi").released);
  ASSERT_TRUE(is(ids[2], kSent));
  EXPECT_THAT(graph_.texts(), ElementsAre("", "two", "three")) << "and recovers";
}

TEST_F(ServiceWindowTest, ParksUntilThePersonWrites) {
  settings(R"({"outside_window":"park"})");
  const auto id = say("your parcel is here");
  ASSERT_TRUE(is(id, kParked));
  EXPECT_THAT(graph_.bodies(), IsEmpty());
  world_.clock.advance(50h);
  outbox_.reopen(write("hi").released);
  ASSERT_TRUE(is(id, kSent)) << "its age counts from when it was released";
  EXPECT_THAT(graph_.texts(), ElementsAre("your parcel is here"));
}

TEST_F(ServiceWindowTest, BelievesMetaWhereItKnowsBetter) {
  write("hi");
  graph_.answer("one", refused(131047));
  ASSERT_TRUE(is(say("one"), kFailed));
  settings(R"({"outside_window":"park"})");
  graph_.answer("two", refused(131047));
  const auto parked = say("two");
  ASSERT_TRUE(is(parked, kParked));
  settings(R"({"outside_window":"template","template_name":"news","template_language":"en_US"})");
  graph_.answer("three", refused(131047));
  const auto instead = say("three");
  ASSERT_TRUE(is(instead, kSent));
  EXPECT_EQ(record(instead).type, "template");
  EXPECT_THAT(graph_.bodies(), SizeIs(4)) << "none twice in the same form";
}

TEST_F(ServiceWindowTest, HoldsWhatNobodyKnowsTheEndOf) {
  write("hi");
  resender_.emplace(world_.io, ledger(), tenants_.directory, outbox_, world_.clock);
  resender_->start();
  graph_.answer("lost",
                GraphFailure{.kind = GraphFailure::Kind::kAmbiguous, .error = {}, .retry_after = {}, .reason = "cut"});
  const auto id = say("lost");
  ASSERT_TRUE(is(id, kUnknown));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() > 0; }));
    world_.clock.advance(Resender::kLook);
  }
  EXPECT_EQ(record(id).state, kUnknown);
  EXPECT_THAT(graph_.texts(), SizeIs(1));
}

TEST_F(ServiceWindowTest, SendsItAgainWhereTheTenantWantsItSoAndNoStatusCame) {
  write("hi");
  settings(R"({"on_unknown":"resend"})");
  resender_.emplace(world_.io, ledger(), tenants_.directory, outbox_, world_.clock);
  resender_->start();
  const GraphFailure lost{.kind = GraphFailure::Kind::kAmbiguous, .error = {}, .retry_after = {}, .reason = "cut"};
  graph_.answer("lost", lost);
  graph_.answer("settled", lost);
  const auto id = say("lost"), settled = say("settled");
  ASSERT_TRUE(is(id, kUnknown));
  ASSERT_TRUE(is(settled, kUnknown));
  auto status = status_of("wamid.s", "delivered", callback_data_for(1, settled));
  status.item.tenant = acme_;
  ASSERT_TRUE(world_.run(ledger().accept({status}, ledger().fence())));
  const auto began = world_.clock.now();
  ASSERT_TRUE(eventually([&] {
    if (world_.clock.sleepers() > 0 && record(id).state == kUnknown) world_.clock.advance(1s);
    return record(id).state == kSent;
  }));
  EXPECT_GE(world_.clock.now() - began, Resender::kWait);
  EXPECT_THAT(graph_.texts(), ElementsAre("lost", "settled", "lost"));
}

TEST_F(ServiceWindowTest, SendsAgainWhatWasRunAgainLateAlsoBehindWhatIsTooOld) {
  write("hi");
  const GraphFailure lost{.kind = GraphFailure::Kind::kAmbiguous, .error = {}, .retry_after = {}, .reason = "cut"};
  graph_.answer("run again", refused(131026));
  graph_.answer("too old", lost);
  const auto again = say("run again");
  ASSERT_TRUE(is(again, kFailed));
  const auto old = say("too old");
  ASSERT_TRUE(is(old, kUnknown));
  world_.clock.advance(25h);
  write("hi again");
  graph_.answer("run again", lost);
  outbox_.reopen({*world_.run(ledger().rerun(acme_, again, ledger().fence())).value().queued});
  ASSERT_TRUE(is(again, kUnknown));

  settings(R"({"on_unknown":"resend"})");
  resender_.emplace(world_.io, ledger(), tenants_.directory, outbox_, world_.clock);
  resender_->start();
  ASSERT_TRUE(eventually([&] {
    if (world_.clock.sleepers() > 0 && record(again).state == kUnknown) world_.clock.advance(1s);
    return record(again).state == kSent;
  }));
  EXPECT_EQ(record(old).state, kUnknown);
  EXPECT_THAT(graph_.texts(), ElementsAre("run again", "too old", "run again", "run again"));
}

TEST(FallbackTemplateTest, PutsTheTextIntoOneLineAndCutsIt) {
  DeliverySettings settings{
      .outside_window = OutsideWindow::kTemplate, .template_name = "news", .template_language = "de"};
  EXPECT_THAT(fallback_template(settings, "hello").view.data, ::testing::Not(HasSubstr("components")));
  settings.template_takes_text = true;
  EXPECT_THAT(fallback_template(settings, " a\n\tb    c ").view.data, HasSubstr(R"("text":"a b c")"));
  const auto cut = fallback_template(settings, std::string(5000, 'x'));
  EXPECT_THAT(cut.view.data, HasSubstr("x …"));
  EXPECT_LT(cut.view.data.size(), 2500U) << "of 5,000, as it goes and as it reads";
  EXPECT_EQ(cut.type, "template");
}

}  // namespace
}  // namespace claw
