#include "simulator/faults.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::milliseconds;
using testing::HasSubstr;

class FaultsTest : public testing::Test {
 protected:
  Fault read(std::string_view text) {
    auto fault = read_fault(json::parse(text).as_object(), clock_.now());
    EXPECT_TRUE(fault) << text;
    return fault.value_or(Fault{});
  }
  bool strikes(std::string_view number = "1", std::string_view phone = "2") {
    return faults_.strike(number, phone, [](const Fault&) { return true; }).has_value();
  }

  FakeClock clock_;
  Faults faults_{clock_, 7};
};

TEST_F(FaultsTest, StrikesAsOftenAsItMayAndTellsHowOftenItDid) {
  ASSERT_TRUE(faults_.add(read(R"({"kind":"http_500","count":3})")));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(strikes());
  EXPECT_FALSE(strikes()) << "and recovers";
  const auto told = fault_json(faults_.all().front(), clock_.now());
  EXPECT_EQ(told.at("struck").to_number<int>(), 3);
  EXPECT_EQ(told.at("left").to_number<int>(), 0);
  EXPECT_EQ(told.at("active"), false);
}

TEST_F(FaultsTest, EndsByItselfWhenItsTimeIsOver) {
  ASSERT_TRUE(faults_.add(read(R"({"kind":"slow","count":1000,"for_ms":5000})")));
  clock_.advance(milliseconds(4999));
  EXPECT_TRUE(strikes());
  clock_.advance(milliseconds(1));
  EXPECT_FALSE(strikes());

  ASSERT_TRUE(faults_.add(read(R"({"kind":"slow","count":1000})")));
  EXPECT_TRUE(strikes());
  clock_.advance(Faults::kLasts);
  EXPECT_FALSE(strikes()) << "an hour where nothing is said";
}

TEST_F(FaultsTest, LeavesTheSameToChanceForTheSameSeed) {
  const auto pattern = [&](std::uint64_t seed) {
    Faults faults(clock_, seed);
    EXPECT_TRUE(faults.add(read(R"({"kind":"duplicate","count":1000,"probability":0.5})")));
    std::string strikes;
    for (int i = 0; i < 200; ++i) strikes += faults.strike("1", "2", [](const Fault&) { return true; }) ? 'x' : '.';
    return strikes;
  };
  EXPECT_EQ(pattern(7), pattern(7));
  EXPECT_NE(pattern(7), pattern(8));
  EXPECT_THAT(pattern(7), HasSubstr("x"));
  EXPECT_THAT(pattern(7), HasSubstr("."));
}

TEST_F(FaultsTest, NeverStrikesWithoutAChance) {
  ASSERT_TRUE(faults_.add(read(R"({"kind":"duplicate","count":1000,"probability":0})")));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(strikes());
}

TEST_F(FaultsTest, HasABoundedNumberAndForgetsTheOldestThatEnded) {
  for (std::size_t i = 0; i < Faults::kMaxActive; ++i) ASSERT_TRUE(faults_.add(read(R"({"kind":"http_500"})")));
  EXPECT_EQ(faults_.add(read(R"({"kind":"http_500"})")).error().kind, ErrorKind::kTransient);
  for (std::size_t i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(strikes());
    ASSERT_TRUE(faults_.add(read(R"({"kind":"http_500"})")));
  }
  EXPECT_LE(faults_.all().size(), Faults::kMaxKept);
}

TEST_F(FaultsTest, CanBeTakenBack) {
  const auto id = faults_.add(read(R"({"kind":"http_500","count":9})"));
  ASSERT_TRUE(id);
  EXPECT_TRUE(faults_.remove(*id));
  EXPECT_FALSE(faults_.remove(*id));
  EXPECT_FALSE(strikes());
}

TEST_F(FaultsTest, RefusesWhatItCannotBeAndNamesIt) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({})", "kind"},
      {R"({"kind":"earthquake"})", "kind"},
      {R"({"kind":7})", "kind"},
      {R"({"kind":"slow","ms":-1})", "ms"},
      {R"({"kind":"slow","ms":600001})", "ms"},
      {R"({"kind":"slow","count":0})", "count"},
      {R"({"kind":"slow","count":1000001})", "count"},
      {R"({"kind":"slow","probability":1.5})", "probability"},
      {R"({"kind":"slow","probability":"often"})", "probability"},
      {R"({"kind":"slow","phone":"abc"})", "phone"},
      {R"({"kind":"error","http":200})", "http"},
      {R"({"kind":"batch","as":"heap"})", "as"},
      {R"({"kind":"batch","size":1})", "size"},
      {R"({"kind":"slow","for_ms":604800001})", "for_ms"},
      {R"({"kind":"slow","colour":"red"})", "colour"},
  };
  for (const auto& [text, named] : cases) {
    const auto fault = read_fault(json::parse(text).as_object(), clock_.now());
    ASSERT_FALSE(fault) << text;
    EXPECT_EQ(fault.error().kind, ErrorKind::kInvalid);
    EXPECT_THAT(fault.error().message, HasSubstr(named)) << text;
  }
}

TEST_F(FaultsTest, EveryKindIsReadAndToldByItsName) {
  for (int kind = 0; kind <= static_cast<int>(FaultKind::kFailedStatus); ++kind) {
    const std::string name = to_string(static_cast<FaultKind>(kind));
    const auto fault = read("{\"kind\":\"" + name + "\"}");
    EXPECT_EQ(static_cast<int>(fault.kind), kind);
    EXPECT_EQ(fault_json(fault, clock_.now()).at("kind"), json::string_view(name));
    EXPECT_EQ(is_of_webhooks(fault.kind), kind <= static_cast<int>(FaultKind::kDropDelivery));
  }
}

}  // namespace
}  // namespace claw::sim
