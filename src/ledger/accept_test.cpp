#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace claw::testing;
using whatsapp::ItemKind;

class AcceptTest : public ::testing::Test {
 protected:
  Accepted accept(std::vector<AcceptItem> items) {
    auto accepted = world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence()));
    EXPECT_TRUE(accepted) << accepted.error().message;
    return accepted ? std::move(*accepted) : Accepted{};
  }
  template <class... Items>
  Accepted accept_all(Items... items) {
    std::vector<AcceptItem> all;
    (all.push_back(std::move(items)), ...);
    return accept(std::move(all));
  }
  /// Texts of a tenant's messages, oldest first.
  std::vector<std::string> texts(TenantId tenant = TenantId{1}) {
    std::vector<std::string> found;
    for (const auto& record : world_.run(world_.ledger->messages(tenant, {})).value())
      found.insert(found.begin(), record.view.text);
    return found;
  }
  std::vector<EventRecord> events(TenantId tenant = TenantId{1}) {
    return world_.run(world_.ledger->events(tenant, {})).value();
  }
  std::string user_of(const AcceptItem& item) {
    const auto accepted = accept({item});
    return accepted.pending.size() == 1 ? accepted.pending.front().user : "not accepted";
  }

  OpenLedger world_;
};

AcceptItem call(std::string id, std::string event) {
  auto item = item_of(ItemKind::kCall, "call/" + id + "/" + event);
  item.event.what =
      whatsapp::Call{.id = id, .event = event, .timestamp_s = 1, .from = phone("491511"), .view = {"c", "{}"}};
  return item;
}

AcceptItem change(std::string field, std::string key) {
  auto item = item_of(ItemKind::kChange, std::move(key));
  item.event.field = field;
  item.event.what = whatsapp::Change{
      .field = field, .event = "APPROVED", .timestamp_s = 1, .view = {"t", "{}"}, .about = {}, .changed_to = {}};
  return item;
}

TEST_F(AcceptTest, KeepsAnItemOfEachKindOnceHoweverOftenItComes) {
  const AcceptItem kinds[] = {text_from("491511", "hello"), status_of("wamid.x", "sent"), call("c1", "connect"),
                              change("message_template_status_update", "change/1"),
                              item_of(ItemKind::kUnparsed, "unparsed/hash")};
  for (const auto& item : kinds) {
    EXPECT_EQ(accept({item, item}).duplicates, 1U) << "redelivered in the same batch: " << item.event.dedupe_key;
    EXPECT_EQ(accept({item}).duplicates, 1U) << "redelivered later: " << item.event.dedupe_key;
  }
  world_.restart();
  for (const auto& item : kinds)
    EXPECT_EQ(accept({item}).duplicates, 1U) << "after a restart: " << item.event.dedupe_key;
  EXPECT_THAT(texts(), ElementsAre("hello"));
  EXPECT_THAT(events(), SizeIs(4));
}

TEST_F(AcceptTest, TellsApartWhatIsNoRedelivery) {
  const auto accepted = accept_all(text_from("491511", "same", "wamid.1"), text_from("491511", "same", "wamid.2"),
                                   on_number(text_from("491511", "same", "wamid.1"), "222"),
                                   of_tenant(text_from("491511", "same", "wamid.1"), 2), status_of("wamid.9", "sent"),
                                   status_of("wamid.9", "delivered"), call("c1", "connect"), call("c1", "terminate"));
  EXPECT_EQ(accepted.duplicates, 0U);
  EXPECT_THAT(accepted.pending, SizeIs(4));
  EXPECT_EQ(accepted.statuses, 2U);
  EXPECT_EQ(accepted.events, 4U) << "the calls, and the statuses of a message that nobody knows";
}

TEST_F(AcceptTest, ShowsAStatusOfAMessageThatWasNotSentFromHere) {
  accept({status_of("wamid.elsewhere", "delivered")});
  ASSERT_THAT(events(), SizeIs(1));
  EXPECT_EQ(events()[0].kind, "status");
  EXPECT_EQ(events()[0].event, "delivered");
  EXPECT_THAT(events()[0].view.text, HasSubstr("wamid.elsewhere"));
}

