#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "ingress/unclaimed_delivery.hpp"
#include "ingress/webhook.hpp"
#include "ledger/sqlite/unclaimed.hpp"
#include "support/eventually.hpp"
#include "support/fake_inbox.hpp"
#include "support/recorded_log.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;

using ::testing::SizeIs;

/// Webhooks for many numbers, whoever signs them.
class PlatformAddressTest : public ::testing::Test {
 protected:
  PlatformAddressTest() {
    webhook_.add_routes(router_);
    tenants_.set_secret({}, "PLATFORM_APP_SECRET", "platform");
    tenants_.set_secret({}, "PLATFORM_VERIFY_TOKEN", "platform word");
  }
  ~PlatformAddressTest() override { world_.store->close(); }

  /// An entry of a webhook body: one text to a number of an account.
  static std::string entry(const std::string& waba, const std::string& number, const std::string& text) {
    return R"({"id":")" + waba + R"(","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":")" +
           number + R"(","display_phone_number":"+49 30 )" + number + R"("},"messages":[{"from":"4915","id":"wamid.)" +
           text + R"(","timestamp":"1790000000","type":"text","text":{"body":")" + text + R"("}}]}}]})";
  }
  static std::string account_change(const std::string& waba) {
    return R"({"id":")" + waba + R"(","changes":[{"field":"account_update","value":{"event":"VERIFIED_ACCOUNT"}}]})";
  }
  int post(const std::string& path, const std::string& secret, const std::vector<std::string>& entries,
           const std::string& host = "claw.example.org") {
    net::HttpRequest request;
    request.method = "POST";
    request.target = request.path = path;
    std::string all;
    for (const auto& each : entries) all += (all.empty() ? "" : ",") + each;
    request.body = R"({"object":"whatsapp_business_account","entry":[)" + all + "]}";
    request.headers.push_back({"Host", host});
    request.headers.push_back({"X-Hub-Signature-256", "sha256=" + to_hex(hmac_sha256(secret, request.body))});
    return world_.run(router_.dispatch(request)).status;
  }
  int deliver(const std::vector<std::string>& entries) { return post("/webhooks/whatsapp", "platform", entries); }
  /// As much is stored of what nobody claims as may be.
  void fill_with_unclaimed() {
    ASSERT_TRUE(world_.run(world_.store->write<void>([](sqlite::Database& db) -> Result<void> {
      db.run("INSERT INTO stored (tenant, conversations, messages, bytes) VALUES (0, 0, 0, $1)",
             StorageWatch::kMaxUnclaimedBytes);
      return {};
    })));
    storage_.start();
    ASSERT_TRUE(eventually([&] { return storage_.full_of_unclaimed(); }));
  }
  int verify(const std::string& path, const std::string& word) {
    net::HttpRequest request;
    request.method = "GET";
    request.target = request.path = path;
    request.query = {{"hub.mode", "subscribe"}, {"hub.verify_token", word}, {"hub.challenge", "1"}};
    request.headers.push_back({"Host", "claw.example.org"});
    return world_.run(router_.dispatch(request)).status;
  }
  /// "tenant: text", and "foreign" where it may not be processed; everything appended since the last call.
  std::vector<std::string> kept() {
    std::vector<std::string> list;
    for (const auto& item : world_.run(inbox_.next(100)).value()) {
      const auto event = whatsapp::parse_item(static_cast<whatsapp::ItemKind>(item.kind), item.raw);
      const auto* message = std::get_if<whatsapp::Message>(&event.what);
      list.push_back(fmt::format("{}: {}{}", item.tenant.value, message ? message->body : event.field,
                                 item.foreign ? " (foreign)" : ""));
    }
    return list;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  TenantId beta_ = tenants_.add("beta", "222");
  FakeInbox inbox_;
  Metrics metrics_;
  ConnectionNotes notes_{world_.io, tenants_.store, tenants_.directory, world_.clock};
  StorageWatch storage_{world_.io, *world_.ledger, tenants_.directory, world_.clock};
  RecordedLog log_;
  Webhook webhook_{
      tenants_.directory, notes_, inbox_, storage_, world_.clock, metrics_, {{}, "claw.example.org", &log_}};
  net::Router router_;
};

TEST_F(PlatformAddressTest, GivesEachItemOfABodyToTheTenantThatClaimsItsNumberAndKeepsTheRest) {
  tenants_.claim(acme_, "900", "111");
  tenants_.claim(beta_, "901", "222");
  EXPECT_EQ(
      deliver({entry("900", "111", "one"), entry("901", "222", "two"), entry("900", "111", "three"),
               entry("902", "333", "nobody's"), entry("901", "111", "of another account"), account_change("901")}),
      200);
  EXPECT_THAT(kept(),
              ElementsAre("1: one", "2: two", "1: three", "0: nobody's", "0: of another account", "2: account_update"));
}

