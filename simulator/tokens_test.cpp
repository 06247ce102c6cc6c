#include "simulator/tokens.hpp"

#include "simulator/graph_fixture.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using testing::HasSubstr;

class TokensTest : public GraphWorldTest {
 protected:
  void state(TokenState state) {
    change_number([&](Number& number) { number.token_state = state; });
  }
  json::object refused(const GraphCall& call, int status) {
    const auto answer = ask(call);
    EXPECT_EQ(answer.status, status) << answer.body;
    return json::parse(answer.body).at("error").as_object();
  }
  GraphCall sending() { return call_of("POST", number().id, "messages", text_to(kMaria)); }
  GraphCall looking() { return call_of("GET", number().waba, "phone_numbers"); }
  json::object debug(std::string token) {
    auto call = call_of("GET", "debug_token");
    call.token = number().app_id + "|" + number().app_secret;
    call.query = {{"input_token", std::move(token)}};
    const auto answer = ask(call);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).at("data").as_object();
  }
  void expect_recovered() {
    state(TokenState::kValid);
    EXPECT_EQ(send(), 0) << "and recovers";
  }
};

TEST_F(TokensTest, AnExpiredTokenIsRefusedForEverythingWith463) {
  state(TokenState::kExpired);
  for (const auto& call : {sending(), looking()}) {
    const auto error = refused(call, 401);
    EXPECT_EQ(error.at("code"), 190);
    EXPECT_EQ(error.at("error_subcode"), 463);
    EXPECT_EQ(error.at("type"), "OAuthException");
    EXPECT_THAT(std::string(error.at("message").as_string()), HasSubstr("Session has expired on"));
  }
  expect_recovered();
}

TEST_F(TokensTest, ATokenExpiresByTheMovableClock) {
  change_number([&](Number& number) { number.token_expires = clock_.now() + milliseconds(5'000); });
  leap(milliseconds(4'999));
  EXPECT_EQ(send(), 0);
  EXPECT_EQ(debug("sim-access-token").at("is_valid"), true);
  leap(milliseconds(1));
  EXPECT_EQ(refused(sending(), 401).at("error_subcode"), 463);
  EXPECT_EQ(debug("sim-access-token").at("is_valid"), false);
  change_number([](Number& number) { number.token_expires.reset(); });
  EXPECT_EQ(send(), 0) << "and recovers";
}

TEST_F(TokensTest, ARevokedTokenIsRefusedWith467) {
  state(TokenState::kRevoked);
  const auto error = refused(sending(), 401);
  EXPECT_EQ(error.at("code"), 190);
  EXPECT_EQ(error.at("error_subcode"), 467);
  expect_recovered();
}

TEST_F(TokensTest, AMissingPermissionIsTenForMessagesAndTwoHundredForTheRest) {
  state(TokenState::kNoPermission);
  EXPECT_EQ(refused(sending(), 403).at("code"), 10);
  EXPECT_EQ(refused(looking(), 403).at("code"), 200);
  EXPECT_EQ(meta_.phones.messages(), 0U);
  expect_recovered();
}

TEST_F(TokensTest, APermissionIsMissingForWhatNeedsItOnly) {
  change_number([](Number& number) { number.permissions = {std::string(kMessaging)}; });
  EXPECT_EQ(send(), 0);
  EXPECT_EQ(refused(looking(), 403).at("code"), 200);
  EXPECT_EQ(debug("sim-access-token").at("scopes"), (json::array{kMessaging}));
  change_number([](Number& number) { number.permissions = {std::string(kManagement)}; });
  EXPECT_EQ(refused(sending(), 403).at("code"), 10);
  EXPECT_EQ(ask(looking()).status, 200);
}

TEST_F(TokensTest, ATokenMayAskAboutItselfAsLongAsItIsGood) {
  auto asking = call_of("GET", "debug_token");
  asking.query = {{"input_token", number().token}};
  EXPECT_EQ(ask(asking).status, 200);
  asking.proof = "0123";
  EXPECT_EQ(refused(asking, 400).at("code"), 100) << "with a proof by another app's secret";
  asking.proof.reset();
  state(TokenState::kExpired);
  EXPECT_EQ(refused(asking, 401).at("error_subcode"), 463);
  state(TokenState::kValid);
  EXPECT_EQ(ask(asking).status, 200) << "and recovers";
}

TEST_F(TokensTest, AnotherAppsTokenSeesNothing) {
  state(TokenState::kWrongApp);
  const auto error = refused(sending(), 400);
  EXPECT_EQ(error.at("code"), 100);
  EXPECT_EQ(error.at("error_subcode"), 33);
  expect_recovered();
}

TEST_F(TokensTest, ANewTokenIsValid) {
  const auto laid_over = [&](std::string_view json) {
    auto number = read_number(json::parse(json).as_object(), this->number());
    EXPECT_TRUE(number) << json;
    return number.value_or(Number{});
  };
  const Number expired = laid_over(R"({"token_state":"expired","token_expires_at":1})");
  EXPECT_EQ(expired.token_state, TokenState::kExpired);
  EXPECT_EQ(expired.token_expires, from_ms(1));
  const Number renewed = *read_number(json::parse(R"({"token":"new"})").as_object(), expired);
  EXPECT_EQ(renewed.token_state, TokenState::kValid);
  EXPECT_FALSE(renewed.token_expires);
  const auto again = read_number(number_json(expired), Number{});
  EXPECT_EQ(again->token_state, TokenState::kExpired) << "what is written is read";
  EXPECT_FALSE(read_number(json::parse(R"({"token_state":"tired"})").as_object(), number()));
  EXPECT_FALSE(read_number(json::parse(R"({"token_expires_at":"soon"})").as_object(), number()));
}

TEST_F(TokensTest, TellsWhatATokenIs) {
  const auto valid = debug("sim-access-token");
  EXPECT_EQ(valid.at("is_valid"), true);
  EXPECT_EQ(valid.at("app_id"), json::string_view(number().app_id));
  EXPECT_EQ(valid.at("expires_at"), 0);
  EXPECT_EQ(valid.at("scopes").as_array().size(), 2U);
  state(TokenState::kNoPermission);
  EXPECT_TRUE(debug("sim-access-token").at("scopes").as_array().empty());
  state(TokenState::kRevoked);
  EXPECT_EQ(debug("sim-access-token").at("error").at("subcode"), 467);
  EXPECT_EQ(debug("never seen").at("is_valid"), false);

  auto call = call_of("GET", "debug_token");
  call.token = number().app_id + "|" + number().app_secret;
  EXPECT_EQ(refused(call, 400).at("code"), 100) << "an app's token may ask, but must say for what";
  call.token = "wrong";
  EXPECT_EQ(refused(call, 401).at("code"), 190);
}

}  // namespace
}  // namespace claw::sim
