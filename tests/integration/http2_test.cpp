// Calls over HTTP/2, to a server that is none of ours: nghttpd, with a certificate that only this test trusts.
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/graph_client.hpp"
#include "net/curl_client.hpp"
#include "support/await.hpp"
#include "support/eventually.hpp"
#include "support/live_gateway.hpp"
#include "support/process.hpp"
#include "support/run_program.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kNumber = "100000000000001";
constexpr const char* kAnswer =
    R"({"messaging_product":"whatsapp","contacts":[{"input":"1","wa_id":"1"}],"messages":[{"id":"wamid.http2"}]})";

class Http2Test : public ::testing::Test {
 protected:
  Http2Test() {
    const auto made =
        run_program({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-days", "2", "-subj", "/CN=claw-test", "-addext", "subjectAltName=IP:127.0.0.1",
                     "-keyout", folder_.path() + "/key.pem", "-out", ca_file()});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    const std::string messages = folder_.path() + "/v25.0/" + kNumber;
    std::filesystem::create_directories(messages);
    write_file(messages + "/messages", kAnswer);
    server_ = std::make_unique<Process>(
        std::vector<std::string>{"/bin/sh", "-c",
                                 fmt::format("exec nghttpd -v -a 127.0.0.1 -d {0} {1} {0}/key.pem {0}/ca.pem >{0}/log",
                                             folder_.path(), port_)},
        folder_.path() + "/errors");
    const auto listens = [&] {
      return run_program({"/usr/bin/openssl", "s_client", "-connect", fmt::format("127.0.0.1:{}", port_)}).exit_code ==
             0;
    };
    EXPECT_TRUE(eventually(listens)) << read_file(folder_.path() + "/errors");
    connections_before_ = connections();
  }

  [[nodiscard]] std::string ca_file() const { return folder_.path() + "/ca.pem"; }
  [[nodiscard]] std::string base_url() const { return fmt::format("https://127.0.0.1:{}", port_); }
  [[nodiscard]] std::string server_log() const { return read_file(folder_.path() + "/log"); }
  /// Connections that the server has spoken HTTP/2 on.
  [[nodiscard]] std::size_t connections() const {
    std::set<std::string> ids;
    const auto log = server_log();
    for (auto at = log.find("[id="); at != std::string::npos; at = log.find("[id=", at + 1))
      ids.insert(log.substr(at, log.find(']', at) - at));
    return ids.size();
  }
  [[nodiscard]] std::size_t new_connections() const { return connections() - connections_before_; }

  net::CurlClient::Options trusting() const {
    auto options = suspicious();
    options.ca_file = ca_file();
    return options;
  }
  /// Trusts what the machine trusts, and so not this server.
  static net::CurlClient::Options suspicious() {
    net::CurlClient::Options options;
    options.addresses = net::AddressPolicy(*net::NetworkSet::make({"127.0.0.0/8"}));
    return options;
  }
  net::ClientRequest request() const {
    net::ClientRequest request;
    request.method = "POST";
    request.url = fmt::format("{}/v25.0/{}/messages", base_url(), kNumber);
    request.bearer = SecretString(std::string("EAA-token"));
    request.body = R"({"text":"hello"})";
    request.total_timeout = std::chrono::seconds(5);
    return request;
  }

  TempDir folder_;
  unsigned short port_ = free_port();
  std::unique_ptr<Process> server_;
  std::size_t connections_before_ = 0;
  IoPool io_{1};
};

TEST_F(Http2Test, SpeaksHttp2WhereThePeerOffersIt) {
  net::CurlClient client(io_, trusting());
  const auto answer = await(io_, client.send(request()));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_TRUE(answer->http2);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, kAnswer);
  EXPECT_THAT(server_log(), HasSubstr("authorization: Bearer EAA-token"));
}

