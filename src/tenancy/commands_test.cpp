#include "tenancy/commands.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/audit.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
namespace json = boost::json;

class CommandsTest : public ::testing::Test {
 protected:
  Result<std::string> run(const std::string& command, const std::string& arguments) {
    auto answer = world_.run(commands_.run(command, arguments, "ada"));
    all_answers_ += answer ? *answer : answer.error().message;
    return answer;
  }
  json::value ok(const std::string& command, const std::string& arguments) {
    const auto answer = run(command, arguments);
    EXPECT_TRUE(answer) << command << ": " << (answer ? "" : answer.error().message);
    return answer ? json::parse(*answer) : json::value();
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  sqlite::SqliteAuditLog audit_{*world_.store};
  Admin admin_{tenants_.store, tenants_.directory, tenants_.vault, world_.clock};
  Commands commands_{admin_, tenants_.directory, audit_, "https://claw.example.org"};
  std::string all_answers_;
};

TEST_F(CommandsTest, MakesATenantThatLacksEverythingAndSaysSo) {
  const auto made = ok("tenant.create", R"({"tenant":"acme"})").as_object();
  EXPECT_EQ(made.at("name").as_string(), "acme");
  EXPECT_EQ(made.at("enabled").as_bool(), true);
  EXPECT_EQ(made.at("policy").as_string(), "disabled");
  EXPECT_EQ(made.at("created_at").as_string(), "2026-09-21T14:13:20Z");
  EXPECT_EQ(made.at("webhook").as_string(), "https://claw.example.org/t/acme/webhooks/whatsapp");
  EXPECT_EQ(json::serialize(made.at("missing")),
            R"(["WHATSAPP_ACCESS_TOKEN","WHATSAPP_APP_SECRET","WHATSAPP_VERIFY_TOKEN","WHATSAPP_PHONE_NUMBER_ID"])");
  EXPECT_EQ(ok("tenant.show", R"({"tenant":"acme"})"), json::value(made));
  ok("tenant.create", R"({"tenant":"beta"})");
  EXPECT_THAT(ok("tenant.list", "{}").as_array(), SizeIs(2));
}

TEST_F(CommandsTest, SetsATenantUpWithEffectAtOnce) {
  ok("tenant.create", R"({"tenant":"acme"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_ACCESS_TOKEN","value":"EAAG-hush\n"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_APP_SECRET","value":"hush-2"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_VERIFY_TOKEN","value":"hush-3"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_PHONE_NUMBER_ID","value":"111, 222"})");
  ok("channel.set", R"({"tenant":"acme","policy":"open"})");
  const auto shown = ok("agent.set", R"({"tenant":"acme","agent":"bot","kind":"echo"})").as_object();
  EXPECT_THAT(shown.at("missing").as_array(), SizeIs(0));
  EXPECT_EQ(json::serialize(shown.at("agents")), R"([{"name":"bot","kind":"echo","default":true,"format":"plain"}])");

  const auto tenant = tenants_.directory.by_name("acme");
  EXPECT_EQ(tenant->access_token.expose(), "EAAG-hush") << "without the line's end";
  EXPECT_EQ(tenant->app_secret.expose(), "hush-2");
  EXPECT_EQ(tenant->verify_token.expose(), "hush-3");
  EXPECT_EQ(tenant->policy, ChannelPolicy::kOpen);
  EXPECT_EQ(tenant->default_agent, "bot");
  EXPECT_EQ(tenants_.directory.by_number("222"), tenant);
}

TEST_F(CommandsTest, NeverShowsASecretAgain) {
  ok("tenant.create", R"({"tenant":"acme"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_ACCESS_TOKEN","value":"hush"})");
  ok("secret.set", R"({"tenant":"acme","name":"OWN_SECRET","value":"hush"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_WABA_ID","value":"4711"})");
  const auto list = ok("secret.list", R"({"tenant":"acme"})").as_array();
  ASSERT_THAT(list, SizeIs(7));
  const char* const names[] = {kAccessToken, kAppSecret, kVerifyToken, kPhoneNumberId, kWabaId, kAppId, "OWN_SECRET"};
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ(list[i].at("name").as_string(), names[i]);
  EXPECT_EQ(list[0].at("set_by").as_string(), "ada");
  EXPECT_TRUE(list[1].at("set_at").is_null()) << "listed, set or not";
  EXPECT_EQ(list[4].at("value").as_string(), "4711") << "an id is no secret";
  ok("tenant.show", R"({"tenant":"acme"})");
  ok("tenant.list", "{}");
  run("secret.set", R"({"tenant":"acme","name":"bad name","value":"hush"})");
  run("secret.set", R"({"tenant":"nobody","name":"OWN_SECRET","value":"hush"})");
  EXPECT_THAT(all_answers_, Not(HasSubstr("hush")));
}

