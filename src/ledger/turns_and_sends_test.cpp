#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/delivery_log.hpp"
#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace claw::testing;
using enum MessageState;

class TurnsAndSendsTest : public ::testing::Test {
 protected:
  Ledger& ledger() { return *world_.ledger; }
  Fence fence() { return world_.ledger->fence(); }
  template <class T>
  T run(Task<T> task) {
    return world_.run(std::move(task));
  }
  MessageId receive(const std::string& text, const std::string& from = "491511") {
    return run(ledger().accept({text_from(from, text)}, fence())).value().pending.at(0).id;
  }
  Result<std::vector<OutboundMessage>> answer(MessageId message, std::vector<whatsapp::Outgoing> parts) {
    return run(ledger().complete_turn(message, {kAnswered, "", "echo", std::move(parts)}, fence()));
  }
  /// A reply that is in the outbox.
  MessageId queued() { return answer(receive("hello " + std::to_string(++count_)), {"reply"}).value().at(0).id; }
  /// A reply whose send has begun.
  MessageId sending() {
    const MessageId id = queued();
    EXPECT_TRUE(run(ledger().begin_send(id, fence())));
    return id;
  }
  MessageRecord record(MessageId id) { return run(ledger().message(TenantId{1}, id)).value(); }
  MessageState state(MessageId id) { return record(id).state; }
  void status(AcceptItem item) { ASSERT_TRUE(run(ledger().accept({std::move(item)}, fence()))); }
  void end(MessageId id, SendOutcome outcome) { ASSERT_TRUE(run(ledger().end_send(id, std::move(outcome), fence()))); }
  static std::string ours(MessageId id) { return callback_data_for(1, id); }

  OpenLedger world_;
  int count_ = 0;
};

TEST_F(TurnsAndSendsTest, PutsAReplyIntoTheOutboxInOrderWithAllItsSendingNeeds) {
  const MessageId message = receive("hello");
  const auto parts = answer(message, {"one", "two"}).value();
  ASSERT_THAT(parts, SizeIs(2));
  const auto stored = run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 10)).value();
  ASSERT_THAT(stored, SizeIs(2));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(stored[i].id, parts[i].id);
    EXPECT_EQ(stored[i].message.view.text, parts[i].message.view.text);
    EXPECT_EQ(stored[i].phone, "491511");
    EXPECT_EQ(stored[i].phone_number_id, "111");
    EXPECT_EQ(stored[i].conversation, parts[i].conversation);
    EXPECT_EQ(stored[i].turn, message);
    EXPECT_EQ(parts[i].turn, message);
    EXPECT_EQ(stored[i].created, world_.clock.now());
  }
  EXPECT_EQ(stored[0].message.view.text, "one");
  EXPECT_EQ(record(parts[1].id).part, 1);
  EXPECT_EQ(record(parts[1].id).turn, message);
  EXPECT_EQ(record(parts[1].id).agent, "echo");
}

TEST_F(TurnsAndSendsTest, AnAnswerBelongsToTheTraceOfWhatItAnswersAlsoAfterARestart) {
  const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
  auto traced = text_from("491511", "traced");
  traced.item.trace = kTrace;
  const auto pending = run(ledger().accept({std::move(traced)}, fence())).value().pending.at(0);
  EXPECT_EQ(pending.trace, kTrace);
  const MessageId plain = receive("plain");
  const std::string made = trace_of_message("wamid.plain");

  world_.restart();
  const auto waiting = run(ledger().pending(TenantId{1}, MessageId{1}, 10)).value();
  ASSERT_THAT(waiting, SizeIs(2));
  EXPECT_EQ(waiting[0].trace, kTrace);
  EXPECT_EQ(waiting[1].trace, "");
  EXPECT_EQ(record(pending.id).trace, kTrace);
  EXPECT_EQ(answer(pending.id, {"one"}).value().at(0).trace, kTrace);
  EXPECT_EQ(answer(plain, {"two"}).value().at(0).trace, made);

  world_.restart();
  const auto queued = run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 10)).value();
  ASSERT_THAT(queued, SizeIs(2));
  EXPECT_EQ(queued[0].trace, kTrace);
  EXPECT_EQ(queued[1].trace, made) << "none came: the one that the delivery log finds its webhook by";
}

