#include "events/event_delivery.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "base/standard_webhook.hpp"
#include "events/sinks.hpp"
#include "ledger/sqlite/sqlite_event_store.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using testing::always;
using ::testing::ElementsAre;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

/// Programs without a network: writes down what comes and answers what it was told to, by address.
class FakePrograms final : public net::HttpClient {
 public:
  struct Call {
    std::string url, body;
    std::map<std::string, std::string> headers;
    [[nodiscard]] boost::json::object json() const { return boost::json::parse(body).as_object(); }
    [[nodiscard]] std::string text() const { return std::string(json().at("data").at("text").as_string()); }
  };
  static net::ClientResponse with_status(int status, std::vector<net::HttpHeader> headers = {}) {
    net::ClientResponse response;
    response.status = status;
    response.headers = std::move(headers);
    return response;
  }
  Task<Result<net::ClientResponse>> send(net::ClientRequest request) override {
    Call call{request.url, request.body, {}};
    for (const auto& header : request.headers) call.headers[header.name] = header.value;
    std::optional<Result<net::ClientResponse>> answer;
    bool held = false;
    {
      std::scoped_lock lock(mutex_);
      calls_.push_back(call);
      held = holds_.contains(request.url);
      answer = answers_[request.url];
    }
    if (held)
      co_await complete_with<int>([this](Completion<int> go) {
        std::scoped_lock lock(mutex_);
        held_.push_back(std::move(go));
      });
    if (answer) co_return *answer;
    co_return with_status(204);
  }
  void answer(const std::string& url, std::optional<Result<net::ClientResponse>> with) {
    std::scoped_lock lock(mutex_);
    answers_[url] = std::move(with);
  }
  void answer(const std::string& url, int status, std::vector<net::HttpHeader> headers = {}) {
    answer(url, with_status(status, std::move(headers)));
  }
  void hold(const std::string& url) {
    std::scoped_lock lock(mutex_);
    holds_.insert(url);
  }
  void release() {
    std::vector<Completion<int>> held;
    {
      std::scoped_lock lock(mutex_);
      holds_.clear();
      held.swap(held_);
    }
    for (auto& go : held) go(0);
  }
  [[nodiscard]] std::vector<Call> calls(const std::string& url = "") const {
    std::scoped_lock lock(mutex_);
    std::vector<Call> found;
    for (const auto& call : calls_)
      if (url.empty() || call.url == url) found.push_back(call);
    return found;
  }
  [[nodiscard]] std::size_t count(const std::string& url = "") const { return calls(url).size(); }

 private:
  mutable std::mutex mutex_;
  std::vector<Call> calls_;
  std::map<std::string, std::optional<Result<net::ClientResponse>>> answers_;
  std::set<std::string> holds_;
  std::vector<Completion<int>> held_;
};

constexpr const char* kUrl = "https://shop.example.org/hook";
constexpr const char* kOther = "https://other.example.org/hook";

class EventDeliveryTest : public ::testing::Test {
 protected:
  EventDeliveryTest() {
    acme_ = tenants_.add("acme", "111");
    begin();
  }
  ~EventDeliveryTest() override {
    programs_.release();
    delivery_->stop(10s);
  }

