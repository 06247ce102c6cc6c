// From an empty tenant to an answered message, as an admin does it: each step is made to fail the way it does in life,
// is told in words, and recovers. The gateway and the simulator are programs of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/real_programs.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;

using ::testing::HasSubstr;

constexpr const char* kWaba = "200000000000001";
constexpr const char* kOtherNumber = "100000000000002";
constexpr const char* kOtherWaba = "200000000000009";
constexpr const char* kPhone = "4915112345678";
constexpr const char* kPath = "/t/acme/webhooks/whatsapp";
constexpr std::chrono::seconds kPatience{40};  // two programs on a loaded machine

class GuideScenarioTest : public ::testing::Test {
 protected:
  GuideScenarioTest() {
    change({{"subscribed", false}});
    callback_ = text(guide(), "callback_url");
  }

  static std::string text(const json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  }
  json::object call(const std::string& method, const std::string& target, const json::value& body = {}) {
    const auto answer = programs_.call_api(method, target, body);
    EXPECT_EQ(answer.status, 200) << method << " " << target << " " << answer.body;
    return answer.status == 200 ? json::parse(answer.body).as_object() : json::object();
  }
  json::object guide() { return call("GET", "/guide"); }
  json::object facts() { return guide().at("facts").as_object(); }
  json::object learned() { return facts().at("learned").as_object(); }
  static json::object step(const json::object& guide, const std::string& id) {
    for (const auto& each : guide.at("steps").as_array())
      if (text(each.as_object(), "id") == id) return each.as_object();
    return {};
  }
  /// The step gets there by itself; with `asks`, Meta is asked again until then.
  void expect(const std::string& id, const std::string& state, const std::string& words = "", bool asks = false) {
    json::object found;
    const auto is_so = [&] {
      found = step(asks ? call("POST", "/guide/check") : guide(), id);
      return text(found, "state") == state && text(found, "detail").contains(words);
    };
    EXPECT_TRUE(eventually(is_so, kPatience))
        << id << " is not " << state << " (" << words << ") but " << json::serialize(found);
    if (state == "done") EXPECT_TRUE(found.contains("at")) << id;
  }
  void expect_checked(const std::string& id, const std::string& state, const std::string& words = "") {
    // Who changed a secret need not wait until Meta may be asked again.
    programs_.set_secret("WHATSAPP_VERIFY_TOKEN", "my-word");
    expect(id, state, words, true);
  }
  void change(json::object members) {
    programs_.sim("PUT", std::string("/_sim/numbers/") + RealPrograms::kNumber, std::move(members));
  }
  void write_to(const std::string& number) {
    programs_.sim("POST", std::string("/_sim/phones/") + kPhone + "/messages",
                  json::object{{"text", "hello"}, {"to", number}});
  }
  void verify() { programs_.sim("POST", std::string("/_sim/numbers/") + RealPrograms::kNumber + "/verify"); }

  RealPrograms programs_{{.empty = true}};
  std::string callback_;
};

