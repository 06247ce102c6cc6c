#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "ingress/webhook.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/fake_inbox.hpp"
#include "support/recorded_log.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WebhookLimitsTest : public ::testing::Test {
 protected:
  WebhookLimitsTest() {
    webhook_.add_routes(router_);
    for (const auto tenant : {acme_, beta_}) {
      auto sealed = tenants_.vault.seal(tenant, kAppSecret, SecretString(std::string("secret")));
      world_
          .run(
              tenants_.store.put_secret({tenant, kAppSecret, std::move(sealed), world_.clock.now()}, tenants_.change()))
          .value();
    }
    tenants_.reload();
  }
  ~WebhookLimitsTest() override { world_.store->close(); }

  net::HttpResponse post(const std::string& tenant, const std::string& text, const std::string& secret = "secret") {
    net::HttpRequest request;
    request.method = "POST";
    request.target = request.path = "/t/" + tenant + "/webhooks/whatsapp";
    request.body =
        R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{)"
        R"("metadata":{"phone_number_id":"111"},"messages":[{"from":"4915","id":"wamid.)" +
        text + R"(","timestamp":"1790000000","type":"text","text":{"body":")" + text + R"("}}]}}]}]})";
    request.headers.push_back({"X-Hub-Signature-256", "sha256=" + to_hex(hmac_sha256(secret, request.body))});
    if (!traceparent_.empty()) request.headers.push_back({"traceparent", traceparent_});
    return world_.run(router_.dispatch(request));
  }

  std::string traceparent_;
  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  TenantId beta_ = tenants_.add("beta", "222");
  FakeInbox inbox_;
  Metrics metrics_;
  StorageWatch storage_{world_.io, *world_.ledger, tenants_.directory, world_.clock};
  ConnectionNotes notes_{world_.io, tenants_.store, tenants_.directory, world_.clock};
  RecordedLog log_;
  Webhook webhook_{tenants_.directory, notes_, inbox_, storage_, world_.clock, metrics_, {{}, "", &log_}};
  net::Router router_;
};

TEST_F(WebhookLimitsTest, AsksMetaToComeAgainWithWhatIsTooMuchAndKeepsNothingOfIt) {
  tenants_.set(acme_, "limits.inbound_per_second", "1");
  for (const char* text : {"1", "2", "3", "4", "5"}) EXPECT_EQ(post("acme", text).status, 200);
  const auto refused = post("acme", "6");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(net::find_header(refused.headers, "Retry-After"), "1");
  EXPECT_EQ(post("acme", "forged", "another secret").status, 401) << "a stranger is told nothing of limits";
  EXPECT_EQ(post("beta", "other").status, 200);
  EXPECT_THAT(inbox_.texts(), ElementsAre("1", "2", "3", "4", "5", "other"));
  EXPECT_THAT(metrics_.page(), HasSubstr("clawcentral_webhook_requests_total{result=\"tenant_too_fast\"} 1"));
  world_.clock.advance(1s);
  EXPECT_EQ(post("acme", "6").status, 200) << "and recovers";
}

TEST_F(WebhookLimitsTest, TakesNothingMoreForATenantWhoseStoreIsFull) {
  tenants_.set(acme_, "limits.stored_bytes", "100");
  auto item = of_tenant(text_from("491511", "there already"), acme_.value);
  ASSERT_TRUE(world_.run(world_.ledger->accept({item}, world_.ledger->fence())));
  storage_.start();
  ASSERT_TRUE(eventually([&] { return storage_.full(*tenants_.directory.by_id(acme_)); }));
  const auto refused = post("acme", "1");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(net::find_header(refused.headers, "Retry-After"), "300");
  EXPECT_THAT(inbox_.texts(), IsEmpty());
  EXPECT_EQ(post("beta", "other").status, 200);
  EXPECT_THAT(metrics_.page(), HasSubstr("clawcentral_webhook_requests_total{result=\"tenant_full\"} 1"));
  tenants_.set(acme_, "limits.stored_bytes", "0");
  EXPECT_EQ(post("acme", "1").status, 200) << "and recovers";
}

TEST_F(WebhookLimitsTest, TellsTheDeliveryLogWhatBecameOfEachDelivery) {
  traceparent_ = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  ASSERT_EQ(post("acme", "one").status, 200);
  traceparent_ = "";
  inbox_.fail_with(ErrorKind::kTransient, "disk full");
  ASSERT_EQ(post("acme", "two").status, 503);
  inbox_.recover();
  const auto told = log_.told();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].tenant, acme_);
  EXPECT_EQ(told[0].kind, ExchangeKind::kWebhook);
  EXPECT_EQ(told[0].outcome, "ok");
  EXPECT_FALSE(told[0].wrong);
  EXPECT_EQ(told[0].trace, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_THAT(told[0].request, HasSubstr("wamid.one"));
  EXPECT_EQ(told[1].outcome, "not_durable");
  EXPECT_TRUE(told[1].wrong);
  EXPECT_EQ(told[1].status, 503);
}

TEST_F(WebhookLimitsTest, KeepsTheTraceOfADeliveryWithEachOfItsItems) {
  traceparent_ = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  ASSERT_EQ(post("acme", "one").status, 200);
  traceparent_ = "00-nonsense";
  ASSERT_EQ(post("acme", "two").status, 200);
  EXPECT_THAT(inbox_.traces(), ElementsAre("4bf92f3577b34da6a3ce929d0e0e4736", ""));
}

TEST_F(WebhookLimitsTest, TellsTheDeliveryLogOfStrangersOnceInAWhileAndNothingOfWhatTheySent) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(post("acme", "forged", "another secret").status, 401);
  ASSERT_EQ(log_.told().size(), 1U);
  EXPECT_EQ(log_.told().front().outcome, "bad_signature");
  EXPECT_EQ(log_.told().front().request, "");
  world_.clock.advance(1min);
  EXPECT_EQ(post("acme", "forged", "another secret").status, 401);
  EXPECT_EQ(log_.told().size(), 2U);
}

}  // namespace
}  // namespace claw
