#include "whatsapp/template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/json.hpp"

namespace claw::whatsapp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Values = std::map<std::string, std::string>;

MessageTemplate made_of(std::string components) {
  MessageTemplate made;
  made.id = "700000000000001";
  made.name = "order_update";
  made.language = "en_US";
  made.category = "UTILITY";
  made.status = "APPROVED";
  made.components = std::move(components);
  return made;
}

constexpr const char* kOrder = R"([
  {"type":"HEADER","format":"TEXT","text":"Order {{1}}","example":{"header_text":["A-17"]}},
  {"type":"BODY","text":"Hello {{1}}, your order is {{2}}.","example":{"body_text":[["Ada","ready"]]}},
  {"type":"FOOTER","text":"Reply STOP to end"},
  {"type":"BUTTONS","buttons":[
    {"type":"URL","text":"Track","url":"https://shop.example/o/{{1}}","example":["https://shop.example/o/a17"]},
    {"type":"PHONE_NUMBER","text":"Call us","phone_number":"+15550001"},
    {"type":"QUICK_REPLY","text":"Thanks"}]}])";

std::vector<std::string> keys_of(const TemplatePreview& preview) {
  std::vector<std::string> keys;
  for (const auto& variable : preview.variables) keys.push_back(variable.key);
  return keys;
}
std::vector<std::string> problems_of(const TemplatePreview& preview) {
  std::vector<std::string> words;
  for (const auto& problem : preview.problems) words.push_back(problem.variable + ": " + problem.words);
  return words;
}
json::value parsed(const std::string& text) {
  return *parse_json(text);
}

TEST(TemplatePreview, ReadsAsThePersonWillReadIt) {
  const auto preview = preview_template(
      made_of(kOrder), {{"header.1", "B-9"}, {"body.1", "Zoë"}, {"body.2", "late"}, {"button.0", "b9"}});
  EXPECT_THAT(problems_of(preview), IsEmpty());
  EXPECT_EQ(parsed(preview.shown), parsed(R"({"header":{"format":"TEXT","text":"Order B-9"},
    "body":"Hello Zoë, your order is late.","footer":"Reply STOP to end","buttons":[
    {"type":"URL","text":"Track","url":"https://shop.example/o/b9"},
    {"type":"PHONE_NUMBER","text":"Call us","phone_number":"+15550001"},{"type":"QUICK_REPLY","text":"Thanks"}]})"));
}

TEST(TemplatePreview, MakesTheMessageThatTheCloudApiTakes) {
  const auto preview = preview_template(
      made_of(kOrder),
      {{"header.1", "B-9"}, {"body.1", "Zoë"}, {"body.2", "late"}, {"button.0", "b9"}, {"button.2", "thanked"}});
  EXPECT_EQ(parsed(preview.message), parsed(R"({"type":"template","template":{"name":"order_update",
    "language":{"code":"en_US"},"components":[
    {"type":"header","parameters":[{"type":"text","text":"B-9"}]},
    {"type":"body","parameters":[{"type":"text","text":"Zoë"},{"type":"text","text":"late"}]},
    {"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"b9"}]},
    {"type":"button","sub_type":"quick_reply","index":"2","parameters":[{"type":"payload","payload":"thanked"}]}]}})"));
  EXPECT_TRUE(read_outgoing(preview.message));
}

TEST(TemplatePreview, SaysWhichVariablesThereAreWithTheirExamples) {
  const auto preview = preview_template(made_of(kOrder), {});
  EXPECT_THAT(keys_of(preview), ElementsAre("header.1", "body.1", "body.2", "button.0", "button.2"));
  EXPECT_EQ(preview.variables[0].example, "A-17");
  EXPECT_EQ(preview.variables[2].example, "ready");
  EXPECT_EQ(preview.variables[3].example, "a17") << "what comes behind the address alone";
  EXPECT_FALSE(preview.variables[4].is_needed);
}