  void begin() {
    delivery_ =
        std::make_unique<EventDelivery>(EventDelivery::Parts{world_.io, *store_, *world_.ledger, tenants_.directory,
                                                             tenants_.vault, programs_, world_.clock, metrics_},
                                        ids_);
    delivery_->start();
  }
  NewSink sink(const std::string& url = kUrl, std::vector<std::string> events = {"message.received"}) {
    auto made = world_.run(sinks_.create({}, acme_, {.name = url, .url = url, .events = std::move(events)}));
    EXPECT_TRUE(made.has_value());
    return made.value();
  }
  PendingMessage comes(const std::string& from, const std::string& text) {
    std::vector<AcceptItem> items;
    items.push_back(testing::of_tenant(testing::text_from(from, text, "wamid." + from + text), acme_.value));
    auto accepted = world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
    delivery_->wrote();
    return accepted.pending.front();
  }
  std::vector<SinkEvent> log(std::int64_t sink) {
    auto page = world_.run(store_->events(acme_, sink, {})).value();
    return {page.rbegin(), page.rend()};
  }
  std::vector<std::string> texts(const std::string& url = kUrl) {
    std::vector<std::string> found;
    for (auto& call : programs_.calls(url)) found.push_back(call.text());
    return found;
  }
  bool settled(std::int64_t sink, std::size_t events, EventState state = EventState::kDelivered) {
    return eventually([&] {
      const auto all = log(sink);
      return all.size() == events &&
             std::ranges::all_of(all, [&](const SinkEvent& event) { return event.state == state; });
    });
  }
  /// Lets time go on until the next look at what is due has happened.
  void pass(std::chrono::milliseconds time) {
    ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() > 0; }));
    world_.clock.advance(time);
  }

  testing::OpenLedger world_;
  testing::TestTenants tenants_{world_};
  std::unique_ptr<sqlite::SqliteEventStore> store_ = std::make_unique<sqlite::SqliteEventStore>(*world_.store);
  PublicIds ids_{SecretString(std::string(32, 'k'))};
  Metrics metrics_;
  FakePrograms programs_;
  TenantId acme_;
  std::unique_ptr<EventDelivery> delivery_;
  Sinks sinks_{*store_, tenants_.vault, world_.clock, [this](TenantId) { delivery_->wake(); }};
};

TEST_F(EventDeliveryTest, TellsWhatHappenedSoThatTheProgramCanCheckWhoSaysIt) {
  const auto made = sink();
  comes("491511", "hello");
  ASSERT_TRUE(settled(made.row.id, 1));
  const auto call = programs_.calls().at(0);
  EXPECT_EQ(call.json().at("type").as_string(), "message.received");
  EXPECT_EQ(call.text(), "hello");
  const auto& id = call.headers.at("webhook-id");
  EXPECT_EQ(id, ids_.name('n', log(made.row.id).at(0).id));
  EXPECT_EQ(call.headers.at("webhook-signature"),
            standard_webhook_signature(SecretString(std::string(made.secret)), id,
                                       std::stoll(call.headers.at("webhook-timestamp")), call.body)
                .value());
}

TEST_F(EventDeliveryTest, KeepsTheOrderOfAConversationAndLetsOthersGoOn) {
  const auto made = sink();
  programs_.hold(kUrl);
  comes("491511", "one");
  ASSERT_TRUE(eventually([&] { return programs_.count() == 1; }));
  comes("491511", "two");
  comes("491522", "other");
  ASSERT_TRUE(eventually([&] { return programs_.count() == 2; }));
  EXPECT_TRUE(always([&] { return programs_.count() == 2; }));
  EXPECT_THAT(texts(), ElementsAre("one", "other"));
  programs_.release();
  ASSERT_TRUE(settled(made.row.id, 3));
  EXPECT_THAT(texts(), ElementsAre("one", "other", "two"));
}

TEST_F(EventDeliveryTest, TriesAgainUnderTheSameIdAndHoldsUpOnlyItsConversation) {
  const auto made = sink();
  programs_.answer(kUrl, 500);
  comes("491511", "one");
  ASSERT_TRUE(eventually([&] { return !log(made.row.id).empty() && log(made.row.id)[0].attempts == 1; }));
  EXPECT_EQ(log(made.row.id)[0].status, 500);
  EXPECT_THAT(log(made.row.id)[0].reason, HasSubstr("answered 500"));
  programs_.answer(kUrl, std::nullopt);
  comes("491511", "two");
  comes("491522", "other");
  ASSERT_TRUE(eventually([&] { return programs_.count() == 2; }));
  pass(10s);
  ASSERT_TRUE(settled(made.row.id, 3));
  EXPECT_THAT(texts(), ElementsAre("one", "other", "one", "two"));
  EXPECT_EQ(programs_.calls()[0].headers.at("webhook-id"), programs_.calls()[2].headers.at("webhook-id"));
  EXPECT_EQ(log(made.row.id)[0].reason, "");
}