TEST_F(CommandsTest, ShowsATokenOnceAndKeepsOnlyItsHash) {
  ok("tenant.create", R"({"tenant":"acme"})");
  const auto made = ok("token.create", R"({"tenant":"acme","label":"ci"})").as_object();
  const std::string token(made.at("token").as_string());
  EXPECT_THAT(token, ::testing::StartsWith("cct_"));
  EXPECT_GE(token.size(), 40U);
  EXPECT_TRUE(tenants_.directory.by_token(token));
  all_answers_.clear();
  const auto list = ok("token.list", R"({"tenant":"acme"})").as_array();
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0].at("label").as_string(), "ci");
  EXPECT_EQ(list[0].at("id"), made.at("id"));
  EXPECT_THAT(all_answers_, Not(HasSubstr(token)));
  ok("tenant.create", R"({"tenant":"beta"})");
  const std::string id = json::serialize(made.at("id"));
  EXPECT_EQ(run("token.revoke", R"({"tenant":"beta","id":)" + id + "}").error().kind, ErrorKind::kNotFound);
  ok("token.revoke", R"({"tenant":"acme","id":)" + id + "}");
  EXPECT_FALSE(tenants_.directory.by_token(token));
}

TEST_F(CommandsTest, DisablesEnablesAndDeletes) {
  ok("tenant.create", R"({"tenant":"acme"})");
  EXPECT_EQ(ok("tenant.disable", R"({"tenant":"acme"})").at("enabled").as_bool(), false);
  EXPECT_FALSE(tenants_.directory.by_name("acme")->enabled);
  EXPECT_EQ(ok("tenant.enable", R"({"tenant":"acme"})").at("enabled").as_bool(), true);
  for (const char* name : {"WHATSAPP_APP_SECRET", "WHATSAPP_PHONE_NUMBER_ID"}) {
    const auto named = fmt::format(R"({{"tenant":"acme","name":"{}","value":"123"}})", name);
    ok("secret.set", named);
    ok("secret.delete", named);
    EXPECT_EQ(run("secret.delete", named).error().kind, ErrorKind::kNotFound);
  }
  EXPECT_TRUE(tenants_.directory.by_name("acme")->app_secret.empty());
  EXPECT_EQ(tenants_.directory.by_number("123"), nullptr);
}

TEST_F(CommandsTest, TakesTheFirstAgentAsDefaultAndAnotherOnlyWhereAsked) {
  ok("tenant.create", R"({"tenant":"acme"})");
  ok("agent.set", R"({"tenant":"acme","agent":"one","kind":"echo"})");
  ok("agent.set", R"({"tenant":"acme","agent":"two","kind":"echo"})");
  EXPECT_EQ(tenants_.directory.by_name("acme")->default_agent, "one");
  ok("agent.set", R"({"tenant":"acme","agent":"two","kind":"echo","default":true})");
  EXPECT_EQ(tenants_.directory.by_name("acme")->default_agent, "two");
}

