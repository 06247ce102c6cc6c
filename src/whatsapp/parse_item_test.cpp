#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/fixture_files.hpp"
#include "whatsapp/json.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string body(std::string_view value, std::string_view field = "messages", std::string_view time = "") {
  return fmt::format(
      R"({{"object":"whatsapp_business_account","entry":[{{"id":"W",{}"changes":[{{"value":{},"field":"{}"}}]}}]}})",
      time, value, field);
}

Event message_event(std::string_view message) {
  return parse_item(ItemKind::kMessage,
                    body(fmt::format(R"({{"metadata":{{"phone_number_id":"P"}},"messages":[{}]}})", message)));
}

Message message_of(std::string_view message) {
  return std::get<Message>(message_event(message).what);
}

Event status_event(std::string_view status) {
  return parse_item(ItemKind::kStatus, body(fmt::format(R"({{"statuses":[{}]}})", status)));
}

json::object data_of(const AgentView& view) {
  return parse_json(view.data).value().get_object();
}

TEST(ParseItem, ReadsTimestampsFromStringsAndNumbers) {
  const std::pair<const char*, std::int64_t> stamps[] = {
      {"\"1795000000\"", 1795000000},
      {"1795000000", 1795000000},
      {"1795000000.0", 1795000000},
      {"\"soon\"", 0},
      {"null", 0},
      {"-5", 0},
      {"{}", 0},
      {"1e300", 0},
      {"\"9223372036854775807\"", 0},
      {"1795000000000", 0},
  };
  for (const auto& [stamp, seconds] : stamps) {
    const auto event = message_event(fmt::format(R"({{"id":"m","timestamp":{}}})", stamp));
    EXPECT_EQ(event.timestamp_s, seconds) << stamp;
    EXPECT_EQ(std::get<Message>(event.what).timestamp_s, seconds);
    EXPECT_EQ(std::get<Message>(event.what).id, "m") << "a bad timestamp costs the timestamp only";
  }
}

TEST(ParseItem, AMessageWithoutAnythingIsStillAMessage) {
  const auto message = message_of("{}");
  EXPECT_EQ(message.view.text, "[message without type]");
  EXPECT_EQ(message.view.data, "{}");
  EXPECT_EQ(message.id, "");
}

TEST(ParseItem, ATypeWithoutItsContentSaysSo) {
  for (const std::string type :
       {"text", "image", "video", "audio", "document", "sticker", "location", "contacts", "order", "button"}) {
    const auto message = message_of(fmt::format(R"({{"id":"m","type":"{}"}})", type));
    EXPECT_THAT(message.view.text, HasSubstr(type));
    EXPECT_THAT(message.view.text, HasSubstr("without content"));
    EXPECT_EQ(message.body, "");
  }
}

TEST(ParseItem, OnlyATextHasABody) {
  EXPECT_EQ(message_of(R"({"type":"text","text":{"body":"hi"}})").body, "hi");
  for (const auto& name : fixture_names()) {
    const auto item = split_webhook(fixture(name)).at(0);
    const auto event = parse_item(item.kind, item.raw);
    const auto* message = std::get_if<Message>(&event.what);
    if (message && message->type != "text") EXPECT_EQ(message->body, "") << name;
  }
}

