#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using enum MessageState;

/// The service window, what waits for it, and what is run again.
class WindowTest : public ::testing::Test {
 protected:
  Ledger& ledger() { return *world_.ledger; }
  Fence fence() { return world_.ledger->fence(); }
  template <class T>
  T run(Task<T> task) {
    return world_.run(std::move(task));
  }
  AcceptItem written(const std::string& text, const std::string& from = "491511") {
    auto item = text_from(from, text);
    const auto seconds = to_ms(world_.clock.now()) / 1000;
    item.event.timestamp_s = seconds;
    std::get<whatsapp::Message>(item.event.what).timestamp_s = seconds;
    return item;
  }
  Accepted write(AcceptItem item) { return run(ledger().accept({std::move(item)}, fence())).value(); }
  /// A reply that waits in the outbox.
  OutboundMessage queued(const std::string& text = "reply") {
    const auto turn = write(written("question " + std::to_string(++count_))).pending.at(0).id;
    return run(ledger().complete_turn(turn, {kAnswered, "", "bot", {text}}, fence())).value().at(0);
  }
  Result<void> park(const OutboundMessage& message) {
    return run(ledger().park(message.id, "they never wrote", message.window_until, fence()));
  }
  void end(MessageId id, MessageState state, const std::string& wamid = "") {
    ASSERT_TRUE(run(ledger().begin_send(id, fence())));
    ASSERT_TRUE(run(ledger().end_send(
        id, {.state = state, .wamid = wamid, .due = {}, .error_code = 131026, .reason = "no"}, fence())));
  }
  MessageRecord record(MessageId id) { return run(ledger().message(TenantId{1}, id)).value(); }
  std::vector<MessageId> in_outbox() {
    std::vector<MessageId> ids;
    for (const auto& each : run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 100)).value())
      ids.push_back(each.id);
    return ids;
  }

  OpenLedger world_;
  int count_ = 0;
};

TEST_F(WindowTest, IsOpenFor24HoursAfterThePersonWroteAndForNobodyWhoNeverDid) {
  const auto reply = queued();
  EXPECT_EQ(reply.window_until, world_.clock.now() + 24h);
  EXPECT_EQ(run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 1)).value().at(0).window_until,
            reply.window_until);
  EXPECT_EQ(run(ledger().conversation(TenantId{1}, reply.conversation)).value().window_until, reply.window_until);

  const auto stranger =
      run(ledger().open_conversation(TenantId{1}, "111", {.phone = "4900", .bsuid = {}, .group = {}}, fence())).value();
  const auto said = run(ledger().say(TenantId{1}, stranger, {"hello", {}, {}}, fence())).value();
  EXPECT_EQ(said.message.window_until, TimePoint{});
}

TEST_F(WindowTest, IsOpenFor72HoursAfterAMessageFromAnAdAndNotShortenedByTheNext) {
  auto ad = written("I saw your ad");
  std::get<whatsapp::Message>(ad.event.what).view.data = R"({"referral":{"source_type":"ad"}})";
  const auto began = world_.clock.now();
  write(std::move(ad));
  world_.clock.advance(1h);
  EXPECT_EQ(queued().window_until, began + 72h);
  world_.clock.advance(60h);
  EXPECT_EQ(queued().window_until, began + 61h + 24h);
}

