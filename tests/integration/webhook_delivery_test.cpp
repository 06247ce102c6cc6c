// How deliveries come: to which tenant, over which kind of connection, in which batches, and how often.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/live_gateway.hpp"
#include "support/raw_client.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kNumber = "100000000000001";

class WebhookDeliveryTest : public ::testing::Test {
 protected:
  /// Delivers a text to `target` with these headers, signed by acme's app.
  int deliver(const std::string& target, HttpHeaders headers, const std::string& wamid) {
    const auto body = texts(kNumber, {{"hello", wamid}});
    headers.emplace_back("X-Hub-Signature-256", signature(acme_.app_secret, body));
    return gateway_.call("POST", target, headers, body).status;
  }
  std::vector<std::string> stored_texts() {
    gateway_.settle(acme_);
    return all_of(gateway_.messages(acme_, "direction=inbound"), "text");
  }
  std::string request(const std::string& body) {
    return http_request("POST", acme_.webhook_path(), {{"X-Hub-Signature-256", signature(acme_.app_secret, body)}},
                        body);
  }

  LiveGateway gateway_;
  TestTenant acme_ = gateway_.make_tenant("acme", kNumber);
};

TEST_F(WebhookDeliveryTest, FindsTheTenantByHostNameInAnyCaseAndWithAnyPort) {
  const struct {
    const char* host;
    int status;
  } rows[] = {{"acme.claw.test", 200},      {"acme.claw.test:8080", 200}, {"ACME.Claw.TEST", 200},
              {"claw.test", 404},           {"nobody.claw.test", 404},    {"acme.other.test", 404},
              {"acme.claw.test.evil", 404}, {"x.acme.claw.test", 404},    {".claw.test", 404},
              {"acmeclaw.test", 404},       {"localhost", 404},           {"[::1]:8080", 404},
              {"acme.claw.test@evil", 404}};
  for (const auto& row : rows) {
    EXPECT_EQ(deliver("/webhooks/whatsapp", {{"Host", row.host}}, "wamid.host"), row.status) << row.host;
    EXPECT_EQ(deliver(acme_.webhook_path(), {{"Host", row.host}}, "wamid.path"), 200) << "by path under any host";
  }
  EXPECT_THAT(stored_texts(), SizeIs(2));
}

TEST_F(WebhookDeliveryTest, DoesNotBelieveAStrangersForwardedHost) {
  EXPECT_EQ(deliver("/webhooks/whatsapp", {{"Host", "proxy"}, {"X-Forwarded-Host", "acme.claw.test"}}, "wamid.1"), 404);
  EXPECT_EQ(deliver("/webhooks/whatsapp", {{"Host", "acme.claw.test"}, {"X-Forwarded-Host", "x.claw.test"}}, "wamid.2"),
            200);
}

TEST(WebhookBehindProxyTest, BelievesATrustedProxysForwardedHost) {
  LiveGateway gateway({.trusted_proxies = {"127.0.0.0/8"}});
  const auto acme = gateway.make_tenant("acme", kNumber);
  const auto body = texts(kNumber, {{"hello", "wamid.1"}});
  const auto status = [&](const char* host, const char* forwarded) {
    HttpHeaders headers{{"Host", host}, {"X-Hub-Signature-256", signature(acme.app_secret, body)}};
    if (forwarded) headers.emplace_back("X-Forwarded-Host", forwarded);
    return gateway.call("POST", "/webhooks/whatsapp", headers, body).status;
  };
  EXPECT_EQ(status("proxy:80", "Acme.claw.test:443"), 200);
  EXPECT_EQ(status("acme.claw.test", "nobody.claw.test"), 404) << "the proxy's word counts";
  EXPECT_EQ(status("acme.claw.test", nullptr), 200) << "and where it says nothing, the host";
}

TEST_F(WebhookDeliveryTest, TakesARequestThatComesInSmallPieces) {
  RawClient client(gateway_.public_port());
  for (const char c : request(texts(kNumber, {{"byte by byte", "wamid.slow"}})))
    ASSERT_TRUE(client.send(std::string_view(&c, 1)));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(stored_texts(), ElementsAre("byte by byte"));
}

