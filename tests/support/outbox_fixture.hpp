#pragma once

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "delivery/outbox.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/fake_account.hpp"
#include "support/fake_graph.hpp"
#include "support/flaky_ledger.hpp"
#include "support/test_tenants.hpp"
#include "support/turnstile.hpp"

/// What the tests of the outbox stand on: a real ledger, and in the place of Meta and of what is asked on the way what
/// does as a test says.
namespace claw::testing {

using namespace std::chrono_literals;

/// Files that are ready, or not, as the test says.
class FakeFiles final : public OutgoingFiles {
 public:
  Task<Result<whatsapp::Outgoing>> ready(TenantRef tenant, std::string number, whatsapp::Outgoing message) override {
    ++asked;
    if (may_last(*tenant, number, message)) co_await turnstile.pass();
    if (failure) co_return std::unexpected(*failure);
    whatsapp::replace_file_ids(message, [&](const std::string& id) { return number + "-" + id; });
    co_return message;
  }
  [[nodiscard]] bool may_last(const Tenant&, const std::string&, const whatsapp::Outgoing& message) const override {
    return message.view.data.find("f_") != std::string::npos;
  }
  std::atomic<int> asked = 0;
  std::optional<Error> failure;
  Turnstile turnstile;
};

/// Says of some texts that they must not go, or fails.
class FakePermit final : public SendPermit {
 public:
  Task<Result<std::string>> refusal(TenantRef, const OutboundMessage& message) override {
    ++asked;
    if (message.message.type == "template") co_await campaigns.pass();
    if (fails) co_return fail(ErrorKind::kTransient, "the store is away");
    co_return message.message.view.text == "unwanted" ? std::string("this person is blocked") : std::string();
  }
  std::atomic<int> asked = 0;
  std::atomic<bool> fails = false;
  Turnstile campaigns;
};

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest() { make(); }
  ~OutboxTest() override {
    graph_.release();
    outbox_.reset();
    world_.store->close();
  }

  void make() {
    flaky_.emplace(*world_.ledger);
    outbox_ = std::make_unique<Outbox>(world_.io, *flaky_, tenants_.directory, graph_, world_.clock, metrics_, limits_,
                                       &files_, account_);
  }
  /// The replies to one message of this person, in the ledger.
  std::vector<OutboundMessage> reply(const std::string& person, std::vector<whatsapp::Outgoing> texts,
                                     const std::string& number = "111") {
    auto item = on_number(text_from(person, "question " + std::to_string(++questions_)), number);
    item.item.tenant = acme_;
    std::get<whatsapp::Message>(item.event.what).timestamp_s = to_ms(world_.clock.now()) / 1000;
    Ledger& ledger = *world_.ledger;
    const auto turn = world_.run(ledger.accept({item}, ledger.fence())).value().pending.at(0).id;
    return world_
        .run(ledger.complete_turn(turn, {MessageState::kAnswered, "", "bot", std::move(texts)}, ledger.fence()))
        .value();
  }
  /// A template that answers nothing, in the ledger.
  OutboundMessage campaign(const std::string& phone, const std::string& message, const std::string& number = "111") {
    Ledger& ledger = *world_.ledger;
    const auto conversation =
        world_.run(ledger.open_conversation(acme_, number, {.phone = phone, .bsuid = {}, .group = {}}, ledger.fence()))
            .value();
    auto outgoing = whatsapp::read_outgoing(message).value();
    return world_.run(ledger.say(acme_, conversation, {std::move(outgoing), {}}, ledger.fence())).value().message;
  }
  void offer(std::vector<OutboundMessage> parts) { outbox_->offer(std::move(parts)); }
  void start() {
    outbox_->start();
    offer(reply("490000", {"first of all"}));  // sent: the start has read the ledger
    ASSERT_TRUE(sent(1));
    ASSERT_TRUE(eventually([&] { return outbox_->in_memory() == 0; }));
  }
  bool sent(std::size_t count) {
    return eventually([&] { return graph_.texts().size() >= count && graph_.in_flight() == 0; });
  }
  bool sent_as_time_passes(std::size_t count, std::chrono::milliseconds step) {
    return eventually([&] {
      if (world_.clock.sleepers() > 0) world_.clock.advance(step);  // else it works, and time would run away
      return graph_.texts().size() >= count && graph_.in_flight() == 0;
    });
  }
  bool is(const OutboundMessage& message, MessageState state) {
    return eventually([&] { return state_of(message) == state; });
  }
  MessageRecord record_of(const OutboundMessage& message) {
    return world_.run(world_.ledger->message(acme_, message.id)).value();
  }
  MessageState state_of(const OutboundMessage& message) { return record_of(message).state; }
  /// Moves the clock to where the `count` sleepers are awake, once all of them sleep.
  void pass(std::chrono::milliseconds time, std::size_t sleepers = 1) {
    ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() >= sleepers; }));
    world_.clock.advance(time);
  }
  /// What was posted to the io threads before has run.
  void settle() {
    for (int round = 0; round < 5; ++round)
      for (std::size_t thread = 0; thread < world_.io.size(); ++thread)
        await(world_.io, []() -> Task<int> { co_return 0; }(), thread);
  }
  /// Meta refuses "one" of the first number for this limit, and every number has heard of it.
  void meet_limit(std::int64_t code) {
    graph_.answer("one", refusal(code));
    const auto limited = reply("491511", {"one"});
    offer(limited);
    ASSERT_TRUE(is(limited[0], MessageState::kQueued));
    settle();
  }
  std::vector<std::string> texts_after_start() {
    auto all = graph_.texts();
    if (!all.empty()) all.erase(all.begin());
    return all;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111,222");
  FakeGraph graph_;
  Metrics metrics_;
  FakeFiles files_;
  SendLimits limits_ = kUnlimited;
  FakeAccount meta_;  // asked where account_ is it
  GraphAccount* account_ = nullptr;
  std::optional<FlakyLedger> flaky_;
  std::unique_ptr<Outbox> outbox_;
  int questions_ = 0;
};

}  // namespace claw::testing
