#include "support/outbox_fixture.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Kind = GraphFailure::Kind;

TEST_F(OutboxTest, SendsPartsOneAfterTheOtherWithTheirCallbackData) {
  start();
  const auto parts = reply("491511", {"one", "two", "three"});
  offer(parts);
  ASSERT_TRUE(sent(4));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two", "three"));
  for (const auto& part : parts) EXPECT_TRUE(is(part, MessageState::kSent));
  const auto call = graph_.calls().at(1);
  EXPECT_EQ(call.number, "111");
  EXPECT_EQ(call.to, "491511");
  EXPECT_EQ(parse_callback_data(call.callback_data).value().message, parts[0].id);
  EXPECT_EQ(parse_callback_data(call.callback_data).value().slot, slot_of(acme_, "491511"));
  EXPECT_TRUE(eventually([&] { return outbox_->in_memory() == 0; }));
}

whatsapp::Outgoing picture(const std::string& id) {
  return whatsapp::read_outgoing(R"({"type":"image","image":{"id":")" + id + R"("}})").value();
}

TEST_F(OutboxTest, SendsAFileOfOursUnderTheIdThatMetaKnows) {
  start();
  const auto parts = reply("491511", {picture("f_1")});
  offer(parts);
  ASSERT_TRUE(sent(2));
  EXPECT_TRUE(is(parts[0], MessageState::kSent));
  EXPECT_THAT(graph_.bodies().back(), HasSubstr("\"id\":\"111-f_1\""));
}

TEST_F(OutboxTest, AsksForNoFilesOfATextAndNotBeforeItsTurn) {
  start();
  offer(reply("491511", {"just words"}));
  ASSERT_TRUE(sent(2));
  EXPECT_EQ(files_.asked, 0);
}

TEST_F(OutboxTest, AMessageWhoseFileIsNotReadyWaitsAndSaysWhy) {
  start();
  files_.failure = Error{ErrorKind::kTransient, "Meta could not be reached"};
  const auto parts = reply("491511", {picture("f_1")});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return record_of(parts[0]).reason == "Meta could not be reached"; }));
  EXPECT_EQ(state_of(parts[0]), MessageState::kQueued);
  offer(reply("491522", {"of somebody else"}));
  ASSERT_TRUE(sent(2)) << "it holds nobody up";
  files_.failure.reset();
  ASSERT_TRUE(sent_as_time_passes(3, 10s)) << "and recovers";
  EXPECT_TRUE(is(parts[0], MessageState::kSent));
}

TEST_F(OutboxTest, AMessageWhoseFileCanNeverBeSentFailsWithTheWords) {
  start();
  files_.failure = Error{ErrorKind::kNotFound, "there is no such file"};
  const auto parts = reply("491511", {picture("f_1"), "and what comes after it"});
  offer(parts);
  ASSERT_TRUE(is(parts[0], MessageState::kFailed));
  EXPECT_EQ(record_of(parts[0]).reason, "there is no such file");
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(texts_after_start(), ElementsAre("and what comes after it"));
}

TEST_F(OutboxTest, LetsNoNumberTakeThePlaceOfTheOthers) {
  const std::size_t people = Outbox::kMaxInMemoryPerNumber / Lane::kMaxOfConversation + 1;
  const std::vector<std::string> texts(Lane::kMaxOfConversation, "held");
  for (std::size_t i = 0; i < people; ++i) reply("4915" + std::to_string(i), {texts.begin(), texts.end()});
  graph_.hold_sends();
  outbox_->start();
  ASSERT_TRUE(eventually([&] { return outbox_->in_memory() == Outbox::kMaxInMemoryPerNumber; }));
  offer(reply("491512", {"other"}, "222"));
  ASSERT_TRUE(eventually([&] {
    const auto texts_now = graph_.texts();
    return std::ranges::find(texts_now, "other") != texts_now.end();
  }));
  graph_.release();
  EXPECT_TRUE(eventually([&] { return graph_.texts().size() == people * texts.size() + 1; }, 60s))
      << "and recovers, also what waited in the ledger";
}