TEST_F(CommandsTest, KeepsTheFormatOfAnAgentAndHasADefaultForEachKind) {
  ok("tenant.create", R"({"tenant":"acme"})");
  const auto format_after = [&](const std::string& agent) {
    ok("agent.set", R"({"tenant":"acme","agent":"bot",)" + agent + "}");
    return tenants_.directory.by_name("acme")->agents.at("bot").options.format;
  };
  const std::string model = R"("kind":"openai","options":{"url":"http://127.0.0.1:1","model":"m")";
  EXPECT_EQ(format_after(R"("kind":"echo")"), TextFormat::kPlain);
  EXPECT_EQ(format_after(R"("kind":"echo","options":{"format":"markdown"})"), TextFormat::kMarkdown);
  EXPECT_EQ(format_after(model + "}"), TextFormat::kMarkdown);
  EXPECT_EQ(format_after(model + R"(,"format":"whatsapp"})"), TextFormat::kWhatsApp);
  EXPECT_EQ(format_after(model + R"(,"format":"plain"})"), TextFormat::kPlain);
}

TEST_F(CommandsTest, RefusesWithAWordForThePersonAtTheKeyboard) {
  ok("tenant.create", R"({"tenant":"acme"})");
  ok("tenant.create", R"({"tenant":"beta"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_PHONE_NUMBER_ID","value":"111,222"})");
  const std::string long_value(8 * 1024 + 1, 'x');
  const struct {
    const char* command;
    std::string arguments;
    ErrorKind kind;
    const char* word;
  } rows[] = {
      {"tenant.creat", "{}", ErrorKind::kInvalid, "no command"},
      {"", "{}", ErrorKind::kInvalid, "no command"},
      {"tenant.list", "[]", ErrorKind::kInvalid, "no JSON object"},
      {"tenant.list", "{", ErrorKind::kInvalid, "no JSON object"},
      {"tenant.list", "", ErrorKind::kInvalid, "no JSON object"},
      {"tenant.create", R"({"tenant":"acme"})", ErrorKind::kConflict, "already"},
      {"tenant.create", "{}", ErrorKind::kInvalid, "host name"},
      {"tenant.create", R"({"tenant":7})", ErrorKind::kInvalid, "host name"},
      {"tenant.create", R"({"tenant":"Acme"})", ErrorKind::kInvalid, "host name"},
      {"tenant.create", R"({"tenant":"a.b"})", ErrorKind::kInvalid, "host name"},
      {"tenant.create", R"({"tenant":"-a"})", ErrorKind::kInvalid, "host name"},
      {"tenant.create", R"({"tenant":"a-"})", ErrorKind::kInvalid, "host name"},
      {"tenant.create", R"({"tenant":"a/b"})", ErrorKind::kInvalid, "host name"},
      {"tenant.create", R"({"tenant":")" + std::string(64, 'a') + "\"}", ErrorKind::kInvalid, "host name"},
      {"tenant.show", R"({"tenant":"nobody"})", ErrorKind::kNotFound, "tenant list"},
      {"tenant.disable", R"({"tenant":"nobody"})", ErrorKind::kNotFound, "nobody"},
      {"tenant.enable", "{}", ErrorKind::kNotFound, "no tenant"},
      {"secret.set", R"({"tenant":"acme","name":"lower","value":"x"})", ErrorKind::kInvalid, "name"},
      {"secret.set", R"({"tenant":"acme","name":"","value":"x"})", ErrorKind::kInvalid, "name"},
      {"secret.set", R"({"tenant":"acme","name":"S"})", ErrorKind::kInvalid, "empty"},
      {"secret.set", R"({"tenant":"acme","name":"S","value":" \r\n"})", ErrorKind::kInvalid, "empty"},
      {"secret.set", R"({"tenant":"acme","name":"S","value":")" + long_value + "\"}", ErrorKind::kInvalid, "8 KiB"},
      {"secret.set", R"({"tenant":"acme","name":"WHATSAPP_PHONE_NUMBER_ID","value":"+49 151"})", ErrorKind::kInvalid,
       "digits"},
      {"secret.set", R"({"tenant":"acme","name":"WHATSAPP_PHONE_NUMBER_ID","value":" , "})", ErrorKind::kInvalid,
       "no phone number id"},
      {"secret.set", R"({"tenant":"acme","name":"WHATSAPP_WABA_ID","value":"abc"})", ErrorKind::kInvalid, "digits"},
      {"secret.set", R"({"tenant":"beta","name":"WHATSAPP_PHONE_NUMBER_ID","value":"222"})", ErrorKind::kConflict,
       "222 belongs to another tenant"},
      {"secret.set", R"({"tenant":"beta","name":"WHATSAPP_PHONE_NUMBER_ID","value":"333, 222"})", ErrorKind::kConflict,
       "another tenant"},
      {"secret.set", R"({"tenant":"acme","name":"WHATSAPP_WABA_ID","value":"1,2"})", ErrorKind::kInvalid, "one number"},
      {"secret.set", R"({"tenant":"acme","name":"WHATSAPP_APP_SECRET","description":"mine"})", ErrorKind::kInvalid,
       "ours"},
      {"secret.set", R"({"tenant":"acme","name":"S","description":"mine"})", ErrorKind::kNotFound, "no such"},
      {"secret.set", R"({"tenant":"acme","name":"PLATFORM_APP_SECRET","value":"x"})", ErrorKind::kInvalid,
       "the platform's"},
      {"secret.delete", R"({"tenant":"acme","name":"NONE"})", ErrorKind::kNotFound, "no such"},
      {"secret.delete", R"({"tenant":"beta","name":"WHATSAPP_PHONE_NUMBER_ID"})", ErrorKind::kNotFound, "no such"},
      {"token.create", R"({"tenant":"nobody"})", ErrorKind::kNotFound, "nobody"},
      {"token.create", R"({"tenant":"acme","scopes":["inbox.raed"]})", ErrorKind::kInvalid, "inbox.raed"},
      {"token.create", R"({"tenant":"acme","expires_in_days":0})", ErrorKind::kInvalid, "3650"},
      {"token.create", R"({"tenant":"acme","label":")" + std::string(101, 'x') + "\"}", ErrorKind::kInvalid, "label"},
      {"agent.delete", R"({"tenant":"acme","agent":"none"})", ErrorKind::kNotFound, "no such"},
      {"token.revoke", R"({"tenant":"acme"})", ErrorKind::kInvalid, "token list"},
      {"token.revoke", R"({"tenant":"acme","id":"1"})", ErrorKind::kInvalid, "token list"},
      {"token.revoke", R"({"tenant":"acme","id":99})", ErrorKind::kNotFound, "no such"},
      {"agent.set", R"({"tenant":"acme","agent":"Bot","kind":"echo"})", ErrorKind::kInvalid, "agent's name"},
      {"agent.set", R"({"tenant":"acme","agent":"bot","kind":"magic"})", ErrorKind::kInvalid, "magic"},
      {"agent.set", R"({"tenant":"acme","agent":"bot"})", ErrorKind::kInvalid, "kind"},
      {"agent.set", R"({"tenant":"acme","agent":"bot","kind":"echo","options":{"format":"html"}})", ErrorKind::kInvalid,
       "markdown, whatsapp or plain"},
      {"agent.set", R"({"tenant":"acme","agent":"bot","kind":"echo","options":{"format":1}})", ErrorKind::kInvalid,
       "markdown, whatsapp or plain"},
      {"channel.set", R"({"tenant":"acme","policy":"open","number":"999"})", ErrorKind::kInvalid, "not one of yours"},
      {"channel.set", R"({"tenant":"acme","policy":"opne"})", ErrorKind::kInvalid, "opne"},
      {"channel.set", R"({"tenant":"acme"})", ErrorKind::kInvalid, "name one, or a policy"},
      {"routing.set", R"({"tenant":"acme","rules":{}})", ErrorKind::kInvalid, "no JSON array"},
      {"routing.set", R"({"tenant":"acme"})", ErrorKind::kInvalid, "no rules"},
      {"routing.set", R"({"tenant":"acme","rules":[{"by":"channel","agent":"x"}]})", ErrorKind::kInvalid,
       "rule 1 names the agent \"x\""},
      {"routing.set", R"({"tenant":"acme","rules":[],"default_agent":"x"})", ErrorKind::kInvalid, "default agent"},
      {"conversations.set", R"({"tenant":"acme"})", ErrorKind::kInvalid, "what to change"},
      {"conversations.set", R"({"tenant":"acme","queue":"stack"})", ErrorKind::kInvalid, "collect, followup or"},
      {"conversations.set", R"({"tenant":"acme","owners":["Ada"]})", ErrorKind::kInvalid, "\"Ada\""},
  };
  const auto before = ok("tenant.list", "{}");
  for (const auto& row : rows) {
    const auto refused = run(row.command, row.arguments);
    ASSERT_FALSE(refused) << row.command << " " << row.arguments;
    EXPECT_EQ(refused.error().kind, row.kind) << row.command << " " << row.arguments << ": " << refused.error().message;
    EXPECT_THAT(refused.error().message, HasSubstr(row.word)) << row.command << " " << row.arguments;
  }
  EXPECT_EQ(ok("tenant.list", "{}"), before) << "a refused command changes nothing";
  EXPECT_THAT(ok("audit.list", R"({"tenant":"acme"})").as_array(), SizeIs(2)) << "nor is there a row of it";
}