TEST_F(TurnsAndSendsTest, WhatIsSaidBesideTurnsBelongsToTheTraceOfTheCallThatSaysIt) {
  const auto conversation = record(receive("hello")).conversation;
  const auto say = [&](std::string text, std::string trace) {
    return run(ledger().say(TenantId{1}, conversation, {whatsapp::Outgoing(std::move(text)), "bot", "", trace},
                            fence()))
        .value()
        .message.trace;
  };
  EXPECT_EQ(say("one", "4bf92f3577b34da6a3ce929d0e0e4736"), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(say("two", ""), "");
  world_.restart();
  const auto queued = run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 10)).value();
  ASSERT_THAT(queued, SizeIs(2));
  EXPECT_EQ(queued[0].trace, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(queued[1].trace, "");
}

TEST_F(TurnsAndSendsTest, SaysWhyMessagesWaitOrWillNotBeSentAndLeavesOthersAsTheyAre) {
  const MessageId waits = queued(), goes = sending(), went = sending();
  end(went, {.state = kSent, .wamid = "w", .due = {}, .error_code = 0, .reason = ""});
  const auto due = record(waits).due;
  const auto explain = [&](MessageState to, const char* reason, std::vector<MessageId> messages) {
    return run(ledger().explain(std::move(messages),
                                {.state = to, .wamid = "", .due = {}, .error_code = 190, .reason = reason}, fence()));
  };
  ASSERT_TRUE(explain(kQueued, "the token", {waits, goes, went, MessageId{4711}}));
  EXPECT_EQ(state(waits), kQueued);
  EXPECT_EQ(record(waits).reason, "the token");
  EXPECT_EQ(record(waits).error_code, 190);
  EXPECT_EQ(record(waits).due, due);
  EXPECT_EQ(record(goes).reason, "");
  EXPECT_EQ(state(went), kSent);

  ASSERT_TRUE(run(ledger().begin_send(waits, fence()))) << "it can still be sent";
  end(waits, {.state = kSent, .wamid = "v", .due = {}, .error_code = 0, .reason = ""});
  EXPECT_EQ(record(waits).reason, "") << "the trouble is over";

  const MessageId late = queued();
  ASSERT_TRUE(explain(kFailed, "too late", {late}));
  EXPECT_EQ(state(late), kFailed);
  EXPECT_EQ(run(ledger().begin_send(late, fence())).error().kind, ErrorKind::kConflict);
}

TEST_F(TurnsAndSendsTest, EndsATurnExactlyOnce) {
  const MessageId message = receive("hello");
  ASSERT_TRUE(answer(message, {"one"}));
  const auto again = answer(message, {"two"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kConflict);
  world_.restart();
  EXPECT_EQ(answer(message, {"three"}).error().kind, ErrorKind::kConflict);
  EXPECT_THAT(run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 10)).value(), SizeIs(1));
  EXPECT_THAT(run(ledger().pending(TenantId{1}, MessageId{1}, 10)).value(), IsEmpty());
  EXPECT_EQ(answer(MessageId{4711}, {"x"}).error().kind, ErrorKind::kConflict) << "a message that is not there";
}

TEST_F(TurnsAndSendsTest, EndsATurnWithoutAReplyInTheStateItIsGiven) {
  for (const MessageState end : {kNoReply, kAgentFailed, kIgnored}) {
    const MessageId message = receive("m" + std::to_string(static_cast<int>(end)));
    ASSERT_TRUE(run(ledger().complete_turn(message, {end, "why", "echo", {}}, fence())));
    EXPECT_EQ(state(message), end);
    EXPECT_EQ(record(message).reason, "why");
  }
  EXPECT_THAT(run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 10)).value(), IsEmpty());
}

TEST_F(TurnsAndSendsTest, GivesWhatWaitsInPagesFromAnId) {
  std::vector<MessageId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(receive("m" + std::to_string(i)));
  auto page = run(ledger().pending(TenantId{1}, MessageId{1}, 2)).value();
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[1].id, ids[1]);
  page = run(ledger().pending(TenantId{1}, MessageId{page[1].id.value + 1}, 100)).value();
  ASSERT_THAT(page, SizeIs(3));
  EXPECT_EQ(page[0].id, ids[2]);
}