TEST_F(AcceptTest, GivesMessagesInTheOrderTheyCame) {
  std::vector<AcceptItem> items;
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    items.push_back(text_from(i % 2 ? "491511" : "491512", "m" + std::to_string(i)));
    expected.push_back("m" + std::to_string(i));
  }
  const auto accepted = accept(std::move(items));
  std::vector<std::string> given;
  MessageId last;
  for (const auto& pending : accepted.pending) {
    EXPECT_GT(pending.id, last);
    last = pending.id;
    given.push_back(pending.view.text);
  }
  EXPECT_EQ(given, expected);
  EXPECT_EQ(texts(), expected);
}

TEST_F(AcceptTest, GivesATurnAllThatItNeeds) {
  auto item = message_of({.phone = "491511", .bsuid = "US.abc", .parent_bsuid = "", .name = "Ada", .username = ""},
                         "hello", "wamid.A");
  const auto pending = accept({item}).pending.at(0);
  EXPECT_EQ(pending.tenant, TenantId{1});
  EXPECT_EQ(pending.phone_number_id, "111");
  EXPECT_EQ(pending.user, "491511");
  EXPECT_EQ(pending.phone, "491511");
  EXPECT_EQ(pending.bsuid, "US.abc");
  EXPECT_EQ(pending.wamid, "wamid.A");
  EXPECT_EQ(pending.type, "text");
  EXPECT_EQ(pending.view.text, "hello");

  const auto again = world_.run(world_.ledger->pending(TenantId{1}, MessageId{1}, 10)).value();
  ASSERT_THAT(again, SizeIs(1)) << "and the same from the ledger";
  EXPECT_EQ(again[0].id, pending.id);
  EXPECT_EQ(again[0].conversation, pending.conversation);
  EXPECT_EQ(again[0].bsuid, pending.bsuid);
  EXPECT_EQ(again[0].wamid, pending.wamid);
  EXPECT_EQ(again[0].view.text, "hello");
}

TEST_F(AcceptTest, KnowsAPersonByPhoneByBsuidAndByBoth) {
  using P = whatsapp::Person;
  const P by_phone{.phone = "491511", .bsuid = "", .parent_bsuid = "", .name = "", .username = ""};
  const P both{.phone = "491511", .bsuid = "US.a", .parent_bsuid = "", .name = "", .username = ""};
  const P by_bsuid{.phone = "", .bsuid = "US.a", .parent_bsuid = "", .name = "", .username = ""};
  const P new_phone{.phone = "491599", .bsuid = "US.a", .parent_bsuid = "", .name = "", .username = ""};
  EXPECT_EQ(user_of(message_of(by_phone, "1")), "491511") << "the public id is fixed by the first message";
  EXPECT_EQ(user_of(message_of(both, "2")), "491511");
  EXPECT_EQ(user_of(message_of(by_bsuid, "3")), "491511") << "linked by the message that had both";
  EXPECT_EQ(user_of(message_of(new_phone, "4")), "491511") << "a new phone number of the same person";
  const auto newest = accept({message_of(by_bsuid, "5")}).pending.at(0);
  EXPECT_EQ(newest.phone, "491599") << "the newest address is the one that is answered";
}

TEST_F(AcceptTest, NamesAPersonByTheBsuidWhereThereIsNoPhoneAndKeepsThatName) {
  using P = whatsapp::Person;
  EXPECT_EQ(user_of(message_of(P{.phone = "", .bsuid = "US.b", .parent_bsuid = "", .name = "", .username = ""}, "1")),
            "US.b");
  EXPECT_EQ(
      user_of(message_of(P{.phone = "491522", .bsuid = "US.b", .parent_bsuid = "", .name = "", .username = ""}, "2")),
      "US.b");
  EXPECT_EQ(user_of(text_from("491522", "3")), "US.b");
}

TEST_F(AcceptTest, FollowsTheMappingThatTheTenantWrote) {
  EXPECT_EQ(user_of(text_from("491511", "1")), "491511");
  ASSERT_TRUE(world_.run(world_.ledger->kv_put(TenantId{1}, "wa:491511", "customer-7")));
  EXPECT_EQ(user_of(text_from("491511", "2")), "customer-7");
  ASSERT_TRUE(world_.run(world_.ledger->kv_put(TenantId{1}, "wa:491512", "customer-7")));
  EXPECT_EQ(user_of(text_from("491512", "3")), "customer-7") << "two numbers of one customer";
  ASSERT_TRUE(world_.run(world_.ledger->kv_delete(TenantId{1}, "wa:491511")));
  EXPECT_EQ(user_of(text_from("491511", "4")), "491511");
}