TEST_F(OutboxTest, SendsWhatWaitsInTheLedgerWhenItStarts) {
  const auto parts = reply("491511", {"one", "two"});
  outbox_->start();
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("one", "two"));
}

TEST_F(OutboxTest, SaysInTheLedgerThatItSendsBeforeItSends) {
  start();
  graph_.hold_sends();
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 1; }));
  EXPECT_EQ(state_of(parts[0]), MessageState::kSending);
  EXPECT_EQ(state_of(parts[1]), MessageState::kQueued) << "the second part waits for the first";
}

TEST_F(OutboxTest, SendsConversationsSideBySide) {
  start();
  graph_.hold_sends();
  for (const char* person : {"491511", "491512", "491513"}) offer(reply(person, {person, "and then"}));
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 3; }));
  EXPECT_THAT(texts_after_start(), UnorderedElementsAre("491511", "491512", "491513"));
  graph_.release();
  EXPECT_TRUE(sent(7));
}

TEST_F(OutboxTest, RetriesAndHoldsBackItsOwnConversationOnly) {
  start();
  graph_.answer("one", refusal(131056));
  const auto troubled = reply("491511", {"one", "two"});
  offer(troubled);
  ASSERT_TRUE(is(troubled[0], MessageState::kQueued));
  offer(reply("491512", {"other"}));
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "other"));
  pass(5s);
  EXPECT_THAT(texts_after_start(), SizeIs(2)) << "not before its time";
  pass(3s);
  ASSERT_TRUE(sent(5));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "other", "one", "two")) << "and recovers";
  EXPECT_TRUE(is(troubled[1], MessageState::kSent));
}

TEST_F(OutboxTest, FillsNoDiskWithWhatItTriesAgain) {
  start();
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 20; ++i) {
    const auto text = "text " + std::to_string(i);
    graph_.answer(text, refusal(131056));
    const auto parts = reply("49151" + std::to_string(i), {text});
    offer(parts);
    ASSERT_TRUE(is(parts[0], MessageState::kQueued));
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  int lines = 0;
  for (auto at = log.find("outbox.not_sent"); at != std::string::npos; at = log.find("outbox.not_sent", at + 1))
    ++lines;
  EXPECT_EQ(lines, 5) << log;
}

TEST_F(OutboxTest, LetsTheNextPartGoAfterOneThatFailedForGood) {
  start();
  graph_.answer("one", refusal(131047));
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(is(parts[0], MessageState::kFailed));
  EXPECT_TRUE(is(parts[1], MessageState::kSent));
  const auto record = record_of(parts[0]);
  EXPECT_EQ(record.error_code, 131047);
  EXPECT_EQ(record.reason, "code 131047");
}

TEST_F(OutboxTest, NeverSendsAgainWhatMetaMayHave) {
  start();
  graph_.answer("one", failure_of(Kind::kAmbiguous));
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(is(parts[0], MessageState::kUnknown));
  ASSERT_TRUE(is(parts[1], MessageState::kSent)) << "the next part goes on";
  world_.clock.advance(24h);
  offer(reply("491511", {"three"}));
  ASSERT_TRUE(sent(4));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two", "three"));
}

TEST_F(OutboxTest, RestsTheWholeNumberAfterAThroughputErrorAndNoOther) {
  start();
  graph_.answer("one", refusal(130429));
  const auto limited = reply("491511", {"one"});
  offer(limited);
  ASSERT_TRUE(is(limited[0], MessageState::kQueued));
  offer(reply("491512", {"same number"}));
  offer(reply("491512", {"other number"}, "222"));
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "other number"));
  pass(1s, 2);
  ASSERT_TRUE(sent(4));
  EXPECT_EQ(texts_after_start().back(), "same number");
  pass(7s);
  ASSERT_TRUE(sent(5));
  EXPECT_EQ(texts_after_start().back(), "one") << "and recovers";
}

