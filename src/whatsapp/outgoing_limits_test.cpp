// Each limit of Meta's on what we send, at the limit and one past it.
#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/json.hpp"
#include "whatsapp/outgoing.hpp"
#include "whatsapp/outgoing_examples.hpp"

namespace claw::whatsapp {
namespace {

using testing::HasSubstr;

json::value example(std::string_view name) {
  for (const auto& each : outgoing_examples())
    if (each.name == name) return parse_json(each.json).value();
  ADD_FAILURE() << "no example " << name;
  return {};
}

/// Puts a value where a JSON pointer says; the members on the way are made where they are missing.
json::value& set_at(json::value& in, std::string_view pointer, json::value value) {
  json::value* at = &in;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    const auto name = pointer.substr(0, end);
    pointer.remove_prefix(end);
    if (auto* array = at->if_array()) {
      const auto index = std::stoul(std::string(name));
      if (array->size() <= index) array->resize(index + 1);
      at = &(*array)[index];
    } else {
      if (!at->is_object()) at->emplace_object();
      at = &at->get_object()[name];
    }
  }
  *at = std::move(value);
  return *at;
}

/// A text of so many characters, of two bytes each.
json::value letters(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "ä";
  return json::value(text);
}

struct Limit {
  const char* name;
  const char* example;
  const char* where;  ///< JSON pointer of what is filled
  std::size_t most;
  const char* field;
};

/// Texts: as many characters, and one more.
constexpr Limit kTexts[] = {
    {"body", "text", "/text/body", 4096, "text.body"},
    {"callback_data", "text", "/biz_opaque_callback_data", 512, "biz_opaque_callback_data"},
    {"image_caption", "image", "/image/caption", 1024, "image.caption"},
    {"video_caption", "video", "/video/caption", 1024, "video.caption"},
    {"document_caption", "document", "/document/caption", 1024, "document.caption"},
    {"filename", "document", "/document/filename", 240, "document.filename"},
    {"place", "location", "/location/name", 100, "location.name"},
    {"address", "location", "/location/address", 300, "location.address"},
    {"button_body", "button", "/interactive/body/text", 1024, "interactive.body.text"},
    {"footer", "button_with_picture", "/interactive/footer/text", 60, "interactive.footer.text"},
    {"button_id", "button", "/interactive/action/buttons/1/reply/id", 256, "interactive.action.buttons[1].reply.id"},
    {"button_title", "button", "/interactive/action/buttons/0/reply/title", 20,
     "interactive.action.buttons[0].reply.title"},
    {"header", "list", "/interactive/header/text", 60, "interactive.header.text"},
    {"list_body", "list", "/interactive/body/text", 4096, "interactive.body.text"},
    {"list_button", "list", "/interactive/action/button", 20, "interactive.action.button"},
    {"section_title", "list", "/interactive/action/sections/1/title", 24, "interactive.action.sections[1].title"},
    {"row_id", "list", "/interactive/action/sections/0/rows/0/id", 200, "interactive.action.sections[0].rows[0].id"},
    {"row_title", "list", "/interactive/action/sections/0/rows/0/title", 24,
     "interactive.action.sections[0].rows[0].title"},
    {"row_description", "list", "/interactive/action/sections/0/rows/0/description", 72,
     "interactive.action.sections[0].rows[0].description"},
    {"cta_label", "cta_url", "/interactive/action/parameters/display_text", 20,
     "interactive.action.parameters.display_text"},
    {"flow_label", "flow", "/interactive/action/parameters/flow_cta", 20, "interactive.action.parameters.flow_cta"},
    {"call_label", "voice_call", "/interactive/action/parameters/display_text", 20,
     "interactive.action.parameters.display_text"},
    {"call_payload", "voice_call", "/interactive/action/parameters/payload", 512,
     "interactive.action.parameters.payload"},
    {"catalog_body", "catalog", "/interactive/body/text", 1024, "interactive.body.text"},
    {"product_list_header", "product_list", "/interactive/header/text", 60, "interactive.header.text"},
    {"product_section", "product_list", "/interactive/action/sections/0/title", 24,
     "interactive.action.sections[0].title"},
    {"carousel_body", "carousel", "/interactive/body/text", 1024, "interactive.body.text"},
    {"card_body", "carousel", "/interactive/action/cards/0/body/text", 160, "interactive.action.cards[0].body.text"},
    {"card_label", "carousel", "/interactive/action/cards/1/action/parameters/display_text", 20,
     "interactive.action.cards[1].action.parameters.display_text"},
    {"card_reply", "carousel_of_replies", "/interactive/action/cards/0/action/buttons/0/quick_reply/title", 20,
     "interactive.action.cards[0].action.buttons[0].quick_reply.title"},
    {"card_reply_id", "carousel_of_replies", "/interactive/action/cards/0/action/buttons/0/quick_reply/id", 256,
     "interactive.action.cards[0].action.buttons[0].quick_reply.id"},
    {"template_name", "template", "/template/name", 512, "template.name"},
    {"template_body", "template", "/template/components/1/parameters/0/text", 1024,
     "template.components[1].parameters[0].text"},
    {"template_url", "template", "/template/components/2/parameters/0/text", 2000,
     "template.components[2].parameters[0].text"},
    {"template_header", "template", "/template/components/0/parameters/0/text", 60,
     "template.components[0].parameters[0].text"},
    {"coupon", "template", "/template/components/2/parameters/0/coupon_code", 20,
     "template.components[2].parameters[0].coupon_code"},
};

/// Lists: as many elements, and one more. Made of the first one, which is told apart by `unique`.
constexpr Limit kLists[] = {
    {"contacts", "contacts", "/contacts", 257, "contacts"},
    {"buttons", "button", "/interactive/action/buttons", 3, "interactive.action.buttons"},
    {"sections", "list", "/interactive/action/sections", 10, "interactive.action.sections"},
    {"products", "product_list", "/interactive/action/sections/0/product_items", 30,
     "interactive.action.sections[0].product_items"},
    {"cards", "carousel", "/interactive/action/cards", 10, "interactive.action.cards"},
    {"card_replies", "carousel_of_replies", "/interactive/action/cards/0/action/buttons", 3,
     "interactive.action.cards[0].action.buttons"},
    {"template_cards", "template_with_cards", "/template/components/0/cards", 10, "template.components[0].cards"},
};

/// Numbers: the largest, and one more.
constexpr Limit kNumbers[] = {
    {"pin_days", "pin", "/pin/expiration_days", 30, "pin.expiration_days"},
    {"call_minutes", "voice_call", "/interactive/action/parameters/ttl_minutes", 43200,
     "interactive.action.parameters.ttl_minutes"},
    {"latitude", "location", "/location/latitude", 90, "location.latitude"},
    {"longitude", "location", "/location/longitude", 180, "location.longitude"},
};

OutgoingFault fault_of(const json::value& message) {
  const auto read = read_outgoing(write_json(message));
  return read ? OutgoingFault{"none", "", ""} : read.error();
}

class TextLimit : public testing::TestWithParam<Limit> {};
class ListLimit : public testing::TestWithParam<Limit> {};
class NumberLimit : public testing::TestWithParam<Limit> {};

TEST_P(TextLimit, IsTakenAtItAndRefusedOnePastIt) {
  const auto& limit = GetParam();
  auto message = example(limit.example);
  set_at(message, limit.where, letters(limit.most));
  EXPECT_EQ(fault_of(message).words(), "none: ");
  set_at(message, limit.where, letters(limit.most + 1));
  const auto fault = fault_of(message);
  EXPECT_EQ(fault.field, limit.field);
  EXPECT_THAT(fault.limit, HasSubstr(fmt::format("{} character", limit.most)));
  EXPECT_EQ(fault.given, std::to_string(limit.most + 1));
}

/// A copy of the first element that differs where elements must.
json::value another(json::value element, std::size_t index) {
  auto& object = element.get_object();
  const auto mark = std::to_string(index);
  if (auto* reply = object.if_contains("reply")) reply->get_object() = {{"id", "i" + mark}, {"title", "t" + mark}};
  if (auto* rows = object.if_contains("rows")) rows->get_array()[0].get_object()["id"] = "r" + mark;
  if (object.contains("card_index")) object["card_index"] = index % 10;
  return element;
}

TEST_P(ListLimit, IsTakenAtItAndRefusedOnePastIt) {
  const auto& limit = GetParam();
  auto message = example(limit.example);
  auto& array = message.at_pointer(limit.where).get_array();
  const json::value first = array[0];
  const auto fill = [&](std::size_t count) {
    array.clear();
    for (std::size_t index = 0; index < count; ++index) array.push_back(another(first, index));
  };
  fill(limit.most);
  if (limit.example == std::string_view("carousel_of_replies")) {
    // All cards have as many.
    set_at(message, "/interactive/action/cards/1/action/buttons", json::value(array));
  }
  EXPECT_EQ(fault_of(message).words(), "none: ");
  fill(limit.most + 1);
  const auto fault = fault_of(message);
  EXPECT_EQ(fault.field, limit.field);
  EXPECT_THAT(fault.limit, HasSubstr(fmt::format("{} element", limit.most)));
  EXPECT_EQ(fault.given, std::to_string(limit.most + 1));
  fill(0);
  EXPECT_EQ(fault_of(message).field, limit.field);
}

TEST_P(NumberLimit, IsTakenAtItAndRefusedOnePastIt) {
  const auto& limit = GetParam();
  auto message = example(limit.example);
  set_at(message, limit.where, limit.most);
  EXPECT_EQ(fault_of(message).words(), "none: ");
  set_at(message, limit.where, limit.most + 1);
  const auto fault = fault_of(message);
  EXPECT_EQ(fault.field, limit.field);
  EXPECT_EQ(fault.given, std::to_string(limit.most + 1));
}

const auto kNameOf = [](const auto& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(All, TextLimit, testing::ValuesIn(kTexts), kNameOf);
INSTANTIATE_TEST_SUITE_P(All, ListLimit, testing::ValuesIn(kLists), kNameOf);
INSTANTIATE_TEST_SUITE_P(All, NumberLimit, testing::ValuesIn(kNumbers), kNameOf);

TEST(OutgoingLimits, AListHasTenRowsInAllItsSections) {
  auto message = example("list");
  auto& sections = message.at_pointer("/interactive/action/sections").get_array();
  auto& rows = sections[0].get_object()["rows"].get_array();
  while (rows.size() < 9) rows.push_back({{"id", std::to_string(rows.size())}, {"title", "Row"}});
  EXPECT_EQ(fault_of(message).words(), "none: ");
  rows.push_back({{"id", "one more"}, {"title", "Row"}});
  EXPECT_EQ(fault_of(message).words(), "interactive.action.sections[].rows: at most 10 in all sections, given 11");
}

TEST(OutgoingLimits, AProductListHasThirtyProductsInAllItsSections) {
  auto message = example("product_list");
  auto& sections = message.at_pointer("/interactive/action/sections").get_array();
  const json::value product{{"product_retailer_id", "sku"}};
  json::array items(28, product);
  sections.push_back({{"title", "B"}, {"product_items", items}});
  EXPECT_EQ(fault_of(message).words(), "none: ");
  sections[1].get_object()["product_items"].get_array().push_back(product);
  EXPECT_EQ(fault_of(message).words(),
            "interactive.action.sections[].product_items: at most 30 in all sections, given 31");
}

TEST(OutgoingLimits, ABodyAloneMayBeLongInATemplate) {
  auto message = parse_json(R"({"type":"template","template":{"name":"n","language":{"code":"en"},"components":[)"
                            R"({"type":"body","parameters":[{"type":"text","text":""}]}]}})")
                     .value();
  set_at(message, "/template/components/0/parameters/0/text", letters(32768));
  EXPECT_EQ(fault_of(message).words(), "none: ");
  set_at(message, "/template/components/0/parameters/0/text", letters(32769));
  EXPECT_EQ(fault_of(message).given, "32769");
}

TEST(OutgoingLimits, ACardHasTwoLineBreaks) {
  auto message = example("carousel");
  const auto put = [&](const char* text) { set_at(message, "/interactive/action/cards/0/body/text", text); };
  put("a\nb\nc");
  EXPECT_EQ(fault_of(message).words(), "none: ");
  put("a\nb\nc\nd");
  EXPECT_EQ(fault_of(message).words(), "interactive.action.cards[0].body.text: at most 2 line breaks, given 3");
}

/// `value` is put at `where` of an example; no value: it is taken away.
struct Refused {
  const char* example;
  const char* where;
  const char* value;
  const char* words;
};

constexpr Refused kRefused[] = {
    {"text", "/text/body", R"("")", "text.body: 1 to 4096 characters, given 0"},
    {"text", "/text/body", "7", "text.body: a text, given 7"},
    {"text", "/text", "[]", "text: an object, given a list"},
    {"text", "/type", R"("fax")",
     "type: one of text, image, video, document, audio, sticker, reaction, location, contacts, interactive, "
     "template, pin, given fax"},
    {"text", "/type", "{}", "type: a text"},
    {"text", "/context", R"("wamid.A")", "context: an object, given a text"},
    {"image", "/image/id", R"("f_1")", "image: either an id or a link, given both"},
    {"image", "/image/link", R"("file:///etc/passwd")",
     "image.link: an address that begins with http:// or https://, given file:///etc/passwd"},
    {"image", "/image", "{}", "image: either an id or a link, given none of both"},
    {"audio", "/audio/caption", R"("x")", "audio.caption: not possible here, given a text"},
    {"sticker", "/sticker/caption", R"("x")", "sticker.caption: not possible here, given a text"},
    {"audio", "/audio/voice", R"("yes")", "audio.voice: true or false, given a text"},
    {"reaction", "/reaction/message_id", R"("")", "reaction.message_id: an id, given a text"},
    {"location", "/location/latitude", R"("north")", "location.latitude: a number of -90 to 90, given north"},
    {"contacts", "/contacts/0", "7", "contacts[0]: an object, given 7"},
    {"contacts", "/contacts/0/birthday", R"("18.8.2012")",
     "contacts[0].birthday: a date as 2012-08-18, given 18.8.2012"},
    {"button", "/interactive/type", R"("poll")",
     "interactive.type: one of button, list, cta_url, flow, location_request_message, request_contact_info, "
     "call_permission_request, voice_call, catalog_message, product, product_list, carousel, address_message, "
     "given poll"},
    {"button", "/interactive/action/buttons/1/reply/id", R"("s")",
     "interactive.action.buttons[1].reply.id: different from the others, given s"},
    {"button", "/interactive/action/buttons/1/reply/title", R"("Small")",
     "interactive.action.buttons[1].reply.title: different from the others, given Small"},
    {"button_with_picture", "/interactive/header/image/caption", R"("x")",
     "interactive.header.image.caption: not possible here, given a text"},
    {"button_with_picture", "/interactive/header/type", R"("video")", "interactive.header.video: needed"},
    {"list", "/interactive/header/type", R"("image")", "interactive.header.type: text, given image"},
    {"list", "/interactive/action/sections/1/rows/0/id", R"("a")",
     "interactive.action.sections[1].rows[0].id: different from the others, given a"},
    {"list", "/interactive/action/sections/1/title", R"("")",
     "interactive.action.sections[1].title: needed where there is more than one section"},
    {"cta_url", "/interactive/action/parameters/url", R"("a.example")",
     "interactive.action.parameters.url: an address that begins with http:// or https://, given a.example"},
    {"flow", "/interactive/action/parameters/flow_cta", R"("Go 🚀")",
     "interactive.action.parameters.flow_cta: no emoji, given Go 🚀"},
    {"flow", "/interactive/action/parameters/flow_name", R"("n")",
     "interactive.action.parameters: either flow_id or flow_name, given both"},
    {"flow", "/interactive/action/parameters/flow_message_version", R"("2")",
     "interactive.action.parameters.flow_message_version: 3, given 2"},
    {"product", "/interactive/header", R"({"type":"text","text":"x"})",
     "interactive.header: not possible here, given an object"},
    {"carousel", "/interactive/action/cards/1/card_index", "0",
     "interactive.action.cards[1].card_index: different from the others, given 0"},
    {"carousel", "/interactive/action/cards/1/action",
     R"({"buttons":[{"type":"quick_reply","quick_reply":{"id":"m","title":"More"}}]})",
     "interactive.action.cards[1].action: a URL button, as the first card has, given 1 quick replies"},
    {"carousel", "/interactive/action/cards/1/action", "{}",
     "interactive.action.cards[1].action: either buttons or parameters of a URL button"},
    {"address", "/interactive/action/parameters", "{}", "interactive.action.parameters.country: needed"},
    {"template", "/template/language", R"("en")", "template.language: an object, given a text"},
    {"template", "/template/components/2/sub_type", "null", "template.components[2].sub_type: needed"},
    {"template", "/template/components/2/index", "10",
     "template.components[2].index: a whole number of 0 to 9, given 10"},
    {"pin", "/pin/type", R"("glue")", "pin.type: one of pin, unpin, given glue"},
    {"pin", "/pin/expiration_days", "1.5", "pin.expiration_days: a whole number of 1 to 30, given 1.5"},
};

TEST(OutgoingLimits, WhatMetaWouldNotTakeIsNamedWithFieldLimitAndWhatWasGiven) {
  for (const auto& each : kRefused) {
    auto message = example(each.example);
    set_at(message, each.where, parse_json(each.value).value());
    EXPECT_EQ(fault_of(message).words(), each.words);
  }
}

TEST(OutgoingLimits, WhatIsNoMessageIsNamedToo) {
  EXPECT_EQ(read_outgoing("").error().words(), "message: a JSON object");
  EXPECT_EQ(read_outgoing("[]").error().words(), "message: a JSON object");
  EXPECT_EQ(read_outgoing("{}").error().words(), "type: needed");
  EXPECT_EQ(read_outgoing(R"({"text":{"body":"a"},"image":{"id":"1"}})").error().words(),
            "type: needed where there is more than one content");
  EXPECT_EQ(read_outgoing(R"({"type":"text"})").error().words(), "text: needed");
}

TEST(OutgoingLimits, WhatIsQuotedOfALongValueIsItsBegin) {
  const auto fault = read_outgoing(fmt::format(R"({{"type":"{}"}})", std::string(10'000, 'x'))).error();
  EXPECT_LT(fault.given.size(), 100U);
}

}  // namespace
}  // namespace claw::whatsapp
