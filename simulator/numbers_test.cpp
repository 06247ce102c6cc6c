#include "simulator/numbers.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<Number> read(std::string_view text, Number base = {}) {
  return read_number(boost::json::parse(text).as_object(), std::move(base));
}

TEST(NumbersTest, MakesWhatIsNotGivenFromTheId) {
  const auto number = read(R"({"id":"100000000000042"})");
  ASSERT_TRUE(number);
  EXPECT_EQ(number->display_phone, "15550000042");
  EXPECT_EQ(number->waba, "2100000000000042");
  EXPECT_EQ(number->token, "sim-access-token");
}

TEST(NumbersTest, LaysAChangeOverWhatIsThere) {
  const auto number =
      read(R"({"callback":"http://127.0.0.1/x","limits":{"messages_per_second":20}})", default_number());
  ASSERT_TRUE(number);
  EXPECT_EQ(number->callback, "http://127.0.0.1/x");
  EXPECT_EQ(number->limits.messages_per_second, 20);
  EXPECT_EQ(number->display_phone, default_number().display_phone);
}

TEST(NumbersTest, ReadsWhatItWrites) {
  auto number = default_number();
  number.callback = "http://127.0.0.1:1/hook";
  number.require_proof = true;
  const auto again = read_number(number_json(number), {});
  ASSERT_TRUE(again);
  EXPECT_EQ(number_json(*again), number_json(number));
}

TEST(NumbersTest, RefusesWhatItDoesNotKnowByName) {
  struct Case {
    const char* json;
    const char* named;
  };
  for (const auto& [json, named] : {
           Case{R"({})", "id"},
           Case{R"({"id":"abc"})", "id"},
           Case{R"({"id":1})", "id"},
           Case{R"({"id":"1","colour":"red"})", "colour"},
           Case{R"({"id":"1","limits":{"messages_per_second":-1}})", "limits"},
           Case{R"({"id":"1","require_proof":"yes"})", "require_proof"},
           Case{R"({"id":"1","app_secret":""})", "app_secret"},
       }) {
    const auto number = read(json);
    ASSERT_FALSE(number) << json;
    EXPECT_THAT(number.error().message, HasSubstr(named));
  }
}

TEST(NumbersTest, KnowsATokenAsLongAsANumberUsesIt) {
  Numbers numbers;
  auto number = default_number();
  ASSERT_TRUE(numbers.put(number));
  EXPECT_TRUE(numbers.knows_token("sim-access-token"));

  number.token = "another";
  ASSERT_TRUE(numbers.put(number));
  EXPECT_FALSE(numbers.knows_token("sim-access-token"));
  EXPECT_TRUE(numbers.knows_token("another"));
}

TEST(NumbersTest, MovesANumberBetweenAccounts) {
  Numbers numbers;
  auto number = default_number();
  ASSERT_TRUE(numbers.put(number));
  number.waba = "777";
  ASSERT_TRUE(numbers.put(number));
  EXPECT_THAT(numbers.of_waba("777"), ElementsAre(number.id));
  EXPECT_THAT(numbers.of_waba("200000000000001"), IsEmpty());
}

}  // namespace
}  // namespace claw::sim