TEST_F(OutboxTest, RestsTheOtherNumbersOfAnAccountAfterALimitOfTheAccount) {
  tenants_.add("other", "333");
  start();
  offer(reply("491512", {"of the same account, before"}, "222"));
  ASSERT_TRUE(sent(2));
  meet_limit(80007);
  offer(reply("491512", {"of the same account"}, "222"));
  settle();
  EXPECT_THAT(texts_after_start(), ElementsAre("of the same account, before", "one"));
  pass(1s, 2);
  ASSERT_TRUE(sent(4));
  EXPECT_EQ(texts_after_start().back(), "of the same account") << "and recovers";
}

TEST_F(OutboxTest, LetsTheNumbersOfAnotherAccountGoOnAfterALimitOfOne) {
  tenants_.set(acme_, "WHATSAPP_WABA_ID_111", "900");
  tenants_.set(acme_, "WHATSAPP_WABA_ID_222", "901");
  start();
  offer(reply("491512", {"of another account, before"}, "222"));
  ASSERT_TRUE(sent(2));
  meet_limit(80007);
  offer(reply("491512", {"of another account"}, "222"));
  ASSERT_TRUE(sent(4));
  EXPECT_EQ(texts_after_start().back(), "of another account");
}

TEST_F(OutboxTest, RestsAllNumbersOfAnAppAfterALimitOfTheApp) {
  tenants_.set_secret(acme_, kAppSecret, "of one app");
  start();
  offer(reply("491512", {"of the same app, before"}, "222"));
  ASSERT_TRUE(sent(2));
  meet_limit(4);
  offer(reply("491512", {"of the same app"}, "222"));
  settle();
  EXPECT_EQ(texts_after_start().back(), "one");
  pass(1s, 2);
  ASSERT_TRUE(sent(4));
  EXPECT_EQ(texts_after_start().back(), "of the same app") << "and recovers";
}

TEST_F(OutboxTest, LetsOtherNumbersGoOnAfterALimitOfAnAppThatNobodyKnows) {
  start();
  offer(reply("491512", {"before"}, "222"));
  ASSERT_TRUE(sent(2));
  meet_limit(4);
  offer(reply("491512", {"goes on"}, "222"));
  ASSERT_TRUE(sent(4));
  EXPECT_EQ(texts_after_start().back(), "goes on");
}

TEST_F(OutboxTest, SendsAsFastAsMetaSaysOfTheNumber) {
  account_ = &meta_;
  limits_ = SendLimits{80, 0ms};
  meta_.number_facts.throughput = "HIGH";
  make();
  start();
  ASSERT_TRUE(eventually([&] { return meta_.calls == 1; }));
  settle();
  world_.clock.advance(1s);
  std::vector<OutboundMessage> many;
  for (int i = 0; i < 60; ++i) many.push_back(reply("4916" + std::to_string(i), {"m"}).front());
  offer(std::move(many));
  ASSERT_TRUE(sent(61)) << "an eighth of a second of 1,000, without that any time passes";
  EXPECT_EQ(meta_.calls, 1) << "asked once";

  meta_.number_facts.on_business_app = true;
  outbox_->ask_rates(*tenants_.directory.by_id(acme_));
  offer(reply("49170", {"asks"}));
  ASSERT_TRUE(eventually([&] { return meta_.calls == 2; })) << "anew, where a webhook says that it may be another";
  ASSERT_TRUE(sent(62));
  settle();
  many.clear();
  for (int i = 0; i < 20; ++i) many.push_back(reply("4918" + std::to_string(i), {"slow"}).front());
  offer(std::move(many));
  settle();
  EXPECT_LE(graph_.texts().size(), 65U) << "20 a second, of which two or three go at once";
  ASSERT_TRUE(sent_as_time_passes(82, 100ms)) << "and all go";
}

