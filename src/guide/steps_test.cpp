#include "guide/steps.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using State = StepState;

const TimePoint kNow = from_ms(1'795'000'000'000);
constexpr const char* kNumber = "111";
constexpr const char* kWaba = "222";
constexpr const char* kApp = "333";

MetaCheck good_check() {
  MetaCheck check;
  check.at = kNow - minutes(1);
  check.waba_id = kWaba;
  check.waba_of_number = kWaba;
  whatsapp::TokenFacts token;
  token.valid = true;
  token.app_id = kApp;
  token.app_name = "Acme app";
  token.permissions = {"whatsapp_business_messaging", "whatsapp_business_management"};
  token.waba_ids = {kWaba};
  check.token.facts = token;
  whatsapp::NumberFacts number;
  number.id = kNumber;
  number.display_phone_number = "+1 555 1001";
  number.verified_name = "Acme";
  number.quality_rating = "GREEN";
  number.status = "CONNECTED";
  number.platform_type = "CLOUD_API";
  check.number.facts = number;
  check.waba.facts = whatsapp::WabaFacts{kWaba, "Acme", "verified", "Acme Inc."};
  check.numbers_of_waba.facts = {kNumber};
  check.apps.facts = {whatsapp::AppFacts{kApp, "Acme app", ""}};
  return check;
}

/// A number on which everything is done.
GuideFacts all_done() {
  GuideFacts facts;
  facts.now = kNow;
  facts.number = kNumber;
  facts.waba_id = kWaba;
  facts.app_id = kApp;
  facts.token_set = facts.app_secret_set = facts.verify_token_set = kNow - hours(2);
  facts.channel_open = facts.has_agent = true;
  facts.tenant = "acme";
  facts.callback_url = "https://claw.example/t/acme/webhooks/whatsapp";
  facts.host_callback_url = "https://acme.claw.example/webhooks/whatsapp";
  facts.last_verification = Verification{kNow - hours(1), true, "verified"};
  facts.verified_at = kNow - hours(1);
  facts.first_webhook = FirstWebhook{kNow - minutes(30), kWaba};
  facts.meta = good_check();
  facts.answered_at = kNow - minutes(29);
  return facts;
}

GuideStep step(const GuideFacts& facts, std::string_view id) {
  for (auto& each : guide_steps(facts))
    if (each.id == id) return each;
  ADD_FAILURE() << id;
  return {};
}

struct Row {
  const char* what;
  std::function<void(GuideFacts&)> spoil;
  State state;
  std::vector<std::string> words;  ///< Each stands in the detail.
};

/// Each row spoils what was done, sees the step's state and words, and everything else is undone again with it.
void expect_rows(std::string_view id, const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    auto facts = all_done();
    row.spoil(facts);
    const auto found = step(facts, id);
    EXPECT_EQ(found.state, row.state) << row.what << ": " << found.detail;
    for (const auto& word : row.words) EXPECT_THAT(found.detail, HasSubstr(word)) << row.what;
    EXPECT_THAT(found.detail, Not(IsEmpty())) << row.what;
  }
}

TEST(GuideStepsTest, AreAlwaysTheSameInTheSameOrder) {
  std::vector<std::string> ids;
  for (const auto& each : guide_steps({})) ids.emplace_back(each.id);
  EXPECT_THAT(ids, ElementsAre("secrets_set", "verification_received", "token_accepted", "number_found",
                               "app_subscribed", "webhook_received", "test_answered"));
}

TEST(GuideStepsTest, AreAllDoneWithATimeWhereEverythingIs) {
  for (const auto& each : guide_steps(all_done())) {
    EXPECT_EQ(each.state, State::kDone) << each.id << ": " << each.detail;
    EXPECT_TRUE(each.at) << each.id;
  }
}

TEST(GuideStepsTest, NeverFailForATenantThatHasNothingYet) {
  EXPECT_THAT(guide_steps({}), Each(Field(&GuideStep::state, State::kWaiting)));
}

TEST(GuideStepsTest, SecretsSet) {
  expect_rows("secrets_set",
              {{"no token", [](auto& f) { f.token_set.reset(); }, State::kWaiting, {"WHATSAPP_ACCESS_TOKEN"}},
               {"no number", [](auto& f) { f.number.clear(); }, State::kWaiting, {"WHATSAPP_PHONE_NUMBER_ID"}},
               {"two missing",
                [](auto& f) {
                  f.app_secret_set.reset();
                  f.verify_token_set.reset();
                },
                State::kWaiting,
                {"WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN"}}});
}