TEST_F(CommandsTest, SetsThePolicyOfOneNumberAndTakesItAway) {
  ok("tenant.create", R"({"tenant":"acme"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_PHONE_NUMBER_ID","value":"111,222"})");
  ok("channel.set", R"({"tenant":"acme","policy":"allowlist"})");
  ok("channel.set", R"({"tenant":"acme","policy":"pairing","number":"222"})");
  const auto policy = [&] { return tenants_.directory.by_name("acme")->policy_of("222"); };
  EXPECT_EQ(policy(), ChannelPolicy::kPairing);
  ok("channel.set", R"({"tenant":"acme","number":"222"})");
  EXPECT_EQ(policy(), ChannelPolicy::kAllowlist);
}

TEST_F(CommandsTest, TakesTheRoutingBackAsItShowsIt) {
  ok("tenant.create", R"({"tenant":"acme"})");
  for (const char* agent : {"one", "two"})
    ok("agent.set", fmt::format(R"({{"tenant":"acme","agent":"{}","kind":"echo"}})", agent));
  EXPECT_EQ(json::serialize(ok("routing.show", R"({"tenant":"acme"})")), R"({"default_agent":"one","rules":[]})");
  const std::string both = R"("default_agent":"two","rules":[{"by":"keyword","value":"help","agent":"one"}])";
  EXPECT_EQ(json::serialize(ok("routing.set", R"({"tenant":"acme",)" + both + "}")), "{" + both + "}");
  EXPECT_EQ(json::serialize(ok("routing.show", R"({"tenant":"acme"})")), "{" + both + "}");
  EXPECT_THAT(run("agent.delete", R"({"tenant":"acme","agent":"one"})").error().message, HasSubstr("rule 1"));
  EXPECT_EQ(json::serialize(ok("routing.set", R"({"tenant":"acme","rules":[]})")),
            R"({"default_agent":"two","rules":[]})");
}