TEST(TemplatePreview, AValueThatMissesIsAProblemAndItsVariableStays) {
  const auto preview = preview_template(made_of(kOrder), {{"header.1", "B-9"}, {"body.2", "late"}, {"button.0", "b9"}});
  EXPECT_THAT(problems_of(preview), ElementsAre("body.1: {{1}} has no value."));
  EXPECT_THAT(preview.shown, HasSubstr("Hello {{1}}, your order is late."));
}

TEST(TemplatePreview, AValueThatNoVariableHasIsAProblem) {
  const auto preview = preview_template(made_of(R"([{"type":"BODY","text":"Hello."}])"), {{"body.1", "x"}});
  EXPECT_THAT(problems_of(preview), ElementsAre(R"(body.1: The template has no variable "body.1".)"));
}

TEST(TemplatePreview, AValueMayBeAsLongAsMetaAllowsAndNotLonger) {
  const auto with = [](std::size_t length) {
    return preview_template(
        made_of(kOrder), {{"header.1", std::string(length, 'x')}, {"body.1", "a"}, {"body.2", "b"}, {"button.0", "c"}});
  };
  EXPECT_THAT(problems_of(with(60)), IsEmpty());
  EXPECT_THAT(problems_of(with(61)), ElementsAre("header.1: {{1}} has at most 60 characters, given 61."));
}

TEST(TemplatePreview, AValueIsNeverReadAsAVariable) {
  const auto preview = preview_template(made_of(R"([{"type":"BODY","text":"Hello {{1}} and {{2}}."}])"),
                                        {{"body.1", "{{2}}"}, {"body.2", "Bo"}});
  EXPECT_THAT(problems_of(preview), IsEmpty());
  EXPECT_THAT(preview.shown, HasSubstr("Hello {{2}} and Bo."));
}

TEST(TemplatePreview, VariablesWithNamesGoOutByTheirNames) {
  auto made = made_of(R"([{"type":"BODY","text":"Hello {{first_name}}.",
    "example":{"body_text_named_params":[{"param_name":"first_name","example":"Ada"}]}}])");
  made.named = true;
  const auto preview = preview_template(made, {{"body.first_name", "Zoë"}});
  EXPECT_EQ(preview.variables.at(0).example, "Ada");
  EXPECT_THAT(preview.message, HasSubstr(R"({"type":"text","text":"Zoë","parameter_name":"first_name"})"));
}

TEST(TemplatePreview, PositionsCountWhereverTheyStand) {
  const auto preview = preview_template(made_of(R"([{"type":"BODY","text":"Take {{2}} or {{1}}, or {{10}}."}])"),
                                        {{"body.1", "one"}, {"body.2", "two"}, {"body.10", "ten"}});
  EXPECT_THAT(preview.shown, HasSubstr("Take two or one, or ten."));
  EXPECT_THAT(preview.message,
              HasSubstr(R"([{"type":"text","text":"one"},{"type":"text","text":"two"},{"type":"text","text":"ten"}])"));
}

