// A disk that refuses: nothing is promised, nothing is lost that was, and it goes on by itself.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/failing_vfs.hpp"
#include "support/live_gateway.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {

void PrintTo(FailingVfs::Fault fault, std::ostream* out) {
  *out << (fault == FailingVfs::Fault::kWritesFail ? "DiskFull" : "SyncsFail");
}

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kNumber = "100000000000001";

class WebhookDiskTest : public ::testing::TestWithParam<FailingVfs::Fault> {
 protected:
  FailingVfs disk_;
  LiveGateway gateway_{{.sqlite_vfs = disk_.name()}};
  TestTenant acme_ = gateway_.make_tenant("acme", kNumber);
};

TEST_P(WebhookDiskTest, NeverAcknowledgesWhatTheDiskRefusesAndStoresItOnceWhenItComesAgain) {
  const auto before = texts(kNumber, {{"before", "wamid.before"}});
  const auto during = texts(kNumber, {{"during", "wamid.during"}});
  ASSERT_EQ(gateway_.post(acme_, before).status, 200);
  gateway_.settle(acme_);

  disk_.set(GetParam());
  for (int again = 0; again < 3; ++again) {
    const auto answer = gateway_.post(acme_, during);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("retry-after"), "2");
    EXPECT_THAT(answer.body, ::testing::IsEmpty());
  }
  EXPECT_GT(disk_.refused(), 0U);
  EXPECT_EQ(gateway_.metric("clawcentral_webhook_requests_total{result=\"not_durable\"}"), 3);
  const auto ready = gateway_.operator_get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("inbox: the last commit failed"));
  EXPECT_EQ(gateway_.operator_get("/healthz").status, 200) << "a restart would not mend a disk";
  EXPECT_THAT(gateway_.messages(acme_, "direction=inbound"), SizeIs(1)) << "what there is can still be read";
  EXPECT_EQ(gateway_.call("PUT", "/api/v1/kv/key", {{"Authorization", "Bearer " + acme_.api_token}}, R"({"value":"x"})")
                .status,
            503);
  EXPECT_THAT(gateway_.operator_get("/readyz").body, HasSubstr("ledger: the last commit failed"));

  disk_.set(FailingVfs::Fault::kNone);
  EXPECT_TRUE(eventually([&] { return gateway_.operator_get("/readyz").status == 200; })) << "also without traffic";
  EXPECT_EQ(gateway_.post(acme_, during).status, 200) << "and recovers";
  EXPECT_EQ(gateway_.post(acme_, during).status, 200);
  EXPECT_EQ(gateway_.post(acme_, before).status, 200);
  gateway_.settle(acme_);
  EXPECT_THAT(all_of(gateway_.messages(acme_, "direction=inbound"), "text"), ElementsAre("before", "during"));
  EXPECT_THAT(gateway_.graph().texts(), ElementsAre("before", "during"));
  gateway_.restart();
  EXPECT_THAT(gateway_.messages(acme_), SizeIs(4)) << "two messages and their answers, also after a restart";
}

TEST_P(WebhookDiskTest, FinishesWhatWasUnderWayOnceTheDiskTakesWritesAgain) {
  gateway_.graph().hold_sends();
  ASSERT_EQ(gateway_.post(acme_, texts(kNumber, {{"first", "wamid.1"}, {"second", "wamid.2"}})).status, 200);
  ASSERT_TRUE(eventually([&] { return gateway_.graph().sends().size() == 1; }));

  // Meta takes the message while its outcome cannot be written down.
  disk_.set(GetParam());
  gateway_.graph().release();
  EXPECT_TRUE(eventually([&] { return disk_.refused() > 0; }));
  EXPECT_TRUE(always([&] { return gateway_.graph().sends().size() == 1; })) << "nothing is sent without a note of it";

  disk_.set(FailingVfs::Fault::kNone);
  gateway_.clock().advance(std::chrono::seconds(1));
  gateway_.settle(acme_);
  EXPECT_THAT(gateway_.graph().texts(), ElementsAre("first", "second")) << "once each";
  EXPECT_THAT(all_of(gateway_.messages(acme_, "direction=outbound"), "state"), ElementsAre("sent", "sent"));
}

INSTANTIATE_TEST_SUITE_P(Faults, WebhookDiskTest,
                         ::testing::Values(FailingVfs::Fault::kWritesFail, FailingVfs::Fault::kSyncsFail),
                         [](const auto& fault) { return ::testing::PrintToString(fault.param); });

}  // namespace
}  // namespace claw::testing