TEST_F(GuideScenarioTest, LeadsFromAnEmptyTenantToAnAnsweredMessage) {
  // Everything waits, and the first step names what is missing.
  EXPECT_THAT(callback_, HasSubstr(kPath));
  expect("secrets_set", "waiting", "WHATSAPP_ACCESS_TOKEN, WHATSAPP_PHONE_NUMBER_ID");
  for (const char* id : {"verification_received", "token_accepted", "number_found", "app_subscribed",
                         "webhook_received", "test_answered"})
    expect(id, "waiting");

  // The four values; of each a wrong one first.
  programs_.set_token("no-token-of-metas");
  programs_.set_secret("WHATSAPP_PHONE_NUMBER_ID", "100000000000007");
  programs_.set_secret("WHATSAPP_APP_SECRET", "another-apps-secret");
  expect("secrets_set", "waiting", "set WHATSAPP_VERIFY_TOKEN under");
  programs_.set_secret("WHATSAPP_VERIFY_TOKEN", "my-word");
  expect("secrets_set", "done");

  // Meta asks with another verify token, then with ours.
  expect("verification_received", "waiting", callback_);
  verify();
  expect("verification_received", "failed", "another verify token");
  change({{"verify_token", "my-word"}});
  verify();
  expect("verification_received", "done");

  // The token.
  expect("token_accepted", "waiting", "press Check");
  expect_checked("token_accepted", "failed", "190");
  programs_.set_token(RealPrograms::kToken);
  expect("token_accepted", "waiting", "WHATSAPP_ACCESS_TOKEN was changed");
  expect_checked("token_accepted", "failed", "WHATSAPP_APP_SECRET is not the secret of the app");
  programs_.set_secret("WHATSAPP_APP_SECRET", "sim-app-secret");
  for (const auto& [state, words] : {std::pair("expired", "463"), std::pair("revoked", "467")}) {
    change({{"token_state", state}});
    expect_checked("token_accepted", "failed", words);
  }
  change({{"token_state", "valid"}, {"permissions", {"whatsapp_business_management"}}});
  expect_checked("token_accepted", "failed", "lacks whatsapp_business_messaging.");
  change({{"permissions", {"whatsapp_business_messaging"}}});
  expect_checked("token_accepted", "failed", "lacks whatsapp_business_management.");
  const auto now = programs_.sim("GET", "/_sim/clock").at("now").to_number<std::int64_t>();
  change({{"permissions", {"whatsapp_business_messaging", "whatsapp_business_management"}},
          {"token_expires_at", now + 20 * 3'600'000}});
  expect_checked("token_accepted", "done", "But it dies in 19 h");
  EXPECT_EQ(facts().at("token_temporary"), true);
  change({{"token_expires_at", nullptr}});
  expect_checked("token_accepted", "done", "does not expire");
  EXPECT_EQ(facts().at("token_temporary"), false);

  // The number, and the account it belongs to.
  expect("number_found", "failed", "cannot see the phone number");
  programs_.set_secret("WHATSAPP_PHONE_NUMBER_ID", RealPrograms::kNumber);
  programs_.sim("POST", "/_sim/numbers",
                json::object{{"id", kOtherNumber}, {"waba_id", kOtherWaba}, {"callback", callback_}});
  programs_.set_secret("WHATSAPP_WABA_ID", kOtherWaba);
  expect_checked("number_found", "failed", "it belongs to 200000000000001");
  EXPECT_EQ(text(learned(), "waba_id"), kWaba);
  call("POST", "/guide/confirm", learned());
  expect_checked("number_found", "done", "+15550001001, Demo Business");
  change({{"status", "BANNED"}});
  expect_checked("number_found", "failed", "BANNED");
  change({{"status", "CONNECTED"}, {"business_verification", "not_verified"}});
  expect_checked("number_found", "done", "not verified");
  EXPECT_EQ(facts().at("unique_users_limit"), 1'000);
  change({{"business_verification", "verified"}, {"tier", "TIER_2K"}});
  expect_checked("number_found", "done");

  // The subscription.
  expect("app_subscribed", "failed", "press Subscribe");
  call("POST", "/guide/subscribe");
  expect("app_subscribed", "done");
  change({{"callback", "https://other.example/hook"}});
  expect_checked("app_subscribed", "failed", "https://other.example/hook");
  change({{"callback", callback_}});
  expect_checked("app_subscribed", "done");
  EXPECT_EQ(facts().at("unique_users_limit"), 2'000);

  // The first webhook: for another number, signed with another secret, and then a good one.
  expect("webhook_received", "waiting", "messages");
  write_to(kOtherNumber);
  expect("webhook_received", "failed", kOtherNumber);
  change({{"app_secret", "a-third-apps-secret"}});
  write_to(RealPrograms::kNumber);
  expect("webhook_received", "failed", "does not fit WHATSAPP_APP_SECRET");
  change({{"app_secret", "sim-app-secret"}});
  expect("webhook_received", "done");

  // The answer.
  expect("test_answered", "failed", "No agent");
  programs_.claw("agent set acme echo --kind echo");
  expect("test_answered", "failed", "channel is disabled");
  programs_.claw("channel set acme --policy open");
  change({{"token_state", "no_permission"}});
  write_to(RealPrograms::kNumber);
  expect("test_answered", "waiting", "Meta's code 10");
  change({{"token", "another-token"}});
  programs_.set_token("another-token");
  expect("test_answered", "done");

  // All of it is there after a restart, without asking anybody.
  const std::size_t asked = programs_.log().size();
  programs_.kill_gateway();
  programs_.start_gateway();
  for (const char* id : {"secrets_set", "verification_received", "webhook_received", "test_answered"})
    expect(id, "done");
  expect("token_accepted", "waiting", "changed since");
  expect_checked("token_accepted", "done");
  EXPECT_GT(programs_.log().size(), asked);
}

TEST_F(GuideScenarioTest, TellsThatMetaIsAwayAndRecovers) {
  programs_.set_token(RealPrograms::kToken);
  programs_.set_secret("WHATSAPP_PHONE_NUMBER_ID", RealPrograms::kNumber);
  programs_.kill_simulator();
  expect_checked("token_accepted", "failed", "Meta could not be asked");
  programs_.start_simulator();
  expect_checked("token_accepted", "done");
  expect("number_found", "done");
}

}  // namespace
}  // namespace claw::testing
