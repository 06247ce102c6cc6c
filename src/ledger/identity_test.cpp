// Who is who: users that become one, numbers that change hands, groups.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "ledger/sqlite/sqlite_identity_store.hpp"
#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace claw::testing;
using whatsapp::Person;

constexpr TenantId kAcme{1};

Person both(std::string digits, std::string bsuid) {
  Person person = phone(std::move(digits));
  person.bsuid = std::move(bsuid);
  return person;
}
Person only(std::string bsuid) {
  return both("", std::move(bsuid));
}

AcceptItem changed(Person from, Person to, std::string wamid) {
  auto item = message_of(std::move(from), "[number changed]", std::move(wamid));
  auto& message = std::get<whatsapp::Message>(item.event.what);
  message.type = "system";
  message.changed_to = std::move(to);
  item.ignore_reason = "system_message";
  return item;
}

AcceptItem user_id_update(Person about, Person to) {
  auto item = item_of(whatsapp::ItemKind::kChange, "change/" + to.bsuid);
  whatsapp::Change change;
  change.field = item.event.field = "user_id_update";
  change.about = std::move(about);
  change.changed_to = std::move(to);
  item.event.what = std::move(change);
  return item;
}

AcceptItem in_group(Person from, std::string group, std::string text) {
  auto item = message_of(std::move(from), std::move(text));
  std::get<whatsapp::Message>(item.event.what).group_id = std::move(group);
  return item;
}

AcceptItem group_called(std::string group, std::string name) {
  auto item = item_of(whatsapp::ItemKind::kChange, "change/" + group + name);
  whatsapp::Change change;
  change.field = item.event.field = "group_settings_update";
  change.groups = {{std::move(group), std::move(name)}};
  item.event.what = std::move(change);
  return item;
}

TurnOutcome ended(MessageState state = MessageState::kNoReply, std::vector<whatsapp::Outgoing> parts = {}) {
  TurnOutcome outcome;
  outcome.state = state;
  outcome.agent = "shop";
  outcome.parts = std::move(parts);
  return outcome;
}

TurnOutcome with_session(std::int64_t epoch, MessageId first, std::string agent) {
  TurnOutcome outcome = ended();
  outcome.session = SessionRecord{};
  outcome.session->epoch = epoch;
  outcome.session->first = first;
  outcome.session->agent = std::move(agent);
  return outcome;
}

class IdentityTest : public ::testing::Test {
 protected:
  Accepted accept(std::vector<AcceptItem> items) {
    auto accepted = world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence()));
    EXPECT_TRUE(accepted) << accepted.error().message;
    return accepted ? std::move(*accepted) : Accepted{};
  }
  PendingMessage write(Person from, std::string text, TenantId tenant = kAcme, std::string number = "111") {
    auto item = of_tenant(message_of(std::move(from), std::move(text)), tenant.value);
    item.event.phone_number_id = std::move(number);
    const auto accepted = accept({item});
    EXPECT_THAT(accepted.pending, SizeIs(1));
    return accepted.pending.empty() ? PendingMessage{} : accepted.pending.front();
  }
  UserRecord user(const std::string& id) {
    auto found = world_.run(world_.ledger->user(kAcme, id));
    EXPECT_TRUE(found) << id;
    return found.value_or(UserRecord{});
  }
  /// What a user wrote and was written, newest first.
  std::vector<std::string> said(const std::string& id) { return texts({.user = id}); }
  std::vector<std::string> said_in(ConversationId conversation) { return texts({.conversation = conversation}); }
  std::vector<std::string> texts(MessageFilter filter) {
    std::vector<std::string> found;
    for (const auto& record : world_.run(world_.ledger->messages(kAcme, std::move(filter))).value())
      found.push_back(record.view.text);
    return found;
  }
  std::string key(const std::string& address) {
    return world_.run(world_.ledger->kv_get(kAcme, "wa:" + address)).value_or("");
  }
  std::int64_t conversations() { return world_.run(world_.ledger->stored(kAcme)).value().conversations; }
  void put(const std::string& address, Standing standing, const std::string& number = "") {
    ASSERT_TRUE(world_.run(access_.put(
        {.tenant = kAcme, .number = number, .address = address, .standing = standing, .by = "ada"}, audit())));
  }
  /// "address=standing", by address.
  std::vector<std::string> access() {
    std::vector<std::string> found;
    for (const auto& row : world_.run(access_.list(kAcme, {})).value())
      found.push_back(fmt::format("{}={}{}", row.address, to_string(row.standing),
                                  row.opted_out > TimePoint{} ? ", opted out" : ""));
    std::ranges::sort(found);
    return found;
  }
  static AuditRow audit(std::string action = "user.merge") {
    return {.tenant = kAcme, .who_kind = "person", .who = "ada", .action = std::move(action), .what = "did it"};
  }
  std::size_t audit_rows() { return world_.run(audit_log_.entries(kAcme, {})).value().size(); }

  OpenLedger world_;
  sqlite::SqliteAccessStore access_{*world_.store};
  sqlite::SqliteIdentityStore identities_{*world_.store, world_.clock};
  sqlite::SqliteAuditLog audit_log_{*world_.store};
};