TEST_F(OutboxTest, SendsAsItsSettingSaysWhereMetaDoesNotTellAndAsksAgain) {
  account_ = &meta_;
  limits_ = SendLimits{80, 0ms};
  meta_.fails.emplace().reason = "no answer";
  make();
  start();
  ASSERT_TRUE(eventually([&] { return meta_.calls == 1; }));
  settle();
  world_.clock.advance(1s);
  std::vector<OutboundMessage> many;
  for (int i = 0; i < 4; ++i) many.push_back(reply("4916" + std::to_string(i), {"m"}).front());
  offer(std::move(many));
  ASSERT_TRUE(sent(5)) << "faster than the slowest may, of whose messages one goes at once";
  EXPECT_EQ(meta_.calls, 1);
  world_.clock.advance(Outbox::kAskRateAgain);
  offer(reply("49170", {"asks again"}));
  ASSERT_TRUE(eventually([&] { return meta_.calls == 2; }));
}

TEST_F(OutboxTest, AsksBeforeEachSendWhetherThePersonMayBeWrittenTo) {
  FakePermit permit;
  outbox_->set_permit(permit);
  start();
  const auto unwanted = reply("491511", {"unwanted"});
  offer(unwanted);
  ASSERT_TRUE(is(unwanted[0], MessageState::kFailed));
  EXPECT_EQ(record_of(unwanted[0]).reason, "this person is blocked");
  permit.fails = true;
  const auto wanted = reply("491511", {"wanted"});
  const int before = permit.asked;
  offer(wanted);
  ASSERT_TRUE(eventually([&] { return permit.asked > before; }));
  settle();
  EXPECT_EQ(state_of(wanted[0]), MessageState::kQueued) << "who does not know does not send";
  permit.fails = false;
  ASSERT_TRUE(sent_as_time_passes(2, 50ms));
  EXPECT_THAT(texts_after_start(), ElementsAre("wanted")) << "and recovers";
}

TEST_F(OutboxTest, LetsThoseRestTooThatWaitedForAPlaceInFlight) {
  start();
  graph_.hold_sends();
  const std::size_t places = Lane::kMaxInFlight;
  std::vector<OutboundMessage> limited;
  for (std::size_t i = 0; i < places; ++i) {
    const std::string text = "m" + std::to_string(i);
    graph_.answer(text, refusal(130429));
    limited.push_back(reply("4915" + std::to_string(i), {text}).front());
  }
  offer(limited);
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == places; }));
  offer(reply("49170", {"waits for a place"}));
  settle();
  graph_.release();
  for (const auto& message : limited) ASSERT_TRUE(is(message, MessageState::kQueued));
  settle();
  EXPECT_THAT(texts_after_start(), SizeIs(places)) << "the number rests: nothing more is sent";
  pass(10s);
  EXPECT_TRUE(sent(2 * places + 2)) << "and recovers";
}

TEST_F(OutboxTest, HoldsANumberWhoseTokenIsRefusedAndSaysSoWithEveryMessage) {
  start();
  graph_.answer("m0", refusal(190, 401));
  const auto first = reply("491500", {"m0"});
  offer(first);
  ASSERT_TRUE(eventually([&] { return outbox_->holds("111"); }));
  EXPECT_FALSE(outbox_->holds("222")) << "a token is refused for one number at a time";
  EXPECT_EQ(outbox_->why_held("111"), "code 190");
  EXPECT_EQ(outbox_->why_held("222"), std::nullopt);
  std::vector<OutboundMessage> waiting;
  for (int i = 1; i <= 30; ++i)
    waiting.push_back(reply("49150" + std::to_string(i), {"m" + std::to_string(i)}).front());
  offer(waiting);
  offer(reply("491511", {"other number"}, "222"));
  ASSERT_TRUE(sent(3));
  for (const auto& message : waiting)
    EXPECT_TRUE(eventually([&] { return record_of(message).reason == "code 190"; })) << "and why it waits";
  EXPECT_EQ(record_of(waiting.back()).error_code, 190);
  EXPECT_EQ(record_of(waiting.back()).attempts, 0);
  EXPECT_THAT(texts_after_start(), ElementsAre("m0", "other number")) << "one knocked";

  tenants_.set_access_token(acme_, "EAA-new");
  pass(Outbox::kTokenCheck);
  ASSERT_TRUE(sent(3 + 1 + waiting.size())) << "and recovers";
  EXPECT_TRUE(is(first.front(), MessageState::kSent)) << "it does not wait for its own next try";
  for (const auto& message : waiting) EXPECT_TRUE(is(message, MessageState::kSent));
  EXPECT_EQ(record_of(waiting.back()).reason, "");
  EXPECT_FALSE(outbox_->holds("111"));
  EXPECT_EQ(outbox_->why_held("111"), std::nullopt);
}

