#include "simulator/send_content.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/send_request.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::IsEmpty;

std::expected<SendRequest, GraphError> read(std::string_view type, const json::value& content) {
  json::object request{{"messaging_product", "whatsapp"}, {"to", "4915112345678"}, {"type", type}};
  request[type] = content;
  return read_send(json::serialize(request));
}

/// "code details" of the refusal, or "" where it is taken.
std::string fault(std::string_view type, const json::value& content) {
  const auto read_it = read(type, content);
  if (read_it) return "";
  return std::to_string(read_it.error().code) + " " + read_it.error().message + " " + read_it.error().details;
}
std::string fault_of(std::string_view type, std::string_view content) {
  return fault(type, json::parse(content));
}

TEST(SendContentTest, TakesEveryTypeAsMetasDocumentsShowIt) {
  const std::pair<const char*, const char*> taken[] = {
      {"image", R"({"id":"1"})"},
      {"image", R"({"link":"https://x.example/a.png","caption":"c"})"},
      {"video", R"({"id":"1","caption":"c"})"},
      {"audio", R"({"id":"1","voice":true})"},
      {"document", R"({"id":"1","filename":"a.pdf","caption":"c"})"},
      {"sticker", R"({"id":"1"})"},
      {"reaction", R"({"message_id":"wamid.X","emoji":""})"},
      {"location", R"({"latitude":"48.1","longitude":11.5,"name":"n","address":"a"})"},
      {"contacts", R"([{"name":{"formatted_name":"A B","first_name":"A"},"phones":[{"phone":"+49"}]}])"},
      {"interactive",
       R"({"type":"button","header":{"type":"image","image":{"id":"1"}},"body":{"text":"b"},"footer":{"text":"f"},
           "action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"Yes"}},{"type":"reply","reply":{"id":"2","title":"No"}}]}})"},
      {"interactive",
       R"({"type":"list","body":{"text":"b"},"action":{"button":"Choose","sections":[{"rows":[{"id":"1","title":"t","description":"d"}]}]}})"},
      {"interactive",
       R"({"type":"cta_url","body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"Go","url":"https://x.example"}}})"},
      {"interactive",
       R"({"type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_message_version":"3",
           "flow_token":"t","flow_id":"1","flow_cta":"Book","flow_action":"navigate","flow_action_payload":{"screen":"A"}}}})"},
      {"interactive", R"({"type":"location_request_message","body":{"text":"b"},"action":{"name":"send_location"}})"},
      {"interactive",
       R"({"type":"request_contact_info","body":{"text":"b"},"action":{"name":"request_contact_info"}})"},
      {"interactive", R"({"type":"call_permission_request","action":{"name":"call_permission_request"}})"},
      {"interactive",
       R"({"type":"voice_call","body":{"text":"b"},"action":{"name":"voice_call","parameters":{"display_text":"Call","ttl_minutes":100}}})"},
      {"interactive", R"({"type":"catalog_message","body":{"text":"b"},"action":{"name":"catalog_message"}})"},
      {"interactive", R"({"type":"product","action":{"catalog_id":"1","product_retailer_id":"2"}})"},
      {"interactive",
       R"({"type":"product_list","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"catalog_id":"1",
           "sections":[{"product_items":[{"product_retailer_id":"2"}]}]}})"},
      {"interactive",
       R"({"type":"carousel","body":{"text":"b"},"action":{"cards":[
           {"card_index":0,"type":"cta_url","header":{"type":"image","image":{"link":"https://x.example/a.png"}},"body":{"text":"c"},
            "action":{"name":"cta_url","parameters":{"display_text":"Go","url":"https://x.example"}}},
           {"card_index":1,"header":{"type":"video","video":{"id":"2"}},
            "action":{"buttons":[{"type":"quick_reply","quick_reply":{"id":"1","title":"Yes"}}]}}]}})"},
  };
  for (const auto& [type, content] : taken) EXPECT_EQ(fault_of(type, content), "") << content;
}