TEST(GuideStepsTest, VerificationReceived) {
  const auto never = [](auto& f) {
    f.verified_at.reset();
    f.last_verification.reset();
  };
  const auto refused = [](auto& f, const char* why) {
    f.verified_at.reset();
    f.last_verification = Verification{kNow - minutes(5), false, why};
  };
  expect_rows(
      "verification_received",
      {{"nothing came", never, State::kWaiting, {"https://claw.example/t/acme/webhooks/whatsapp", "Verify and save"}},
       {"another token",
        [&](auto& f) { refused(f, "refused: the verify token is another one"); },
        State::kFailed,
        {"another verify token", "WHATSAPP_VERIFY_TOKEN"}},
       {"no token here",
        [&](auto& f) {
          refused(f, "refused: WHATSAPP_VERIFY_TOKEN is not set");
          f.verify_token_set.reset();
        },
        State::kFailed,
        {"no verify token is set"}},
       {"no token here, nobody asked",
        [&](auto& f) {
          never(f);
          f.verify_token_set.reset();
        },
        State::kWaiting,
        {"WHATSAPP_VERIFY_TOKEN"}},
       {"changed since",
        [&](auto& f) {
          refused(f, "refused: the verify token is another one");
          f.verify_token_set = kNow - minutes(1);
        },
        State::kWaiting,
        {"was changed since"}},
       {"a browser",
        [&](auto& f) { refused(f, "refused: hub.mode is not subscribe"); },
        State::kWaiting,
        {"who was not Meta"}},
       {"a stranger after Meta",
        [](auto& f) { f.last_verification = Verification{kNow, false, "refused: the verify token is another one"}; },
        State::kDone,
        {"A later try", "refused"}}});
}