TEST_F(AcceptTest, WritesTheMappingWhereTheTenantCanReadIt) {
  accept({message_of({.phone = "491511", .bsuid = "US.a", .parent_bsuid = "", .name = "", .username = ""}, "1")});
  EXPECT_EQ(world_.run(world_.ledger->kv_get(TenantId{1}, "wa:491511")).value(), "491511");
  EXPECT_EQ(world_.run(world_.ledger->kv_get(TenantId{1}, "wa:US.a")).value(), "491511");
  EXPECT_EQ(world_.run(world_.ledger->kv_get(TenantId{2}, "wa:491511")).error().kind, ErrorKind::kNotFound);
}

TEST_F(AcceptTest, TakesNamesAsLabelsNeverAsIdentity) {
  accept_all(message_of(phone("491511", "Ada"), "1"), message_of(phone("491512", "Ada"), "2"),
             message_of(phone("491511", "Ada L."), "3"), message_of(phone("491511"), "4"));
  const auto records = world_.run(world_.ledger->messages(TenantId{1}, {50, {}, "491511", {}})).value();
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(records[0].user_name, "Ada L.") << "the newest name; a message without one leaves it";
}

TEST_F(AcceptTest, KeepsAConversationForEachPersonAndNumber) {
  const auto accepted =
      accept_all(text_from("491511", "a"), on_number(text_from("491511", "b"), "222"), text_from("491512", "c"),
                 text_from("491511", "d"), of_tenant(text_from("491511", "e"), 2));
  ASSERT_THAT(accepted.pending, SizeIs(5));
  const auto& p = accepted.pending;
  EXPECT_EQ(p[0].conversation, p[3].conversation);
  EXPECT_NE(p[0].conversation, p[1].conversation) << "another number";
  EXPECT_NE(p[0].conversation, p[2].conversation) << "another person";
  EXPECT_NE(p[0].conversation, p[4].conversation) << "another tenant";
}

TEST_F(AcceptTest, KeepsWhatIsNotProcessedAndSaysWhy) {
  auto ignored = text_from("491511", "anyone there?");
  ignored.ignore_reason = "channel_disabled";
  EXPECT_THAT(accept({ignored}).pending, IsEmpty());
  const auto record = world_.run(world_.ledger->messages(TenantId{1}, {})).value().at(0);
  EXPECT_EQ(record.state, MessageState::kIgnored);
  EXPECT_EQ(record.reason, "channel_disabled");
  EXPECT_THAT(world_.run(world_.ledger->pending(TenantId{1}, MessageId{1}, 10)).value(), IsEmpty());
}

TEST_F(AcceptTest, KeepsAForeignNumbersItemsAsEventsJoinedToNobody) {
  auto foreign = text_from("491511", "hello");
  foreign.foreign = true;
  auto status = status_of("wamid.x", "read");
  status.foreign = true;
  const auto accepted = accept_all(foreign, status);
  EXPECT_THAT(accepted.pending, IsEmpty());
  EXPECT_EQ(accepted.events, 2U);
  EXPECT_THAT(texts(), IsEmpty());
  ASSERT_THAT(events(), SizeIs(2));
  EXPECT_EQ(events()[0].kind, "foreign");
  EXPECT_THAT(events()[0].view.text, HasSubstr("111"));
  EXPECT_EQ(world_.run(world_.ledger->kv_get(TenantId{1}, "wa:491511")).error().kind, ErrorKind::kNotFound);
}