TEST_F(PlatformAddressTest, TellsTheDeliveryLogForEachTenantWhatIsItsOwnOfABody) {
  tenants_.claim(acme_, "900", "111");
  tenants_.claim(beta_, "901", "222");
  ASSERT_EQ(deliver({entry("900", "111", "one"), entry("901", "222", "two"), entry("900", "111", "three")}), 200);
  const auto told = log_.told();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[0].tenant, acme_);
  EXPECT_THAT(told[0].request, ::testing::AllOf(::testing::HasSubstr("one"), ::testing::HasSubstr("three")));
  EXPECT_THAT(told[0].request, ::testing::Not(::testing::HasSubstr("two")));
  EXPECT_EQ(told[1].tenant, beta_);
  EXPECT_THAT(told[1].request, ::testing::HasSubstr("two"));
}

TEST_F(PlatformAddressTest, TellsNobodyWhatWasDroppedBesideItsOwn) {
  tenants_.claim(acme_, "900", "111");
  fill_with_unclaimed();
  ASSERT_EQ(deliver({entry("900", "111", "one"), entry("902", "333", "nobody's")}), 200);
  EXPECT_THAT(kept(), ElementsAre("1: one"));
  ASSERT_EQ(deliver({entry("902", "333", "nobody's")}), 200);
  const auto told = log_.told();
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].tenant, acme_);
  EXPECT_THAT(told[0].request, ::testing::HasSubstr("one"));
  EXPECT_THAT(told[0].request, ::testing::Not(::testing::HasSubstr("nobody's")));
  EXPECT_THAT(told[0].request, ::testing::Not(::testing::HasSubstr("333")));
}

TEST_F(PlatformAddressTest, TakesNothingThatIsNotSignedByThePlatformsAppAndIsThereOnlyOnItsHost) {
  EXPECT_EQ(post("/webhooks/whatsapp", "wrong", {entry("900", "111", "x")}), 401);
  EXPECT_EQ(post("/webhooks/whatsapp", "platform", {entry("900", "111", "x")}, "other.example.org"), 404);
  EXPECT_EQ(post("/webhooks/whatsapp", "platform", {entry("900", "111", "x")}, "CLAW.example.org:443"), 200);
  EXPECT_EQ(post("/t/acme/webhooks/whatsapp", "platform", {entry("900", "111", "x")}), 503) << "acme has no secret";
  tenants_.set_secret(acme_, kAppSecret, "acme");
  EXPECT_EQ(post("/t/acme/webhooks/whatsapp", "platform", {entry("900", "111", "x")}), 401);
  EXPECT_EQ(post("/webhooks/whatsapp", "acme", {entry("900", "111", "x")}), 401);
  EXPECT_EQ(post("/webhooks/whatsapp", "acme", {entry("900", "111", "own")}, "acme.claw.example.org"), 200)
      << "its own address stays";
  EXPECT_EQ(verify("/webhooks/whatsapp", "platform word"), 200);
  EXPECT_EQ(verify("/webhooks/whatsapp", "another"), 403);
}

TEST_F(PlatformAddressTest, AnswersTheOthersWhileOneTenantIsDisabledAndKeepsItsMessages) {
  tenants_.claim(acme_, "900", "111");
  tenants_.claim(beta_, "901", "222");
  tenants_.enable(acme_, false);
  EXPECT_EQ(deliver({entry("900", "111", "disabled"), entry("901", "222", "two")}), 200);
  EXPECT_EQ(deliver({entry("900", "111", "alone")}), 200);
  EXPECT_THAT(kept(), ElementsAre("1: disabled", "2: two", "1: alone"));
}

TEST_F(PlatformAddressTest, HoldsATenantToItsLimitWhereItIsAlone) {
  tenants_.claim(acme_, "900", "111");
  tenants_.claim(beta_, "901", "222");
  tenants_.set(acme_, "limits.inbound_per_second", "1");
  std::vector<std::string> many(10, entry("900", "111", "much"));
  EXPECT_EQ(deliver(many), 200) << "a burst";
  EXPECT_EQ(deliver(many), 503);
  many.push_back(entry("901", "222", "beta's"));
  EXPECT_EQ(deliver(many), 200) << "not at the cost of others";
}