TEST(TemplatePreview, AFileOfAHeaderIsOursOrALink) {
  const auto made = made_of(R"([{"type":"HEADER","format":"DOCUMENT"},{"type":"BODY","text":"Here."}])");
  EXPECT_THAT(preview_template(made, {{"header.document", "f_1"}, {"header.filename", "bill.pdf"}}).message,
              HasSubstr(R"({"type":"document","document":{"id":"f_1","filename":"bill.pdf"}})"));
  EXPECT_THAT(preview_template(made, {{"header.document", "https://a.example/b.pdf"}}).message,
              HasSubstr(R"({"link":"https://a.example/b.pdf"})"));
  EXPECT_THAT(problems_of(preview_template(made, {})),
              ElementsAre("header.document: The document of the header has no value."));
}

TEST(TemplatePreview, APlaceHasCoordinates) {
  const auto made = made_of(R"([{"type":"HEADER","format":"LOCATION"},{"type":"BODY","text":"Here."}])");
  Values values{{"header.latitude", "52.52"},
                {"header.longitude", "13.40"},
                {"header.name", "Office"},
                {"header.address", "Street 1"}};
  const auto preview = preview_template(made, values);
  EXPECT_THAT(problems_of(preview), IsEmpty());
  EXPECT_THAT(preview.message, HasSubstr(R"("latitude":"52.52")"));
  values["header.latitude"] = "north";
  EXPECT_THAT(problems_of(preview_template(made, values)),
              ElementsAre("header.latitude: The latitude is a number, as 52.52."));
}

TEST(TemplatePreview, ACodeIsAskedForOnce) {
  auto made = made_of(R"([{"type":"BODY","add_security_recommendation":true},
    {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE","text":"Copy code"}]}])");
  made.category = "AUTHENTICATION";
  const auto preview = preview_template(made, {{"body.1", "123456"}});
  EXPECT_THAT(keys_of(preview), ElementsAre("body.1"));
  EXPECT_THAT(problems_of(preview), IsEmpty());
  EXPECT_THAT(preview.shown, HasSubstr("*123456* is your verification code."));
  EXPECT_THAT(
      preview.message,
      HasSubstr(R"({"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"123456"}]})"));
}

TEST(TemplatePreview, CardsOfACarouselHaveVariablesOfTheirOwn) {
  const auto made = made_of(R"([{"type":"BODY","text":"Look."},{"type":"CAROUSEL","cards":[
    {"components":[{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"For {{1}} now."},
      {"type":"BUTTONS","buttons":[{"type":"URL","text":"Buy","url":"https://s.example/{{1}}"}]}]},
    {"components":[{"type":"HEADER","format":"IMAGE"}]}]}])");
  Values values{{"card.0.header.image", "f_1"}, {"card.0.body.1", "9 €"}, {"card.0.button.0", "shoe"}};
  EXPECT_THAT(problems_of(preview_template(made, values)),
              ElementsAre("card.1.header.image: The image of the header has no value."));
  values["card.1.header.image"] = "f_2";
  const auto preview = preview_template(made, values);
  EXPECT_THAT(problems_of(preview), IsEmpty());
  EXPECT_EQ(parsed(preview.shown).at("cards").at(0).at("body"), "For 9 € now.");
  EXPECT_EQ(parsed(preview.message).at("template").at("components").at(0), parsed(R"({"type":"carousel","cards":[
    {"card_index":0,"components":[{"type":"header","parameters":[{"type":"image","image":{"id":"f_1"}}]},
      {"type":"body","parameters":[{"type":"text","text":"9 €"}]},
      {"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"shoe"}]}]},
    {"card_index":1,"components":[{"type":"header","parameters":[{"type":"image","image":{"id":"f_2"}}]}]}]})"));
}

TEST(TemplatePreview, AnOfferEndsAndACouponIsCopied) {
  const auto made = made_of(R"([{"type":"LIMITED_TIME_OFFER","limited_time_offer":{"text":"Soon over",
    "has_expiration":true}},{"type":"BODY","text":"Save."},
    {"type":"BUTTONS","buttons":[{"type":"COPY_CODE","text":"Copy code","example":"SAVE10"}]}])");
  const auto preview = preview_template(made, {{"offer.expires", "1795000000000"}, {"button.0", "SAVE20"}});
  EXPECT_THAT(problems_of(preview), IsEmpty());
  EXPECT_EQ(preview.variables.at(1).example, "SAVE10");
  EXPECT_THAT(preview.message, HasSubstr(R"("expiration_time_ms":1795000000000)"));
  EXPECT_THAT(preview.message, HasSubstr(R"({"type":"coupon_code","coupon_code":"SAVE20"})"));
}

