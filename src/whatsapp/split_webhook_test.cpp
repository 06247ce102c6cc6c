#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/fixture_files.hpp"
#include "whatsapp/json.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::string body(std::string_view entries) {
  return fmt::format(R"({{"object":"whatsapp_business_account","entry":[{}]}})", entries);
}

std::string entry(std::string_view changes, std::string_view id = "W") {
  return fmt::format(R"({{"id":"{}","changes":[{}]}})", id, changes);
}

std::string change(std::string_view members, std::string_view field = "messages") {
  return fmt::format(
      R"({{"value":{{"messaging_product":"whatsapp","metadata":{{"phone_number_id":"P"}},{}}},"field":"{}"}})", members,
      field);
}

std::string text(std::string_view id, std::string_view from = "491") {
  return fmt::format(R"({{"from":"{}","id":"{}","timestamp":"1","type":"text","text":{{"body":"b"}}}})", from, id);
}

std::string messages(std::string_view list) {
  return change(fmt::format(R"("messages":[{}])", list));
}

std::vector<ItemKind> kinds(const std::vector<WebhookItem>& items) {
  std::vector<ItemKind> out;
  for (const auto& item : items) out.push_back(item.kind);
  return out;
}

/// The ids of the messages and statuses in the items, each read from its own raw; "-" for all else.
std::vector<std::string> ids(const std::vector<WebhookItem>& items) {
  std::vector<std::string> out;
  for (const auto& item : items) {
    const auto event = parse_item(item.kind, item.raw);
    if (const auto* message = std::get_if<Message>(&event.what)) {
      out.push_back(message->id);
    } else if (const auto* status = std::get_if<Status>(&event.what)) {
      out.push_back(status->id);
    } else {
      out.push_back("-");
    }
  }
  return out;
}

TEST(SplitWebhook, KeepsABodyOfOneItemByteForByte) {
  const auto odd =
      " {\"entry\" : [ {\"changes\":[" + messages(text("m1")) +
      "] , \"id\":\"\\u0057\", \"time\": 1.0} ],\n\"object\":\"whatsapp_business_account\", \"new\":[1e2]}\n";
  const auto items = split_webhook(odd);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].kind, ItemKind::kMessage);
  EXPECT_EQ(items[0].raw, odd);
  EXPECT_EQ(items[0].waba_id, "W");
  EXPECT_EQ(items[0].phone_number_id, "P");
  EXPECT_EQ(items[0].slot_key, "491");
}

TEST(SplitWebhook, CutsEveryEntryEveryChangeEveryItemInOrder) {
  const auto items = split_webhook(body(
      entry(messages(text("m1") + "," + text("m2")) + "," + change(R"("statuses":[{"id":"s1"},{"id":"s2"}])"), "W1") +
      "," + entry(messages(text("m3")), "W2") + "," +
      entry(R"({"field":"account_update","value":{"event":"E"}})", "W3")));
  EXPECT_THAT(ids(items), ElementsAre("m1", "m2", "s1", "s2", "m3", "-"));
  EXPECT_THAT(kinds(items), ElementsAre(ItemKind::kMessage, ItemKind::kMessage, ItemKind::kStatus, ItemKind::kStatus,
                                        ItemKind::kMessage, ItemKind::kChange));
  EXPECT_EQ(items[0].waba_id, "W1");
  EXPECT_EQ(items[4].waba_id, "W2");
  EXPECT_EQ(items[5].waba_id, "W3");
  EXPECT_EQ(items[5].phone_number_id, "");
}

TEST(SplitWebhook, KeepsChangesOfOneKindApart) {
  const auto first = messages(text("m1") + "," + text("m2"));
  const auto second = messages(text("m3") + "," + text("m4"));
  EXPECT_THAT(ids(split_webhook(body(entry(first + "," + second) + "," + entry(first)))),
              ElementsAre("m1", "m2", "m3", "m4", "m1", "m2"));
}

TEST(SplitWebhook, WhatItCutsOutIsAWebhookOfOneItem) {
  for (const auto& name : fixture_names()) {
    for (const auto& item : split_webhook(fixture(name))) {
      const auto again = split_webhook(item.raw);
      ASSERT_THAT(again, SizeIs(1)) << name;
      EXPECT_EQ(again[0].raw, item.raw) << name;
      EXPECT_EQ(again[0].kind, item.kind) << name;
      EXPECT_EQ(again[0].waba_id, item.waba_id) << name;
      EXPECT_EQ(again[0].phone_number_id, item.phone_number_id) << name;
      EXPECT_EQ(again[0].slot_key, item.slot_key) << name;
    }
  }
}