TEST_F(EventDeliveryTest, OneThatIsRefusedForWhatItIsIsGivenUpAndTheNextGoes) {
  const auto made = sink();
  programs_.answer(kUrl, 422);
  comes("491511", "one");
  comes("491511", "two");
  for (std::size_t tries = 1; tries < kMaxRefusals; ++tries) {
    ASSERT_TRUE(eventually([&] { return log(made.row.id)[0].attempts == static_cast<int>(tries); }));
    pass(1min);
  }
  ASSERT_TRUE(eventually([&] { return log(made.row.id)[0].state == EventState::kGivenUp; }));
  programs_.answer(kUrl, std::nullopt);
  pass(1min);
  ASSERT_TRUE(eventually([&] { return log(made.row.id)[1].state == EventState::kDelivered; }));
}

TEST_F(EventDeliveryTest, ASinkThatAnswersToNothingIsAskedByOneNowAndThenAndGetsAllWhenItIsBack) {
  const auto made = sink();
  const auto good = sink(kOther);
  programs_.answer(kUrl, fail(ErrorKind::kTransient, "connection refused"));
  for (int i = 0; i < 30; ++i) comes("4915" + std::to_string(100 + i), "hello");
  ASSERT_TRUE(settled(good.row.id, 30));
  ASSERT_TRUE(eventually([&] { return delivery_->held() == 1; }));
  ASSERT_TRUE(delivery_->held_until(made.row.id).has_value());
  ASSERT_TRUE(eventually([&] {
    const auto all = log(made.row.id);
    return std::ranges::count_if(all, [](const SinkEvent& event) { return event.attempts > 0; }) ==
           static_cast<std::ptrdiff_t>(programs_.count(kUrl));
  }));
  const auto tried = programs_.count(kUrl);
  EXPECT_LE(tried, EventDelivery::kAtOnce + EventDelivery::kFailuresToHold);
  pass(30s);
  EXPECT_TRUE(always([&] { return programs_.count(kUrl) == tried; }));
  // Its alarm may have been set only after the clock went on.
  for (int step = 0; step < 6 && always([&] { return programs_.count(kUrl) == tried; }); ++step) pass(20s);
  EXPECT_TRUE(always([&] { return programs_.count(kUrl) == tried + 1; }));
  programs_.answer(kUrl, std::nullopt);
  for (int step = 0; step < 6 && always([&] { return delivery_->held() == 1; }); ++step) pass(1min);
  ASSERT_TRUE(settled(made.row.id, 30));
  EXPECT_EQ(delivery_->held(), 0);
}

TEST_F(EventDeliveryTest, HoweverManySinksAreSlowTheOthersGoOn) {
  constexpr std::size_t kSlow = EventDelivery::kAtOnceInAll / EventDelivery::kAtOnce;
  const auto quick = sink();
  for (std::size_t i = 0; i < kSlow; ++i) {
    const auto url = fmt::format("https://slow{}.example.org/hook", i);
    programs_.hold(url);
    sink(url);
  }
  for (std::size_t i = 0; i <= EventDelivery::kAtOnce; ++i) {
    comes(fmt::format("4915{}", 100 + i), "hello");
    ASSERT_TRUE(settled(quick.row.id, i + 1)) << i;
  }
  EXPECT_LE(programs_.count() - programs_.count(kUrl), EventDelivery::kAtOnceInAll);
}

TEST_F(EventDeliveryTest, AMendedAddressGetsAtOnceWhatWaitedForTheOldOne) {
  const auto made = sink();
  programs_.answer(kUrl, fail(ErrorKind::kTransient, "connection refused"));
  for (int i = 0; i < 30; ++i) comes("4915" + std::to_string(100 + i), "hello");
  ASSERT_TRUE(eventually([&] { return delivery_->held() == 1; }));
  // No try is under way: one that ends behind the change could go to both addresses.
  ASSERT_TRUE(eventually([&] {
    const auto all = log(made.row.id);
    return std::ranges::count_if(all, [](const SinkEvent& event) { return event.attempts > 0; }) ==
           static_cast<std::ptrdiff_t>(programs_.count(kUrl));
  }));
  ASSERT_TRUE(world_.run(sinks_.change({}, acme_, made.row.id, {.url = kOther})).has_value());
  ASSERT_TRUE(settled(made.row.id, 30)) << "without any time passing";
  EXPECT_EQ(delivery_->held(), 0);
  EXPECT_EQ(programs_.count(kOther), 30);
}