TEST_F(AcceptTest, ShowsEventsNewestFirstByKindAndPageAndOnlyTheTenantsOwn) {
  std::vector<AcceptItem> items{item_of(ItemKind::kUnparsed, "unparsed/1"), call("c1", "connect"),
                                change("account_update", "change/1"), message_of({}, "from nobody"),
                                of_tenant(call("c1", "connect"), 2)};
  accept(std::move(items));
  const auto all = events();
  std::vector<std::string> kinds;
  for (const auto& event : all) kinds.push_back(event.kind);
  EXPECT_THAT(kinds, ElementsAre("message", "change", "call", "unparsed"));
  EXPECT_EQ(all[1].field, "account_update");
  EXPECT_EQ(all[1].event, "APPROVED");
  EXPECT_EQ(all[1].waba_id, "WABA");
  const auto calls = world_.run(world_.ledger->events(TenantId{1}, {50, 0, "call"})).value();
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_EQ(calls[0].event, "connect");
  const auto page = world_.run(world_.ledger->events(TenantId{1}, {2, all[1].id, ""})).value();
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[0].id, all[2].id);
  EXPECT_THAT(events(TenantId{3}), IsEmpty());
}

TEST_F(AcceptTest, KeepsWhatTheBusinessWroteInItsAppAsSentAndWaitsForNothing) {
  auto echo = text_from("491511", "we call you back", "wamid.echo");
  echo.event.kind = ItemKind::kEcho;
  EXPECT_THAT(accept_all(text_from("491511", "hello"), echo).pending, SizeIs(1));
  const auto records = world_.run(world_.ledger->messages(TenantId{1}, {50, {}, "491511", {}})).value();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].direction, Direction::kOutbound);
  EXPECT_EQ(records[0].state, MessageState::kSent);
  accept({status_of("wamid.echo", "read")});
  EXPECT_EQ(world_.run(world_.ledger->message(TenantId{1}, records[0].id)).value().state, MessageState::kRead);
}

TEST_F(AcceptTest, KeepsTheRawBytesFromTheInbox) {
  const std::string raw("{\"not\": \x01\xFF json", 16);
  ASSERT_TRUE(world_.run(world_.inbox_store->write<void>([raw](sqlite::Database& db) -> Result<void> {
    db.run("INSERT INTO inbox (seq, tenant, slot, kind, received_ms, raw) VALUES (7, $1, 0, 0, 1790000001000, $2)",
           TenantId{1}, sqlite::Blob{raw});
    return {};
  })));
  auto unparsed = item_of(ItemKind::kUnparsed, "unparsed/1");
  auto message = text_from("491511", "hello");
  unparsed.item.seq = message.item.seq = InboxSeq{7};
  const auto id = accept_all(unparsed, message).pending.at(0).id;
  EXPECT_EQ(events().at(0).raw, raw);
  EXPECT_EQ(world_.run(world_.ledger->message(TenantId{1}, id)).value().raw, raw);
}

TEST_F(AcceptTest, ShowsNoBytesOfAnotherItemThatAnOlderInboxGaveTheSameNumber) {
  ASSERT_TRUE(world_.run(world_.inbox_store->write<void>([](sqlite::Database& db) -> Result<void> {
    for (const int seq : {7, 8})
      db.run("INSERT INTO inbox (seq, tenant, slot, kind, received_ms, raw) VALUES ($1, $2, 0, 0, $3, $4)", seq,
             seq == 7 ? TenantId{2} : TenantId{1}, seq == 7 ? 1790000001000 : 1790000001001, sqlite::Blob{"private"});
    return {};
  })));
  for (const int seq : {7, 8}) {
    auto event = item_of(ItemKind::kUnparsed, fmt::format("unparsed/{}", seq));
    auto message = text_from("491511", fmt::format("hello {}", seq));
    event.item.seq = message.item.seq = InboxSeq{seq};
    const auto id = accept_all(event, message).pending.at(0).id;
    EXPECT_EQ(world_.run(world_.ledger->message(TenantId{1}, id)).value().raw, "");
    EXPECT_EQ(events().at(0).raw, "");
  }
}

TEST_F(AcceptTest, RefusesAnOlderOwnerAndChangesNothing) {
  const Fence old = world_.ledger->fence();
  world_.restart();
  EXPECT_GT(world_.ledger->fence().epoch, old.epoch);
  const auto refused = world_.run(world_.ledger->accept({text_from("491511", "late")}, old));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(texts(), IsEmpty());
  EXPECT_THAT(accept({text_from("491511", "late")}).pending, SizeIs(1)) << "it was not taken for a redelivery";
}

}  // namespace
}  // namespace claw