TEST_F(IdentityTest, AUserByPhoneAndOneByBsuidBecomeOneWhenBothAreSeenTogether) {
  const auto a = write(phone("491511", "Ada"), "a");
  const auto b = write(only("US.a"), "b");
  write(phone("491511"), "c");
  EXPECT_EQ(b.user, "US.a");
  EXPECT_EQ(conversations(), 2);

  const auto accepted = accept({message_of(both("491511", "US.a"), "d")});
  EXPECT_EQ(accepted.pending.at(0).user, "491511") << "the older one stays";
  EXPECT_EQ(accepted.pending.at(0).conversation, a.conversation);
  ASSERT_THAT(accepted.identities, SizeIs(1));
  EXPECT_EQ(accepted.identities[0].tenant, kAcme);
  EXPECT_THAT(accepted.identities[0].users, UnorderedElementsAre("491511", "US.a"));
  ASSERT_THAT(accepted.identities[0].joined, SizeIs(1));
  EXPECT_EQ(accepted.identities[0].joined[0].from, b.conversation);
  EXPECT_EQ(accepted.identities[0].joined[0].into, a.conversation);

  EXPECT_THAT(said("491511"), ElementsAre("d", "c", "b", "a")) << "one history in the order of what was said";
  EXPECT_THAT(said("US.a"), ElementsAre("d", "c", "b", "a")) << "the old id answers who they became";
  EXPECT_THAT(said_in(b.conversation), ElementsAre("d", "c", "b", "a")) << "and so does the old conversation";
  EXPECT_EQ(world_.run(world_.ledger->conversation(kAcme, b.conversation)).value().id, a.conversation);
  const auto ada = user("US.a");
  EXPECT_EQ(ada.id, "491511");
  EXPECT_EQ(ada.name, "Ada");
  EXPECT_EQ(ada.phone, "491511");
  EXPECT_EQ(ada.bsuid, "US.a");
  EXPECT_THAT(ada.addresses, ElementsAre("491511", "US.a"));
  EXPECT_THAT(ada.also_known_as, ElementsAre("US.a"));
  EXPECT_THAT(ada.conversations, SizeIs(1));
  EXPECT_EQ(key("US.a"), "491511");
  EXPECT_EQ(conversations(), 1);
  EXPECT_THAT(world_.run(world_.ledger->users(kAcme, {})).value(), SizeIs(1)) << "lists have one of them";
  EXPECT_EQ(write(only("US.a"), "e").user, "491511");
}

TEST_F(IdentityTest, TheOlderUserStaysAlsoWhereItIsTheOneByBsuid) {
  write(only("US.a"), "a");
  write(phone("491511"), "b");
  const auto now = write(both("491511", "US.a"), "c");
  EXPECT_EQ(now.user, "US.a");
  EXPECT_EQ(now.phone, "491511");
  EXPECT_THAT(said("491511"), ElementsAre("c", "b", "a"));
}

TEST_F(IdentityTest, AUserIsOneForEachTenantThoughTheBsuidIsTheSame) {
  write(phone("491511"), "a");
  write(only("US.a"), "b", TenantId{2});
  write(both("491511", "US.a"), "c");
  EXPECT_EQ(write(only("US.a"), "d", TenantId{2}).user, "US.a");
  EXPECT_THAT(said("491511"), ElementsAre("c", "a"));
}

TEST_F(IdentityTest, ConversationsAreJoinedForEachNumberByItself) {
  const auto here = write(phone("491511"), "a");
  const auto there = write(only("US.a"), "b", kAcme, "222");
  write(both("491511", "US.a"), "c");
  EXPECT_THAT(said_in(here.conversation), ElementsAre("c", "a"));
  EXPECT_THAT(said_in(there.conversation), ElementsAre("b")) << "another number is another conversation";
  EXPECT_EQ(write(phone("491511"), "d", kAcme, "222").conversation, there.conversation) << "of the same user";
  EXPECT_EQ(conversations(), 2);
}