TEST_F(EventDeliveryTest, SwitchedOnAgainItGetsAtOnceWhatWaitedAlsoAfterARestart) {
  const auto made = sink();
  programs_.answer(kUrl, 429, {{"Retry-After", "60"}});
  comes("491511", "one");
  ASSERT_TRUE(eventually([&] { return !log(made.row.id).empty() && log(made.row.id)[0].attempts == 1; }));
  ASSERT_TRUE(world_.run(sinks_.change({}, acme_, made.row.id, {.enabled = false})).has_value());
  programs_.answer(kUrl, std::nullopt);
  delivery_->stop(10s);
  begin();
  EXPECT_TRUE(always([&] { return programs_.count() == 1; }));
  ASSERT_TRUE(world_.run(sinks_.change({}, acme_, made.row.id, {.enabled = true})).has_value());
  ASSERT_TRUE(settled(made.row.id, 1)) << "without any time passing";
}

TEST_F(EventDeliveryTest, WhatTheOldAddressSaysAfterTheChangeSwitchesNothingOffAndHoldsNothingUp) {
  const auto made = sink();
  programs_.answer(kUrl, 410);
  programs_.hold(kUrl);
  comes("491511", "one");
  ASSERT_TRUE(eventually([&] { return programs_.count(kUrl) == 1; }));
  ASSERT_TRUE(world_.run(sinks_.change({}, acme_, made.row.id, {.url = kOther})).has_value());
  comes("491522", "two");
  ASSERT_TRUE(eventually([&] { return programs_.count(kOther) == 1; }));
  programs_.release();
  ASSERT_TRUE(settled(made.row.id, 2)) << "without any time passing";
  EXPECT_THAT(texts(kOther), ElementsAre("two", "one"));
  EXPECT_TRUE(world_.run(sinks_.find(acme_, made.row.id)).value().enabled);
}

TEST_F(EventDeliveryTest, RestsAsLongAsAProgramAsks) {
  const auto made = sink();
  programs_.answer(kUrl, 429, {{"Retry-After", "60"}});
  comes("491511", "one");
  ASSERT_TRUE(eventually([&] { return !log(made.row.id).empty() && log(made.row.id)[0].attempts == 1; }));
  programs_.answer(kUrl, std::nullopt);
  comes("491522", "two");
  pass(30s);
  EXPECT_TRUE(always([&] { return programs_.count() == 1; }));
  pass(31s);
  ASSERT_TRUE(settled(made.row.id, 2));
}

TEST_F(EventDeliveryTest, WhoIsGoneIsSwitchedOffAndSaysWhy) {
  const auto made = sink();
  programs_.answer(kUrl, 410);
  comes("491511", "one");
  ASSERT_TRUE(eventually([&] { return !world_.run(sinks_.find(acme_, made.row.id)).value().enabled; }));
  EXPECT_THAT(world_.run(sinks_.find(acme_, made.row.id)).value().stopped, HasSubstr("410"));
  comes("491522", "two");
  EXPECT_EQ(log(made.row.id).size(), 1);
}

TEST_F(EventDeliveryTest, GoesOnAfterARestartWithWhatWaited) {
  const auto made = sink();
  delivery_->stop(10s);
  comes("491511", "one");
  EXPECT_THAT(programs_.calls(), IsEmpty());
  begin();
  ASSERT_TRUE(settled(made.row.id, 1));
}

TEST_F(EventDeliveryTest, SendsAgainWhatIsAskedFor) {
  const auto made = sink();
  comes("491511", "one");
  ASSERT_TRUE(settled(made.row.id, 1));
  const auto event = log(made.row.id)[0].id;
  EXPECT_EQ(world_.run(sinks_.replay({}, acme_, made.row.id, {.events = {event}})).value(), 1);
  ASSERT_TRUE(eventually([&] { return programs_.count() == 2; }));
  EXPECT_EQ(programs_.calls()[0].headers.at("webhook-id"), programs_.calls()[1].headers.at("webhook-id"));
  EXPECT_EQ(programs_.calls()[0].body, programs_.calls()[1].body);
}

