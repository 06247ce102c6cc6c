#include "base/public_id.hpp"

#include <set>

#include <gtest/gtest.h>

namespace claw {
namespace {

PublicIds ids(std::string key) {
  return PublicIds(SecretString(std::move(key)));
}

TEST(PublicIdTest, ComesBackAsTheNumberAndIsNeverGivenTwice) {
  const auto names = ids("key");
  std::set<std::string> seen;
  std::vector<std::int64_t> numbers{INT64_MAX, 1LL << 32, (1LL << 32) + 1};
  for (std::int64_t i = 0; i < 20'000; ++i) numbers.push_back(i);
  for (const auto number : numbers) {
    const auto name = names.name('m', number);
    EXPECT_EQ(name.size(), 18U);
    EXPECT_TRUE(seen.insert(name).second) << number;
    EXPECT_EQ(names.number('m', name), number);
  }
}

TEST(PublicIdTest, HidesTheOrderAndDependsOnTheKey) {
  const auto names = ids("key");
  int ascending = 0;
  for (std::int64_t i = 1; i < 1000; ++i) ascending += names.name('m', i) < names.name('m', i + 1);
  EXPECT_GT(ascending, 300);
  EXPECT_LT(ascending, 700);
  EXPECT_EQ(ids("key").name('m', 7), names.name('m', 7)) << "the same after a restart";
  EXPECT_NE(ids("other").name('m', 7), names.name('m', 7));
}

TEST(PublicIdTest, TakesNoNameOfAnotherKindOrForm) {
  const auto names = ids("key");
  const std::string good = names.name('m', 7);
  for (const std::string& bad : {std::string(), std::string("m_"), good + "0", good.substr(0, 17), "e" + good.substr(1),
                                 "m-" + good.substr(2), "m_" + std::string(16, 'g'), "m_-" + good.substr(3),
                                 "m_+" + good.substr(3), "m_ " + good.substr(3), std::string("m_0x") + good.substr(4)})
    EXPECT_FALSE(names.number('m', bad)) << bad;
}

}  // namespace
}  // namespace claw