TEST_F(IdentityTest, RetentionLeavesOneWholeListOfConversationsThatWereJoined) {
  std::vector<std::string> all;
  const std::string who = "pbbpppbpbb";  // who wrote: the one by phone, or the one by BSUID
  for (std::size_t i = 0; i < who.size(); ++i) {
    all.insert(all.begin(), "m" + std::to_string(i));
    const auto message = write(who[i] == 'p' ? phone("491511") : only("US.a"), all.front());
    ASSERT_TRUE(world_.run(world_.ledger->complete_turn(message.id, ended(), world_.ledger->fence())));
  }
  // The oldest of one of them is gone before they are joined: its list ends in a message that is no more.
  const TimePoint later = from_ms(1'790'000'001'001);
  ASSERT_EQ(world_.run(world_.ledger->expire(kAcme, later, {}, 2, world_.ledger->fence())).value().deleted, 2U);
  all.resize(8);
  const auto joined = write(both("491511", "US.a"), "together");
  ASSERT_TRUE(world_.run(world_.ledger->complete_turn(joined.id, ended(), world_.ledger->fence())));
  all.insert(all.begin(), "together");
  EXPECT_EQ(said_in(joined.conversation), all);
  MessageId from{};
  while (all.size() > 1) {
    const auto done = world_.run(world_.ledger->expire(kAcme, later, from, 1, world_.ledger->fence())).value();
    ASSERT_EQ(done.deleted, 1U) << "none waits for one that comes later";
    from = done.from;
    all.pop_back();
    EXPECT_EQ(said_in(joined.conversation), all);
  }
  EXPECT_EQ(conversations(), 1);
}

TEST_F(IdentityTest, APauseOfEitherAndTheGreaterEpochStay) {
  const auto a = write(phone("491511"), "a");
  const auto b = write(only("US.a"), "b");
  const auto until = world_.clock.now() + std::chrono::hours(1);
  ASSERT_TRUE(world_.run(world_.ledger->complete_turn(a.id, with_session(1, a.id, "shop"), world_.ledger->fence())));
  ASSERT_TRUE(world_.run(world_.ledger->complete_turn(b.id, with_session(3, b.id, "other"), world_.ledger->fence())));
  ASSERT_TRUE(world_.run(world_.ledger->pause(kAcme, b.conversation, until, "ben", world_.ledger->fence())));
  write(both("491511", "US.a"), "c");
  for (const auto conversation : {a.conversation, b.conversation}) {
    const auto session = world_.run(world_.ledger->session(conversation)).value();
    EXPECT_EQ(session.epoch, 3);
    EXPECT_EQ(session.agent, "shop");
    EXPECT_EQ(session.first, a.id);
    EXPECT_EQ(session.paused_until, until);
    EXPECT_EQ(session.paused_by, "ben");
  }
}

TEST_F(IdentityTest, ATurnUnderWayEndsInTheConversationThatItsOwnWasJoinedTo) {
  const auto a = write(phone("491511"), "a");
  const auto b = write(only("US.a"), "b");
  write(both("491511", "US.a"), "c");
  TurnOutcome outcome = with_session(7, {}, "other");
  outcome.state = MessageState::kAnswered;
  outcome.parts = {"reply"};
  outcome.conversation = b.conversation;
  const auto parts = world_.run(world_.ledger->complete_turn(b.id, outcome, world_.ledger->fence()));
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->at(0).conversation, a.conversation);
  EXPECT_EQ(parts->at(0).phone, "491511");
  EXPECT_THAT(said_in(a.conversation), ElementsAre("reply", "c", "b", "a"));
  EXPECT_THAT(world_.run(world_.ledger->session(a.conversation)).value().agent, IsEmpty())
      << "the session of a conversation that is no more is not written over the other's";
}

TEST_F(IdentityTest, WhatWasSaidWithAKeyIsSaidOnceAlsoWhereItsConversationWasJoinedMeanwhile) {
  const auto a = write(phone("491511"), "a");
  const auto b = write(only("US.a"), "b");
  const auto say = [&](ConversationId conversation) {
    return world_.run(world_.ledger->say(kAcme, conversation, {"hello", "ada", "key"}, world_.ledger->fence()));
  };
  const auto first = say(b.conversation);
  ASSERT_TRUE(first);
  write(both("491511", "US.a"), "c");
  for (const auto conversation : {b.conversation, a.conversation}) {
    const auto again = say(conversation);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->before);
    EXPECT_EQ(again->message.id, first->message.id);
  }
}