TEST_F(Http2Test, TellsHowLongTheServersCertificateCountsWhereItIsAsked) {
  net::CurlClient client(io_, trusting());
  auto asks = request();
  asks.asks_certificate = true;
  ASSERT_TRUE(await(io_, client.send(request()))) << "a kept connection has no handshake to tell of";
  const auto answer = await(io_, client.send(std::move(asks)));
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_TRUE(answer->certificate);
  EXPECT_EQ(answer->certificate->ends - answer->certificate->begins, std::chrono::days(2));
  EXPECT_LE(answer->certificate->begins, SystemClock().now());
  EXPECT_FALSE(await(io_, client.send(request())).value().certificate) << "nobody asked";
}

TEST_F(Http2Test, SendsManyCallsAtOnceOverOneConnection) {
  net::CurlClient client(io_, trusting());
  std::vector<std::future<Result<net::ClientResponse>>> calls;
  for (int i = 0; i < 50; ++i)
    calls.push_back(boost::asio::co_spawn(io_.executor(0), client.send(request()), boost::asio::use_future));
  for (auto& call : calls) {
    const auto answer = call.get();
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_TRUE(answer->http2);
  }
  EXPECT_EQ(new_connections(), 1U) << "also while it was still being made";
}

TEST_F(Http2Test, SendsAMessageAsTheGraphClientDoes) {
  net::CurlClient client(io_, trusting());
  Metrics metrics;
  GraphClient graph(client, metrics, {base_url(), "v25.0"});
  auto tenant = std::make_shared<Tenant>();
  tenant->access_token = SecretString(std::string("EAA-token"));
  tenant->app_secret = SecretString(std::string("app-secret"));
  const auto outcome = await(io_, graph.send(tenant, kNumber, R"({"text":"hello"})", ""));
  const auto* sent = std::get_if<GraphSent>(&outcome);
  ASSERT_TRUE(sent) << std::get<GraphFailure>(outcome).reason;
  EXPECT_EQ(sent->wamid, "wamid.http2");
  const auto log = server_log();
  EXPECT_THAT(log, HasSubstr(":path: /v25.0/100000000000001/messages?appsecret_proof="));
  EXPECT_THAT(log, HasSubstr("authorization: Bearer EAA-token"));
}

TEST_F(Http2Test, SendsNothingToAServerWhoseCertificateIsNotTrusted) {
  net::CurlClient client(io_, suspicious());
  const auto refused = await(io_, client.send(request()));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::kTransient) << refused.error().message;
  EXPECT_THAT(refused.error().message, HasSubstr("certificate"));
  auto elsewhere = trusting();
  net::CurlClient right(io_, std::move(elsewhere));
  auto by_name = request();
  by_name.url = fmt::format("https://localhost:{}/v25.0/{}/messages", port_, kNumber);
  const auto misnamed = await(io_, right.send(std::move(by_name)));
  ASSERT_FALSE(misnamed.has_value()) << "the certificate is for another name";
  EXPECT_EQ(misnamed.error().kind, ErrorKind::kTransient);
  EXPECT_THAT(server_log(), Not(HasSubstr("EAA-token")));
  EXPECT_THAT(server_log(), Not(HasSubstr(":method: POST")));
  EXPECT_TRUE(await(io_, right.send(request()))) << "and recovers";
}

TEST_F(Http2Test, CarriesAWholeAnswerFromTheWebhookToMeta) {
  LiveGateway gateway({.graph_base_url = base_url(), .graph_ca_file = ca_file()});
  const auto acme = gateway.make_tenant("acme", kNumber);
  ASSERT_EQ(gateway.post(acme, texts(kNumber, {{"over HTTP/2", "wamid.1"}})).status, 200);
  gateway.settle(acme);
  const auto replies = gateway.messages(acme, "direction=outbound");
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_EQ(text_of(replies[0], "wamid"), "wamid.http2");
  EXPECT_THAT(new_connections(), ::testing::Le(2U)) << "one an io thread";
}

}  // namespace
}  // namespace claw::testing