TEST(ParseItem, BrokenFormAnswersAreKeptAsText) {
  const auto form = [](std::string_view response) {
    return message_of(fmt::format(
        R"({{"type":"interactive","interactive":{{"type":"nfm_reply","nfm_reply":{{"name":"flow","body":"Sent","response_json":{}}}}}}})",
        response));
  };
  EXPECT_EQ(form(R"("{\"a\":1}")").view.text, "[form] a: 1");
  EXPECT_EQ(form(R"({"a":1})").view.text, "[form] a: 1");
  for (const std::string broken : {R"("{\"a\":")", R"("[1]")", "7", R"("")"}) {
    const auto message = form(broken);
    EXPECT_EQ(message.view.text, "[form] Sent") << broken;
    EXPECT_THAT(message.view.data, HasSubstr(R"("response_json")")) << broken;
  }
  EXPECT_EQ(form("null").view.text, "[form] Sent");
}

TEST(ParseItem, AnEditOfAnEditIsNotFollowed) {
  const auto message = message_of(
      R"({"type":"edit","edit":{"original_message_id":"o","message":{"type":"edit","edit":{"message":{"type":"text"}}}}})");
  EXPECT_EQ(message.view.text, "[edited a message]");
  EXPECT_EQ(message.target, "o");
}

TEST(ParseItem, KeepsAnUnknownTypesContent) {
  const auto message = message_of(R"({"type":"hologram","hologram":{"size":3}})");
  EXPECT_EQ(message.view.text, "[hologram] size: 3");
  EXPECT_EQ(write_json(data_of(message.view)["content"]), R"({"size":3})");
}

TEST(ParseItem, FieldsOfTheWrongKindCostThemselvesOnly) {
  const auto message = message_of(
      R"({"id":"m","type":"text","text":{"body":["x"]},"context":"c","referral":[],"errors":{},"identity":1,"group_id":{}})");
  EXPECT_EQ(message.id, "m");
  EXPECT_EQ(message.view.text, "");
  EXPECT_EQ(message.view.data, "{}");
}

TEST(DedupeKey, OfAMessageIsNumberAndId) {
  EXPECT_EQ(message_event(R"({"id":"wamid.A","timestamp":"5"})").dedupe_key, "message:P:wamid.A");
}

TEST(DedupeKey, OfAMessageWithoutIdIsItsContent) {
  const auto a = message_event(R"({"timestamp":"5","type":"text","text":{"body":"a"}})").dedupe_key;
  EXPECT_THAT(a, StartsWith("message:P:"));
  EXPECT_EQ(a, message_event(R"({ "timestamp" : "5","type":"text","text":{"body":"\u0061"}})").dedupe_key);
  EXPECT_NE(a, message_event(R"({"timestamp":"5","type":"text","text":{"body":"b"}})").dedupe_key);
}

TEST(DedupeKey, OfAStatusIsIdAndStatusAndParticipant) {
  EXPECT_EQ(status_event(R"({"id":"s","status":"read","recipient_id":"491"})").dedupe_key, "status:s:read:");
  EXPECT_EQ(status_event(R"({"id":"s","status":"read","recipient_type":"group","recipient_participant_id":"491"})")
                .dedupe_key,
            "status:s:read:491");
  EXPECT_EQ(
      status_event(R"({"id":"s","status":"read","recipient_type":"group","recipient_participant_user_id":"DE.1"})")
          .dedupe_key,
      "status:s:read:DE.1");
}

TEST(DedupeKey, IsTheSameWhenARedeliveryIsBatchedOtherwise) {
  const auto batch = split_webhook(fixture("user_preferences"));
  ASSERT_EQ(batch.size(), 2U);
  const auto alone = parse_json(batch[1].raw).value();
  // The second preference alone, in another spelling, as Meta may send it again.
  const auto again = split_webhook(" " + write_json(alone));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(parse_item(again[0].kind, again[0].raw).dedupe_key, parse_item(batch[1].kind, batch[1].raw).dedupe_key);
  EXPECT_NE(parse_item(batch[0].kind, batch[0].raw).dedupe_key, parse_item(batch[1].kind, batch[1].raw).dedupe_key);
}

TEST(DedupeKey, OfAChangeNamesFieldEntryTimeAndContent) {
  const auto event = parse_item(ItemKind::kChange, body(R"({"event":"E"})", "account_update", R"("time":17,)"));
  EXPECT_THAT(event.dedupe_key, StartsWith("change:account_update:W:17:"));
  EXPECT_EQ(event.timestamp_s, 17);
  const auto later = parse_item(ItemKind::kChange, body(R"({"event":"E"})", "account_update", R"("time":18,)"));
  EXPECT_NE(event.dedupe_key, later.dedupe_key);
}

TEST(ParseItem, WhatCannotBeReadIsAnUnparsedChange) {
  const std::pair<ItemKind, std::string> items[] = {
      {ItemKind::kMessage, ""},
      {ItemKind::kMessage, "not json"},
      {ItemKind::kMessage, "{}"},
      {ItemKind::kMessage, body(R"({"statuses":[{"id":"s"}]})")},
      {ItemKind::kStatus, body(R"({"messages":[{"id":"m"}]})")},
      {ItemKind::kChange, "[]"},
      {ItemKind::kUnparsed, body(R"({"messages":[7]})")},
      {ItemKind::kUnparsed, "\xff"},
      {static_cast<ItemKind>(99), body(R"({"messages":[{"id":"m"}]})")},
  };
  for (const auto& [kind, raw] : items) {
    const auto event = parse_item(kind, raw);
    EXPECT_EQ(event.kind, ItemKind::kUnparsed) << raw;
    ASSERT_TRUE(std::holds_alternative<Change>(event.what)) << raw;
    EXPECT_EQ(event.field, "");
    EXPECT_THAT(event.dedupe_key, StartsWith("unparsed:"));
    EXPECT_THAT(std::get<Change>(event.what).view.text, HasSubstr("could not be read"));
  }
}

TEST(ParseItem, AnUnparsedItemTellsToWhomItBelongsWhereThatCanBeRead) {
  EXPECT_EQ(parse_item(ItemKind::kUnparsed, R"({"id":"W","time":5,"messaging":[]})").waba_id, "W");
  const auto event = parse_item(ItemKind::kUnparsed, body(R"({"metadata":{"phone_number_id":"P"},"messages":[7]})"));
  EXPECT_EQ(event.phone_number_id, "P");
}

TEST(ParseItem, AStatusKeepsItsErrorsPricingAndConversation) {
  const auto status =
      std::get<Status>(status_event(R"({"id":"s","status":"failed","errors":[7,{"code":"131047","title":"t",
      "message":"m","error_data":{"details":"d"}}],"pricing":{"billable":true},"conversation":{"id":"c"}})")
                           .what);
  ASSERT_EQ(status.errors.size(), 1U);
  EXPECT_EQ(status.errors[0].code, 131047);
  EXPECT_EQ(status.errors[0].details, "d");
  EXPECT_EQ(status.pricing, R"({"billable":true})");
  EXPECT_EQ(status.conversation, R"({"id":"c"})");
}

TEST(ParseItem, ALargeChangeIsSummarised) {
  const auto event =
      parse_item(ItemKind::kChange, body(R"({"event":"E","x":")" + std::string(100000, 'x') + "\"}", "history"));
  const auto& view = std::get<Change>(event.what).view;
  EXPECT_LT(view.data.size(), 1000U);
  EXPECT_THAT(view.data, HasSubstr("bytes"));
}

TEST(ParseItem, AConversationThatAnotherAppAnswersShowsNoWordsInItsLine) {
  const auto event = parse_item(ItemKind::kChange, fixture("standby"));
  EXPECT_THAT(std::get<Change>(event.what).view.text, testing::Not(HasSubstr("for the other app")));
}

}  // namespace
}  // namespace claw::whatsapp
