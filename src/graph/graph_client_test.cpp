#include "graph/graph_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/await.hpp"
#include "support/loopback.hpp"
#include "support/recorded_log.hpp"

namespace claw {
namespace {

using claw::testing::await;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = GraphFailure::Kind;

constexpr const char* kToken = "EAAG-token-of-acme";
constexpr const char* kTaken = R"({"messaging_product":"whatsapp","messages":[{"id":"wamid.1"}]})";
constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kError =
    R"({"error":{"message":"(#131047) Re-engagement message","code":131047,"error_subcode":2494010,)"
    R"("error_data":{"details":"More than 24 hours have passed"},"fbtrace_id":"Az8or2"}})";

net::ClientResponse answer_of(int status, std::string body) {
  net::ClientResponse answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

TEST(JudgeSendAnswerTest, IsATable) {
  const struct {
    const char* what;
    int status;
    std::string body;
    std::optional<Kind> failure;
  } rows[] = {
      {"taken", 200, kTaken, std::nullopt},
      {"an error of the Graph API", 400, kError, Kind::kRefused},
      {"the same behind a 500", 500, kError, Kind::kRefused},
      {"a token that is no longer good", 401, R"({"error":{"message":"expired","code":190}})", Kind::kRefused},
      {"200 without an id", 200, R"({"messages":[]})", Kind::kAmbiguous},
      {"200 and nothing", 200, "", Kind::kAmbiguous},
      {"200 and a page", 200, "<html>ok</html>", Kind::kAmbiguous},
      {"a proxy's 502", 502, "<html>Bad Gateway</html>", Kind::kAmbiguous},
      {"an empty 500", 500, "", Kind::kAmbiguous},
      {"a 504", 504, "{}", Kind::kAmbiguous},
      {"a 503 says that it was not taken", 503, "<html>later</html>", Kind::kRefused},
      {"a proxy's 404", 404, "<html>Not Found</html>", Kind::kRefused},
      {"an empty 429", 429, "", Kind::kRefused},
      {"a redirect", 302, "", Kind::kRefused},
  };
  for (const auto& row : rows) {
    const auto outcome = judge_send_answer(answer_of(row.status, row.body));
    const auto* failure = std::get_if<GraphFailure>(&outcome);
    ASSERT_EQ(failure != nullptr, row.failure.has_value()) << row.what;
    if (!failure) continue;
    EXPECT_EQ(failure->kind, *row.failure) << row.what;
    EXPECT_EQ(failure->error.http_status, row.status) << row.what;
    EXPECT_FALSE(failure->reason.empty()) << row.what;
  }
}

TEST(JudgeSendAnswerTest, TellsATenantsAdminWhatHappenedAndWhatMetaSaid) {
  const auto outcome = judge_send_answer(answer_of(400, kError));
  const auto& failure = std::get<GraphFailure>(outcome);
  EXPECT_EQ(failure.error.code, 131047);
  EXPECT_THAT(failure.reason, HasSubstr("131047/2494010"));
  EXPECT_THAT(failure.reason, HasSubstr("More than 24 hours have passed"));
  EXPECT_THAT(failure.reason, HasSubstr("Az8or2"));
}

TEST(JudgeSendAnswerTest, ReadsRetryAfterInSecondsOnly) {
  const std::pair<const char*, std::optional<std::chrono::seconds>> rows[] = {
      {"30", std::chrono::seconds(30)},
      {"0", std::chrono::seconds(0)},
      {"-1", std::nullopt},
      {"", std::nullopt},
      {"Wed, 21 Oct 2026 07:28:00 GMT", std::nullopt},
      {"30s", std::nullopt}};
  for (const auto& [value, seconds] : rows) {
    auto answer = answer_of(429, "");
    answer.headers.push_back({"retry-after", value});
    EXPECT_EQ(std::get<GraphFailure>(judge_send_answer(answer)).retry_after, seconds) << value;
  }
}

/// Meta as a server of ours that keeps what it was sent.
class GraphClientTest : public ::testing::Test {
 protected:
  GraphClientTest() : server_(io_, router_, {}), http_(io_, testing::loopback()) {
    router_.add("POST", "/{path...}", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
      request_ = request;
      auto response = net::json_response(status_, body_);
      response.headers.push_back({"Retry-After", "7"});
      co_return response;
    });
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
    tenant_->name = "acme";
    tenant_->access_token = SecretString(std::string(kToken));
    tenant_->app_secret = SecretString(std::string("app-secret"));
  }
  GraphOutcome send(std::string base_url = "") {
    if (base_url.empty()) base_url = "http://127.0.0.1:" + std::to_string(server_.port());
    GraphClient client(http_, metrics_, {std::move(base_url), "v25.0", std::chrono::seconds(1), total_timeout_});
    return await(io_, client.send(tenant_, "111", R"({"to":"491511"})", kTrace));
  }
  Kind failure_kind(std::string base_url = "") {
    const auto outcome = send(std::move(base_url));
    const auto* failure = std::get_if<GraphFailure>(&outcome);
    EXPECT_NE(failure, nullptr);
    return failure ? failure->kind : Kind::kNotSent;
  }
  std::uint64_t calls(const std::string& result) {
    return metrics_.counter("clawcentral_graph_calls_total", "", "result=\"" + result + "\"").value();
  }

  IoPool io_{2};
  net::Router router_;
  net::Server server_;
  net::CurlClient http_;
  Metrics metrics_;
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>();
  net::HttpRequest request_;
  int status_ = 200;
  std::string body_ = kTaken;
  std::chrono::milliseconds total_timeout_{5'000};
};

TEST_F(GraphClientTest, SendsTheTokenInTheHeaderOnlyAndProvesTheAppSecret) {
  const auto outcome = send();
  ASSERT_TRUE(std::holds_alternative<GraphSent>(outcome));
  EXPECT_EQ(std::get<GraphSent>(outcome).wamid, "wamid.1");
  EXPECT_EQ(request_.path, "/v25.0/111/messages");
  EXPECT_EQ(request_.header("Authorization"), std::string("Bearer ") + kToken);
  EXPECT_EQ(request_.header("Content-Type"), "application/json");
  EXPECT_EQ(request_.body, R"({"to":"491511"})");
  EXPECT_THAT(request_.target, Not(HasSubstr(kToken)));
  EXPECT_EQ(request_.query_value("appsecret_proof"), to_hex(hmac_sha256("app-secret", kToken)));
  EXPECT_EQ(calls("ok"), 1U);
}

TEST_F(GraphClientTest, UsesWhatTheNumberHasOfItsOwn) {
  tenant_->of_numbers["111"].access_token = SecretString(std::string("EAA-of-111"));
  tenant_->of_numbers["222"].app_secret = SecretString(std::string("of another number"));
  ASSERT_TRUE(std::holds_alternative<GraphSent>(send()));
  EXPECT_EQ(request_.header("Authorization"), "Bearer EAA-of-111");
  EXPECT_EQ(request_.query_value("appsecret_proof"), to_hex(hmac_sha256("app-secret", "EAA-of-111")));
  tenant_->of_numbers["111"].app_secret = SecretString(std::string("own-secret"));
  ASSERT_TRUE(std::holds_alternative<GraphSent>(send()));
  EXPECT_EQ(request_.query_value("appsecret_proof"), to_hex(hmac_sha256("own-secret", "EAA-of-111")));
}

TEST_F(GraphClientTest, LeavesTheProofOutWhereThereIsNoAppSecret) {
  tenant_->app_secret = {};
  ASSERT_TRUE(std::holds_alternative<GraphSent>(send()));
  EXPECT_EQ(request_.query_value("appsecret_proof"), std::nullopt);
}

TEST_F(GraphClientTest, TellsWhetherMetaMayHaveTheMessageAndRecovers) {
  status_ = 400;
  body_ = kError;
  EXPECT_EQ(failure_kind(), Kind::kRefused);
  status_ = 502;
  body_ = "<html>Bad Gateway</html>";
  EXPECT_EQ(failure_kind(), Kind::kAmbiguous);
  status_ = 200;
  body_ = "";
  EXPECT_EQ(failure_kind(), Kind::kAmbiguous);
  EXPECT_EQ(failure_kind("http://127.0.0.1:1"), Kind::kNotSent) << "nobody listens";
  EXPECT_EQ(failure_kind("http://10.255.255.1"), Kind::kNotSent) << "a network that is not allowed";
  EXPECT_EQ(calls("refused"), 1U);
  EXPECT_EQ(calls("ambiguous"), 2U);
  EXPECT_EQ(calls("not_sent"), 2U);
  body_ = kTaken;
  EXPECT_TRUE(std::holds_alternative<GraphSent>(send())) << "and recovers";
}

TEST_F(GraphClientTest, DoesNotKnowWhatBecameOfACallWithoutAnAnswerInTime) {
  std::optional<Completion<int>> go;
  net::Router router;
  std::mutex mutex;
  router.add("POST", "/{path...}", [&](net::HttpRequest&) -> Task<net::HttpResponse> {
    co_await complete_with<int>([&](Completion<int> done) {
      std::scoped_lock lock(mutex);
      go = std::move(done);
    });
    co_return net::json_response(200, kTaken);
  });
  net::Server slow(io_, router, {});
  ASSERT_TRUE(slow.listen("127.0.0.1:0"));
  total_timeout_ = std::chrono::milliseconds(100);
  EXPECT_EQ(failure_kind("http://127.0.0.1:" + std::to_string(slow.port())), Kind::kAmbiguous);
  std::scoped_lock lock(mutex);
  ASSERT_TRUE(go);
  (*go)(0);
}

TEST_F(GraphClientTest, WaitsForAMarkNoLongerThanAnAnswerMayWaitForIt) {
  std::optional<Completion<int>> go;
  net::Router router;
  std::mutex mutex;
  router.add("POST", "/{path...}", [&](net::HttpRequest&) -> Task<net::HttpResponse> {
    co_await complete_with<int>([&](Completion<int> done) {
      std::scoped_lock lock(mutex);
      go = std::move(done);
    });
    co_return net::json_response(200, R"({"success":true})");
  });
  net::Server slow(io_, router, {});
  ASSERT_TRUE(slow.listen("127.0.0.1:0"));
  GraphClient client(http_, metrics_,
                     {.base_url = "http://127.0.0.1:" + std::to_string(slow.port()),
                      .version = "v25.0",
                      .total_timeout = std::chrono::hours(1),
                      .mark_timeout = std::chrono::milliseconds(100)});
  EXPECT_FALSE(await(io_, client.mark(tenant_, "111", "{}", kTrace)));
  {
    std::scoped_lock lock(mutex);
    if (go) (*go)(0);
  }
  body_ = R"({"success":true})";
  GraphClient well(http_, metrics_,
                   {.base_url = "http://127.0.0.1:" + std::to_string(server_.port()), .version = "v25.0"});
  EXPECT_TRUE(await(io_, well.mark(tenant_, "111", "{}", kTrace))) << "and recovers";
}

TEST_F(GraphClientTest, CallsNobodyWithoutATokenAndSaysWhatToDo) {
  tenant_->access_token = {};
  const auto outcome = send();
  const auto& failure = std::get<GraphFailure>(outcome);
  EXPECT_EQ(failure.kind, Kind::kNoToken);
  EXPECT_THAT(failure.reason, HasSubstr("WHATSAPP_ACCESS_TOKEN"));
  EXPECT_EQ(request_.method, "");
}

TEST_F(GraphClientTest, PassesOnHowLongMetaWantsItToWait) {
  status_ = 429;
  body_ = R"({"error":{"message":"rate","code":130429}})";
  const auto outcome = send();
  EXPECT_EQ(std::get<GraphFailure>(outcome).retry_after, std::chrono::seconds(7));
}

TEST_F(GraphClientTest, TellsTheDeliveryLogOfEachCallAndNeverASecret) {
  claw::testing::RecordedLog log;
  FakeClock clock;
  GraphClient::Options options{"http://127.0.0.1:" + std::to_string(server_.port()), "v25.0"};
  options.log = &log;
  options.clock = &clock;
  tenant_->id = TenantId{5};
  status_ = 401;
  body_ =
      std::string(R"({"error":{"message":"Malformed access token )") + kToken + R"(","code":190,"fbtrace_id":"Az8"}})";
  GraphClient client(http_, metrics_, options);
  (void)await(io_, client.send(tenant_, "111", R"({"to":"491511","pin":"654321"})", kTrace));
  options.base_url = "http://127.0.0.1:1";
  GraphClient nowhere(http_, metrics_, options);
  (void)await(io_, nowhere.mark(tenant_, "111", "{}", kTrace));

  const auto told = log.told();
  ASSERT_EQ(told.size(), 2U);
  const auto& refused = told[0];
  EXPECT_EQ(refused.tenant, TenantId{5});
  EXPECT_EQ(refused.kind, ExchangeKind::kGraph);
  EXPECT_EQ(refused.at, clock.now());
  EXPECT_EQ(refused.phone_number_id, "111");
  EXPECT_EQ(refused.trace, kTrace);
  EXPECT_EQ(refused.outcome, "refused");
  EXPECT_TRUE(refused.wrong);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.path, "/v25.0/111/messages?appsecret_proof=…");
  EXPECT_THAT(refused.request, HasSubstr("491511"));
  EXPECT_THAT(refused.request, Not(HasSubstr("654321")));
  EXPECT_THAT(refused.answer, HasSubstr("Malformed access token …"));
  EXPECT_EQ(told[1].outcome, "not_sent");
  EXPECT_EQ(told[1].status, 0);
  EXPECT_FALSE(told[1].reason.empty());
  for (const auto& each : told) {
    const std::string all = each.path + each.request + each.answer + each.reason;
    EXPECT_THAT(all, Not(HasSubstr(kToken)));
    EXPECT_THAT(all, Not(HasSubstr("app-secret")));
    EXPECT_THAT(all, Not(HasSubstr(to_hex(hmac_sha256("app-secret", kToken)))));
  }
}

TEST_F(GraphClientTest, GoesOnWithTheMessagesTraceUnderASpanOfItsOwn) {
  (void)send();
  const std::string first(request_.header("traceparent"));
  EXPECT_EQ(trace_in(first), kTrace);
  (void)send();
  EXPECT_EQ(trace_in(request_.header("traceparent")), kTrace);
  EXPECT_NE(request_.header("traceparent"), first) << "each call is a span of its own";

  const std::string base_url = "http://127.0.0.1:" + std::to_string(server_.port());
  GraphClient client(http_, metrics_, {.base_url = base_url, .version = "v25.0"});
  (void)await(io_, client.send(tenant_, "111", "{}", ""));
  EXPECT_EQ(request_.header("traceparent"), "") << "what belongs to no trace has none";
}

TEST_F(GraphClientTest, SaysWhetherMetaTookAMark) {
  GraphClient client(
      http_, metrics_,
      {"http://127.0.0.1:" + std::to_string(server_.port()), "v25.0", std::chrono::seconds(1), total_timeout_});
  const std::pair<const char*, bool> rows[] = {
      {R"({"success":true})", true}, {R"({"success":false})", false}, {"", false}, {"<html>", false}};
  for (const auto& [body, taken] : rows) {
    body_ = body;
    EXPECT_EQ(await(io_, client.mark(tenant_, "111", "{}", kTrace)), taken) << body;
  }
  EXPECT_EQ(request_.header("Authorization"), std::string("Bearer ") + kToken);
}

}  // namespace
}  // namespace claw