TEST_F(CommandsTest, ChangesOfConversationsWhatIsNamed) {
  ok("tenant.create", R"({"tenant":"acme"})");
  const auto before = ok("conversations.show", R"({"tenant":"acme"})").as_object();
  auto expected = before;
  expected["queue"] = "followup";
  expected["owners"] = json::array{"4915112345678"};
  expected["daily_reset_minute"] = 90;
  EXPECT_EQ(ok("conversations.set",
               R"({"tenant":"acme","queue":"followup","owners":["+49 151 12345678"],"daily_reset_minute":90})"),
            json::value(expected));
  EXPECT_EQ(ok("conversations.show", R"({"tenant":"acme"})"), json::value(expected));
  ok("conversations.set", R"({"tenant":"acme","queue":"collect","owners":[],"daily_reset_minute":-1})");
  EXPECT_EQ(ok("conversations.show", R"({"tenant":"acme"})"), json::value(before));
}

TEST_F(CommandsTest, GivesATokenItsScopesAndItsEnd) {
  ok("tenant.create", R"({"tenant":"acme"})");
  const auto scopes_of = [&](const std::string& more) {
    const auto made = ok("token.create", R"({"tenant":"acme")" + more + "}").as_object();
    return std::string(made.at("scopes").as_string());
  };
  EXPECT_EQ(scopes_of(""), "inbox.read inbox.write pairing settings.read settings.write members audit.read");
  EXPECT_EQ(scopes_of(R"(,"scopes":["audit.read","inbox.read"],"expires_in_days":2)"), "inbox.read audit.read");
  const auto list = ok("token.list", R"({"tenant":"acme"})").as_array();
  EXPECT_TRUE(list.at(0).at("expires_at").is_null());
  EXPECT_EQ(list.at(1).at("expires_at").as_string(), "2026-09-23T14:13:20Z");
  EXPECT_TRUE(list.at(1).at("last_used_at").is_null());
  EXPECT_EQ(list.at(1).at("created_by").as_string(), "ada");
}