TEST_F(WebhookDeliveryTest, ServesOthersWhileARequestIsHalfSent) {
  const auto half = request(texts(kNumber, {{"half", "wamid.half"}}));
  RawClient in_head(gateway_.public_port());
  in_head.send(half.substr(0, 40));
  RawClient in_body(gateway_.public_port());
  in_body.send(half.substr(0, half.size() - 1));
  EXPECT_EQ(gateway_.post(acme_, texts(kNumber, {{"whole", "wamid.whole"}})).status, 200);
  EXPECT_THAT(stored_texts(), ElementsAre("whole")) << "what lacks one byte is not there";
  in_body.send(half.substr(half.size() - 1));
  EXPECT_THAT(in_body.read_answer(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(stored_texts(), ElementsAre("whole", "half"));
}

TEST_F(WebhookDeliveryTest, NeverStoresABodyThatWasCutInTheMiddle) {
  const auto whole = request(texts(kNumber, {{"cut", "wamid.cut"}}));
  for (const std::size_t missing : {1UL, 2UL, 100UL}) {
    RawClient client(gateway_.public_port());
    client.send(whole.substr(0, whole.size() - missing));
    client.finish_sending();
    EXPECT_THAT(client.read_all(), ::testing::Not(::testing::HasSubstr("200"))) << missing;
  }
  {
    RawClient gone(gateway_.public_port());
    gone.send(whole.substr(0, whole.size() - 10));
  }
  EXPECT_EQ(gateway_.post(acme_, texts(kNumber, {{"next", "wamid.next"}})).status, 200);
  EXPECT_THAT(stored_texts(), ElementsAre("next"));
  EXPECT_THAT(gateway_.events(acme_), IsEmpty());
}

TEST_F(WebhookDeliveryTest, AnswersPipelinedRequestsInOrderAndStoresAll) {
  const auto first = texts(kNumber, {{"first", "wamid.1"}});
  RawClient client(gateway_.public_port());
  client.send(request(first) +
              http_request("POST", acme_.webhook_path(), {{"X-Hub-Signature-256", "sha256=00"}}, first) +
              request(texts(kNumber, {{"second", "wamid.2"}})) + http_request("GET", "/api/v1/messages", {}, "") +
              request(texts(kNumber, {{"third", "wamid.3"}})));
  std::vector<int> answers;
  for (int i = 0; i < 5; ++i) answers.push_back(parse_answer(client.read_answer()).status);
  EXPECT_THAT(answers, ElementsAre(200, 401, 200, 401, 200));
  EXPECT_THAT(stored_texts(), ElementsAre("first", "second", "third"));
}

TEST_F(WebhookDeliveryTest, StoresEveryItemOfEveryChangeOfEveryEntryInOrder) {
  const auto message = [](int i) { return Said{fmt::format("text {}", i), fmt::format("wamid.{}", i)}; };
  const std::string template_change =
      R"({"field":"message_template_status_update","value":{"event":"APPROVED","message_template_id":7,)"
      R"("message_template_name":"n","message_template_language":"en"}})";
  const auto body = webhook({{messages_change(kNumber, {message(0), message(1), message(2)}),
                              statuses_change(kNumber, {{"wamid.x", "sent"}, {"wamid.y", "delivered"}})},
                             {template_change, messages_change(kNumber, {message(3)}), R"({"field":"messages"})"},
                             {messages_change("100000000000077", {message(4)})},
                             {messages_change(kNumber, {message(5), message(6)})}});
  EXPECT_EQ(gateway_.post(acme_, body).status, 200);
  EXPECT_THAT(stored_texts(), ElementsAre("text 0", "text 1", "text 2", "text 3", "text 5", "text 6"));
  EXPECT_EQ(gateway_.metric("clawcentral_webhook_items_total"), 11) << "7 messages, 2 statuses, template, odd change";
  EXPECT_THAT(gateway_.events(acme_, "kind=foreign"), SizeIs(1));
  EXPECT_THAT(gateway_.events(acme_, "kind=change"), SizeIs(::testing::Ge(1U)));
  EXPECT_THAT(gateway_.graph().texts(), ElementsAre("text 0", "text 1", "text 2", "text 3", "text 5", "text 6"));
}

TEST_F(WebhookDeliveryTest, StoresOnceWhatIsDeliveredAgainInOtherBatches) {
  const Said a{"a", "wamid.a"};
  const Said b{"b", "wamid.b"};
  const Said c{"c", "wamid.c", "491555000002"};
  const StatusUpdate sent{"wamid.z", "sent"};
  const std::string bodies[] = {
      webhook({{messages_change(kNumber, {a, b}), statuses_change(kNumber, {sent})}}),
      webhook({{messages_change(kNumber, {a, b}), statuses_change(kNumber, {sent})}}),
      texts(kNumber, {a}),
      webhook({{messages_change(kNumber, {b})}, {messages_change(kNumber, {c, a})}}),
      texts(kNumber, {c, c, b}),
      webhook({{statuses_change(kNumber, {sent, sent}), messages_change(kNumber, {c})}}),
      "no JSON",
      "no JSON",
  };
  for (const auto& body : bodies) EXPECT_EQ(gateway_.post(acme_, body).status, 200);
  EXPECT_THAT(stored_texts(), ElementsAre("a", "b", "c"));
  gateway_.restart();
  for (const auto& body : bodies) EXPECT_EQ(gateway_.post(acme_, body).status, 200);
  EXPECT_THAT(stored_texts(), ElementsAre("a", "b", "c")) << "also after a restart";
  EXPECT_THAT(gateway_.events(acme_, "kind=unparsed"), SizeIs(1));
  EXPECT_THAT(gateway_.graph().texts(), ::testing::UnorderedElementsAre("a", "b", "c")) << "answered once each";
}

TEST_F(WebhookDeliveryTest, KeepsAPersonsMessagesInTheOrderTheyWereAcknowledged) {
  constexpr int kMessages = 60;
  RawClient client(gateway_.public_port());
  std::string glued;
  std::vector<std::string> wanted;
  for (int i = 0; i < kMessages; ++i) {
    wanted.push_back(fmt::format("number {}", i));
    glued += request(texts(kNumber, {{wanted.back(), fmt::format("wamid.{}", i)}}));
  }
  client.send(glued);
  for (int i = 0; i < kMessages; ++i) ASSERT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(stored_texts(), wanted);
  EXPECT_EQ(gateway_.graph().texts(), wanted) << "and is answered in that order";
}

}  // namespace
}  // namespace claw::testing
