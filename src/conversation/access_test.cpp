#include "conversation/access.hpp"

#include <array>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conversation/conversations.hpp"
#include "ledger/forwarding_ledger.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
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

TEST(JudgeTest, LetsInByTheTable) {
  using enum ChannelPolicy;
  using enum Standing;
  const auto said = [](ChannelPolicy policy, Standing standing, bool opted_out = false) {
    const auto verdict = judge(policy, {standing, opted_out});
    constexpr std::array<const char*, 3> kWords = {"admit", "ignore", "hold"};
    return std::string(kWords[static_cast<std::size_t>(verdict.admission)]) + " " + std::string(verdict.reason);
  };
  for (const auto standing : {kUnknown, kAllowed, kPending, kBlocked})
    EXPECT_EQ(said(kDisabled, standing), "ignore channel_disabled");
  for (const auto policy : {kAllowlist, kPairing, kOpen}) {
    EXPECT_EQ(said(policy, kBlocked), "ignore blocked");
    EXPECT_EQ(said(policy, kAllowed), "admit ");
    EXPECT_EQ(said(policy, kAllowed, true), "ignore opted_out");
  }
  EXPECT_EQ(said(kAllowlist, kUnknown), "ignore not_on_allowlist");
  EXPECT_EQ(said(kPairing, kUnknown), "hold waits_for_approval");
  EXPECT_EQ(said(kPairing, kPending), "hold waits_for_approval");
  EXPECT_EQ(said(kOpen, kUnknown), "admit ");
}

TEST(AddressTest, ReadsPhoneNumbersAsPeopleWriteThem) {
  for (const char* written : {"4915112345678", "+49 151 12345678", "0049-151-1234.5678", "whatsapp:+4915112345678",
                              " WhatsApp:(49) 151 12345678\n"})
    EXPECT_EQ(address_of(written), "4915112345678") << written;
  EXPECT_EQ(address_of("DE.13491208655302741918"), "DE.13491208655302741918");
  for (const char* written : {"", "+", "call me", "1234", "1234567890123456", "4915x", "whatsapp:"})
    EXPECT_EQ(address_of(written), "") << written;
}

