#include "guide/diagnosis.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TimePoint kNow = from_ms(1'795'000'000'000);
constexpr const char* kNumber = "111";
constexpr const char* kWaba = "222";
constexpr const char* kApp = "333";
constexpr const char* kCallback = "https://claw.example/t/acme/webhooks/whatsapp";

/// All is well.
class DiagnosisTest : public ::testing::Test {
 protected:
  DiagnosisTest() {
    auto& guide = facts_.guide;
    guide.now = kNow;
    guide.number = kNumber;
    guide.waba_id = kWaba;
    guide.app_id = kApp;
    guide.token_set = guide.app_secret_set = guide.verify_token_set = kNow - hours(48);
    guide.channel_open = guide.has_agent = true;
    guide.tenant = "acme";
    guide.callback_url = kCallback;
    guide.public_url_is_set = true;
    guide.verified_at = kNow - hours(24);
    auto& meta = guide.meta.emplace();
    meta.at = kNow;
    meta.waba_id = kWaba;
    auto& token = meta.token.facts.emplace();
    token.valid = true;
    token.app_id = kApp;
    token.permissions = {"whatsapp_business_messaging", "whatsapp_business_management"};
    auto& number = meta.number.facts.emplace();
    number.id = kNumber;
    number.status = "CONNECTED";
    number.platform_type = "CLOUD_API";
    number.quality_rating = "GREEN";
    number.callback_of_app = kCallback;
    meta.numbers_of_waba.facts = {kNumber};
    meta.apps.facts = {{kApp, "App", ""}};
    auto& extra = facts_.meta.emplace();
    extra.subscriptions.facts = {true, kCallback, {"messages"}};
    extra.templates.facts = {{"welcome", "en", "APPROVED"}};
    extra.clock_ahead = std::chrono::seconds(1);
    extra.messages_per_second = 80;
    auto& address = facts_.address.emplace();
    address.is_set = true;
    address.challenge = "c";
    address.verification = {.status = 200, .body = "c"};
    address.delivery = {.status = 200};
    facts_.agents = {{.name = "helper", .kind = "openai", .probe = Probe{.status = 200}}};
    facts_.speech = {{.name = "cloud", .kind = "openai", .probe = Probe{}}};
    auto& gateway = facts_.gateway.emplace();
    gateway.disk_free = 10;
    gateway.disk_wanted = 5;
    auto& person = facts_.person.emplace();
    person.about.emplace().access.verdict = {Admission::kAdmit, {}};
    person.last_inbound = kNow - hours(1);
  }
  MetaCheck& meta() { return *facts_.guide.meta; }
  whatsapp::TokenFacts& token() { return *meta().token.facts; }
  whatsapp::NumberFacts& number() { return *meta().number.facts; }
  /// The checks of a severity, by their ids.
  std::vector<std::string> with(Severity severity) const {
    std::vector<std::string> found;
    for (const auto part : kDoctorParts)
      for (const auto& check : diagnose(part, facts_))
        if (check.severity == severity) found.push_back(check.id);
    return found;
  }
  std::vector<std::string> errors() const { return with(Severity::kError); }
  std::vector<std::string> warnings() const { return with(Severity::kWarning); }
  std::string seen(std::string_view id) const {
    for (const auto part : kDoctorParts)
      for (const auto& check : diagnose(part, facts_))
        if (check.id == id) return check.seen;
    return {};
  }

  DoctorFacts facts_;
};

TEST_F(DiagnosisTest, FindsNothingWhereAllIsWell) {
  EXPECT_THAT(errors(), IsEmpty());
  EXPECT_THAT(warnings(), IsEmpty());
  EXPECT_THAT(with(Severity::kSkipped), IsEmpty());
  for (const auto part : kDoctorParts) EXPECT_TRUE(is_healthy(diagnose(part, facts_)));
}

TEST_F(DiagnosisTest, NamesTheCauseAndNotEverythingThatFollowsFromIt) {
  meta().token = {{}, "The access token is no longer valid (Meta's code 190/463: Session has expired)"};
  meta().number = {};
  meta().numbers_of_waba = {};
  meta().apps = {};
  EXPECT_THAT(errors(), ElementsAre("token_alive"));
  EXPECT_THAT(seen("token_alive"), HasSubstr("has expired"));
  meta().token.fault = "…(Meta's code 100: Invalid appsecret_proof provided in the API argument)";
  EXPECT_THAT(errors(), ElementsAre("app_secret"));
  meta().token = {};
  meta().unreachable = "No answer came from Meta: timed out.";
  EXPECT_THAT(errors(), ElementsAre("meta_reached"));
}

TEST_F(DiagnosisTest, WarnsAWeekBeforeATokenDies) {
  const auto dies_in = [&](hours left) { token().expires_s = to_ms(kNow + left) / 1000; };
  dies_in(hours(24 * 8));
  EXPECT_THAT(warnings(), IsEmpty());
  dies_in(hours(24 * 6));
  EXPECT_THAT(warnings(), ElementsAre("token_alive"));
  dies_in(hours(-1));
  EXPECT_THAT(errors(), ElementsAre("token_alive"));
}