TEST(SplitWebhook, CutsBytesWithoutRewritingThem) {
  const std::string first = R"({ "id":"m1", "n":1.50, "t":"\u00fc\/" ,"from":"491"})";
  const auto items = split_webhook(body(entry(messages(first + " , " + text("m2")))));
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].raw, body(entry(messages(first))));
  EXPECT_EQ(items[1].raw, body(entry(messages(text("m2")))));
}

TEST(SplitWebhook, GivesEachMessageItsOwnContact) {
  const std::string a = R"({"wa_id":"491","profile":{"name":"A"}})";
  const std::string b = R"({"user_id":"DE.2","profile":{"name":"B"}})";
  const auto both = fmt::format(R"("contacts":[{},{}],"messages":[{},{{"id":"m2","from_user_id":"DE.2"}},{}])", a, b,
                                text("m1"), text("m3", "493"));
  const auto items = split_webhook(body(entry(change(both))));
  ASSERT_THAT(items, SizeIs(3));
  EXPECT_EQ(items[0].raw, body(entry(change(fmt::format(R"("contacts":[{}],"messages":[{}])", a, text("m1"))))));
  EXPECT_EQ(items[1].raw,
            body(entry(change(fmt::format(R"("contacts":[{}],"messages":[{{"id":"m2","from_user_id":"DE.2"}}])", b)))));
  EXPECT_EQ(items[2].raw,
            body(entry(change(fmt::format(R"("contacts":[{},{}],"messages":[{}])", a, b, text("m3", "493"))))));
  EXPECT_EQ(items[1].slot_key, "DE.2");
}

TEST(SplitWebhook, LeavesOutAListOfContactsThatMatchNobody) {
  std::string contacts;
  for (int i = 0; i < 9; ++i) contacts += fmt::format(R"({}{{"wa_id":"600{}"}})", i ? "," : "", i);
  const auto items = split_webhook(
      body(entry(change(fmt::format(R"("contacts":[{}],"messages":[{},{}])", contacts, text("m1"), text("m2"))))));
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].raw, body(entry(messages(text("m1")))));
}

TEST(SplitWebhook, SendsErrorsAlongWithEachItem) {
  const auto items = split_webhook(
      body(entry(change(fmt::format(R"("errors":[{{"code":7}}],"messages":[{},{}])", text("m1"), text("m2"))))));
  ASSERT_THAT(items, SizeIs(2));
  for (const auto& item : items) EXPECT_THAT(item.raw, testing::HasSubstr(R"("errors":[{"code":7}])"));
}

TEST(SplitWebhook, ErrorsAloneAreAChange) {
  const auto items = split_webhook(body(entry(change(R"("errors":[{"code":7}])"))));
  EXPECT_THAT(kinds(items), ElementsAre(ItemKind::kChange));
}

TEST(SplitWebhook, EmptyArraysAreAChange) {
  EXPECT_THAT(kinds(split_webhook(body(entry(change(R"("messages":[],"statuses":null)"))))),
              ElementsAre(ItemKind::kChange));
}

TEST(SplitWebhook, TellsTheKindsApart) {
  const std::string echo = R"("message_echoes":[{"id":"e","to":"491"}])";
  const std::pair<std::string, ItemKind> changes[] = {
      {messages(text("m")), ItemKind::kMessage},
      {change(R"("statuses":[{"id":"s"}])"), ItemKind::kStatus},
      {change(R"("statuses":[{"id":"s","type":"call"}])", "calls"), ItemKind::kCall},
      {change(R"("calls":[{"id":"c"}])", "calls"), ItemKind::kCall},
      {change(echo, "smb_message_echoes"), ItemKind::kEcho},
      {change(echo, "message_echoes"), ItemKind::kEcho},
      {change(echo), ItemKind::kEcho},
      {change(R"("user_preferences":[{"wa_id":"491"}])", "user_preferences"), ItemKind::kChange},
      {change(R"("messages":[{"id":"m","from":"491"}])", "standby"), ItemKind::kChange},
      {R"({"field":"no_such_field"})", ItemKind::kChange},
      {R"({"field":"no_such_field","value":"text"})", ItemKind::kChange},
  };
  for (const auto& [webhook, kind] : changes)
    EXPECT_THAT(kinds(split_webhook(body(entry(webhook)))), ElementsAre(kind)) << webhook;
}