TEST_F(IdentityTest, WhatWaitsInTheSameBatchIsOfTheOneTheyBecame) {
  const auto accepted = accept({text_from("491511", "a"), message_of(only("US.a"), "b"),
                                message_of(both("491511", "US.a"), "c"), text_from("491599", "d")});
  ASSERT_THAT(accepted.pending, SizeIs(4));
  for (const std::size_t i : {0, 1, 2}) {
    EXPECT_EQ(accepted.pending[i].user, "491511");
    EXPECT_EQ(accepted.pending[i].conversation, accepted.pending[0].conversation);
  }
  EXPECT_EQ(accepted.pending[1].view.text, "b");
  EXPECT_EQ(accepted.pending[3].user, "491599");
}

TEST_F(IdentityTest, AKeyThatStillNamesAUserWhoWasMergedIsWrittenAnewWhenItIsNextSeen) {
  write(only("US.a"), "a");
  write(phone("491511"), "b");
  write(both("491511", "US.a"), "c");
  ASSERT_TRUE(world_.run(world_.ledger->kv_put(kAcme, "wa:491577", "491511")));
  EXPECT_EQ(write(phone("491577"), "d").user, "US.a");
  EXPECT_EQ(key("491577"), "US.a");
}

TEST_F(IdentityTest, TwoPeopleWithABsuidEachStayTwoAndThePhoneGoesToWhomMetaShowsWithIt) {
  write(both("491511", "US.a"), "a");
  put("491511", Standing::kAllowed);
  write(only("US.b"), "b");
  const auto now = write(both("491511", "US.b"), "c");
  EXPECT_EQ(now.user, "US.b");
  EXPECT_EQ(now.phone, "491511");
  EXPECT_THAT(said("US.b"), ElementsAre("c", "b"));
  EXPECT_THAT(said("491511"), ElementsAre("a")) << "the other keeps the rest";
  EXPECT_EQ(user("491511").phone, "");
  EXPECT_EQ(write(only("US.a"), "d").user, "491511");
  EXPECT_THAT(access(), ElementsAre("US.a=allowed")) << "approved was the person, not the number";
}

TEST_F(IdentityTest, AChangedNumberTakesUserHistoryAndAccessAlong) {
  const auto a = write(both("491511", "US.a"), "a");
  put("491511", Standing::kAllowed);
  put("491511", Standing::kBlocked, "222");
  ASSERT_TRUE(world_.run(access_.set_opted_out(kAcme, "491511", "", world_.clock.now())));
  const auto accepted = accept({changed(both("491511", "US.a"), both("491522", "US.b"), "w1")});
  EXPECT_THAT(accepted.pending, IsEmpty());
  ASSERT_THAT(accepted.identities, SizeIs(1));
  EXPECT_THAT(accepted.identities[0].users, ElementsAre("491511"));
  const auto now = write(phone("491522"), "b");
  EXPECT_EQ(now.user, "491511");
  EXPECT_EQ(now.conversation, a.conversation);
  EXPECT_EQ(now.bsuid, "US.b");
  EXPECT_THAT(said("491511"), ElementsAre("b", "[number changed]", "a")) << "what Meta said of it is kept and shown";
  EXPECT_THAT(user("491511").addresses, ElementsAre("491522", "US.b"));
  EXPECT_EQ(key("491511"), "");
  EXPECT_EQ(key("US.a"), "");
  EXPECT_THAT(access(), ElementsAre("491522=allowed, opted out", "491522=blocked"));
}

TEST_F(IdentityTest, WhoGetsAnOldNumberIsSomebodyNewAndInheritsNothing) {
  const auto a = write(phone("491511"), "a");
  put("491511", Standing::kAllowed);
  accept({changed(phone("491511"), phone("491522"), "w1")});
  const auto stranger = write(phone("491511"), "hello?");
  EXPECT_EQ(stranger.user, "491511~2");
  EXPECT_NE(stranger.conversation, a.conversation);
  EXPECT_THAT(said("491511~2"), ElementsAre("hello?"));
  EXPECT_EQ(key("491511"), "491511~2");
  EXPECT_EQ(write(phone("491511"), "hello!").user, "491511~2");
  EXPECT_THAT(access(), ElementsAre("491522=allowed"));
  accept({changed(phone("491511"), phone("491533"), "w2")});
  EXPECT_EQ(write(phone("491511"), "third owner").user, "491511~3");
}