TEST_F(OutboxTest, TriesAChangedTokenOfOneNumberWithinASecond) {
  start();
  graph_.answer("m0", refusal(190, 401));
  const auto first = reply("491500", {"m0"});
  offer(first);
  ASSERT_TRUE(eventually([&] { return outbox_->holds("111"); }));
  tenants_.set_secret(acme_, "WHATSAPP_ACCESS_TOKEN_222", "EAA-of-another-number");
  pass(Outbox::kTokenCheck);
  settle();
  EXPECT_TRUE(outbox_->holds("111")) << "that was not its own";
  tenants_.set_secret(acme_, "WHATSAPP_ACCESS_TOKEN_111", "EAA-own");
  pass(Outbox::kTokenCheck);
  EXPECT_TRUE(is(first.front(), MessageState::kSent)) << "and recovers";
  EXPECT_FALSE(outbox_->holds("111"));
}

TEST_F(OutboxTest, TriesARefusedTokenNowAndThenForItMayBeMendedAtMeta) {
  start();
  graph_.answer("m1", refusal(200, 403));
  const auto one = reply("491501", {"m1"});
  const auto two = reply("491502", {"m2"});
  offer(one);
  ASSERT_TRUE(eventually([&] { return outbox_->holds("111"); }));
  offer(two);
  ASSERT_TRUE(eventually([&] { return !record_of(two.front()).reason.empty(); }));
  pass(59s);
  settle();
  EXPECT_THAT(texts_after_start(), ElementsAre("m1"));
  pass(2s);
  EXPECT_TRUE(is(two.front(), MessageState::kSent)) << "the probe";
  pass(20s);
  EXPECT_TRUE(is(one.front(), MessageState::kSent)) << "and recovers";
}

TEST_F(OutboxTest, FailsWhatWaitedForADayWithoutSendingIt) {
  start();
  graph_.answer("old", refusal(190, 401));
  const auto first = reply("491501", {"old"});
  const auto behind = reply("491501", {"behind"});
  offer(first);
  offer(behind);
  ASSERT_TRUE(eventually([&] { return outbox_->holds("111"); }));
  // The refusal is kept, with the time of the next try: from here on the clock may go.
  ASSERT_TRUE(eventually([&] {
    const auto record = record_of(first.front());
    return record.state == MessageState::kQueued && !record.reason.empty();
  }));
  world_.clock.advance(24h + 1s);
  ASSERT_TRUE(is(first.front(), MessageState::kFailed));
  ASSERT_TRUE(is(behind.front(), MessageState::kFailed));
  EXPECT_THAT(record_of(behind.front()).reason, HasSubstr("24 h"));
  EXPECT_THAT(texts_after_start(), ElementsAre("old"));
  const auto today = reply("491501", {"today"});
  offer(today);
  EXPECT_TRUE(is(today.front(), MessageState::kSent)) << "and recovers";
}