TEST(SplitWebhook, SlotsAnItemByItsPersonAndAStatusByItsCallbackData) {
  const std::pair<std::string, std::string> changes[] = {
      {change(R"("messages":[{"id":"m","from":"491","from_user_id":"DE.1"}])"), "DE.1"},
      {change(R"("messages":[{"id":"m","from":"+49 1"}])"), "491"},
      {change(R"("messages":[{"id":"m","from":"DE.1"}])"), "DE.1"},
      {change(R"("messages":[{"id":"m","from":"491","from_user_id":"nonsense"}])"), "491"},
      {change(R"("messages":[{"id":"m","from":"a group?"}])"), "a group?"},
      {change(R"("messages":[{"id":"m"}],"contacts":[{"wa_id":"491"}])"), "491"},
      {change(R"("messages":[{"id":"m"}],"contacts":[{"wa_id":"491","user_id":"DE.1"}])"), "DE.1"},
      {change(R"("messages":[{"id":"m"}])"), ""},
      {change(R"("message_echoes":[{"id":"e","from":"15550001001","to":"491"}])"), "491"},
      {change(R"("statuses":[{"id":"s","recipient_id":"491","biz_opaque_callback_data":"s1.x"}])"), "s1.x"},
      {change(R"("statuses":[{"id":"s","recipient_id":"491"}])"), ""},
      {change(R"("calls":[{"id":"c","from":"491"}])", "calls"), "491"},
      {change(R"("user_preferences":[{"wa_id":"491"}])", "user_preferences"), "491"},
  };
  for (const auto& [webhook, slot] : changes)
    EXPECT_EQ(split_webhook(body(entry(webhook))).at(0).slot_key, slot) << webhook;
}

TEST(SplitWebhook, WhatIsNoWebhookIsOneUnparsedItemWithAllBytes) {
  const std::string deep = body(entry(messages(R"({"x":)" + std::string(64, '[') + std::string(64, ']') + "}")));
  for (const std::string& bytes :
       {std::string(), std::string("not json"), std::string("[]"), std::string("null"), std::string("{}"),
        std::string(R"({"entry":{}})"), std::string(R"({"entry":[]})"), std::string("\xff\xfe"),
        std::string("{\"entry\":[{\"id\":\"\xc3\"}]}"),
        std::string(R"({"object":"page","entry":[{"id":"1","changes":[{"field":"messages","value":{}}]}]})"),
        body(entry(messages(text("m1")))) + "x", body(entry(messages(text("m1")))).substr(1), deep}) {
    const auto items = split_webhook(bytes);
    ASSERT_THAT(items, SizeIs(1)) << bytes;
    EXPECT_EQ(items[0].kind, ItemKind::kUnparsed) << bytes;
    EXPECT_EQ(items[0].raw, bytes);
  }
}

TEST(SplitWebhook, NeedsNoObjectName) {
  EXPECT_THAT(kinds(split_webhook(R"({"entry":[)" + entry(messages(text("m1"))) + "]}")),
              ElementsAre(ItemKind::kMessage));
}