TEST_F(DiagnosisTest, ComparesTheSpeedWithWhatMetaTakes) {
  number().on_business_app = true;
  EXPECT_THAT(warnings(), ElementsAre("number_throughput"));
  facts_.meta->messages_per_second = 0;  // it goes as fast as Meta says
  EXPECT_THAT(warnings(), IsEmpty());
  facts_.meta->messages_per_second = 20;
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(DiagnosisTest, WarnsBeforeTheMessagingLimitIsReached) {
  facts_.meta->people_limit = 1'000;
  for (const auto& [people, words] : {std::pair(899, ""), std::pair(900, "nearly"), std::pair(1'000, "is reached")}) {
    facts_.meta->people_this_month = people;
    EXPECT_EQ(warnings().size(), *words ? 1U : 0U) << people;
    EXPECT_THAT(seen("messaging_tier"), HasSubstr(words));
  }
}

TEST_F(DiagnosisTest, TakesAClockForWrongByMinutes) {
  facts_.meta->clock_ahead = std::chrono::seconds(-599);
  EXPECT_THAT(errors(), ElementsAre("clock"));
  EXPECT_THAT(seen("clock"), HasSubstr("10 min behind"));
  facts_.meta->clock_ahead = minutes(2);
  EXPECT_THAT(warnings(), ElementsAre("clock"));
  EXPECT_THAT(seen("clock"), HasSubstr("2 min ahead"));
}

TEST_F(DiagnosisTest, TellsACertificateFromAnAddressThatIsNotReached) {
  facts_.address->verification = {.fault = "SSL certificate problem: certificate has expired"};
  EXPECT_THAT(errors(), ElementsAre("certificate"));
  facts_.address->verification = {.fault = "Could not resolve host"};
  EXPECT_THAT(errors(), ElementsAre("public_url"));
}

TEST_F(DiagnosisTest, WarnsBeforeACertificateEnds) {
  const auto ends_in = [&](hours left, hours lived) {
    facts_.address->verification.certificate = {kNow - lived, kNow + left};
  };
  ends_in(hours(24 * 15), hours(24 * 75));
  EXPECT_THAT(warnings(), IsEmpty());
  EXPECT_THAT(seen("certificate"), HasSubstr("until 2026-"));
  ends_in(hours(24 * 13), hours(24 * 77));
  EXPECT_THAT(warnings(), ElementsAre("certificate"));
  EXPECT_THAT(seen("certificate"), HasSubstr("ends in 13 days"));
  ends_in(hours(24 * 4), hours(24 * 2));
  EXPECT_THAT(warnings(), IsEmpty()) << "it lives for six days in all, and is renewed when three are over";
  ends_in(hours(24), hours(24 * 5));
  EXPECT_THAT(warnings(), ElementsAre("certificate"));
}

TEST_F(DiagnosisTest, SaysWhereFilesCannotBeKept) {
  facts_.gateway->files_fault = "the file could not be stored: No space left on device";
  EXPECT_THAT(errors(), ElementsAre("files"));
  EXPECT_THAT(seen("files"), HasSubstr("kept in the folder: the file could not be stored"));
  facts_.gateway->files_in_bucket = true;
  EXPECT_THAT(seen("files"), HasSubstr("kept in the bucket"));
}

TEST_F(DiagnosisTest, SeesThatAProxyChangesWhatComes) {
  facts_.address->verification.body = "<html>";
  facts_.address->delivery.status = 401;
  EXPECT_THAT(errors(), ElementsAre("verification_answered", "delivery_answered"));
}

TEST_F(DiagnosisTest, BelievesAChangedVerifyTokenUntilItIsTried) {
  facts_.guide.last_verification = {kNow - hours(1), false, "refused: the verify token is another one"};
  EXPECT_THAT(warnings(), ElementsAre("verification"));
  facts_.guide.verify_token_set = kNow;
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(DiagnosisTest, ForgetsStrangersWhereMetaHadVerified) {
  facts_.guide.last_verification = {kNow - hours(25), false, "refused: the verify token is another one"};
  EXPECT_THAT(warnings(), IsEmpty());
  facts_.guide.verified_at.reset();
  EXPECT_THAT(errors(), ElementsAre("verification"));
}

TEST_F(DiagnosisTest, SaysWhatKeepsOnePersonOut) {
  auto& verdict = facts_.person->about->access.verdict;
  for (const auto& [admission, reason, words] :
       {std::tuple(Admission::kHold, "waits_for_approval", "code"),
        std::tuple(Admission::kIgnore, "opted_out", "opted"), std::tuple(Admission::kIgnore, "blocked", "blocked")}) {
    verdict = {admission, reason};
    EXPECT_THAT(errors(), ElementsAre("person_access"));
    EXPECT_THAT(seen("person_access"), HasSubstr(words));
  }
  verdict = {Admission::kAdmit, {}};
  facts_.person->last_inbound = kNow - hours(24);
  EXPECT_THAT(warnings(), ElementsAre("person_window"));
}

TEST_F(DiagnosisTest, NamesAHelperAndWhatIsWrongWithIt) {
  auto& agent = facts_.agents->front();
  agent.probe->took = std::chrono::seconds(4);
  EXPECT_THAT(warnings(), ElementsAre("agent:helper"));
  agent.probe = Probe{.status = 401};
  EXPECT_THAT(seen("agent:helper"), HasSubstr("refuses its key"));
  agent.probe = Probe{.status = 200};
  agent.unknown_model = "gpt-9";
  EXPECT_THAT(with(Severity::kNote), ElementsAre("agent:helper"));
  EXPECT_THAT(seen("agent:helper"), HasSubstr("does not list the model gpt-9"));
  agent.unknown_model.clear();
  agent.probe = Probe{.status = 401};
  agent.kind = "http";  // its address takes posts: any answer but 5xx says that it is there
  EXPECT_THAT(errors(), IsEmpty());
  agent.secret_missing = "MODEL_KEY";
  EXPECT_THAT(errors(), ElementsAre("agent:helper"));
}

}  // namespace
}  // namespace claw