TEST_F(WindowTest, ParksAMessageUntilItsPersonWritesAndNobodyElse) {
  const auto first = queued("one"), second = queued("two");
  world_.clock.advance(30h);
  ASSERT_TRUE(park(first));
  ASSERT_TRUE(park(second));
  EXPECT_EQ(record(first.id).state, kParked);
  EXPECT_EQ(record(first.id).reason, "they never wrote");
  EXPECT_THAT(in_outbox(), IsEmpty());
  EXPECT_EQ(run(ledger().begin_send(first.id, fence())).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(park(first).error().kind, ErrorKind::kConflict) << "it is parked";

  EXPECT_THAT(write(written("somebody else", "4900")).released, IsEmpty());
  const auto released = write(written("I am back")).released;
  ASSERT_THAT(released, SizeIs(2));
  EXPECT_EQ(released[0].id, first.id);
  EXPECT_EQ(released[1].id, second.id);
  EXPECT_EQ(released[0].message.view.text, "one");
  EXPECT_EQ(released[0].created, world_.clock.now()) << "its deadline begins anew";
  EXPECT_EQ(released[0].window_until, world_.clock.now() + 24h);
  EXPECT_THAT(in_outbox(), ElementsAre(first.id, second.id));
  EXPECT_EQ(record(first.id).reason, "");
  EXPECT_THAT(write(written("and again")).released, IsEmpty()) << "once";
}

TEST_F(WindowTest, EndsWhatIsParkedForWhoAsksForNoMore) {
  const auto parked = queued();
  world_.clock.advance(30h);
  ASSERT_TRUE(park(parked));
  auto stop = written("STOP");
  stop.releases = false;
  EXPECT_THAT(write(std::move(stop)).released, IsEmpty());
  EXPECT_EQ(record(parked.id).state, kFailed);
  EXPECT_EQ(record(parked.id).reason, "this person asked for no more messages");
  EXPECT_THAT(write(written("hello again")).released, IsEmpty()) << "whatever they write later";
}

TEST_F(WindowTest, ReleasesNothingForWhatIsOlderThanTheWindow) {
  const auto parked = queued();
  world_.clock.advance(30h);
  ASSERT_TRUE(park(parked));
  auto late = written("delivered a day late", "491511");
  world_.clock.advance(25h);
  EXPECT_THAT(write(std::move(late)).released, IsEmpty());
  EXPECT_EQ(record(parked.id).state, kParked);
  world_.restart();
  EXPECT_THAT(write(written("hello")).released, SizeIs(1)) << "also after a restart";
}

TEST_F(WindowTest, DoesNotParkWhereThePersonHasWrittenMeanwhile) {
  const auto reply = queued();
  world_.clock.advance(30h);
  write(written("I am back"));
  EXPECT_EQ(park(reply).error().kind, ErrorKind::kStale);
  EXPECT_EQ(record(reply.id).state, kQueued);
}

TEST_F(WindowTest, SaysWhatWasSentInsteadAndWhatWasToBeSaid) {
  const auto turn = write(written("hello")).pending.at(0);
  const auto said = run(ledger().say(TenantId{1}, turn.conversation, {"we are open", "ann", "key"}, fence())).value();
  const whatsapp::Outgoing news{"template", {"[template news]", R"({"message":{"template":{"name":"news"}}})"}};
  ASSERT_TRUE(run(ledger().begin_send(said.message.id, fence(), news)));
  EXPECT_EQ(record(said.message.id).type, "template");
  EXPECT_EQ(record(said.message.id).view, news.view);
  ASSERT_TRUE(record(said.message.id).instead_of);
  EXPECT_EQ(record(said.message.id).instead_of->view.text, "we are open");

  const auto again = run(ledger().say(TenantId{1}, turn.conversation, {"we are open", "ann", "key"}, fence()));
  ASSERT_TRUE(again) << "the same with its key is still the same";
  EXPECT_TRUE(again->before);
  const auto by_key = run(ledger().said(TenantId{1}, turn.conversation, "key")).value();
  ASSERT_TRUE(by_key);
  EXPECT_EQ(by_key->id, said.message.id);
  EXPECT_FALSE(run(ledger().said(TenantId{1}, turn.conversation, "another")).value());
  EXPECT_EQ(run(ledger().said(TenantId{2}, turn.conversation, "key")).error().kind, ErrorKind::kNotFound);

  ASSERT_TRUE(run(ledger().end_send(
      said.message.id, {.state = kFailed, .wamid = "", .due = {}, .error_code = 132001, .reason = "none"}, fence())));
  const auto run_again = run(ledger().rerun(TenantId{1}, said.message.id, fence())).value();
  EXPECT_EQ(run_again.queued->message.view.text, "we are open") << "the window may be open by now";
  EXPECT_FALSE(record(said.message.id).instead_of);
}

TEST_F(WindowTest, RunsASendAgainUnderItsIdAndOnlyWhereItFailedOrIsUnknown) {
  const auto failed = queued(), unknown = queued(), waits = queued(), went = queued();
  end(failed.id, kFailed);
  end(unknown.id, kUnknown);
  end(went.id, kSent, "wamid.went");
  world_.clock.advance(30h);
  for (const auto& message : {failed, unknown}) {
    const auto again = run(ledger().rerun(TenantId{1}, message.id, fence()));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->queued->id, message.id);
    EXPECT_EQ(again->queued->attempts, 0);
    EXPECT_EQ(again->queued->created, world_.clock.now());
    EXPECT_EQ(record(message.id).state, kQueued);
    EXPECT_EQ(record(message.id).error_code, 0);
    EXPECT_EQ(run(ledger().rerun(TenantId{1}, message.id, fence())).error().kind, ErrorKind::kConflict) << "once";
  }
  for (const auto& message : {waits, went})
    EXPECT_EQ(run(ledger().rerun(TenantId{1}, message.id, fence())).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(run(ledger().rerun(TenantId{2}, failed.id, fence())).error().kind, ErrorKind::kNotFound);
}

TEST_F(WindowTest, RunsATurnAgainAndItsAnswerStandsBehindTheApology) {
  const auto turn = write(written("hello")).pending.at(0).id;
  ASSERT_TRUE(run(ledger().complete_turn(turn, {kAgentFailed, "down", "bot", {"sorry"}}, fence())));
  const auto again = run(ledger().rerun(TenantId{1}, turn, fence())).value();
  ASSERT_TRUE(again.pending);
  EXPECT_EQ(again.pending->id, turn);
  EXPECT_EQ(again.pending->view.text, "hello");
  EXPECT_EQ(record(turn).state, kPending);
  EXPECT_EQ(run(ledger().rerun(TenantId{1}, turn, fence())).error().kind, ErrorKind::kConflict);
  const auto answer = run(ledger().complete_turn(turn, {kAnswered, "", "bot", {"here I am"}}, fence()));
  ASSERT_TRUE(answer);
  EXPECT_EQ(record(answer->at(0).id).part, 1);
  EXPECT_EQ(run(ledger().rerun(TenantId{1}, turn, fence())).error().kind, ErrorKind::kConflict) << "never twice";
}

TEST_F(WindowTest, SendsAnUnknownMessageAgainUnlessItsStatusCame) {
  const auto lost = queued(), settled = queued();
  end(lost.id, kUnknown);
  end(settled.id, kUnknown);
  write(status_of("wamid.s", "delivered", callback_data_for(1, settled.id)));
  EXPECT_EQ(run(ledger().resend(TenantId{1}, settled.id, fence())).error().kind, ErrorKind::kConflict);
  const auto again = run(ledger().resend(TenantId{1}, lost.id, fence())).value();
  EXPECT_EQ(again.attempts, 1) << "its tries go on";
  EXPECT_EQ(again.created, lost.created) << "and its deadline";
  write(status_of("wamid.l", "delivered", callback_data_for(1, lost.id)));
  EXPECT_EQ(run(ledger().begin_send(lost.id, fence())).error().kind, ErrorKind::kConflict)
      << "the first one has arrived: nobody gets it twice";
}

TEST_F(WindowTest, DoesNotTakeTheFailureOfAnEarlierSendForThatOfTheOneThatWent) {
  const auto message = queued();
  end(message.id, kUnknown);
  ASSERT_TRUE(run(ledger().rerun(TenantId{1}, message.id, fence())));
  end(message.id, kSent, "wamid.second");
  write(status_of("wamid.first", "failed", callback_data_for(1, message.id)));
  EXPECT_EQ(record(message.id).state, kSent);
  write(status_of("wamid.second", "failed", callback_data_for(1, message.id)));
  EXPECT_EQ(record(message.id).state, kFailed);
}

TEST_F(WindowTest, GoesByTheSendUnderWayWhereTheFailureOfTheOneBeforeComesInBetween) {
  const auto message = queued();
  const auto status = [&](const std::string& wamid, const std::string& word) {
    write(status_of(wamid, word, callback_data_for(1, message.id)));
  };
  end(message.id, kUnknown);
  ASSERT_TRUE(run(ledger().rerun(TenantId{1}, message.id, fence())));
  status("wamid.zeroth", "failed");
  EXPECT_EQ(record(message.id).state, kQueued) << "what waits to be sent did not fail";
  ASSERT_TRUE(run(ledger().begin_send(message.id, fence())));
  status("wamid.first", "failed");
  ASSERT_TRUE(run(ledger().end_send(
      message.id, {.state = kSent, .wamid = "wamid.second", .due = {}, .error_code = 0, .reason = ""}, fence())));
  EXPECT_EQ(record(message.id).state, kSent);
  EXPECT_EQ(record(message.id).wamid, "wamid.second");
  EXPECT_EQ(record(message.id).reason, "");
  status("wamid.second", "read");
  EXPECT_EQ(record(message.id).state, kRead);
}

TEST_F(WindowTest, IsDeliveredByWhicheverSendReachedThePerson) {
  const auto message = queued();
  end(message.id, kUnknown);
  ASSERT_TRUE(run(ledger().rerun(TenantId{1}, message.id, fence())));
  ASSERT_TRUE(run(ledger().begin_send(message.id, fence())));
  write(status_of("wamid.first", "failed", callback_data_for(1, message.id)));
  // No answer came to the second send, and Meta has it.
  ASSERT_TRUE(run(ledger().end_send(
      message.id, {.state = kUnknown, .wamid = "", .due = {}, .error_code = 0, .reason = "cut"}, fence())));
  write(status_of("wamid.second", "delivered", callback_data_for(1, message.id)));
  EXPECT_EQ(record(message.id).state, kDelivered);
  EXPECT_EQ(record(message.id).wamid, "wamid.second");

  const auto refused = queued();
  end(refused.id, kUnknown);
  ASSERT_TRUE(run(ledger().rerun(TenantId{1}, refused.id, fence())));
  end(refused.id, kFailed);
  write(status_of("wamid.late", "delivered", callback_data_for(1, refused.id)));
  EXPECT_EQ(record(refused.id).state, kDelivered) << "it was delivered before it was run again";
}

TEST_F(WindowTest, DoesNotFailAGroupsMessageByOneOfItsMembers) {
  const auto message = queued();
  end(message.id, kSent, "wamid.g");
  const auto status = [&](const std::string& word, const std::string& member) {
    auto item = status_of("wamid.g", word);
    item.event.dedupe_key += member;
    std::get<whatsapp::Status>(item.event.what).participant = member;
    write(std::move(item));
  };
  status("failed", "ann");
  EXPECT_EQ(record(message.id).state, kFailed) << "nobody is known to have it";
  status("delivered", "ben");
  EXPECT_EQ(record(message.id).state, kDelivered);
  status("failed", "cem");
  EXPECT_EQ(record(message.id).state, kDelivered) << "and it is no dead letter that would go to all of them again";
}

TEST_F(WindowTest, IsNotOpenedByWhatWhatsAppItselfSays) {
  const auto parked = queued();
  world_.clock.advance(30h);
  ASSERT_TRUE(park(parked));
  auto system = written("Ann changed her number");
  std::get<whatsapp::Message>(system.event.what).type = "system";
  EXPECT_THAT(write(std::move(system)).released, IsEmpty());
  EXPECT_EQ(record(parked.id).state, kParked);
  EXPECT_LT(run(ledger().conversation(TenantId{1}, parked.conversation)).value().window_until, world_.clock.now());
}

TEST_F(WindowTest, ListsTurnsWhoseAgentFailedNewestFirst) {
  std::vector<MessageId> failed;
  for (int i = 0; i < 3; ++i) {
    failed.push_back(write(written("m" + std::to_string(i))).pending.at(0).id);
    ASSERT_TRUE(run(ledger().complete_turn(failed.back(), {kAgentFailed, "down", "bot", {}}, fence())));
  }
  (void)queued();
  MessageFilter filter;
  filter.limit = 2;
  filter.state = kAgentFailed;
  const auto page = run(ledger().messages(TenantId{1}, filter)).value();
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[0].id, failed[2]);
  EXPECT_EQ(page.next, failed[1].value);
}

}  // namespace
}  // namespace claw
