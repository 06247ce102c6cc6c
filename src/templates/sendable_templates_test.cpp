#include "templates/sendable_templates.hpp"

#include <gtest/gtest.h>

namespace claw {
namespace {

using Name = SendableTemplates::Name;

constexpr TenantId kAcme{1};
constexpr TenantId kBeta{2};
constexpr TimePoint kNow{std::chrono::hours(1)};

Name order(TenantId tenant) {
  return {tenant, "222", "order", "en"};
}

TEST(SendableTemplates, AreForgottenWithTheirTenantsNextChangeAndNobodyElses) {
  SendableTemplates templates;
  templates.remember(order(kAcme), kNow, templates.changes());
  templates.remember(order(kBeta), kNow, templates.changes());
  EXPECT_TRUE(templates.has(order(kAcme), kNow));
  EXPECT_FALSE(templates.has({kAcme, "222", "order", "de"}, kNow));
  EXPECT_FALSE(templates.has({kAcme, "333", "order", "en"}, kNow));
  templates.forget(kAcme);
  EXPECT_FALSE(templates.has(order(kAcme), kNow));
  EXPECT_TRUE(templates.has(order(kBeta), kNow));
}

TEST(SendableTemplates, AreNotTrustedForLong) {
  SendableTemplates templates;
  templates.remember(order(kAcme), kNow, templates.changes());
  EXPECT_TRUE(templates.has(order(kAcme), kNow + SendableTemplates::kTrusted - std::chrono::milliseconds(1)));
  EXPECT_FALSE(templates.has(order(kAcme), kNow + SendableTemplates::kTrusted));
  templates.remember(order(kAcme), kNow + SendableTemplates::kTrusted, templates.changes());
  EXPECT_TRUE(templates.has(order(kAcme), kNow + SendableTemplates::kTrusted)) << "until they are read again";
}

TEST(SendableTemplates, AreNotRememberedOfAReadingThatAChangeOvertook) {
  SendableTemplates templates;
  const auto as_of = templates.changes();
  templates.forget(kAcme);
  templates.remember(order(kAcme), kNow, as_of);
  EXPECT_FALSE(templates.has(order(kAcme), kNow));
}

TEST(SendableTemplates, AreNeverMoreThanTheBound) {
  SendableTemplates templates;
  for (std::size_t i = 0; i < SendableTemplates::kMaxRemembered; ++i)
    templates.remember({kAcme, "222", std::to_string(i), "en"}, kNow, templates.changes());
  EXPECT_EQ(templates.remembered(), SendableTemplates::kMaxRemembered);
  templates.remember({kAcme, "222", "0", "en"}, kNow, templates.changes());
  EXPECT_EQ(templates.remembered(), SendableTemplates::kMaxRemembered) << "one that is here takes no place";
  templates.remember(order(kAcme), kNow, templates.changes());
  EXPECT_EQ(templates.remembered(), 1U);
  EXPECT_TRUE(templates.has(order(kAcme), kNow));
}

}  // namespace
}  // namespace claw
