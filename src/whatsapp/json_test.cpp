#include "whatsapp/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/json_slice.hpp"

namespace claw::whatsapp {
namespace {

using testing::ElementsAre;

std::string rewritten(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed ? write_json(*parsed) : std::string(to_string(parsed.error()));
}

TEST(Json, WritesNumbersAsTheyCame) {
  for (const std::string number :
       {"0", "-1", "52.52", "13.404954", "-33.4489", "9.9", "0.1", "139.8", "104.47399113092115", "-172.43127776997827",
        "9223372036854775807", "18446744073709551615", "-9223372036854775808"}) {
    EXPECT_EQ(rewritten(number), number);
  }
}

TEST(Json, WritesStringsThatReadTheSame) {
  EXPECT_EQ(rewritten(R"("a\"\\\/\b\f\n\r\t\u0001\u00fc\ud83c\udf3b")"),
            "\"a\\\"\\\\/\\u0008\\u000c\\n\\r\\t\\u0001ü🌻\"");
}

TEST(Json, SaysWhatIsWrong) {
  for (const std::string text :
       {"", " ", "{", "[1,]", "{\"a\":1,}", "nul", "{} x", "// c\n1", "\"a\nb\"", "01", "+1"}) {
    EXPECT_EQ(rewritten(text), "not JSON") << text;
  }
  EXPECT_EQ(rewritten("\"\xff\""), "not valid Unicode");
  EXPECT_EQ(rewritten(std::string(64, '[') + std::string(64, ']')), std::string(64, '[') + std::string(64, ']'));
  EXPECT_EQ(rewritten(std::string(65, '[') + std::string(65, ']')), "nested too deep");
  EXPECT_EQ(rewritten(std::string(1000000, '[')), "nested too deep");
}

TEST(Json, ReadsHalfASurrogatePairAsAReplacement) {
  const std::pair<std::string, std::string> texts[] = {
      {R"("\ud83c")", "\"\uFFFD\""},
      {R"("Anna \ud83c")", "\"Anna \uFFFD\""},
      {R"("\udf3b!")", "\"\uFFFD!\""},
      {R"("\ud83c\ud83c\udf3b")", "\"\uFFFD🌻\""},
      {R"("\ud83c\n")", "\"\uFFFD\\n\""},
      {R"({"\ud83c":["\\ud83c","\ud83c\udf3b"]})", "{\"\uFFFD\":[\"\\\\ud83c\",\"🌻\"]}"},
      {R"("\ud83)", "not JSON"},
  };
  for (const auto& [text, read] : texts) EXPECT_EQ(rewritten(text), read) << text;
}

TEST(Json, RefusesWhatIsNoUtf8) {
  for (const std::string text : {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "{\"\xc0\xaf\":1}"}) {
    EXPECT_FALSE(parse_json(text).has_value());
  }
}

TEST(Json, ReadsWholeNumbersFromNumbersAndStrings) {
  const auto object =
      parse_json(R"({"n":17,"s":"17","d":17.0,"big":1e300,"word":"x17","half":"17x","empty":"","null":null,"o":{}})")
          .value()
          .get_object();
  for (const auto key : {"n", "s", "d"}) EXPECT_EQ(number_at(object, key), 17) << key;
  for (const auto key : {"big", "word", "half", "empty", "null", "o", "none"}) {
    EXPECT_EQ(number_at(object, key), std::nullopt) << key;
  }
}

TEST(JsonSlice, GivesThePartsAsTheyStand) {
  EXPECT_THAT(json_elements(R"( [ 1 , "a,]\"" , {"x": [ ]} , null ] )"),
              ElementsAre("1", R"("a,]\"")", R"({"x": [ ]})", "null"));
  EXPECT_THAT(json_elements("[]"), testing::IsEmpty());
  EXPECT_THAT(json_elements("{}"), testing::IsEmpty());
  const auto members = json_members(R"( { "a" : 1.50 , "b\u0063" : "}" } )");
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].value, "1.50");
  EXPECT_EQ(members[1].key, "bc");
  EXPECT_EQ(members[1].quoted_key, R"("b\u0063")");
  EXPECT_EQ(members[1].value, R"("}")");
}

TEST(JsonSlice, TakesTheLastOfTwoMembersWithOneName) {
  const std::string text = R"({"a":1,"b":2,"\u0061":3})";
  const auto members = json_members(text);
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].value, "3");
  EXPECT_EQ(parse_json(text).value().at("a").as_int64(), 3);
}

TEST(JsonSlice, FindsTheLastOfOneNameAmongMany) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i % 60) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  const auto members = json_members(text);
  ASSERT_EQ(members.size(), 60U);
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(members[static_cast<std::size_t>(i)].key, "k" + std::to_string(i));
    EXPECT_EQ(members[static_cast<std::size_t>(i)].value, std::to_string(i < 40 ? i + 60 : i));
  }
}

}  // namespace
}  // namespace claw::whatsapp