TEST(TemplatePreview, WhatWeDoNotKnowIsSaidAndHidesNothingElse) {
  const auto preview = preview_template(made_of(R"([{"type":"HOLOGRAM"},7,{"type":"BODY","text":"Hello."}])"), {});
  EXPECT_THAT(problems_of(preview), ElementsAre(R"(: Its part "HOLOGRAM" is not known here: it is not shown.)"));
  EXPECT_THAT(preview.shown, HasSubstr("Hello."));
  EXPECT_THAT(preview_template(made_of("no JSON"), {}).shown, "{}");
}

TEST(TemplateJson, ReadsAPageAsMetaWritesIt) {
  const auto page = parse_templates_answer(200, R"({"data":[{"id":"7","name":"a","language":"de","category":"UTILITY",
    "status":"REJECTED","parameter_format":"NAMED","rejected_reason":"INVALID_FORMAT",
    "quality_score":{"score":"GREEN","date":1},"components":[{"type":"BODY","text":"x"}]},
    {"id":"8","name":"b","language":"en","rejected_reason":"NONE"},{"name":"no id"}],
    "paging":{"cursors":{"before":"B","after":"A"},"next":"https://graph.facebook.com/next"}})");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->templates.size(), 2U);
  MessageTemplate first{"7", "a", "de", "UTILITY", "REJECTED", "GREEN", "INVALID_FORMAT", true};
  first.components = R"([{"type":"BODY","text":"x"}])";
  EXPECT_EQ(page->templates[0], first);
  EXPECT_EQ(page->templates[1].reason, "");
  EXPECT_EQ(page->after, "A");
}

TEST(TemplateJson, TheLastPageIsTheLast) {
  EXPECT_EQ(parse_templates_answer(200, R"({"data":[],"paging":{"cursors":{"before":"B","after":"A"}}})")->after, "");
}

TEST(TemplateJson, WhatIsNoPageIsAnError) {
  EXPECT_FALSE(parse_templates_answer(200, R"({"success":true})"));
  EXPECT_FALSE(parse_templates_answer(200, "<html>"));
  EXPECT_EQ(parse_templates_answer(400, R"({"error":{"code":190,"message":"no"}})").error().code, 190);
}

TEST(TemplateNews, SaysWhatChanged) {
  const auto paused = read_template_news("message_template_status_update",
                                         R"({"event":"PAUSED","message_template_id":700000000000001,
    "message_template_name":"a","message_template_language":"en_US","reason":"NONE",
    "other_info":{"title":"FIRST_PAUSE","description":"Bad feedback"}})");
  ASSERT_TRUE(paused);
  EXPECT_EQ(*paused, (TemplateNews{"700000000000001", "a", "en_US", "PAUSED", "", "", "FIRST_PAUSE. Bad feedback"}));
  const auto quality =
      read_template_news("message_template_quality_update",
                         R"({"message_template_id":"7","previous_quality_score":"GREEN","new_quality_score":"RED"})");
  EXPECT_EQ(quality->quality, "RED");
  EXPECT_EQ(quality->status, "");
  const auto category =
      read_template_news("template_category_update", R"({"message_template_id":"7","new_category":"MARKETING"})");
  EXPECT_EQ(category->category, "MARKETING");
  EXPECT_TRUE(
      read_template_news("message_template_status_update", R"({"event":"DELETED","message_template_id":"7"})")->gone);
}

TEST(TemplateNews, WhatIsReinstatedIsApproved) {
  for (const char* event : {"REINSTATED", "UNARCHIVED", "UNPAUSED"})
    EXPECT_EQ(read_template_news("message_template_status_update",
                                 std::string(R"({"message_template_id":"7","event":")") + event + "\"}")
                  ->status,
              "APPROVED");
}

TEST(TemplateNews, WhatNamesNoTemplateIsNone) {
  EXPECT_FALSE(read_template_news("message_template_status_update", R"({"event":"APPROVED"})"));
  EXPECT_FALSE(read_template_news("account_update", R"({"message_template_id":"7"})"));
  EXPECT_FALSE(read_template_news("message_template_status_update", "[]"));
}