TEST(SendContentTest, RefusesInMetasCodesAndNamesTheField) {
  struct Case {
    const char* type;
    const char* content;
    const char* named;
  };
  for (
      const auto& [type, content, named] : {
          Case{"image", R"("x")", "131008"},
          Case{"image", R"({})", "image['id']"},
          Case{"image", R"({"link":"ftp://x"})", "100 (#100) Invalid parameter Param image['link']"},
          Case{"image", R"({"id":"1","filename":"x"})", "Unexpected key \"filename\""},
          Case{"audio", R"({"id":"1","caption":"x"})", "Unexpected key \"caption\" on param \"audio\""},
          Case{"sticker", R"({"id":"1","caption":"x"})", "Unexpected key \"caption\""},
          Case{"audio", R"({"id":"1","voice":"yes"})", "audio['voice'] must be a boolean"},
          Case{"reaction", R"({"message_id":"x"})",
               "131008 (#131008) Required parameter is missing The parameter reaction['emoji']"},
          Case{"reaction", R"({"emoji":"x"})", "reaction['message_id']"},
          Case{"location", R"({"latitude":91,"longitude":0})", "location['latitude']"},
          Case{"location", R"({"latitude":1,"longitude":"x"})", "location['longitude']"},
          Case{"location", R"({"latitude":1})", "131008"},
          Case{"contacts", R"({})", "contacts must be an array"},
          Case{"contacts", R"([{"name":{"first_name":"A"}}])", "contacts[0]['name']['formatted_name']"},
          Case{"contacts", R"([{"name":{"formatted_name":"A"}}])", "another name"},
          Case{"interactive", R"({"type":"song","body":{"text":"b"},"action":{}})", "interactive['type']"},
          Case{"interactive", R"({"type":"button","action":{"buttons":[]}})", "interactive['body']"},
          Case{"interactive", R"({"type":"button","body":{"text":"b"},"action":{"buttons":[]}})", "1 to 3"},
          Case{
              "interactive",
              R"({"type":"button","body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"A"}},{"type":"reply","reply":{"id":"1","title":"B"}}]}})",
              "['id'] must be unique"},
          Case{
              "interactive",
              R"({"type":"button","body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"A"}},{"type":"reply","reply":{"id":"2","title":"A"}}]}})",
              "['title'] must be unique"},
          Case{
              "interactive",
              R"({"type":"button","body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"123456789012345678901"}}]}})",
              "at most 20"},
          Case{
              "interactive",
              R"({"type":"button","header":{"type":"image","image":{"id":"1","caption":"c"}},"body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"A"}}]}})",
              "caption"},
          Case{
              "interactive",
              R"({"type":"list","body":{"text":"b"},"action":{"button":"B","sections":[{"rows":[{"id":"1","title":"t"}]},{"rows":[{"id":"2","title":"t"}]}]}})",
              "sections'][0]['title']"},
          Case{
              "interactive",
              R"({"type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1","flow_cta":"Go 🚀"}}})",
              "emoji"},
          Case{
              "interactive",
              R"({"type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_cta":"Go"}}})",
              "one of flow_id and flow_name"},
          Case{
              "interactive",
              R"({"type":"voice_call","body":{"text":"b"},"action":{"name":"voice_call","parameters":{"ttl_minutes":43201}}})",
              "ttl_minutes"},
          Case{"interactive", R"({"type":"location_request_message","body":{"text":"b"},"action":{"name":"send"}})",
               "send_location"},
          Case{
              "interactive",
              R"({"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":0,"header":{"type":"image","image":{"id":"1"}},"body":{"text":"a\nb\nc\nd"},"action":{"name":"cta_url","parameters":{"display_text":"G","url":"https://x"}}}]}})",
              "line breaks"},
      })
    EXPECT_THAT(fault_of(type, content), HasSubstr(named)) << content;
}

json::object list_of(std::size_t sections, std::size_t rows) {
  json::array all;
  int id = 0;
  for (std::size_t s = 0; s < sections; ++s) {
    json::array list;
    for (std::size_t r = 0; r < rows; ++r) list.push_back({{"id", std::to_string(++id)}, {"title", "t"}});
    all.push_back({{"title", "s"}, {"rows", std::move(list)}});
  }
  return {{"type", "list"}, {"body", {{"text", "b"}}}, {"action", {{"button", "B"}, {"sections", std::move(all)}}}};
}

TEST(SendContentTest, HoldsLengthsAndCountsToMetasNumbers) {
  const auto text = [](std::size_t count) { return std::string(count, 'x'); };
  EXPECT_EQ(fault("image", {{"id", "1"}, {"caption", text(1024)}}), "");
  EXPECT_THAT(fault("image", {{"id", "1"}, {"caption", text(1025)}}), HasSubstr("at most 1024"));
  EXPECT_EQ(fault("document", {{"id", "1"}, {"filename", text(240)}}), "");
  EXPECT_THAT(fault("document", {{"id", "1"}, {"filename", text(241)}}), HasSubstr("at most 240"));
  EXPECT_THAT(fault("location", {{"latitude", 1}, {"longitude", 1}, {"name", text(101)}}), HasSubstr("at most 100"));
  EXPECT_EQ(fault("interactive", list_of(2, 5)), "");
  EXPECT_THAT(fault("interactive", list_of(2, 6)), HasSubstr("more than 10 rows"));
  EXPECT_THAT(fault("interactive", list_of(1, 11)), HasSubstr("1 to 10"));
  EXPECT_THAT(fault("interactive", list_of(11, 1)), HasSubstr("1 to 10"));
  auto long_list = list_of(1, 1);
  long_list["body"] = {{"text", text(4096)}};
  EXPECT_EQ(fault("interactive", long_list), "") << "a list's body may be longer";
  long_list["footer"] = {{"text", text(61)}};
  EXPECT_THAT(fault("interactive", long_list), HasSubstr("at most 60"));
}

TEST(SendContentTest, NamesTheFilesThatMustBeThere) {
  const auto request = read("document", {{"id", "77"}, {"filename", "a.pdf"}});
  ASSERT_TRUE(request);
  const auto& send = std::get<SendMessage>(*request);
  ASSERT_EQ(send.media.size(), 1U);
  EXPECT_EQ(send.media[0].id, "77");
  EXPECT_EQ(send.media[0].kind, "document");
  EXPECT_EQ(send.media[0].path, "document['id']");
  const auto linked = read("image", {{"link", "https://x.example/a.png"}});
  ASSERT_TRUE(linked);
  EXPECT_THAT(std::get<SendMessage>(*linked).media, IsEmpty());
}

}  // namespace
}  // namespace claw::sim