TEST_F(OutboxTest, ExplainsAgainWhereTheLedgerWasAway) {
  start();
  graph_.answer("m1", refusal(190, 401));
  offer(reply("491501", {"m1"}));
  ASSERT_TRUE(eventually([&] { return outbox_->holds("111"); }));
  const auto two = reply("491502", {"m2"});
  flaky_->fail_next(1);
  offer(two);
  ASSERT_TRUE(eventually([&] { return flaky_->failed() == 1; }));
  pass(250ms, 2);
  EXPECT_TRUE(eventually([&] { return record_of(two.front()).reason == "code 190"; })) << "and recovers";
}

TEST_F(OutboxTest, SendsNoFasterThanTheNumberMay) {
  limits_ = {};
  make();
  start();
  std::vector<OutboundMessage> messages;
  for (int i = 0; i < 40; ++i) messages.push_back(reply("4915" + std::to_string(100 + i), {std::to_string(i)}).front());
  offer(messages);
  offer(reply("491511", {"other number"}, "222"));
  ASSERT_TRUE(eventually([&] { return graph_.texts().size() >= 5 && graph_.texts().back() == "other number"; }));
  settle();
  EXPECT_LE(graph_.texts().size(), 7U) << "a burst, and the other number's";
  EXPECT_TRUE(sent_as_time_passes(42, 15ms)) << "and recovers";
}

TEST_F(OutboxTest, HoldsBackAPersonWhoGotABurstAndNobodyElse) {
  limits_ = {1'000, 6s};
  make();
  start();
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i) texts.push_back(std::to_string(i));
  const auto parts = reply("491511", {texts.begin(), texts.end()});
  offer(parts);
  ASSERT_TRUE(sent(1 + 45));
  offer(reply("491512", {"other"}));
  ASSERT_TRUE(eventually([&] { return graph_.texts().back() == "other"; }));
  ASSERT_TRUE(sent_as_time_passes(1 + 50 + 1, 500ms)) << "and recovers";
  auto went = texts_after_start();
  std::erase(went, "other");
  EXPECT_EQ(went, texts) << "in order";
}

TEST_F(OutboxTest, LetsNoPersonTakeTheMemoryOfANumber) {
  limits_ = {1'000, 6s};
  make();
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < Outbox::kMaxInMemoryPerNumber + 200; ++i) texts.push_back(std::to_string(i));
  const auto parts = reply("491511", {texts.begin(), texts.end()});
  outbox_->start();
  ASSERT_TRUE(sent(45)) << "a burst, and then one in 6 s";
  EXPECT_LE(outbox_->in_memory(), Lane::kMaxOfConversation);
  offer(reply("491512", {"other"}));
  ASSERT_TRUE(eventually([&] { return graph_.texts().back() == "other"; }));
  ASSERT_TRUE(sent_as_time_passes(200, 10min)) << "and recovers";
  auto went = graph_.texts();
  std::erase(went, "other");
  texts.resize(went.size());
  EXPECT_EQ(went, texts) << "in order, what was in the ledger too";
}

TEST_F(OutboxTest, HasNoMoreInFlightThanItsBoundForANumber) {
  start();
  graph_.hold_sends();
  const std::size_t places = Lane::kMaxInFlight;
  for (std::size_t i = 0; i < places + 10; ++i) offer(reply("4915" + std::to_string(i), {"m" + std::to_string(i)}));
  offer(reply("49170", {"other number"}, "222"));
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == places + 1; }));
  settle();
  EXPECT_EQ(graph_.in_flight(), places + 1) << "64 of one number, and the other number's";
  graph_.release();
  EXPECT_TRUE(sent(places + 12)) << "and recovers";
}

TEST_F(OutboxTest, ParksWhatItDidNotBeginWhenItStopsAndGoesOnAfterARestart) {
  start();
  graph_.hold_sends();
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 1; }));
  outbox_->stop(0ms);
  graph_.release();
  ASSERT_TRUE(is(parts[0], MessageState::kSent)) << "what was under way is finished and kept";
  settle();
  EXPECT_EQ(state_of(parts[1]), MessageState::kQueued);
  outbox_.reset();
  make();
  outbox_->start();
  ASSERT_TRUE(is(parts[1], MessageState::kSent));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two")) << "and nothing twice";
}