TEST(TemplateRefusal, OnlyWhatMetaWouldRefuseIsRefused) {
  auto made = made_of("[]");
  for (const char* status : {"APPROVED", "FLAGGED", "LIMIT_EXCEEDED", "A_NEW_WORD", ""}) {
    made.status = status;
    EXPECT_FALSE(refusal_of(made)) << status;
  }
  for (const auto& [status, code] :
       {std::pair{"PAUSED", 132015}, {"DISABLED", 132016}, {"PENDING", 132001}, {"REJECTED", 132001}}) {
    made.status = status;
    ASSERT_TRUE(refusal_of(made)) << status;
    EXPECT_EQ(refusal_of(made)->code, code);
  }
  made.status = "PAUSED";
  made.reason = "FIRST_PAUSE";
  EXPECT_THAT(refusal_of(made)->words, HasSubstr("\"order_update\" (en_US) is paused by Meta"));
  EXPECT_THAT(refusal_of(made)->words, HasSubstr("FIRST_PAUSE"));
}

TEST(TemplateName, IsReadOutOfAMessage) {
  const auto sent = read_outgoing(R"({"type":"template","template":{"name":"a","language":{"code":"en_US"}}})");
  EXPECT_EQ(template_named_in(*sent)->name, "a");
  EXPECT_EQ(template_named_in(*sent)->language, "en_US");
  EXPECT_FALSE(template_named_in(Outgoing("template")));
}

// --- what is to be made

struct NewCase {
  const char* name;
  const char* at;     ///< A JSON pointer.
  std::string value;  ///< Put there, JSON.
  const char* fault;  ///< Its words.
};

constexpr const char* kNew = R"({"name":"order_update","language":"en_US","category":"UTILITY","components":[
  {"type":"HEADER","format":"TEXT","text":"Order {{1}}","example":{"header_text":["A-17"]}},
  {"type":"BODY","text":"Hello {{1}}, it is {{2}}.","example":{"body_text":[["Ada","ready"]]}},
  {"type":"FOOTER","text":"Bye"},
  {"type":"BUTTONS","buttons":[{"type":"URL","text":"Track","url":"https://s.example/{{1}}","example":["a"]},
    {"type":"PHONE_NUMBER","text":"Call","phone_number":"+1555"},{"type":"COPY_CODE","example":"SAVE"}]}]})";

std::string changed(const char* at, const std::string& value) {
  auto request = *parse_json(kNew);
  const std::string path(at);
  const auto slash = path.rfind('/');
  boost::system::error_code fault;
  auto* const parent = request.find_pointer(path.substr(0, slash), fault);
  const auto last = path.substr(slash + 1);
  (parent->is_array() ? parent->as_array().at(std::stoul(last)) : parent->as_object()[last]) = *parse_json(value);
  return write_json(request);
}
std::string quoted_letters(std::size_t count) {
  return "\"" + std::string(count, 'x') + "\"";
}
std::string many(const char* element, std::size_t count) {
  std::string list = "[";
  for (std::size_t i = 0; i < count; ++i) list += (i ? "," : "") + std::string(element);
  return list + "]";
}
std::string words_for(const std::string& request) {
  const auto fault = fault_in_new_template(request);
  return fault ? fault->words() : "";
}

TEST(NewTemplate, AGoodOneHasNoFault) {
  EXPECT_EQ(words_for(kNew), "");
}

