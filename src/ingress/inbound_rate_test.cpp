#include "ingress/inbound_rate.hpp"

#include <gtest/gtest.h>

namespace claw {
namespace {

using namespace std::chrono_literals;

class InboundRateTest : public ::testing::Test {
 protected:
  static Tenant tenant(std::int64_t id, std::int64_t limit) {
    Tenant made;
    made.id = TenantId{id};
    made.limits.inbound_per_second = limit;
    return made;
  }
  bool comes_in(const Tenant& tenant, std::size_t items = 1) { return !rate_.refused(tenant, items, now_); }

  InboundRate rate_;
  TimePoint now_ = from_ms(1'790'000'000'000);
};

TEST_F(InboundRateTest, LetsABurstInAndThenSoManyASecond) {
  const auto acme = tenant(1, 10);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(comes_in(acme)) << i;
  EXPECT_FALSE(comes_in(acme));
  int in = 0;
  for (int i = 0; i < 1'000; ++i) {
    now_ += 10ms;
    in += comes_in(acme);
  }
  EXPECT_NEAR(in, 100, 1) << "in 10 s";
}

TEST_F(InboundRateTest, CountsItemsAndSaysWhenToComeAgain) {
  const auto acme = tenant(1, 2);
  EXPECT_TRUE(comes_in(acme, 30)) << "more than any burst, but there was room";
  EXPECT_EQ(rate_.refused(acme, 1, now_), 11s) << "20 too many and the next one, 2 a second";
  now_ += 10s;
  EXPECT_FALSE(comes_in(acme));
  now_ += 1s;
  EXPECT_TRUE(comes_in(acme));
}

TEST_F(InboundRateTest, HoldsUpNobodyElseAndNobodyWithoutALimit) {
  const auto acme = tenant(1, 1);
  const auto beta = tenant(2, 1);
  EXPECT_TRUE(comes_in(acme, 1'000));
  EXPECT_FALSE(comes_in(acme));
  EXPECT_TRUE(comes_in(beta));
  EXPECT_TRUE(comes_in(tenant(3, 0), 1'000'000));
  EXPECT_TRUE(comes_in(tenant(3, 0), 1'000'000));
  EXPECT_TRUE(comes_in(tenant(1, 0))) << "the limit was lifted";
}

}  // namespace
}  // namespace claw