TEST_F(OutboxTest, WaitsForSendsUnderWayWhenItStops) {
  start();
  graph_.hold_sends();
  const auto parts = reply("491511", {"one"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 1; }));
  std::thread meta([this] { graph_.release(); });
  outbox_->stop(10s);
  EXPECT_EQ(state_of(parts[0]), MessageState::kSent);
  meta.join();
}

TEST_F(OutboxTest, GoesAwayWithMessagesOfferedAMomentBefore) {
  std::vector<OutboundMessage> parts;
  for (int i = 0; i < 200; ++i) {
    auto more = reply("4915" + std::to_string(i), {"x"}, i % 2 ? "111" : "222");
    std::ranges::move(more, std::back_inserter(parts));
  }
  start();
  offer(std::move(parts));
  outbox_.reset();
  settle();
}

TEST_F(OutboxTest, WaitsWhileATenantIsDisabledAndRecovers) {
  start();
  tenants_.enable(acme_, false);
  const auto parts = reply("491511", {"one"});
  offer(parts);
  pass(10s);
  EXPECT_THAT(texts_after_start(), IsEmpty());
  EXPECT_EQ(state_of(parts[0]), MessageState::kQueued);
  tenants_.enable(acme_, true);
  pass(10s);
  EXPECT_TRUE(is(parts[0], MessageState::kSent)) << "and recovers";
}

TEST_F(OutboxTest, SendsNothingThroughANumberThatWentToAnotherTenant) {
  start();
  auto beta = tenants_.add("beta", "333");
  tenants_.set(acme_, kPhoneNumberId, "222");
  tenants_.set(beta, kPhoneNumberId, "111");
  const auto left = reply("491511", {"of acme"});
  offer(left);
  std::swap(acme_, beta);
  const auto parts = reply("491512", {"of beta"});
  std::swap(acme_, beta);
  offer(parts);
  ASSERT_TRUE(sent(2));
  pass(10s);
  settle();
  EXPECT_THAT(texts_after_start(), ElementsAre("of beta")) << "a refusal would hold beta's number";
  tenants_.set(beta, kPhoneNumberId, "333");
  tenants_.set(acme_, kPhoneNumberId, "111,222");
  pass(10s);
  EXPECT_TRUE(is(left[0], MessageState::kSent)) << "and recovers";
}

TEST_F(OutboxTest, SendsNothingWhileTheLedgerCannotSaySoAndRecovers) {
  start();
  flaky_->fail_next(2);
  const auto parts = reply("491511", {"one"});
  offer(parts);
  pass(250ms);
  EXPECT_THAT(texts_after_start(), IsEmpty());
  pass(250ms);
  EXPECT_TRUE(is(parts[0], MessageState::kSent)) << "and recovers";
  EXPECT_THAT(texts_after_start(), ElementsAre("one"));
}

TEST_F(OutboxTest, SendsOnceWhenTheBeginWasKeptThoughItFailed) {
  start();
  flaky_->fail_after_next(1);
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return flaky_->failed() == 1; }));
  EXPECT_TRUE(is(parts[0], MessageState::kSending));
  pass(250ms);
  pass(250ms);
  EXPECT_TRUE(is(parts[1], MessageState::kSent)) << "and recovers";
  EXPECT_EQ(state_of(parts[0]), MessageState::kSent);
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two"));
}

TEST_F(OutboxTest, KeepsAnOutcomeUntilTheLedgerTakesIt) {
  start();
  graph_.hold_sends();
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 1; }));
  flaky_->fail_next(2);
  graph_.release();
  pass(250ms);
  pass(250ms);
  EXPECT_TRUE(is(parts[0], MessageState::kSent));
  EXPECT_TRUE(is(parts[1], MessageState::kSent)) << "and recovers";
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two"));
}

}  // namespace
}  // namespace claw