TEST(SplitWebhook, AFaultyPartCostsNoNeighbour) {
  const auto good = entry(messages(text("m1")));
  for (const std::string faulty : {"7", "null", "[]", "{}", R"({"id":"W"})", R"({"id":"W","changes":{}})",
                                   R"({"id":"W","changes":[]})", R"({"id":"W","messaging":[{}]})"}) {
    const auto items = split_webhook(body(faulty + "," + good + "," + faulty));
    ASSERT_THAT(kinds(items), ElementsAre(ItemKind::kUnparsed, ItemKind::kMessage, ItemKind::kUnparsed)) << faulty;
    EXPECT_EQ(items[0].raw, faulty);
    EXPECT_EQ(items[1].raw, body(good));
  }
  for (const std::string faulty : {"7", "null", "[]", "{}", R"({"value":{}})", R"({"field":7,"value":{}})",
                                   R"({"field":"messages"})", R"({"field":"messages","value":[]})"}) {
    const auto items = split_webhook(body(entry(faulty + "," + messages(text("m1")) + "," + faulty)));
    ASSERT_THAT(kinds(items), ElementsAre(ItemKind::kUnparsed, ItemKind::kMessage, ItemKind::kUnparsed)) << faulty;
    EXPECT_EQ(items[0].raw, faulty);
    EXPECT_EQ(items[0].waba_id, "W");
    EXPECT_EQ(items[1].raw, body(good));
  }
  for (const std::string faulty : {"7", "null", "[]", "\"text\""}) {
    const auto items = split_webhook(body(entry(messages(faulty + "," + text("m1") + "," + faulty))));
    ASSERT_THAT(kinds(items), ElementsAre(ItemKind::kUnparsed, ItemKind::kMessage, ItemKind::kUnparsed)) << faulty;
    EXPECT_EQ(items[0].raw, body(entry(messages(faulty))));
    EXPECT_EQ(items[0].phone_number_id, "P");
    EXPECT_EQ(items[1].raw, body(good));
  }
  for (const std::string faulty : {"7", "{}", "\"text\""}) {
    const auto items = split_webhook(body(entry(change(R"("messages":)" + faulty + R"(,"statuses":[{"id":"s1"}])"))));
    ASSERT_THAT(kinds(items), ElementsAre(ItemKind::kUnparsed, ItemKind::kStatus)) << faulty;
    EXPECT_EQ(items[0].raw, body(entry(change(R"("messages":)" + faulty))));
    EXPECT_EQ(items[1].raw, body(entry(change(R"("statuses":[{"id":"s1"}])"))));
  }
}

TEST(SplitWebhook, AMessageOfAnyShapeIsStillAMessage) {
  for (const std::string message :
       {"{}", R"({"id":7})", R"({"from":{},"timestamp":[]})", R"({"type":"text","text":"x"})"}) {
    EXPECT_THAT(kinds(split_webhook(body(entry(messages(message + "," + text("m1")))))),
                ElementsAre(ItemKind::kMessage, ItemKind::kMessage))
        << message;
  }
}

TEST(SplitWebhook, ReadsKeysHoweverTheyAreEscaped) {
  const auto escaped = body(R"({"\u0069d":"W","changes":[{"field":"mess\u0061ges","value":{"mess\u0061ges":[)" +
                            text("m1") + "," + text("m2") + "]}}]}");
  const auto items = split_webhook(escaped);
  EXPECT_THAT(ids(items), ElementsAre("m1", "m2"));
  EXPECT_EQ(items[1].waba_id, "W");
}

TEST(SplitWebhook, TakesTheLastOfTwoMembersWithOneName) {
  const auto items = split_webhook(
      body(entry(change(fmt::format(R"("messages":[{}],"messages":[{},{}])", text("old"), text("m1"), text("m2"))))));
  EXPECT_THAT(ids(items), ElementsAre("m1", "m2"));
}

TEST(SplitWebhook, KeepsAChangeWholeThatWouldGrowBeyondMeasure) {
  std::string list;
  for (int i = 0; i < 1000; ++i) list += (i ? "," : "") + text(fmt::format("m{}", i));
  const auto fat = change(fmt::format(R"("errors":["{}"],"messages":[{}])", std::string(100000, 'x'), list));
  const auto items = split_webhook(body(entry(fat + "," + messages(text("m1")))));
  ASSERT_THAT(kinds(items), ElementsAre(ItemKind::kUnparsed, ItemKind::kMessage));
  EXPECT_EQ(items[0].raw, fat);
}

TEST(SplitWebhook, CutsAFullBodyInReasonableTime) {
  std::string list;
  for (int i = 0; i < 12000; ++i)
    list += (i ? "," : "") + text(fmt::format("wamid.{:0200}", i), fmt::format("49{:010}", i));
  const auto full = body(entry(messages(list)));
  ASSERT_GT(full.size(), 3U << 20);
  const auto items = split_webhook(full);
  ASSERT_THAT(items, SizeIs(12000));
  EXPECT_EQ(items.back().slot_key, "490000011999");
}

}  // namespace
}  // namespace claw::whatsapp