TEST_F(IdentityTest, AnApprovalOfANumberReleasesNothingOfWhoHadItBefore) {
  const auto old = write(phone("491511"), "a");
  ASSERT_TRUE(world_.run(world_.ledger->complete_turn(old.id, ended(MessageState::kHeld), world_.ledger->fence())));
  accept({changed(phone("491511"), phone("491522"), "w1")});
  const auto stranger = write(phone("491511"), "b");
  ASSERT_TRUE(
      world_.run(world_.ledger->complete_turn(stranger.id, ended(MessageState::kHeld), world_.ledger->fence())));
  const auto decided = world_.run(access_.put(
      {.tenant = kAcme, .number = "", .address = "491511", .standing = Standing::kAllowed, .by = "ada"}, audit()));
  ASSERT_TRUE(decided);
  ASSERT_THAT(decided->released, SizeIs(1));
  EXPECT_EQ(decided->released[0].id, stranger.id);
}

TEST_F(IdentityTest, OfTwoAccessRowsThatMeetTheStricterStays) {
  struct Case {
    Standing old, now;
    const char* then;
  };
  int at = 0;
  for (const auto& [old, now, then] : {Case{Standing::kBlocked, Standing::kAllowed, "blocked"},
                                       Case{Standing::kAllowed, Standing::kBlocked, "blocked"}}) {
    const std::string from = fmt::format("4915{}1", at), to = fmt::format("4915{}2", at);
    ++at;
    write(phone(from), "a" + from);
    put(from, old);
    put(to, now);
    accept({changed(phone(from), phone(to), "w" + from)});
    EXPECT_THAT(access(), ::testing::Contains(fmt::format("{}={}", to, then)));
    EXPECT_THAT(access(), ::testing::Not(::testing::Contains(HasSubstr(from + "="))));
  }
}

TEST_F(IdentityTest, ARequestOfTheOldNumberGivesWayToAnAllowanceAndItsCodeIsFree) {
  const auto message = write(phone("491511"), "a");
  const AccessRow request{.tenant = kAcme,
                          .number = "",
                          .address = "491511",
                          .standing = Standing::kPending,
                          .code = "CODE",
                          .expires = world_.clock.now() + std::chrono::hours(1),
                          .asked_by = message.id};
  ASSERT_TRUE(world_.run(access_.ask(request, 3, world_.clock.now())));
  put("491522", Standing::kAllowed);
  accept({changed(phone("491511"), phone("491522"), "w1")});
  EXPECT_THAT(access(), ElementsAre("491522=allowed"));
  EXPECT_EQ(world_.run(access_.pending_by_code(kAcme, "CODE", world_.clock.now())).error().kind, ErrorKind::kNotFound);
}

TEST_F(IdentityTest, ANumberThatSomebodyIsKnownByAlreadyMakesThemOne) {
  write(phone("491511"), "a");
  write(phone("491522"), "b");
  accept({changed(phone("491511"), phone("491522"), "w1")});
  EXPECT_EQ(write(phone("491522"), "c").user, "491511");
  EXPECT_THAT(said("491511"), ElementsAre("c", "[number changed]", "b", "a"));
  EXPECT_EQ(user("491522").id, "491511");
}

TEST_F(IdentityTest, ANumberOfSomebodyElseWithABsuidOfTheirOwnGoesToWhoHasItNow) {
  write(both("491511", "US.a"), "a");
  write(both("491522", "US.x"), "b");
  accept({changed(both("491511", "US.a"), both("491522", "US.b"), "w1")});
  EXPECT_EQ(write(phone("491522"), "c").user, "491511");
  EXPECT_EQ(write(only("US.x"), "d").user, "491522") << "who had it before keeps the rest";
  EXPECT_THAT(said("491522"), ElementsAre("d", "b"));
}

TEST_F(IdentityTest, OneChangeThatIsToldInSeveralWebhooksIsOneInWhateverOrderTheyCome) {
  for (const bool number_first : {true, false}) {
    const std::string n = number_first ? "1" : "2";
    const Person old = both("49151" + n, "US.old" + n);
    write(old, "a" + n);
    const auto number = changed(old, both("49152" + n, "US.new" + n), "number" + n);
    const auto id = changed(old, only("US.new" + n), "id" + n);
    const auto update = user_id_update(only("US.old" + n), only("US.new" + n));
    number_first ? accept({number, id, update}) : accept({update, id, number});
    EXPECT_EQ(write(phone("49152" + n), "b" + n).user, "49151" + n);
    EXPECT_EQ(write(only("US.new" + n), "c" + n).user, "49151" + n);
    EXPECT_EQ(write(phone("49151" + n), "d" + n).user, "49151" + n + "~2");
    EXPECT_THAT(said("49151" + n), SizeIs(5)) << "with both system messages";
  }
}