TEST_F(PlatformAddressTest, DoesNotAcknowledgeWhatTheInboxCouldNotKeep) {
  tenants_.claim(acme_, "900", "111");
  inbox_.fail_with(ErrorKind::kTransient, "disk full");
  EXPECT_EQ(deliver({entry("900", "111", "one")}), 503);
  inbox_.recover();
  EXPECT_EQ(deliver({entry("900", "111", "one")}), 200);
  EXPECT_THAT(kept(), ElementsAre("1: one"));
}

TEST_F(PlatformAddressTest, ShowsWhatNobodyClaimsAndGivesItToWhoDoes) {
  sqlite::SqliteUnclaimedItems unclaimed(*world_.store);
  UnclaimedDelivery delivery(unclaimed, inbox_, world_.clock);
  EXPECT_EQ(deliver({entry("902", "333", "early"), entry("902", "333", "bird"), entry("903", "444", "other"),
                     account_change("902")}),
            200);
  // As intake does, from a real inbox.
  auto real = world_.run(EmbeddedInbox::open(*world_.inbox_store)).value();
  ASSERT_TRUE(world_.run(real->append(world_.run(inbox_.next(100)).value())));
  std::vector<AcceptItem> accepted;
  for (auto& item : world_.run(real->next(100)).value()) {
    AcceptItem prepared;
    prepared.event = whatsapp::parse_item(static_cast<whatsapp::ItemKind>(item.kind), item.raw);
    prepared.foreign = true;
    prepared.item = std::move(item);
    accepted.push_back(std::move(prepared));
  }
  ASSERT_TRUE(world_.run(world_.ledger->accept(std::move(accepted), world_.ledger->fence())));
  const auto list = world_.run(unclaimed.list()).value();
  ASSERT_THAT(list, SizeIs(3));
  EXPECT_EQ(list[0].waba_id, "902");
  EXPECT_EQ(list[0].phone_number_id, "") << "of the account";
  EXPECT_EQ(list[2].phone_number_id, "333");
  EXPECT_EQ(list[2].items, 2);
  EXPECT_EQ(list[2].first_seen_at, world_.clock.now());
  EXPECT_THAT(list[2].newest_raw, ::testing::HasSubstr("bird"));

  tenants_.claim(acme_, "902", "333");
  EXPECT_EQ(world_.run(delivery.deliver(acme_, "902", "333")).value(), 3U);
  EXPECT_THAT(kept(), ElementsAre("1: early", "1: bird", "1: account_update"));
  EXPECT_THAT(world_.run(unclaimed.list()).value(), SizeIs(1)) << "the other number's";
  EXPECT_EQ(world_.run(delivery.deliver(acme_, "902", "333")).value(), 0U);
  real->stop();
}

TEST_F(PlatformAddressTest, BelievesEachAppOfATenantForItsOwnNumbersOnly) {
  tenants_.set(acme_, kPhoneNumberId, "111,112,113");
  tenants_.set_secret(acme_, kAppSecret, "first");
  tenants_.set_secret(acme_, "WHATSAPP_APP_SECRET_112", "second");
  tenants_.set_secret(acme_, "WHATSAPP_APP_SECRET_999", "of no number");
  const auto to = [&](const std::string& secret, const std::string& number) {
    return post("/t/acme/webhooks/whatsapp", secret, {entry("900", number, number)});
  };
  for (const char* number : {"111", "112", "113"}) EXPECT_EQ(to("first", number), 200);
  EXPECT_THAT(kept(), ElementsAre("1: 111", "1: 112 (foreign)", "1: 113"));
  for (const char* number : {"111", "112", "113"}) EXPECT_EQ(to("second", number), 200);
  EXPECT_THAT(kept(), ElementsAre("1: 111 (foreign)", "1: 112", "1: 113 (foreign)"));
  EXPECT_EQ(to("of no number", "111"), 401);
  tenants_.set_secret(acme_, "WHATSAPP_APP_SECRET_112", "first");
  EXPECT_EQ(tenants_.directory.by_id(acme_)->apps.size(), 1U) << "the same secret is tried once";
  EXPECT_EQ(to("first", "112"), 200);
  EXPECT_THAT(kept(), ElementsAre("1: 112"));
}

TEST_F(PlatformAddressTest, VerifiesByEachWordOfATenantsNumbers) {
  tenants_.set(acme_, kPhoneNumberId, "111,112");
  tenants_.set_secret(acme_, kVerifyToken, "first");
  tenants_.set_secret(acme_, "WHATSAPP_VERIFY_TOKEN_112", "second");
  for (const char* word : {"first", "second"}) EXPECT_EQ(verify("/t/acme/webhooks/whatsapp", word), 200);
  for (const char* word : {"", "third", "platform word"}) EXPECT_EQ(verify("/t/acme/webhooks/whatsapp", word), 403);
}

}  // namespace
}  // namespace claw