TEST(NewTemplate, EachLimitHoldsAtItAndOnePastIt) {
  struct Limit {
    const char* at;
    std::size_t most;
    const char* field;
  };
  for (const auto& [at, most, field] :
       {Limit{"/name", 512, "name"},
        {"/components/0/text", 60, "components[0].text"},
        {"/components/1/text", 1024, "components[1].text"},
        {"/components/2/text", 60, "components[2].text"},
        {"/components/3/buttons/0/text", 25, "components[3].buttons[0].text"},
        {"/components/3/buttons/1/phone_number", 20, "components[3].buttons[1].phone_number"},
        {"/components/3/buttons/2/example", 20, "components[3].buttons[2].example"}}) {
    EXPECT_EQ(words_for(changed(at, quoted_letters(most))), "") << at;
    EXPECT_THAT(words_for(changed(at, quoted_letters(most + 1))), HasSubstr(std::string(field) + ": ")) << at;
  }
  constexpr const char* kReply = R"({"type":"QUICK_REPLY","text":"x"})";
  EXPECT_EQ(words_for(changed("/components/3/buttons", many(kReply, 10))), "");
  EXPECT_THAT(words_for(changed("/components/3/buttons", many(kReply, 11))), HasSubstr("1 to 10 elements, given 11"));
  constexpr const char* kCard = R"({"components":[{"type":"BODY","text":"x"}]})";
  const auto cards = [&](std::size_t count) {
    return changed("/components/2", R"({"type":"CAROUSEL","cards":)" + many(kCard, count) + "}");
  };
  EXPECT_EQ(words_for(cards(10)), "");
  EXPECT_THAT(words_for(cards(11)), HasSubstr("components[2].cards: 1 to 10 elements, given 11"));
}

TEST(NewTemplate, SaysWhatMetaWouldNotTake) {
  const NewCase cases[] = {
      {"name", "/name", R"("Order Update")", "name: lower-case letters, digits and _, given Order Update"},
      {"category", "/category", R"("SPAM")", "category: one of AUTHENTICATION, MARKETING, UTILITY, given SPAM"},
      {"language", "/language", "null", "language: needed"},
      {"body", "/components", R"([{"type":"FOOTER","text":"x"}])", "components: a component of the type BODY"},
      {"gap", "/components/1/text", R"("Hello {{1}} and {{3}}.")",
       "components[1].text: variables are {{1}}, {{2}} and so on, without a gap, given 3"},
      {"begin", "/components/1/text", R"("{{1}} is here.")", "components[1].text: words before the first variable"},
      {"end", "/components/1/text", R"("Here is {{1}}")", "components[1].text: words after the last variable"},
      {"example", "/components/1/example", R"({"body_text":[["Ada"]]})",
       "components[1].example.body_text: an example for each variable: 2, given 1"},
      {"no example", "/components/0/example", "null",
       "components[0].example.header_text: an example for each variable: 1, given 0"},
      {"header", "/components/0/text", R"("{{1}} {{2}}")", "components[0].text: at most 1 variable, given 2"},
      {"footer", "/components/2/text", R"("Bye {{1}}")", "components[2].text: no variables"},
      {"picture", "/components/0", R"({"type":"HEADER","format":"IMAGE"})",
       "components[0].example.header_handle: a sample of the file, uploaded to Meta"},
      {"url", "/components/3/buttons/0/url", R"("https://s.example/{{1}}/x")",
       "components[3].buttons[0].url: at most 1 variable, at its end, given https://s.example/{{1}}/x"},
      {"named", "/parameter_format", R"("NAMED")",
       "components[0].text: variables have names of lower-case letters, digits and _, as {{first_name}}, given 1"},
  };
  for (const auto& [name, at, value, fault] : cases) EXPECT_EQ(words_for(changed(at, value)), fault) << name;
  EXPECT_EQ(words_for("[]"), "template: a JSON object");
}

TEST(NewTemplate, MetaWritesWhatCarriesACode) {
  EXPECT_EQ(words_for(R"({"name":"code","language":"en","category":"AUTHENTICATION","components":[
    {"type":"BODY","add_security_recommendation":true},{"type":"FOOTER","code_expiration_minutes":5},
    {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE"}]}]})"),
            "");
}

}  // namespace
}  // namespace claw::whatsapp
