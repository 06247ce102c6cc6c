// Everything that is usually wrong, planted one by one in a set-up that works: the doctor finds each, names it, says
// what to do, and finds nothing once it is mended. The gateway and the simulator are programs of their own.
#include <fstream>

#include <fmt/chrono.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "net/server.hpp"
#include "support/eventually.hpp"
#include "support/real_programs.hpp"
#include "support/run_program.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kWaba = "200000000000001";
constexpr const char* kPhone = "4915112345678";
constexpr std::chrono::seconds kPatience{40};  // two programs on a loaded machine

std::string text(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// A set-up that works: everything is set, and Meta has verified the callback URL.
class DoctorScenario : public ::testing::Test {
 protected:
  void set_up(RealPrograms::Options options = {}) {
    programs_ = std::make_unique<RealPrograms>(std::move(options));
    programs_->set_secret("WHATSAPP_WABA_ID", kWaba);
    programs_->set_secret("WHATSAPP_APP_ID", "300000000000001");
    programs_->set_secret("WHATSAPP_VERIFY_TOKEN", "sim-verify-token");
    change({{"tier", "TIER_2K"}});
    verify();
  }
  void change(json::object members) {
    programs_->sim("PUT", std::string("/_sim/numbers/") + RealPrograms::kNumber, std::move(members));
  }
  void verify() { programs_->sim("POST", std::string("/_sim/numbers/") + RealPrograms::kNumber + "/verify"); }

  /// The checks of a part that are not well, as "id: what was seen -> what to do"; with `user`, of that person.
  std::vector<std::string> troubles(const std::string& part, const std::string& user = "") {
    const auto answer = programs_->call_api("GET", "/doctor?part=" + part + (user.empty() ? "" : "&user=" + user));
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::vector<std::string> found;
    const auto told = json::parse(answer.body);
    for (const auto& each : told.at("checks").as_array()) {
      const auto& check = each.as_object();
      const auto severity = text(check, "severity");
      if (severity != "warning" && severity != "error") continue;
      EXPECT_FALSE(text(check, "do").empty()) << text(check, "id") << " does not say what to do";
      found.push_back(text(check, "id") + ": " + text(check, "seen"));
    }
    EXPECT_EQ(told.at("healthy").as_bool(), found.empty());
    return found;
  }
  /// Just this is found, in these words. Of Meta's answers the last may be two seconds old: it is asked until they are
  /// new.
  void expect_found(const std::string& part, const std::string& id, const std::string& words,
                    const std::string& user = "") {
    std::vector<std::string> found;
    const auto is_so = [&] {
      found = troubles(part, user);
      return found.size() == 1 && found.front().starts_with(id + ":") && found.front().contains(words);
    };
    EXPECT_TRUE(eventually(is_so, kPatience))
        << id << " (" << words << ") is not what was found: " << ::testing::PrintToString(found);
  }
  void expect_healthy(const std::string& part, const std::string& user = "") {
    std::vector<std::string> found;
    EXPECT_TRUE(eventually([&] { return (found = troubles(part, user)).empty(); }, kPatience))
        << part << ": " << ::testing::PrintToString(found);
  }
  /// Planted at Meta, found, mended, and not found any more.
  void plant(json::object members, const std::string& id, const std::string& words) {
    const auto before = programs_->sim("GET", std::string("/_sim/numbers/") + RealPrograms::kNumber).as_object();
    json::object mended;
    for (const auto& [name, value] : members) mended[name] = before.at(name);
    change(std::move(members));
    expect_found("meta", id, words);
    change(std::move(mended));
    expect_healthy("meta");
  }

  /// Of the checks about Meta that have a code of Meta's, "id: whose move, code".
  std::vector<std::string> moves() {
    std::vector<std::string> found;
    const auto told = json::parse(programs_->call_api("GET", "/doctor?part=meta").body);
    for (const auto& check : told.at("checks").as_array())
      if (const auto& error = check.at("error"); !error.is_null())
        found.push_back(fmt::format("{}: {}, {}", text(check.as_object(), "id"), text(error.as_object(), "whose"),
                                    error.at("code").to_number<int>()));
    return found;
  }

  std::unique_ptr<RealPrograms> programs_;
};

TEST_F(DoctorScenario, RaisesNoFalseAlarmOnAHealthySetUp) {
  set_up();
  for (const char* part : {"settings", "meta", "address", "agents", "speech", "gateway"}) expect_healthy(part);
  programs_->write(kPhone, "hello");
  EXPECT_TRUE(eventually([&] { return programs_->at_rest(); }, kPatience));
  expect_healthy("person", kPhone);

  const auto said = programs_->say(std::string("doctor acme --user wa:+") + kPhone);
  EXPECT_EQ(said.exit_code, 0) << said.out;
  EXPECT_THAT(said.out, HasSubstr("Nothing is wrong."));
  // What it sent through the public address was no message and no verification of Meta's.
  EXPECT_EQ(programs_->messages().size(), 2U);
  EXPECT_THAT(json::parse(programs_->call_api("GET", "/events").body).at("events").as_array(), IsEmpty());
}

TEST_F(DoctorScenario, FindsWhatIsWrongWithTheToken) {
  set_up();
  change({{"token_state", "expired"}});
  expect_found("meta", "token_alive", "expired");
  EXPECT_THAT(moves(), ElementsAre("token_alive: yours, 190")) << "with which each send is refused now";
  change({{"token_state", "valid"}});
  expect_healthy("meta");
  EXPECT_THAT(moves(), IsEmpty());
  plant({{"permissions", {"whatsapp_business_management"}}}, "token_permissions", "lacks whatsapp_business_messaging");
  plant({{"permissions", {"whatsapp_business_messaging"}}}, "token_permissions", "lacks whatsapp_business_management");
  const auto now = programs_->sim("GET", "/_sim/clock").at("now").to_number<std::int64_t>();
  plant({{"token_expires_at", now + 20 * 3'600'000}}, "token_alive", "dies in 19 h");
  programs_->set_secret("WHATSAPP_APP_ID", "300000000000009");
  std::vector<std::string> found;
  EXPECT_TRUE(eventually(
      [&] {
        found = troubles("meta");
        return !found.empty() && found.front().starts_with("token_app: The access token is of the app 300000000000001");
      },
      kPatience))
      << ::testing::PrintToString(found);
}

TEST_F(DoctorScenario, FindsATokenThatWasMadeForAnotherApp) {
  set_up();
  // Meta shows such a token nothing of ours, so that the number cannot be seen either.
  change({{"token_state", "wrong_app"}});
  const auto is_named = [&] {
    const auto found = troubles("meta");
    return !found.empty() && found.front().contains("token_app: The access token is of the app 1300000000000001");
  };
  EXPECT_TRUE(eventually(is_named, kPatience)) << ::testing::PrintToString(troubles("meta"));
  EXPECT_THAT(moves(), Contains("number_account: yours, 100")) << "what Meta refused says whose move it is";
}

TEST_F(DoctorScenario, FindsWhatIsWrongWithTheSecrets) {
  set_up();
  programs_->set_secret("WHATSAPP_APP_SECRET", "another-apps-secret");
  expect_found("meta", "app_secret", "not the secret of the app");
  programs_->set_secret("WHATSAPP_APP_SECRET", "sim-app-secret");
  expect_healthy("meta");

  change({{"verify_token", "another-word"}});
  verify();
  expect_found("address", "verification", "another verify token");
  change({{"verify_token", "sim-verify-token"}});
  // It is noted every two seconds at most.
  const auto mended = [&] {
    verify();
    return troubles("address").empty();
  };
  EXPECT_TRUE(eventually(mended, kPatience)) << "and recovers";

  programs_->claw("secret delete acme WHATSAPP_APP_SECRET");
  expect_found("settings", "secrets_present", "WHATSAPP_APP_SECRET is not set");
  const auto said = programs_->say("doctor acme");
  EXPECT_EQ(said.exit_code, 1);
  EXPECT_THAT(said.out, HasSubstr("WHATSAPP_APP_SECRET is not set"));
}

TEST_F(DoctorScenario, FindsWhatKeepsMessagesAway) {
  set_up();
  plant({{"callback", "https://other.example/hook"}}, "callback_at_meta", "https://other.example/hook");
  plant({{"subscribed", false}}, "app_subscribed", "not subscribed to the WhatsApp account");
  plant({{"unsubscribed_fields", {"messages"}}}, "field_messages", "messages is not subscribed");
  // And it is so: what is written does not come.
  change({{"unsubscribed_fields", {"messages"}}});
  programs_->sim("POST", std::string("/_sim/phones/") + kPhone + "/messages", json::object{{"text", "hello"}});
  EXPECT_TRUE(eventually(
      [&] {
        return text(programs_->thread(kPhone).front().at("delivery").as_object(), "reason")
            .contains("messages is not subscribed");
      },
      kPatience));
  EXPECT_THAT(programs_->messages(), IsEmpty());
}

TEST_F(DoctorScenario, FindsWhatIsWrongWithTheNumber) {
  // As Meta says the gateway would go as slowly as the number may.
  set_up({.gateway = "messages_per_second = 80"});
  plant({{"platform_type", "NOT_APPLICABLE"}}, "number_registered", "not registered");
  plant({{"on_business_app", true}}, "number_throughput", "20 messages a second");
  plant({{"quality_rating", "RED"}}, "number_quality", "red");
  plant({{"waba_id", "200000000000009"}}, "number_account", "cannot see");
}

TEST_F(DoctorScenario, FindsANumberOfAnotherAccountThatTheTokenSees) {
  set_up();
  programs_->sim("POST", "/_sim/numbers", json::object{{"id", "100000000000002"}, {"waba_id", "200000000000009"}});
  programs_->set_secret("WHATSAPP_WABA_ID", "200000000000009");
  std::vector<std::string> found;
  EXPECT_TRUE(eventually(
      [&] {
        found = troubles("meta");
        return !found.empty() &&
               found.front().contains("is not one of the WhatsApp account 200000000000009; it belongs");
      },
      kPatience))
      << ::testing::PrintToString(found);
}

TEST_F(DoctorScenario, FindsThatTheMessagingLimitIsReached) {
  set_up();
  programs_->write(kPhone, "hello");
  EXPECT_TRUE(eventually([&] { return programs_->at_rest(); }, kPatience));
  plant({{"tier", "TIER_1"}}, "messaging_tier", "limit is reached: 1 people this month, of 1");
}

TEST_F(DoctorScenario, FindsATemplateThatIsPaused) {
  set_up();
  const json::object made{
      {"name", "welcome"},
      {"language", "en_US"},
      {"category", "UTILITY"},
      {"components", json::array{json::object{{"type", "BODY"}, {"text", "Welcome to the shop."}}}}};
  const auto answer = programs_->sim(
      "POST", fmt::format("/v25.0/{}/message_templates?access_token={}", kWaba, RealPrograms::kToken), made);
  const std::string id = text(answer.as_object(), "id");
  programs_->sim("POST", "/_sim/templates/" + id, json::object{{"status", "APPROVED"}});
  expect_healthy("meta");
  programs_->sim("POST", "/_sim/templates/" + id, json::object{{"status", "PAUSED"}});
  expect_found("meta", "templates", "is PAUSED");
  programs_->sim("POST", "/_sim/templates/" + id, json::object{{"status", "APPROVED"}});
  expect_healthy("meta");
}

TEST_F(DoctorScenario, FindsAClockThatIsOff) {
  set_up();
  programs_->sim("POST", "/_sim/clock", json::object{{"advance_ms", 600'000}});
  expect_found("meta", "clock", "10 min behind");
}

TEST_F(DoctorScenario, FindsAnAddressThatIsNotReached) {
  set_up({.public_url = fmt::format("http://127.0.0.1:{}", free_port())});
  const auto found = troubles("address");
  ASSERT_FALSE(found.empty());
  EXPECT_THAT(found.back(), HasSubstr("public_url: "));
  EXPECT_THAT(found.back(), HasSubstr("cannot be reached"));
}

/// A server whose certificate counts from 2024 on, until `ends` ("20250101000000Z").
class OtherTlsServer {
 public:
  explicit OtherTlsServer(const std::string& ends) {
    const auto path = folder_.path();
    std::ofstream(path + "/ca.cnf") << fmt::format(
        "[ca]\ndefault_ca=own\n[own]\ndatabase={0}/index\nnew_certs_dir={0}\nserial={0}/serial\ndefault_md=sha256\n"
        "policy=any\n[any]\ncommonName=supplied\n[san]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:true\n",
        path);
    std::ofstream(path + "/index").flush();
    std::ofstream(path + "/serial") << "01\n";
    run({"req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=claw-test",
         "-keyout", path + "/key.pem", "-out", path + "/request.pem"});
    run({"ca", "-batch", "-config", path + "/ca.cnf", "-selfsign", "-keyfile", path + "/key.pem", "-in",
         path + "/request.pem", "-out", certificate(), "-startdate", "20240101000000Z", "-enddate", ends, "-extensions",
         "san"});
    // It answers whatever is asked, which openssl's own server does not.
    server_ = std::make_unique<Process>(
        std::vector<std::string>{
            "/bin/sh", "-c",
            fmt::format("exec nghttpd -a 127.0.0.1 -d {0} {1} {0}/key.pem {0}/certificate.pem", path, port_)},
        path + "/log");
    const auto listens = [&] {
      return run_program({"/usr/bin/openssl", "s_client", "-connect", fmt::format("127.0.0.1:{}", port_)}).exit_code ==
             0;
    };
    EXPECT_TRUE(eventually(listens, kPatience)) << read_file(path + "/log");
  }
  [[nodiscard]] std::string url() const { return fmt::format("https://127.0.0.1:{}", port_); }
  [[nodiscard]] std::string certificate() const { return folder_.path() + "/certificate.pem"; }

 private:
  static void run(std::vector<std::string> words) {
    words.insert(words.begin(), "/usr/bin/openssl");
    const auto done = run_program(std::move(words));
    EXPECT_EQ(done.exit_code, 0) << done.err;
  }
  TempDir folder_;
  const unsigned short port_ = free_port();
  std::unique_ptr<Process> server_;
};

TEST_F(DoctorScenario, FindsACertificateThatHasExpired) {
  const OtherTlsServer server("20250101000000Z");
  set_up({.gateway = fmt::format("ca_file = \"{}\"\n", server.certificate()), .public_url = server.url()});
  const auto found = troubles("address");
  ASSERT_FALSE(found.empty());
  EXPECT_THAT(found.back(), HasSubstr("certificate: "));
  EXPECT_THAT(found.back(), HasSubstr("expired"));
}

TEST_F(DoctorScenario, WarnsOfACertificateThatEndsSoon) {
  const auto soon = std::chrono::floor<std::chrono::seconds>(SystemClock().now() + std::chrono::days(9));
  const OtherTlsServer server(fmt::format("{:%Y%m%d%H%M%SZ}", soon));
  set_up({.gateway = fmt::format("ca_file = \"{}\"\n", server.certificate()), .public_url = server.url()});
  // It is no gateway, so that what is sent there is not answered as it should be.
  const auto found = troubles("address");
  EXPECT_THAT(found, Contains(AllOf(HasSubstr("certificate: "), HasSubstr("ends in 8 days"))));
}

/// A server that answers everything with `status`, after `wait`.
class OtherServer {
 public:
  explicit OtherServer(int status, std::chrono::milliseconds wait = {}) {
    for (const char* method : {"GET", "POST"})
      router_.add(method, "/{path...}", [this, status, wait](net::HttpRequest&) -> Task<net::HttpResponse> {
        co_await clock_.sleep(wait);
        co_return net::json_response(status, R"({"error":{"message":"go away"}})");
      });
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
  }
  ~OtherServer() { server_.stop(std::chrono::milliseconds(100)); }
  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}", server_.port()); }

 private:
  IoPool io_{1};
  SystemClock clock_;
  net::Router router_;
  net::Server server_{io_, router_, {}};
};

TEST_F(DoctorScenario, FindsAnAgentThatIsDownOrSlow) {
  set_up();
  programs_->claw(fmt::format("agent set acme helper --kind openai --model m --url http://127.0.0.1:{}", free_port()));
  expect_found("agents", "agent:helper", "is down");
  const OtherServer broken(500);
  programs_->claw("agent set acme helper --kind openai --model m --url " + broken.url());
  expect_found("agents", "agent:helper", "answered 500");
  const OtherServer slow(200, std::chrono::milliseconds(3'200));
  programs_->claw("agent set acme helper --kind openai --model m --url " + slow.url());
  expect_found("agents", "agent:helper", "is slow");
  const OtherServer well(200);
  programs_->claw("agent set acme helper --kind openai --model m --url " + well.url());
  expect_healthy("agents");
}

TEST_F(DoctorScenario, FindsASpeechProviderThatRefuses) {
  set_up();
  const OtherServer refuses(401);
  const auto shown = programs_->call_api("GET", "/speech");
  const json::object settings{
      {"providers", json::array{json::object{{"name", "cloud"}, {"kind", "openai"}, {"url", refuses.url()}}}}};
  const auto set = programs_->call_api("PUT", "/speech", settings);
  ASSERT_EQ(set.status, 200) << set.body << shown.body;
  expect_found("speech", "speech:cloud", "401");
}

TEST_F(DoctorScenario, FindsADiskThatIsNearlyFull) {
  // No disk has as much: what is free is less than what should be.
  set_up({.gateway = "[doctor]\ndisk_free_mib = 1000000000\n"});
  expect_found("gateway", "disk", "nearly full");
}

TEST_F(DoctorScenario, FindsABucketThatTakesNoFiles) {
  set_up({.gateway = fmt::format("[media]\ns3_endpoint = \"http://127.0.0.1:{}\"\ns3_bucket = \"media\"\ns3_key_id = "
                                 "\"k\"\ns3_secret = \"s\"\n",
                                 free_port())});
  expect_found("gateway", "files", "cannot be kept in the bucket");
}

TEST_F(DoctorScenario, FindsATenantThatIsDisabled) {
  set_up();
  programs_->claw("tenant disable acme");
  // Its own programs are told so in the place of an answer; the operator asks by the command line.
  const auto said = programs_->say("doctor acme");
  EXPECT_EQ(said.exit_code, 1);
  EXPECT_THAT(said.out, HasSubstr("The tenant is disabled"));
}

TEST_F(DoctorScenario, FindsWhyOnePersonIsNotAnswered) {
  set_up();
  programs_->claw("channel set acme --policy pairing");
  programs_->write(kPhone, "hello");
  expect_found("person", "person_access", "wait in pairing", kPhone);
  programs_->claw(std::string("access allow acme +") + kPhone);
  expect_healthy("person", kPhone);
  programs_->write(kPhone, "STOP");
  expect_found("person", "person_access", "opted out", kPhone);
  programs_->write(kPhone, "START");
  expect_healthy("person", kPhone);
}

TEST_F(DoctorScenario, FindsAWindowThatIsClosed) {
  set_up();
  expect_found("person", "person_window", "never wrote", kPhone);
  // Written the day before yesterday, by Meta's time.
  const auto now = programs_->sim("GET", "/_sim/clock").at("now").to_number<std::int64_t>();
  programs_->sim(
      "POST", "/_sim/webhooks",
      json::object{
          {"field", "messages"},
          {"number", RealPrograms::kNumber},
          {"value",
           json::object{{"contacts", json::array{json::object{{"profile", {{"name", "Ann"}}}, {"wa_id", kPhone}}}},
                        {"messages", json::array{json::object{{"from", kPhone},
                                                              {"id", "wamid.old"},
                                                              {"timestamp", std::to_string(now / 1000 - 2 * 86'400)},
                                                              {"type", "text"},
                                                              {"text", {{"body", "hello"}}}}}}}}});
  expect_found("person", "person_window", "window closed at", kPhone);
}

}  // namespace
}  // namespace claw::testing
