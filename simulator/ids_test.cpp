#include "simulator/ids.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::sim {
namespace {

using testing::MatchesRegex;
using testing::StartsWith;

TEST(IdsTest, NeverRepeatAWamid) {
  IdMaker ids(7);
  std::set<std::string> seen;
  for (int i = 0; i < 20'000; ++i)
    seen.insert(ids.wamid(i % 2 ? Direction::kInbound : Direction::kOutbound, "15550102030"));
  EXPECT_EQ(seen.size(), 20'000U);
}

TEST(IdsTest, HaveTheShapeOfMetas) {
  IdMaker ids(7);
  // Eleven digits inside make the same beginning as Meta's for such a number.
  EXPECT_THAT(ids.wamid(Direction::kInbound, "16505551234"), StartsWith("wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQz"));
  EXPECT_THAT(ids.wamid(Direction::kOutbound, "16505551234"), StartsWith("wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI"));
  EXPECT_THAT(ids.wamid(Direction::kInbound, "DE.123"), MatchesRegex("wamid\\.[A-Za-z0-9+/]+=*"));
  EXPECT_THAT(ids.trace(), MatchesRegex("A[A-Za-z0-9_-]+"));
  EXPECT_THAT(ids.challenge(), MatchesRegex("[0-9]{10}"));
}

TEST(IdsTest, OfOneStartAreNotThoseOfAnother) {
  IdMaker first(1), second(0x9e3779b97f4a7c15ULL);
  EXPECT_NE(first.wamid(Direction::kInbound, "1"), second.wamid(Direction::kInbound, "1"));
}

TEST(BsuidTest, IsOnesOwnAtEachPortfolioAndStaysSo) {
  EXPECT_EQ(bsuid_of("200", "4915112345678"), bsuid_of("200", "4915112345678"));
  EXPECT_NE(bsuid_of("200", "4915112345678"), bsuid_of("201", "4915112345678"));
  EXPECT_THAT(bsuid_of("200", "4915112345678"), MatchesRegex("DE\\.[0-9]{20}"));
  EXPECT_THAT(bsuid_of("200", "15550102030"), StartsWith("US."));
}

TEST(BsuidTest, IsToldFromOtherText) {
  for (const char* good : {"US.1", "DE.abc123", "US.ENT.118"}) EXPECT_TRUE(is_bsuid(good)) << good;
  for (const char* bad : {"", "US", "US.", "us.1", "U1.1", "USA.1", "US.a-b", "US.ENT.", "15550102030"})
    EXPECT_FALSE(is_bsuid(bad)) << bad;
  EXPECT_FALSE(is_bsuid("US." + std::string(129, '1')));
}

TEST(PhoneDigitsTest, AreReadFromWhatPeopleWrite) {
  EXPECT_EQ(phone_digits("+49 (151) 123-45.678"), "4915112345678");
  for (const char* bad : {"", "1234", "1234567890123456", "49x151", "00-"}) EXPECT_EQ(phone_digits(bad), "") << bad;
}

}  // namespace
}  // namespace claw::sim