TEST_F(IdentityTest, AChangedUserIdIsFollowedWithoutAMessage) {
  write(both("491511", "US.a"), "a");
  accept({user_id_update(both("491511", "US.a"), both("491511", "US.b"))});
  EXPECT_EQ(write(only("US.b"), "b").user, "491511");
  EXPECT_EQ(write(only("US.a"), "c").user, "US.a") << "the old id is nobody's";
  accept({user_id_update(only("US.nobody"), only("US.none"))});
  EXPECT_EQ(key("US.none"), "") << "of nobody we know";
}

TEST_F(IdentityTest, AChangeOfSomebodyUnknownMakesAUserByTheNewNumber) {
  accept({changed(phone("491511"), phone("491522"), "w1")});
  EXPECT_THAT(said("491522"), ElementsAre("[number changed]"));
  EXPECT_EQ(write(phone("491511"), "a").user, "491511");
}

TEST_F(IdentityTest, APersonsWordsThatLookLikeAChangeChangeNothing) {
  write(phone("491511"), "a");
  auto forged = changed(phone("491511"), phone("491522"), "w1");
  std::get<whatsapp::Message>(forged.event.what).type = "text";
  accept({forged});
  EXPECT_EQ(key("491511"), "491511");
  EXPECT_EQ(key("491522"), "");
}