TEST_F(TurnsAndSendsTest, BeginsASendOnceAndCountsTheTries) {
  const MessageId id = queued();
  ASSERT_TRUE(run(ledger().begin_send(id, fence())));
  EXPECT_EQ(state(id), kSending);
  EXPECT_EQ(run(ledger().begin_send(id, fence())).error().kind, ErrorKind::kConflict);
  end(id, {.state = kQueued,
           .wamid = "",
           .due = world_.clock.now() + std::chrono::seconds(6),
           .error_code = 131056,
           .reason = "later"});
  const auto again = run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 10)).value().at(0);
  EXPECT_EQ(again.attempts, 1);
  EXPECT_EQ(again.due, world_.clock.now() + std::chrono::seconds(6));
  EXPECT_EQ(record(id).error_code, 131056);
  EXPECT_EQ(record(id).reason, "later");
  ASSERT_TRUE(run(ledger().begin_send(id, fence())));
  end(id, {.state = kSent, .wamid = "wamid.1", .due = {}, .error_code = 0, .reason = ""});
  EXPECT_EQ(state(id), kSent);
  EXPECT_EQ(record(id).attempts, 2);
  EXPECT_EQ(record(id).wamid, "wamid.1");
  EXPECT_EQ(run(ledger().begin_send(id, fence())).error().kind, ErrorKind::kConflict) << "sent is never sent again";
}

TEST_F(TurnsAndSendsTest, MakesSendsInFlightUnknownAfterACrashAndNothingElse) {
  const MessageId in_flight = sending();
  const MessageId waits = queued();
  const MessageId sent = sending();
  end(sent, {.state = kSent, .wamid = "wamid.s", .due = {}, .error_code = 0, .reason = ""});
  world_.restart();
  EXPECT_EQ(run(ledger().recover(fence())).value(), 1U);
  EXPECT_EQ(state(in_flight), kUnknown);
  EXPECT_EQ(state(waits), kQueued);
  EXPECT_EQ(state(sent), kSent);
  EXPECT_EQ(run(ledger().recover(fence())).value(), 0U);
  EXPECT_EQ(run(ledger().begin_send(in_flight, fence())).error().kind, ErrorKind::kConflict)
      << "never sent again by itself";
  status(status_of("wamid.u", "delivered", ours(in_flight)));
  EXPECT_EQ(state(in_flight), kDelivered) << "its status settles it";
  EXPECT_EQ(record(in_flight).wamid, "wamid.u");
  EXPECT_THAT(record(in_flight).reason, IsEmpty());
}

TEST_F(TurnsAndSendsTest, MovesAStatusForwardOnlyInWhateverOrderTheyCome) {
  const struct {
    std::vector<const char*> come;
    MessageState end;
  } rows[] = {
      {{"sent", "delivered", "read"}, kRead}, {{"read", "delivered", "sent"}, kRead},
      {{"delivered", "sent"}, kDelivered},    {{"read", "played", "delivered"}, kPlayed},
      {{"sent", "failed"}, kFailed},          {{"failed", "sent"}, kFailed},
      {{"a word we do not know"}, kSent},
  };
  int n = 0;
  for (const auto& row : rows) {
    const MessageId id = sending();
    const std::string wamid = "wamid." + std::to_string(++n);
    end(id, {.state = kSent, .wamid = wamid, .due = {}, .error_code = 0, .reason = ""});
    for (const char* word : row.come) status(status_of(wamid, word));
    EXPECT_EQ(state(id), row.end) << row.come.front() << " first";
    EXPECT_THAT(record(id).statuses, SizeIs(row.come.size())) << "the history has them all";
  }
}

TEST_F(TurnsAndSendsTest, TakesAStatusThatOvertakesTheAnswerToTheSend) {
  const MessageId id = sending();
  status(status_of("wamid.1", "delivered", ours(id)));
  EXPECT_EQ(state(id), kDelivered);
  end(id, {.state = kSent, .wamid = "wamid.1", .due = {}, .error_code = 0, .reason = ""});
  EXPECT_EQ(state(id), kDelivered) << "the answer undoes nothing";

  const MessageId lost = sending();
  status(status_of("wamid.2", "read", ours(lost)));
  end(lost, {.state = kUnknown, .wamid = "", .due = {}, .error_code = 0, .reason = "no answer"});
  EXPECT_EQ(state(lost), kRead);

  const MessageId retried = sending();
  status(status_of("wamid.3", "sent", ours(retried)));
  end(retried, {.state = kQueued, .wamid = "", .due = world_.clock.now(), .error_code = 1, .reason = "again"});
  EXPECT_EQ(state(retried), kSent) << "what Meta has is not queued again";
}