TEST_F(CommandsTest, SaysWhoChangedWhatAndNeverASecret) {
  ok("tenant.create", R"({"tenant":"acme"})");
  ok("tenant.disable", R"({"tenant":"acme"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_APP_SECRET","value":"hush"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_APP_SECRET","value":"hush-2"})");
  ok("secret.set", R"({"tenant":"acme","name":"WHATSAPP_WABA_ID","value":"4711"})");
  ok("secret.set", R"({"tenant":"acme","name":"OWN","value":"hush-3","description":"for hush-4"})");
  ok("secret.delete", R"({"tenant":"acme","name":"OWN"})");
  ok("agent.set", R"({"tenant":"acme","agent":"bot","kind":"echo"})");
  ok("channel.set", R"({"tenant":"acme","policy":"open"})");
  const auto token = ok("token.create", R"({"tenant":"acme","label":"ci","scopes":["inbox.read"]})").as_object();
  all_answers_.clear();
  std::vector<std::string> said;
  for (const auto& entry : ok("audit.list", R"({"tenant":"acme"})").as_array()) {
    EXPECT_EQ(entry.at("who").as_string(), "ada");
    said.emplace_back(entry.at("what").as_string());
  }
  EXPECT_THAT(said,
              ::testing::ElementsAre("made the API token \"ci\" for inbox.read", "set the channel's policy to open",
                                     "made the agent bot of kind echo", "deleted OWN", "set OWN",
                                     "set WHATSAPP_WABA_ID to 4711", "replaced WHATSAPP_APP_SECRET",
                                     "set WHATSAPP_APP_SECRET", "disabled the tenant", "made the tenant acme"));
  EXPECT_THAT(all_answers_, AllOf(Not(HasSubstr("hush")), Not(HasSubstr(token.at("token").as_string()))));
}

TEST_F(CommandsTest, SaysThatTheStoreIsAway) {
  world_.store->close();
  EXPECT_FALSE(run("tenant.create", R"({"tenant":"acme"})"));
  EXPECT_FALSE(run("token.list", R"({"tenant":"acme"})"));
}

TEST_F(CommandsTest, TakesNoTokenThatWouldBreakAHeaderAndMendsWhatEditorsAdd) {
  ok("tenant.create", R"({"tenant":"acme"})");
  const auto set = [&](const std::string& name, const std::string& value) {
    return run("secret.set", json::serialize(json::object{{"tenant", "acme"}, {"name", name}, {"value", value}}));
  };
  for (const char* name : {kAccessToken, kAppSecret, kVerifyToken}) {
    for (const char* value : {"hush\r\nX-Evil: 1", "hush\nhush", "hush\x7f", "\xEF\xBB\xBF \n"}) {
      const auto refused = set(name, value);
      ASSERT_FALSE(refused) << name;
      EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
    }
  }
  EXPECT_FALSE(set(kAccessToken, "hush hush"));
  EXPECT_FALSE(set(kPhoneNumberId, "1 2,3"));
  EXPECT_FALSE(set(kPhoneNumberId, " , "));
  EXPECT_FALSE(run("secret.set", "\xff")) << "no JSON";
  EXPECT_THAT(all_answers_, AllOf(Not(HasSubstr("hush")), HasSubstr("UTF-8")));
  ASSERT_TRUE(set(kAccessToken, "\xEF\xBB\xBF hush\r\n"));
  EXPECT_EQ(tenants_.directory.by_name("acme")->access_token.expose(), "hush");
}

}  // namespace
}  // namespace claw