TEST_F(IdentityTest, AnAdminLinksAnAddressOnceAndNeverTakesOneAway) {
  write(phone("491511"), "a");
  write(phone("491522"), "b");
  const auto linked = world_.run(identities_.link(kAcme, "491511", "491533", audit("user.link")));
  ASSERT_TRUE(linked);
  EXPECT_THAT(linked->user.addresses, ElementsAre("491511", "491533"));
  EXPECT_EQ(linked->user.phone, "491511") << "what reaches them is what they wrote from last";
  EXPECT_EQ(write(phone("491533"), "c").user, "491511");
  EXPECT_THAT(world_.run(world_.ledger->users(kAcme, {.phone = "49153"})).value(), SizeIs(1)) << "found by it";
  EXPECT_THAT(world_.run(world_.ledger->users(kAcme, {.phone = "49"})).value(), SizeIs(2)) << "and shown once";
  EXPECT_EQ(audit_rows(), 1U);

  ASSERT_TRUE(world_.run(identities_.link(kAcme, "491511", "491533", audit("user.link"))));
  EXPECT_EQ(audit_rows(), 1U) << "nothing was changed";
  const auto stolen = world_.run(identities_.link(kAcme, "491511", "491522", audit("user.link")));
  ASSERT_FALSE(stolen);
  EXPECT_EQ(stolen.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(stolen.error().message, HasSubstr("491522"));
  EXPECT_EQ(world_.run(identities_.holder(kAcme, "491522")).value(), "491522");
  EXPECT_EQ(key("491522"), "491522");
  EXPECT_EQ(world_.run(identities_.link(kAcme, "nobody", "491544", audit())).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(identities_.link(TenantId{2}, "491511", "491544", audit())).error().kind, ErrorKind::kNotFound);
}

TEST_F(IdentityTest, WhoWritesFromAnAddressThatWasTakenAwayIsSomebodyNew) {
  write(both("491511", "US.a"), "a");
  const auto unlinked = world_.run(identities_.unlink(kAcme, "491511", "491511", audit("user.unlink")));
  ASSERT_TRUE(unlinked);
  EXPECT_THAT(unlinked->user.addresses, ElementsAre("US.a"));
  EXPECT_EQ(unlinked->user.phone, "");
  EXPECT_EQ(audit_rows(), 1U);
  ASSERT_TRUE(world_.run(identities_.unlink(kAcme, "491511", "491511", audit("user.unlink"))));
  EXPECT_EQ(audit_rows(), 1U) << "the same again changes nothing";
  EXPECT_EQ(world_.run(identities_.unlink(kAcme, "491511", "US.a", audit())).error().kind, ErrorKind::kConflict)
      << "the last one stays";
  EXPECT_EQ(write(phone("491511"), "b").user, "491511~2");
  EXPECT_THAT(said("491511"), ElementsAre("a"));
}

TEST_F(IdentityTest, WhoGetsAnAddressThatWasTakenAwayInheritsNoAccess) {
  write(both("491511", "US.a"), "a");
  put("491511", Standing::kAllowed);
  ASSERT_TRUE(world_.run(identities_.unlink(kAcme, "491511", "491511", audit("user.unlink"))));
  EXPECT_THAT(access(), ElementsAre("US.a=allowed"));
}

TEST_F(IdentityTest, WhatWasHeldTogetherIsReleasedWithoutABondToWhatMayBeGone) {
  const auto a = write(only("US.a"), "a");
  const auto b = write(phone("491511"), "b");
  const auto c = write(only("US.a"), "c");
  const Fence fence = world_.ledger->fence();
  ASSERT_TRUE(world_.run(world_.ledger->begin_turn({a.id, c.id}, fence)));
  auto held = ended(MessageState::kHeld);
  held.also = {c.id};
  ASSERT_TRUE(world_.run(world_.ledger->complete_turn(a.id, held, fence)));
  ASSERT_TRUE(world_.run(world_.ledger->complete_turn(b.id, ended(MessageState::kHeld), fence)));
  ASSERT_TRUE(world_.run(identities_.merge(kAcme, "491511", "US.a", audit())));
  const auto decided = world_.run(
      access_.put({.tenant = kAcme, .address = "491511", .standing = Standing::kAllowed, .by = "ada"}, audit()));
  ASSERT_TRUE(decided);
  ASSERT_THAT(decided->released, SizeIs(3));
  for (const auto& message : decided->released) EXPECT_FALSE(message.turn) << message.view.text;
}

TEST_F(IdentityTest, AnAdminMergesTwoAndTheOneTheyNamedStays) {
  const auto a = write(phone("491511", "Ada"), "a");
  const auto b = write(phone("491522"), "b");
  put("491511", Standing::kBlocked);
  const auto merged = world_.run(identities_.merge(kAcme, "491522", "491511", audit()));
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->user.id, "491522") << "though it is the younger";
  EXPECT_EQ(merged->user.name, "Ada");
  EXPECT_THAT(merged->user.addresses, ElementsAre("491511", "491522"));
  EXPECT_THAT(merged->user.also_known_as, ElementsAre("491511"));
  ASSERT_THAT(merged->changed.joined, SizeIs(1));
  EXPECT_EQ(merged->changed.joined[0].from, a.conversation);
  EXPECT_EQ(merged->changed.joined[0].into, b.conversation);
  EXPECT_THAT(said("491522"), ElementsAre("b", "a"));
  EXPECT_THAT(access(), ElementsAre("491522=blocked")) << "a block is not got rid of by a second number";
  EXPECT_EQ(audit_rows(), 2U) << "with the block's";
  for (const char* same : {"491522", "491511"})
    EXPECT_EQ(world_.run(identities_.merge(kAcme, "491522", same, audit())).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(world_.run(identities_.merge(kAcme, "491522", "nobody", audit())).error().kind, ErrorKind::kNotFound);
}

TEST_F(IdentityTest, WhoWasMergedTwiceIsFoundByEveryId) {
  write(phone("491511"), "a");
  write(phone("491522"), "b");
  write(phone("491533"), "c");
  ASSERT_TRUE(world_.run(identities_.merge(kAcme, "491522", "491511", audit())));
  ASSERT_TRUE(world_.run(identities_.merge(kAcme, "491533", "491522", audit())));
  for (const char* id : {"491511", "491522", "491533"}) EXPECT_EQ(user(id).id, "491533");
  EXPECT_THAT(user("491511").also_known_as, ElementsAre("491511", "491522"));
  EXPECT_THAT(said("491511"), ElementsAre("c", "b", "a"));
  world_.restart();
  EXPECT_EQ(write(phone("491511"), "d").user, "491533");
}

TEST_F(IdentityTest, AGroupsMessagesAreAConversationOfItsOwnWithTheirAuthor) {
  const auto alone = write(phone("491511", "Omar"), "in private");
  const auto accepted = accept({in_group(phone("491511", "Omar"), "G1", "who brings the cake?"),
                                in_group(only("US.b"), "G1", "me"), in_group(phone("491511"), "G2", "another group")});
  ASSERT_THAT(accepted.pending, SizeIs(3));
  const auto& first = accepted.pending[0];
  EXPECT_EQ(first.user, "group:G1");
  EXPECT_EQ(first.phone, "");
  ASSERT_TRUE(first.author);
  EXPECT_EQ(first.author->user, "491511");
  EXPECT_EQ(first.author->phone, "491511");
  EXPECT_EQ(first.author->name, "Omar");
  EXPECT_NE(first.conversation, alone.conversation);
  EXPECT_EQ(first.conversation, accepted.pending[1].conversation);
  EXPECT_NE(first.conversation, accepted.pending[2].conversation);
  EXPECT_THAT(said("491511"), ElementsAre("in private")) << "no word crosses";
  EXPECT_THAT(said("group:G1"), ElementsAre("me", "who brings the cake?"));

  const auto waiting = world_.run(world_.ledger->pending(kAcme, first.id, 10)).value();
  ASSERT_THAT(waiting, SizeIs(3)) << "and the same from the ledger";
  EXPECT_EQ(waiting[0].author->name, "Omar");
  EXPECT_EQ(waiting[1].author->bsuid, "US.b");
  const auto parts = world_.run(
      world_.ledger->complete_turn(first.id, ended(MessageState::kAnswered, {"I do"}), world_.ledger->fence()));
  EXPECT_EQ(parts.value().at(0).group, "G1");
  EXPECT_EQ(world_.run(world_.ledger->queued("111", Urgency::kAnswer, {}, 10)).value().at(0).group, "G1");
  const auto history = world_.run(world_.ledger->history(first.conversation, {}, MessageId{1'000}, 10)).value();
  ASSERT_THAT(history, SizeIs(2));
  EXPECT_EQ(history[0].text, "Omar: who brings the cake?") << "an agent reads who says it";
  EXPECT_EQ(history[1].text, "I do");
}

TEST_F(IdentityTest, AnAuthorWhoWasMergedIsNamedAsWhomTheyBecame) {
  write(phone("491511", "Ada"), "a");
  accept({in_group(only("US.a"), "G1", "hello")});
  write(both("491511", "US.a"), "b");
  const auto record = world_.run(world_.ledger->messages(kAcme, {.user = "group:G1"})).value().at(0);
  ASSERT_TRUE(record.author);
  EXPECT_EQ(record.author->user, "491511");
  EXPECT_EQ(record.author->name, "Ada");
  EXPECT_FALSE(world_.run(world_.ledger->messages(kAcme, {.user = "491511"})).value().at(0).author);
}

TEST_F(IdentityTest, AGroupIsCalledByItsSubjectAndListedBeforeAnybodyWrites) {
  accept({group_called("G1", "Bike tour"), in_group(phone("491511"), "G2", "hi")});
  auto groups = world_.run(identities_.groups(kAcme, {})).value();
  ASSERT_THAT(groups, SizeIs(2));
  EXPECT_EQ(groups[0].id, "G1");
  EXPECT_EQ(groups[0].name, "Bike tour");
  EXPECT_EQ(groups[0].phone_number_id, "111");
  EXPECT_FALSE(groups[0].conversation);
  EXPECT_EQ(groups[1].id, "G2");
  EXPECT_EQ(groups[1].name, "");
  EXPECT_TRUE(groups[1].conversation);
  accept({group_called("G2", "Cakes")});
  EXPECT_EQ(user("group:G2").name, "Cakes");
  EXPECT_EQ(conversations(), 1) << "one of them has a message";
  const auto page = world_.run(identities_.groups(kAcme, {.limit = 1})).value();
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page.next, "G1");
  EXPECT_EQ(world_.run(identities_.groups(kAcme, {.limit = 5, .after = page.next})).value().at(0).id, "G2");
  EXPECT_THAT(world_.run(identities_.groups(kAcme, {.id = "G2"})).value(), SizeIs(1));
  EXPECT_THAT(world_.run(identities_.groups(TenantId{2}, {})).value(), IsEmpty());
}

TEST_F(IdentityTest, AGroupIsNoPerson) {
  accept({in_group(phone("491511"), "G1", "hi")});
  EXPECT_EQ(world_.run(identities_.link(kAcme, "group:G1", "491522", audit())).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(world_.run(identities_.merge(kAcme, "491511", "group:G1", audit())).error().kind, ErrorKind::kInvalid);
  ASSERT_TRUE(world_.run(world_.ledger->kv_put(kAcme, "wa:491533", "group:G1")));
  EXPECT_EQ(write(phone("491533"), "in private").user, "491533") << "a slip in a key brings nobody's words into it";
}

}  // namespace
}  // namespace claw
