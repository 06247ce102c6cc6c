#include "tenancy/attempts.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class AttemptsTest : public ::testing::Test {
 protected:
  /// Tries that were let through before one was refused, of 1000.
  int tries(const std::string& account, const std::string& from, bool is_known = false) {
    for (int count = 0; count < 1000; ++count)
      if (attempts_.begin(account, from, is_known)) return count;
    return 1000;
  }
  FakeClock clock_;
  Attempts attempts_{clock_};
};

TEST_F(AttemptsTest, HoldsUpAnAccountAtAnAddressAndSaysForHowLong) {
  EXPECT_EQ(tries("ada", "192.0.2.1"), 6);
  EXPECT_EQ(attempts_.begin("ada", "192.0.2.1", false)->retry_after, seconds(60));
  clock_.advance(seconds(59));
  EXPECT_EQ(attempts_.begin("ada", "192.0.2.1", false)->retry_after, seconds(1));
  clock_.advance(seconds(1));
  EXPECT_FALSE(attempts_.begin("ada", "192.0.2.1", false)) << "and recovers";
  EXPECT_FALSE(attempts_.begin("bob", "192.0.2.1", false));
  EXPECT_FALSE(attempts_.begin("ada", "192.0.2.2", false));
}

TEST_F(AttemptsTest, HoldsUpAnAddressThatTriesManyAccounts) {
  int count = 0;
  while (!attempts_.begin(fmt::format("account {}", count), "192.0.2.1", false)) ++count;
  EXPECT_EQ(count, 30);
  clock_.advance(seconds(10));
  EXPECT_FALSE(attempts_.begin("ada", "192.0.2.1", false)) << "and recovers";
}

TEST_F(AttemptsTest, HoldsUpAnAccountThatIsTriedFromEverywhere) {
  int count = 0;
  while (!attempts_.begin("ada", fmt::format("192.0.2.{}", count), false)) ++count;
  EXPECT_EQ(count, 20);
  clock_.advance(minutes(2));
  EXPECT_FALSE(attempts_.begin("ada", "192.0.2.99", false)) << "and recovers";
}

TEST_F(AttemptsTest, NeverLetsStrangersKeepAPersonOut) {
  for (int i = 0; i < 40; ++i) (void)attempts_.begin("ada", fmt::format("198.51.100.{}", i), false);
  EXPECT_TRUE(attempts_.begin("ada", "192.0.2.1", false));
  EXPECT_FALSE(attempts_.begin("ada", "192.0.2.1", true)) << "from where the person is known";
}

TEST_F(AttemptsTest, TakesAnIpv6NetworkForOneAddress) {
  EXPECT_EQ(tries("ada", "2001:db8::1"), 6);
  EXPECT_EQ(tries("ada", "2001:db8::2"), 0);
  EXPECT_EQ(tries("ada", "2001:db8:0:1::1"), 6);
  EXPECT_EQ(tries("bob", "::ffff:192.0.2.1"), 6);
  EXPECT_EQ(tries("bob", "::ffff:192.0.2.2"), 6) << "an IPv4 address in another dress";
}

TEST_F(AttemptsTest, CountsNothingThatWasNoFailure) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(attempts_.begin("ada", "192.0.2.1", false));
    attempts_.give_back("ada", "192.0.2.1");
  }
}

TEST_F(AttemptsTest, SaysOnceThatAnAccountIsHeldUp) {
  EXPECT_EQ(tries("ada", "192.0.2.1"), 6);
  EXPECT_FALSE(attempts_.begin("ada", "192.0.2.1", false)->is_first);
  clock_.advance(std::chrono::hours(1));
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(attempts_.begin("ada", "192.0.2.1", false));
  EXPECT_TRUE(attempts_.begin("ada", "192.0.2.1", false)->is_first);
}

TEST_F(AttemptsTest, ForgetsWhoTriedLeastWhereThereAreTooMany) {
  EXPECT_EQ(tries("ada", "192.0.2.1"), 6);
  for (int i = 0; i < 12'000; ++i)
    (void)attempts_.begin(fmt::format("account {}", i), fmt::format("10.0.{}.{}", i / 250, i % 250), false);
  EXPECT_LE(attempts_.buckets(), 3 * Attempts::kMaxBuckets);
  EXPECT_TRUE(attempts_.begin("ada", "192.0.2.1", false)) << "what is held up stays held up";
}

}  // namespace
}  // namespace claw