TEST(GuideStepsTest, TokenAccepted) {
  const auto token = [](auto change) { return [change](GuideFacts& f) { change(*f.meta->token.facts); }; };
  expect_rows(
      "token_accepted",
      {{"none", [](auto& f) { f.token_set.reset(); }, State::kWaiting, {"WHATSAPP_ACCESS_TOKEN"}},
       {"never asked", [](auto& f) { f.meta.reset(); }, State::kWaiting, {"press Check"}},
       {"changed since", [](auto& f) { f.token_set = kNow; }, State::kWaiting, {"WHATSAPP_ACCESS_TOKEN was changed"}},
       {"secret changed since", [](auto& f) { f.app_secret_set = kNow; }, State::kWaiting, {"WHATSAPP_APP_SECRET was"}},
       {"Meta is away",
        [](auto& f) {
          f.meta->token = {};
          f.meta->unreachable = "Meta could not be reached: connection refused.";
        },
        State::kFailed,
        {"could not be asked", "Nothing is wrong with your values"}},
       {"refused", [](auto& f) { f.meta->token = {{}, "no good (Meta's code 190)"}; }, State::kFailed, {"no good"}},
       {"expired",
        token([](auto& t) {
          t.valid = false;
          t.fault.subcode = 463;
          t.fault.message = "Session has expired";
        }),
        State::kFailed,
        {"has expired", "Session has expired", "system user"}},
       {"revoked",
        token([](auto& t) {
          t.valid = false;
          t.fault.subcode = 467;
        }),
        State::kFailed,
        {"was revoked"}},
       {"expired since it was looked at",
        token([](auto& t) { t.expires_s = to_ms(kNow) / 1'000; }),
        State::kFailed,
        {"expired at", "system user"}},
       {"temporary",
        token([](auto& t) { t.expires_s = to_ms(kNow + hours(20) + minutes(15)) / 1'000; }),
        State::kDone,
        {"dies in 20 h 15 min", "system user"}},
       {"long, not for ever",
        token([](auto& t) { t.expires_s = to_ms(kNow + hours(24 * 59)) / 1'000; }),
        State::kDone,
        {"dies in 59 days"}},
       {"for ever", [](auto&) {}, State::kDone, {"Acme app", "does not expire"}},
       {"may not send",
        token([](auto& t) { t.permissions = {"whatsapp_business_management"}; }),
        State::kFailed,
        {"lacks whatsapp_business_messaging."}},
       {"may not look",
        token([](auto& t) { t.permissions = {"whatsapp_business_messaging"}; }),
        State::kFailed,
        {"lacks whatsapp_business_management."}},
       {"may nothing",
        token([](auto& t) { t.permissions.clear(); }),
        State::kFailed,
        {"whatsapp_business_messaging and whatsapp_business_management"}},
       {"another app's", token([](auto& t) { t.app_id = "334"; }), State::kDone, {"WHATSAPP_APP_ID says 333", "334"}}});
}

TEST(GuideStepsTest, NumberFound) {
  const auto number = [](auto change) { return [change](GuideFacts& f) { change(*f.meta->number.facts); }; };
  expect_rows(
      "number_found",
      {{"none", [](auto& f) { f.number.clear(); }, State::kWaiting, {"WHATSAPP_PHONE_NUMBER_ID"}},
       {"no token", [](auto& f) { f.token_set.reset(); }, State::kWaiting, {"WHATSAPP_ACCESS_TOKEN"}},
       {"a token that is no good", [](auto& f) { f.meta->number = {}; }, State::kWaiting, {"Waits for"}},
       {"unseen",
        [](auto& f) { f.meta->number = {{}, "cannot see the phone number"}; },
        State::kFailed,
        {"cannot see"}},
       {"of another account",
        [](auto& f) {
          f.meta->numbers_of_waba.facts = {"112"};
          f.meta->waba_of_number = "229";
        },
        State::kFailed,
        {"111 is not one of the WhatsApp account 222", "it belongs to 229", "WHATSAPP_WABA_ID"}},
       {"of no account",
        [](auto& f) {
          f.meta->numbers_of_waba.facts = std::vector<std::string>();
          f.meta->waba_of_number.clear();
        },
        State::kFailed,
        {"222. Your move"}},
       {"the account's numbers are not known", [](auto& f) { f.meta->numbers_of_waba = {}; }, State::kDone, {"Acme"}},
       {"not registered",
        number([](auto& n) { n.platform_type = "NOT_APPLICABLE"; }),
        State::kFailed,
        {"not registered", "PIN"}},
       {"banned", number([](auto& n) { n.status = "BANNED"; }), State::kFailed, {"BANNED"}},
       {"restricted", number([](auto& n) { n.status = "RESTRICTED"; }), State::kDone, {"RESTRICTED"}},
       {"name declined", number([](auto& n) { n.name_status = "DECLINED"; }), State::kDone, {"declined"}},
       {"low quality", number([](auto& n) { n.quality_rating = "RED"; }), State::kDone, {"quality is low"}},
       {"not verified",
        [](auto& f) { f.meta->waba.facts->business_verification = "pending"; },
        State::kDone,
        {"not verified (pending)"}},
       {"well", [](auto&) {}, State::kDone, {"+1 555 1001, Acme."}}});
}

TEST(GuideStepsTest, AppSubscribed) {
  const auto callback = [](const char* url) {
    return [url](GuideFacts& f) { f.meta->number.facts->callback_of_app = url; };
  };
  expect_rows(
      "app_subscribed",
      {{"no account is known",
        [](auto& f) {
          f.waba_id.clear();
          f.meta->waba_id.clear();
          f.meta->apps = {};
        },
        State::kWaiting,
        {"WHATSAPP_WABA_ID"}},
       {"the account was changed",
        [](auto& f) { f.waba_id = "229"; },
        State::kWaiting,
        {"WHATSAPP_WABA_ID was changed"}},
       {"a token that is no good", [](auto& f) { f.meta->apps = {}; }, State::kWaiting, {"Waits for"}},
       {"may not look", [](auto& f) { f.meta->apps = {{}, "lacks a permission"}; }, State::kFailed, {"lacks"}},
       {"nobody is", [](auto& f) { f.meta->apps.facts->clear(); }, State::kFailed, {"333", "222", "press Subscribe"}},
       {"another app is", [](auto& f) { f.meta->apps.facts->front().id = "334"; }, State::kFailed, {"press Subscribe"}},
       {"elsewhere",
        callback("https://other.example/hook"),
        State::kFailed,
        {"https://other.example/hook", "https://claw.example/t/acme/webhooks/whatsapp"}},
       {"elsewhere for the account",
        [](auto& f) { f.meta->apps.facts->front().callback = "https://other.example/"; },
        State::kFailed,
        {"overrides"}},
       {"elsewhere for the number",
        [](auto& f) {
          f.meta->number.facts->callback_of_app = f.callback_url;
          f.meta->number.facts->callback_of_number = "https://other.example/";
        },
        State::kFailed,
        {"https://other.example/"}},
       {"another tenant's", callback("https://claw.example/t/beta/webhooks/whatsapp"), State::kFailed, {"beta"}},
       {"here", callback("https://claw.example/t/acme/webhooks/whatsapp?from=meta"), State::kDone, {"333"}},
       {"here by the host", callback("https://acme.claw.example/webhooks/whatsapp"), State::kDone, {"333"}},
       {"here by another name", callback("https://proxy.example/t/acme/webhooks/whatsapp"), State::kDone, {"333"}}});
}

TEST(GuideStepsTest, WebhookReceived) {
  const auto nothing_yet = [](auto& f) { f.first_webhook.reset(); };
  expect_rows("webhook_received", {{"nothing yet", nothing_yet, State::kWaiting, {"+1 555 1001", "messages"}},
                                   {"no secret",
                                    [&](auto& f) {
                                      nothing_yet(f);
                                      f.app_secret_set.reset();
                                    },
                                    State::kWaiting,
                                    {"WHATSAPP_APP_SECRET"}},
                                   {"wrong secret",
                                    [&](auto& f) {
                                      nothing_yet(f);
                                      f.unsigned_requests = {3, kNow};
                                    },
                                    State::kFailed,
                                    {"3 requests came", "WHATSAPP_APP_SECRET", "another app's"}},
                                   {"wrong secret, replaced since",
                                    [&](auto& f) {
                                      nothing_yet(f);
                                      f.unsigned_requests = {1, kNow - hours(3)};
                                    },
                                    State::kWaiting,
                                    {"write a message"}},
                                   {"another number",
                                    [&](auto& f) {
                                      nothing_yet(f);
                                      f.foreign_number = "119";
                                    },
                                    State::kFailed,
                                    {"119, not 111", "WHATSAPP_PHONE_NUMBER_ID"}},
                                   {"a stranger after the first webhook",
                                    [](auto& f) { f.unsigned_requests = {1, kNow}; },
                                    State::kDone,
                                    {"first"}},
                                   {"the secret was changed to a wrong one",
                                    [](auto& f) {
                                      f.app_secret_set = kNow - minutes(10);
                                      f.unsigned_requests = {1, kNow};
                                    },
                                    State::kFailed,
                                    {"A request came", "changed after the first webhook"}}});
}

TEST(GuideStepsTest, TestAnswered) {
  const auto not_yet = [](auto& f) { f.answered_at.reset(); };
  expect_rows("test_answered", {{"not yet", not_yet, State::kWaiting, {"write a message"}},
                                {"nobody wrote",
                                 [&](auto& f) {
                                   not_yet(f);
                                   f.first_webhook.reset();
                                 },
                                 State::kWaiting,
                                 {"Waits"}},
                                {"closed",
                                 [&](auto& f) {
                                   not_yet(f);
                                   f.channel_open = false;
                                 },
                                 State::kFailed,
                                 {"channel is disabled", "Your move"}},
                                {"no agent",
                                 [&](auto& f) {
                                   not_yet(f);
                                   f.has_agent = false;
                                 },
                                 State::kFailed,
                                 {"No agent"}},
                                {"refused",
                                 [&](auto& f) {
                                   not_yet(f);
                                   f.trouble = TurnTrouble{true, "131047"};
                                 },
                                 State::kFailed,
                                 {"131047"}},
                                {"tried again",
                                 [&](auto& f) {
                                   not_yet(f);
                                   f.trouble = TurnTrouble{false, "Meta could not be reached"};
                                 },
                                 State::kWaiting,
                                 {"not out yet"}},
                                {"closed since", [](auto& f) { f.channel_open = false; }, State::kDone, {"disabled"}}});
}

TEST(GuideStepsTest, SpanInWords) {
  const std::pair<std::chrono::milliseconds, const char*> rows[] = {{minutes(0), "0 min"}, {minutes(59), "59 min"},
                                                                    {hours(1), "1 h"},     {minutes(61), "1 h 1 min"},
                                                                    {hours(47), "47 h"},   {hours(49), "2 days"}};
  for (const auto& [span, words] : rows) EXPECT_EQ(in_words(span), words);
}

TEST(MetaCheckTest, IsReadAsItWasWritten) {
  auto check = good_check();
  check.token.facts->fault.code = 190;
  check.token.facts->fault.subcode = 463;
  check.token.facts->fault.message = "Session \"expired\"";
  check.token.facts->fault.has_error_object = true;
  check.waba = {{}, "no permission"};
  check.unreachable = "No answer came.";
  EXPECT_EQ(read_check(write_check(check)), check);
  EXPECT_EQ(read_check(write_check(MetaCheck())), MetaCheck());
  for (const char* text : {"", "no", "[]", R"({"token":7})", R"({"token":{"facts":[]}})", R"({"apps":{"facts":[1]}})"})
    EXPECT_FALSE(read_check(text)) << text;
}

}  // namespace
}  // namespace claw
