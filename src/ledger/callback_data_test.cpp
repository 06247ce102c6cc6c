#include <gtest/gtest.h>

#include "ledger/ledger.hpp"

namespace claw {
namespace {

TEST(CallbackDataTest, ComesBackAsItWent) {
  const CallbackData rows[] = {
      {0, MessageId{1}}, {0xFFFF, MessageId{INT64_MAX}}, {0x0A0B, MessageId{1'000'000'007}}, {1, MessageId{42}}};
  for (const auto& row : rows) {
    const auto data = callback_data_for(row.slot, row.message);
    EXPECT_LE(data.size(), 512U) << "Meta's limit";
    const auto read = parse_callback_data(data);
    ASSERT_TRUE(read) << data;
    EXPECT_EQ(read->slot, row.slot);
    EXPECT_EQ(read->message, row.message);
  }
}

TEST(CallbackDataTest, TakesNothingThatIsNotOurs) {
  for (const char* data : {"", "cc1", "cc1.", "cc1.0001", "cc1.0001.", "cc1.0001.x", "cc1.0001.1x", "cc1.0001. 1",
                           "cc1.000g.1", "cc1.001.12", "cc1.00001.1", "cc1.-001.1", "cc2.0001.1", " cc1.0001.1",
                           "cc1.0001.99999999999999999999", "order-4711", "cc1.0001.1.2"})
    EXPECT_FALSE(parse_callback_data(data)) << data;
}

TEST(SlotTest, IsTheOneThatTheCallbackDataNames) {
  EXPECT_EQ(slot_of(TenantId{7}, callback_data_for(0xBEEF, MessageId{3})), 0xBEEF);
}

TEST(SlotTest, IsTheSameForOnePersonAndSpreadsTenantsAndPeople) {
  EXPECT_EQ(slot_of(TenantId{1}, "491511"), slot_of(TenantId{1}, "491511"));
  EXPECT_NE(slot_of(TenantId{1}, "491511"), slot_of(TenantId{2}, "491511"));
  EXPECT_NE(slot_of(TenantId{1}, "491511"), slot_of(TenantId{1}, "491512"));
}

}  // namespace
}  // namespace claw