TEST_F(EventDeliveryTest, SignsWithBothSecretsForADayAfterTheyWereChanged) {
  const auto made = sink();
  const auto rotated = world_.run(sinks_.rotate({}, acme_, made.row.id)).value();
  EXPECT_NE(rotated.secret, made.secret);
  comes("491511", "one");
  ASSERT_TRUE(settled(made.row.id, 1));
  const auto signatures_of = [&](std::size_t call) { return programs_.calls()[call].headers.at("webhook-signature"); };
  EXPECT_THAT(signatures_of(0), HasSubstr(" v1,"));
  pass(25h);
  comes("491511", "two");
  ASSERT_TRUE(settled(made.row.id, 2));
  EXPECT_THAT(signatures_of(1), ::testing::Not(HasSubstr(" ")));
}

TEST_F(EventDeliveryTest, ADisabledTenantIsToldNothingUntilItIsEnabled) {
  const auto made = sink();
  tenants_.enable(acme_, false);
  comes("491511", "one");
  EXPECT_TRUE(always([&] { return programs_.count() == 0; }));
  tenants_.enable(acme_, true);
  pass(1s);
  ASSERT_TRUE(settled(made.row.id, 1));
}

TEST_F(EventDeliveryTest, ATestSaysWhatCameOfItAndStandsInNoLog) {
  const auto made = sink();
  auto outcome = world_.run(delivery_->test(made.row));
  EXPECT_EQ(outcome.state, EventState::kDelivered);
  EXPECT_EQ(outcome.status, 204);
  EXPECT_EQ(programs_.calls()[0].json().at("type").as_string(), "webhook.test");
  programs_.answer(kUrl, 404);
  outcome = world_.run(delivery_->test(made.row));
  EXPECT_EQ(outcome.state, EventState::kGivenUp);
  EXPECT_THAT(outcome.reason, HasSubstr("404"));
  EXPECT_THAT(log(made.row.id), IsEmpty());
}

TEST_F(EventDeliveryTest, OfWhatWasDeletedMeanwhileNothingIsTold) {
  const auto made = sink();
  programs_.answer(kUrl, 500);
  const auto message = comes("491511", "one");
  comes("491599", "newest");
  ASSERT_TRUE(eventually([&] { return log(made.row.id)[0].attempts == 1; }));
  TurnOutcome nothing;
  nothing.state = MessageState::kNoReply;
  world_.run(world_.ledger->complete_turn(message.id, nothing, world_.ledger->fence())).value();
  (void)world_.run(
      world_.ledger->expire(acme_, world_.clock.now() + 24h * 365, MessageId{1}, 100, world_.ledger->fence()));
  programs_.answer(kUrl, std::nullopt);
  pass(10s);
  ASSERT_TRUE(eventually([&] { return log(made.row.id)[0].state == EventState::kGivenUp; }));
  EXPECT_THAT(log(made.row.id)[0].reason, HasSubstr("no such message"));
}

TEST(SinksTest, SaysWhatIsWrongWithAWish) {
  testing::OpenLedger world;
  sqlite::SqliteEventStore store(*world.store);
  const Vault vault = Vault::from_hex_key(SecretString(std::string(64, 'a'))).value();
  Sinks sinks(store, vault, world.clock, {});
  const auto refused = [&](SinkChange wish) {
    const auto made = world.run(sinks.create({}, TenantId{1}, std::move(wish)));
    return made ? std::string("taken") : made.error().message;
  };
  EXPECT_THAT(refused({.name = "a", .url = kUrl}), HasSubstr("events"));
  EXPECT_THAT(refused({.name = "a", .url = kUrl, .events = {{"message.eaten"}}}), HasSubstr("message.eaten"));
  EXPECT_THAT(refused({.name = "a", .url = "ftp://x", .events = {{"message.sent"}}}), HasSubstr("url"));
  EXPECT_THAT(refused({.name = "", .url = kUrl, .events = {{"message.sent"}}}), HasSubstr("name"));
  for (std::size_t i = 0; i < Sinks::kMaxSinks; ++i)
    EXPECT_EQ(refused({.name = std::to_string(i), .url = kUrl, .events = {{"message.sent"}}}), "taken");
  EXPECT_THAT(refused({.name = "more", .url = kUrl, .events = {{"message.sent"}}}), HasSubstr("at most"));
}

}  // namespace
}  // namespace claw