TEST(PairingCodeTest, HasEightLettersThatLookLikeNoOther) {
  std::set<std::string> codes;
  for (int i = 0; i < 1'000; ++i) {
    const auto code = make_pairing_code();
    EXPECT_EQ(code.size(), 8U);
    EXPECT_EQ(code.find_first_not_of("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), std::string::npos) << code;
    codes.insert(code);
  }
  EXPECT_EQ(codes.size(), 1'000U);
}

/// Counts what the store is asked.
class CountingStore final : public AccessStore {
 public:
  explicit CountingStore(AccessStore& inner) : inner_(inner) {}
  std::atomic<int> finds = 0;
  std::function<Task<>()> before_asking;
  Task<Result<std::vector<AccessRow>>> find(TenantId tenant, std::string number,
                                            std::vector<std::string> addresses) override {
    ++finds;
    return inner_.find(tenant, std::move(number), std::move(addresses));
  }
  Task<Result<PairingAsked>> ask(AccessRow request, std::size_t most, TimePoint now) override {
    if (auto first = std::exchange(before_asking, nullptr)) co_await first();
    co_return co_await inner_.ask(std::move(request), most, now);
  }
  Task<Result<AccessDecisions>> decide(TenantId tenant, std::vector<std::int64_t> ids, Standing standing, TimePoint now,
                                       AuditRow audit) override {
    return inner_.decide(tenant, std::move(ids), standing, now, std::move(audit));
  }
  Task<Result<AccessRow>> pending_by_code(TenantId tenant, std::string code, TimePoint now) override {
    return inner_.pending_by_code(tenant, std::move(code), now);
  }
  Task<Result<AccessDecided>> put(AccessRow row, AuditRow audit) override {
    return inner_.put(std::move(row), std::move(audit));
  }
  Task<Result<AccessRow>> remove(TenantId tenant, std::int64_t id, AuditRow audit) override {
    return inner_.remove(tenant, id, std::move(audit));
  }
  Task<Result<void>> set_opted_out(TenantId tenant, std::string address, std::string name, TimePoint at) override {
    return inner_.set_opted_out(tenant, std::move(address), std::move(name), at);
  }
  Task<Result<Page<AccessRow>>> list(TenantId tenant, AccessFilter filter) override {
    return inner_.list(tenant, std::move(filter));
  }

 private:
  AccessStore& inner_;
};

/// Lets something happen between a decision and its being kept.
class OvertakenLedger final : public ForwardingLedger {
 public:
  using ForwardingLedger::ForwardingLedger;
  std::function<Task<>()> before_holding;
  Task<Result<std::vector<OutboundMessage>>> complete_turn(MessageId message, TurnOutcome outcome,
                                                           Fence fence) override {
    if (auto first = std::exchange(before_holding, nullptr); first && outcome.state == MessageState::kHeld)
      co_await first();
    co_return co_await real_.complete_turn(message, std::move(outcome), fence);
  }
};

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() {
    access_.set_listener([this](Access::Changed changed) { conversations_.reopen(std::move(changed.released)); });
    outbox_.start();
    conversations_.start();
    policy("pairing");
    tenants_.set(acme_, "session.queue", "followup");
  }
  void policy(const std::string& name) { tenants_.set(acme_, "channel.policy", name); }
  MessageId write(const std::string& person, const std::string& text, const std::string& number = "111") {
    std::vector<AcceptItem> items;
    items.push_back(on_number(text_from(person, text, "wamid." + std::to_string(++count_)), number));
    items.back().item.tenant = acme_;
    auto accepted = world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
    const MessageId id = accepted.pending.front().id;
    conversations_.offer(std::move(accepted.pending));
    return id;
  }
  bool is(MessageId id, MessageState state) {
    return eventually([&] { return world_.run(world_.ledger->message(acme_, id)).value().state == state; });
  }
  std::string reason(MessageId id) { return world_.run(world_.ledger->message(acme_, id)).value().reason; }
  bool sent(std::size_t count) {
    return eventually([&] { return graph_.texts().size() >= count; });
  }
  Page<AccessRow> rows(AccessFilter filter = {}) { return world_.run(access_.list(acme_, std::move(filter))).value(); }
  Page<AccessRow> pending() { return rows({.standing = Standing::kPending}); }
  static AuditRow audit() { return {.who_kind = "person", .who = "ada", .action = "pairing", .what = "decided"}; }
  Result<AccessDecided> approve(std::int64_t id) {
    return world_.run(access_.decide(acme_, id, PairingDecision::kApprove, audit()));
  }
  Result<AccessDecided> put(const std::string& address, Standing standing, const std::string& number = "") {
    return world_.run(access_.put(
        {.tenant = acme_, .number = number, .address = address, .standing = standing, .by = "ada"}, audit()));
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111,222");
  FakeGraph graph_;
  EchoAgent agent_;
  Metrics metrics_;
  sqlite::SqliteAccessStore real_store_{*world_.store};
  CountingStore store_{real_store_};
  Access access_{store_, world_.clock};
  OvertakenLedger ledger_{*world_.ledger};
  Responder responder_{ledger_, access_, agent_, world_.clock};
  Outbox outbox_{world_.io, *world_.ledger, tenants_.directory, graph_, world_.clock, metrics_, kUnlimited};
  Conversations conversations_{world_.io, ledger_, tenants_.directory, responder_,
                               graph_,    outbox_, world_.clock,       metrics_};
  int count_ = 0;
};

TEST_F(AccessTest, TellsAStrangerACodeOnceAndNothingElseHappens) {
  const auto first = write("491511", "hello?");
  ASSERT_TRUE(sent(1));
  const auto second = write("491511", "anybody?");
  ASSERT_TRUE(is(second, MessageState::kHeld));
  EXPECT_EQ(reason(first), "waits_for_approval");
  ASSERT_THAT(pending(), SizeIs(1));
  ASSERT_THAT(graph_.texts(), SizeIs(1));
  EXPECT_THAT(graph_.texts()[0], HasSubstr(pending()[0].code));
  EXPECT_EQ(graph_.marks(), 0U) << "no read receipt and no typing for a stranger";
}

TEST_F(AccessTest, AnswersWhatWasHeldInOrderOnceTheSenderIsApproved) {
  for (const char* text : {"one", "two", "three"}) ASSERT_TRUE(is(write("491511", text), MessageState::kHeld));
  ASSERT_TRUE(sent(1));
  ASSERT_TRUE(approve(pending()[0].id));
  write("491511", "four");
  ASSERT_TRUE(sent(5));
  const auto texts = graph_.texts();
  EXPECT_THAT(std::vector(texts.begin() + 1, texts.end()), ElementsAre("one", "two", "three", "four"));
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_F(AccessTest, AnswersAMessageThatAnApprovalOvertook) {
  ASSERT_TRUE(is(write("491511", "one"), MessageState::kHeld));
  ASSERT_TRUE(sent(1));
  const auto request = pending()[0].id;
  ledger_.before_holding = [this, request]() -> Task<> {
    (void)co_await access_.decide(acme_, request, PairingDecision::kApprove, audit());
  };
  ASSERT_TRUE(is(write("491511", "two"), MessageState::kAnswered));
  ASSERT_TRUE(sent(3));
}

TEST_F(AccessTest, KeepsADecisionThatIsMadeWhileItsSenderIsAboutToAsk) {
  store_.before_asking = [this]() -> Task<> {
    (void)co_await access_.put(
        {.tenant = acme_, .number = "111", .address = "491511", .standing = Standing::kBlocked, .by = "ada"}, audit());
  };
  const auto blocked = write("491511", "one");
  ASSERT_TRUE(is(blocked, MessageState::kIgnored));
  EXPECT_EQ(reason(blocked), "blocked");
  store_.before_asking = [this]() -> Task<> {
    (void)co_await access_.put(
        {.tenant = acme_, .number = "111", .address = "491512", .standing = Standing::kAllowed, .by = "ada"}, audit());
  };
  ASSERT_TRUE(is(write("491512", "two"), MessageState::kAnswered));
  ASSERT_TRUE(sent(1));
  EXPECT_THAT(graph_.texts(), ElementsAre("two")) << "no code for either";
  EXPECT_THAT(pending(), IsEmpty());
  EXPECT_THAT(rows({.standing = Standing::kBlocked}), SizeIs(1));
}

TEST_F(AccessTest, ApprovesAfterARestartWithWhatWasHeldBefore) {
  const auto held = write("491511", "one");
  ASSERT_TRUE(is(held, MessageState::kHeld));
  // Another process would read the ledger anew: what is held is not among what waits.
  EXPECT_THAT(world_.run(world_.ledger->pending(acme_, MessageId{1}, 10)).value(), IsEmpty());
  ASSERT_TRUE(approve(pending()[0].id));
  ASSERT_TRUE(is(held, MessageState::kAnswered));
}

TEST_F(AccessTest, LetsACodeDieAfterAnHourWhateverIsWrittenMeanwhile) {
  write("491511", "one");
  ASSERT_TRUE(sent(1));
  const auto request = pending()[0];
  world_.clock.advance(59min);
  const auto later = write("491511", "two");
  ASSERT_TRUE(is(later, MessageState::kHeld));
  world_.clock.advance(1min);
  EXPECT_THAT(pending(), IsEmpty());
  EXPECT_EQ(approve(request.id).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(access_.pending_by_code(acme_, request.code)).error().kind, ErrorKind::kNotFound);
  write("491511", "three");
  ASSERT_TRUE(sent(2)) << "and recovers: a new request, a new code";
  EXPECT_NE(pending()[0].code, request.code);
}

TEST_F(AccessTest, FindsARequestByItsCodeHoweverItIsTyped) {
  write("491511", "one");
  ASSERT_TRUE(sent(1));
  std::string code = pending()[0].code;
  std::ranges::transform(code, code.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  EXPECT_EQ(world_.run(access_.pending_by_code(acme_, code)).value().address, "491511");
}

TEST_F(AccessTest, LetsThreeStrangersWaitAtANumberAndIgnoresFurtherOnesSilently) {
  for (const char* person : {"491511", "491512", "491513"}) write(person, "hi");
  ASSERT_TRUE(sent(3));
  const auto fourth = write("491514", "hi");
  ASSERT_TRUE(is(fourth, MessageState::kHeld));
  EXPECT_THAT(graph_.texts(), SizeIs(3));
  write("491514", "hi", "222");
  ASSERT_TRUE(sent(4)) << "each number has its own";
}

TEST_F(AccessTest, RejectsOnceAndBlocksForGood) {
  write("491511", "hi");
  write("491512", "hi");
  ASSERT_TRUE(sent(2));
  const auto requests = pending();
  ASSERT_TRUE(world_.run(access_.decide(acme_, requests[0].id, PairingDecision::kReject, audit())));
  ASSERT_TRUE(world_.run(access_.decide(acme_, requests[1].id, PairingDecision::kBlock, audit())));
  write(requests[0].address, "again");
  ASSERT_TRUE(sent(3)) << "who was rejected may ask again";
  const auto blocked = write(requests[1].address, "again");
  ASSERT_TRUE(is(blocked, MessageState::kIgnored));
  EXPECT_EQ(reason(blocked), "blocked");
}

TEST_F(AccessTest, HoldsAnAllowanceToItsNumber) {
  policy("allowlist");
  ASSERT_TRUE(put("491511", Standing::kAllowed, "222"));
  ASSERT_TRUE(put("491512", Standing::kAllowed));
  const auto elsewhere = write("491511", "hi", "111");
  ASSERT_TRUE(is(elsewhere, MessageState::kIgnored));
  EXPECT_EQ(reason(elsewhere), "not_on_allowlist");
  EXPECT_TRUE(is(write("491511", "hi", "222"), MessageState::kAnswered));
  EXPECT_TRUE(is(write("491512", "hi", "111"), MessageState::kAnswered));
}

TEST_F(AccessTest, ChangesWithTheNextMessage) {
  policy("open");
  ASSERT_TRUE(is(write("491511", "one"), MessageState::kAnswered));
  ASSERT_TRUE(put("491511", Standing::kBlocked));
  ASSERT_TRUE(is(write("491511", "two"), MessageState::kIgnored));
  ASSERT_TRUE(put("491511", Standing::kUnknown));
  ASSERT_TRUE(is(write("491511", "three"), MessageState::kAnswered));
  tenants_.set(acme_, "channel.policy.111", "disabled");
  ASSERT_TRUE(is(write("491511", "four"), MessageState::kIgnored));
  ASSERT_TRUE(is(write("491511", "five", "222"), MessageState::kAnswered));
}

TEST_F(AccessTest, SendsNothingToWhoWantsNothingUntilTheyWantItAgain) {
  policy("open");
  ASSERT_TRUE(is(write("491511", "hi"), MessageState::kAnswered));
  ASSERT_TRUE(is(write("491511", " stop\n"), MessageState::kIgnored));
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts()[1], HasSubstr("START"));
  const auto ignored = write("491511", "hello?", "222");
  ASSERT_TRUE(is(ignored, MessageState::kIgnored)) << "at every number of the tenant";
  EXPECT_EQ(reason(ignored), "opted_out");
  ASSERT_TRUE(is(write("491511", "stop the music"), MessageState::kIgnored)) << "only a bare word counts";
  EXPECT_THAT(rows({.opted_out = true}), SizeIs(1));
  ASSERT_TRUE(is(write("491511", "Start"), MessageState::kIgnored));
  ASSERT_TRUE(is(write("491511", "hi again"), MessageState::kAnswered));
  EXPECT_THAT(rows({.opted_out = true}), IsEmpty());
}

TEST_F(AccessTest, LetsNoStrangersWordChangeAnything) {
  policy("allowlist");
  ASSERT_TRUE(is(write("491511", "STOP"), MessageState::kIgnored));
  EXPECT_THAT(graph_.texts(), IsEmpty());
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(AccessTest, AsksTheStoreOnceAboutWhoIsKnown) {
  policy("open");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(is(write("491511", "hi"), MessageState::kAnswered));
  EXPECT_EQ(store_.finds, 1);
  EXPECT_EQ(access_.remembered(), 2U) << "at the number and at all";
}

TEST_F(AccessTest, ApprovesManyWhoWaitAtOnce) {
  tenants_.set(acme_, "access.max_pending", "200");
  for (int i = 0; i < 200; ++i) write(std::to_string(49200'000 + i), "hi");
  ASSERT_TRUE(sent(200));
  const auto decided = world_.run(access_.decide_all(acme_, "", PairingDecision::kApprove, audit()));
  ASSERT_TRUE(decided);
  EXPECT_THAT(decided->rows, SizeIs(200));
  EXPECT_THAT(decided->released, SizeIs(200));
  EXPECT_EQ(decided->gone, 0U);
  ASSERT_TRUE(sent(400));
  EXPECT_THAT(pending(), IsEmpty());
}

}  // namespace
}  // namespace claw