TEST_F(TurnsAndSendsTest, JoinsAStatusOfAnUnknownWamidOnceTheAnswerNamesIt) {
  const MessageId id = sending();
  status(status_of("wamid.1", "read"));
  status(status_of("wamid.1", "delivered"));
  EXPECT_THAT(record(id).statuses, IsEmpty());
  end(id, {.state = kSent, .wamid = "wamid.1", .due = {}, .error_code = 0, .reason = ""});
  EXPECT_EQ(state(id), kRead);
  EXPECT_THAT(record(id).statuses, SizeIs(2));
}

TEST_F(TurnsAndSendsTest, KeepsWhyADeliveryFailed) {
  const MessageId id = sending();
  end(id, {.state = kSent, .wamid = "wamid.1", .due = {}, .error_code = 0, .reason = ""});
  auto failed = status_of("wamid.1", "failed");
  std::get<whatsapp::Status>(failed.event.what).errors = {
      {131047, "Re-engagement message", "text", "More than 24 hours have passed"}};
  std::get<whatsapp::Status>(failed.event.what).pricing = R"({"billable":false})";
  status(failed);
  EXPECT_EQ(state(id), kFailed);
  EXPECT_EQ(record(id).error_code, 131047);
  EXPECT_EQ(record(id).reason, "More than 24 hours have passed");
  ASSERT_THAT(record(id).statuses, SizeIs(1));
  EXPECT_THAT(record(id).statuses[0].errors, ::testing::HasSubstr("131047"));
  EXPECT_EQ(record(id).statuses[0].pricing, R"({"billable":false})");
}

TEST_F(TurnsAndSendsTest, NeverLetsAnotherTenantsStatusTouchAMessage) {
  const MessageId id = sending();
  end(id, {.state = kSent, .wamid = "wamid.1", .due = {}, .error_code = 0, .reason = ""});
  status(of_tenant(status_of("wamid.1", "read", ours(id)), 2));
  EXPECT_EQ(state(id), kSent);
  EXPECT_THAT(record(id).statuses, IsEmpty());
  status(status_of("wamid.1", "read", "somebody else's data"));
  EXPECT_EQ(state(id), kRead) << "by the wamid, where the data is not ours";
}

TEST_F(TurnsAndSendsTest, NeverLetsAStatusTouchAnInboundMessage) {
  const MessageId inbound = receive("hello");
  status(status_of("wamid.hello", "read", ours(inbound)));
  EXPECT_EQ(state(inbound), kPending);
}

TEST_F(TurnsAndSendsTest, RefusesEveryWriteOfAnOlderOwner) {
  const MessageId pending = receive("hello");
  const MessageId waits = queued();
  const MessageId in_flight = sending();
  const Fence old = fence();
  world_.restart();
  const auto refused = [](const auto& result) { return !result && result.error().kind == ErrorKind::kConflict; };
  EXPECT_TRUE(refused(run(ledger().complete_turn(pending, {kAnswered, "", "echo", {"x"}}, old))));
  EXPECT_TRUE(refused(run(ledger().begin_send(waits, old))));
  EXPECT_TRUE(refused(run(
      ledger().end_send(in_flight, {.state = kSent, .wamid = "w", .due = {}, .error_code = 0, .reason = ""}, old))));
  EXPECT_TRUE(refused(run(ledger().recover(old))));
  EXPECT_EQ(state(pending), kPending);
  EXPECT_EQ(state(waits), kQueued);
  EXPECT_EQ(state(in_flight), kSending);
}

TEST_F(TurnsAndSendsTest, PagesThroughMessagesNewestFirst) {
  std::vector<MessageId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(receive("m" + std::to_string(i)));
  const MessageId reply = answer(ids[0], {"reply"}).value().at(0).id;
  const auto list = [&](MessageFilter filter) {
    std::vector<MessageId> found;
    for (const auto& each : run(ledger().messages(TenantId{1}, std::move(filter))).value()) found.push_back(each.id);
    return found;
  };
  for (const std::string user : {"", "491511"}) {
    EXPECT_THAT(list({.limit = 2, .before = {}, .user = user, .direction = {}}), ElementsAre(reply, ids[4])) << user;
    EXPECT_THAT(list({.limit = 2, .before = ids[4], .user = user, .direction = {}}), ElementsAre(ids[3], ids[2]))
        << user;
    EXPECT_THAT(list({.limit = 50, .before = ids[1], .user = user, .direction = {}}), ElementsAre(ids[0])) << user;
    EXPECT_THAT(list({.limit = 50, .before = ids[0], .user = user, .direction = {}}), IsEmpty()) << user;
    EXPECT_THAT(list({.limit = 50, .before = {}, .user = user, .direction = Direction::kOutbound}), ElementsAre(reply))
        << user;
    EXPECT_THAT(list({.limit = 1, .before = {}, .user = user, .direction = Direction::kInbound}), ElementsAre(ids[4]))
        << user;
  }
  EXPECT_THAT(list({.limit = 50, .before = {}, .user = "nobody", .direction = {}}), IsEmpty());
}

TEST_F(TurnsAndSendsTest, ShowsOnePersonsMessagesOverTwoNumbersInOneOrder) {
  std::vector<MessageId> ids;
  for (int i = 0; i < 6; ++i) {
    auto item = text_from("491511", "m" + std::to_string(i));
    if (i % 2 == 1) item = on_number(std::move(item), "222");
    ids.push_back(run(ledger().accept({std::move(item), text_from("491599", "noise" + std::to_string(i))}, fence()))
                      .value()
                      .pending.at(0)
                      .id);
  }
  std::vector<std::string> texts, numbers;
  for (const auto& each :
       run(ledger().messages(TenantId{1}, {.limit = 4, .before = ids[5], .user = "491511", .direction = {}})).value()) {
    texts.push_back(each.view.text);
    numbers.push_back(each.phone_number_id);
  }
  EXPECT_THAT(texts, ElementsAre("m4", "m3", "m2", "m1"));
  EXPECT_THAT(numbers, ElementsAre("111", "222", "111", "222"));
}

TEST_F(TurnsAndSendsTest, NeverShowsAnotherTenantsMessages) {
  const MessageId mine = receive("hello");
  const MessageId theirs =
      run(ledger().accept({of_tenant(text_from("491511", "secret"), 2)}, fence())).value().pending.at(0).id;
  EXPECT_EQ(run(ledger().message(TenantId{1}, theirs)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run(ledger().message(TenantId{2}, mine)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run(ledger().message(TenantId{1}, MessageId{999})).error().kind, ErrorKind::kNotFound);
  for (const std::string user : {"", "491511"}) {
    const auto seen =
        run(ledger().messages(TenantId{1}, {.limit = 50, .before = {}, .user = user, .direction = {}})).value();
    ASSERT_THAT(seen, SizeIs(1));
    EXPECT_EQ(seen[0].id, mine);
  }
}

TEST_F(TurnsAndSendsTest, KeepsKeysPerTenant) {
  const TenantId a{1}, b{2};
  EXPECT_EQ(run(ledger().kv_get(a, "k")).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(run(ledger().kv_put(a, "k", "1")));
  ASSERT_TRUE(run(ledger().kv_put(b, "k", std::string("\0two", 4))));
  ASSERT_TRUE(run(ledger().kv_put(a, "k", "")));
  EXPECT_EQ(run(ledger().kv_get(a, "k")).value(), "");
  EXPECT_EQ(run(ledger().kv_get(b, "k")).value(), std::string("\0two", 4));
  ASSERT_TRUE(run(ledger().kv_delete(a, "k")));
  EXPECT_EQ(run(ledger().kv_delete(a, "k")).error().kind, ErrorKind::kNotFound);
  world_.restart();
  EXPECT_EQ(run(ledger().kv_get(b, "k")).value(), std::string("\0two", 4));
}

}  // namespace
}  // namespace claw
