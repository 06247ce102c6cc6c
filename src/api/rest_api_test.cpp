#include "api/rest_api.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/api_request.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace json = boost::json;

class RestApiTest : public ::testing::Test {
 protected:
  RestApiTest() {
    api_.add_routes(router_);
    token_of("acme", acme_);
    token_of("beta", beta_);
  }
  ~RestApiTest() override { world_.store->close(); }

  std::int64_t token_of(const std::string& token, TenantId tenant) { return tenants_.add_token(tenant, token); }
  net::HttpResponse call(std::string method, const std::string& target, std::string body = "",
                         const std::string& token = "acme", std::vector<net::HttpHeader> headers = {}) {
    auto request = api_request(std::move(method), target, std::move(body), std::move(headers));
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    return world_.run(router_.dispatch(request));
  }
  json::object get(const std::string& target, const std::string& token = "acme") {
    const auto response = call("GET", target, "", token);
    EXPECT_EQ(response.status, 200) << target << response.body;
    return json::parse(response.body).as_object();
  }
  static std::string problem_status(const net::HttpResponse& response) {
    EXPECT_EQ(response.content_type, "application/problem+json") << response.body;
    const auto body = json::parse(response.body).as_object();
    EXPECT_EQ(body.at("status").as_int64(), response.status);
    EXPECT_FALSE(body.at("title").as_string().empty());
    EXPECT_FALSE(body.at("detail").as_string().empty());
    return std::to_string(response.status);
  }
  MessageId receive(TenantId tenant, const std::string& text, const std::string& from = "491511") {
    auto item = of_tenant(text_from(from, text), tenant.value);
    Ledger& ledger = *world_.ledger;
    return world_.run(ledger.accept({item}, ledger.fence())).value().pending.at(0).id;
  }
  std::vector<OutboundMessage> answer(MessageId message, std::vector<whatsapp::Outgoing> parts) {
    Ledger& ledger = *world_.ledger;
    return world_
        .run(ledger.complete_turn(message, {MessageState::kAnswered, "", "bot", std::move(parts)}, ledger.fence()))
        .value();
  }
  static std::string kv_tag(std::string_view value) { return "\"" + kv_version(value) + "\""; }
  static std::vector<std::string> texts(const json::object& page) {
    std::vector<std::string> found;
    for (const auto& message : page.at("messages").as_array())
      found.emplace_back(message.as_object().at("text").as_string());
    return found;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  TenantId beta_ = tenants_.add("beta", "222");
  const PublicIds ids_{SecretString(std::string("key"))};
  LiveFeed feed_{world_.io, *world_.ledger, ids_, world_.clock};
  TestPeople people_{world_};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, {}};
  RestApi api_{*world_.ledger, guard_, feed_, world_.clock, ids_};
  net::Router router_;
};

TEST_F(RestApiTest, EndsAPageEarlyThatWouldWeighTooMuchAndGoesOnFromThere) {
  const std::string pages_long(kMaxPageBytes / 2, 'x');
  for (const char* name : {"1", "2", "3"}) receive(acme_, name + pages_long);
  for (const char* filter : {"", "&user=491511"}) {
    const auto first = get(std::string("/api/v1/messages?limit=200") + filter);
    ASSERT_EQ(first.at("messages").as_array().size(), 2U) << filter;
    const auto next = std::string(first.at("next").as_string());
    const auto second = get("/api/v1/messages?limit=200&before=" + next + filter);
    ASSERT_EQ(second.at("messages").as_array().size(), 1U);
    EXPECT_EQ(texts(second)[0][0], '1');
    EXPECT_TRUE(second.at("next").is_null());
  }
}

TEST_F(RestApiTest, LetsNobodyInWithoutAValidToken) {
  for (const char* target :
       {"/api/v1/messages", "/api/v1/messages/m_0123456789abcdef", "/api/v1/events", "/api/v1/kv/k"}) {
    const auto missing = call("GET", target, "", "");
    EXPECT_EQ(problem_status(missing), "401") << target;
    EXPECT_EQ(net::find_header(missing.headers, "WWW-Authenticate"), "Bearer");
    EXPECT_EQ(problem_status(call("GET", target, "", "wrong")), "401") << target;
    EXPECT_EQ(problem_status(call("GET", target, "", "acme ")), "401") << target;
  }
  EXPECT_EQ(problem_status(call("PUT", "/api/v1/kv/k", R"({"value":"x"})", "")), "401");
  EXPECT_EQ(problem_status(call("DELETE", "/api/v1/kv/k", "", "")), "401");
}

TEST_F(RestApiTest, LetsNobodyInWithARevokedTokenOrADisabledTenant) {
  const auto id = token_of("soon revoked", acme_);
  EXPECT_EQ(call("GET", "/api/v1/messages", "", "soon revoked").status, 200);
  tenants_.revoke(acme_, id);
  EXPECT_EQ(problem_status(call("GET", "/api/v1/messages", "", "soon revoked")), "401");
  tenants_.enable(beta_, false);
  EXPECT_EQ(problem_status(call("GET", "/api/v1/messages", "", "beta")), "403");
  tenants_.enable(beta_, true);
  EXPECT_EQ(call("GET", "/api/v1/messages", "", "beta").status, 200) << "and recovers";
}

TEST_F(RestApiTest, ShowsATenantNothingOfAnother) {
  receive(acme_, "acme's");
  receive(beta_, "beta's");
  EXPECT_THAT(texts(get("/api/v1/messages")), ElementsAre("acme's"));
  EXPECT_THAT(texts(get("/api/v1/messages?user=491511", "beta")), ElementsAre("beta's"));
  const std::string id(get("/api/v1/messages").at("messages").at(0).at("id").as_string());
  EXPECT_EQ(call("GET", "/api/v1/messages/" + id).status, 200);
  EXPECT_EQ(problem_status(call("GET", "/api/v1/messages/" + id, "", "beta")), "404");
  EXPECT_EQ(call("PUT", "/api/v1/kv/k", R"({"value":"acme's"})").status, 200);
  EXPECT_EQ(problem_status(call("GET", "/api/v1/kv/k", "", "beta")), "404");
  EXPECT_EQ(problem_status(call("DELETE", "/api/v1/kv/k", "", "beta")), "404");
  EXPECT_EQ(get("/api/v1/kv/k").at("value").as_string(), "acme's");
}

TEST_F(RestApiTest, PagesThroughMessagesWithTheCursorItGives) {
  for (int i = 0; i < 5; ++i) receive(acme_, "m" + std::to_string(i));
  std::vector<std::string> all;
  std::string target = "/api/v1/messages?limit=2";
  for (int pages = 0; pages < 4; ++pages) {
    const auto page = get(target);
    for (auto& text : texts(page)) all.push_back(text);
    if (page.at("next").is_null()) break;
    target = "/api/v1/messages?limit=2&before=" + std::string(page.at("next").as_string());
  }
  EXPECT_THAT(all, ElementsAre("m4", "m3", "m2", "m1", "m0"));
}

TEST_F(RestApiTest, FiltersByUserAndDirection) {
  answer(receive(acme_, "question"), {"answer"});
  receive(acme_, "another's", "491599");
  EXPECT_THAT(texts(get("/api/v1/messages?direction=outbound")), ElementsAre("answer"));
  EXPECT_THAT(texts(get("/api/v1/messages?direction=inbound")), ElementsAre("another's", "question"));
  EXPECT_THAT(texts(get("/api/v1/messages?user=491511")), ElementsAre("answer", "question"));
  EXPECT_THAT(texts(get("/api/v1/messages?user=nobody")), IsEmpty());
}

TEST_F(RestApiTest, RefusesParametersThatMakeNoSense) {
  for (const char* query :
       {"limit=0", "limit=201", "limit=-1", "limit=ten", "limit=", "limit=10x", "limit=99999999999999999999",
        "before=7", "before=", "state=", "state=lost", "before=e_0123456789abcdef", "direction=up", "direction="})
    EXPECT_EQ(problem_status(call("GET", std::string("/api/v1/messages?") + query)), "400") << query;
  EXPECT_EQ(problem_status(call("GET", "/api/v1/events?before=m_0123456789abcdef")), "400");
  EXPECT_EQ(problem_status(call("GET", "/api/v1/messages/7")), "404");
  EXPECT_EQ(problem_status(call("GET", "/api/v1/messages/m_0123456789abcdef")), "404");
  EXPECT_EQ(call("POST", "/api/v1/messages").status, 405);
}

TEST_F(RestApiTest, ShowsAMessageWithItsHistoryAndTheAdviceForItsError) {
  const auto turn = receive(acme_, "question");
  const auto part = answer(turn, {"answer"}).at(0);
  Ledger& ledger = *world_.ledger;
  ASSERT_TRUE(world_.run(ledger.begin_send(part.id, ledger.fence())));
  ASSERT_TRUE(world_.run(ledger.end_send(part.id, {MessageState::kSent, "wamid.out", {}, 0, ""}, ledger.fence())));
  auto failed = of_tenant(status_of("wamid.out", "failed"), acme_.value);
  std::get<whatsapp::Status>(failed.event.what).errors = {{131047, "Re-engagement", "", "24 hours have passed"}};
  ASSERT_TRUE(world_.run(ledger.accept({failed}, ledger.fence())));

  const auto list = get("/api/v1/messages?direction=outbound").at("messages").as_array();
  ASSERT_THAT(list, SizeIs(1));
  const auto shown = get("/api/v1/messages/" + std::string(list[0].at("id").as_string()));
  EXPECT_EQ(shown.at("state").as_string(), "failed");
  EXPECT_EQ(shown.at("wamid").as_string(), "wamid.out");
  EXPECT_EQ(shown.at("attempts").as_int64(), 1);
  EXPECT_EQ(shown.at("error").at("code").as_int64(), 131047);
  EXPECT_FALSE(shown.at("error").at("advice").as_string().empty());
  ASSERT_THAT(shown.at("statuses").as_array(), SizeIs(1));
  EXPECT_EQ(shown.at("statuses").at(0).at("status").as_string(), "failed");
  EXPECT_EQ(shown.at("statuses").at(0).at("errors").at(0).at("code").as_int64(), 131047);
  const auto inbound = get("/api/v1/messages?direction=inbound").at("messages").at(0).as_object();
  EXPECT_EQ(shown.at("answers"), inbound.at("id"));
  EXPECT_EQ(inbound.at("state").as_string(), "answered");
  EXPECT_EQ(inbound.at("meta_time").as_string(), "2026-09-21T14:13:20.000Z");
}

TEST_F(RestApiTest, ShowsEventsByKindWithBytesThatAreNoJson) {
  ASSERT_TRUE(world_.run(world_.inbox_store->write<void>([this](sqlite::Database& db) -> Result<void> {
    db.run("INSERT INTO inbox (seq, tenant, slot, kind, received_ms, raw) VALUES (7, $1, 0, 0, 1790000001000, $2)",
           acme_, sqlite::Blob{"\xFFno"});
    return {};
  })));
  auto unparsed = of_tenant(item_of(whatsapp::ItemKind::kUnparsed, "unparsed/1"), acme_.value);
  unparsed.item.seq = InboxSeq{7};
  ASSERT_TRUE(world_.run(world_.ledger->accept({unparsed}, world_.ledger->fence())));
  const auto page = get("/api/v1/events?kind=unparsed");
  ASSERT_THAT(page.at("events").as_array(), SizeIs(1));
  EXPECT_EQ(page.at("events").at(0).at("raw_base64").as_string(), "/25v");
  EXPECT_THAT(get("/api/v1/events?kind=call").at("events").as_array(), IsEmpty());
  EXPECT_THAT(get("/api/v1/events", "beta").at("events").as_array(), IsEmpty());
}

TEST_F(RestApiTest, KeepsKeysAsTheyAreHoweverTheyAreWritten) {
  const struct {
    const char* written;
    const char* key;
  } rows[] = {
      {"simple", "simple"},
      {"a/b/c", "a/b/c"},
      {"a%2Fb%2Fc", "a/b/c"},
      {"wa:491511", "wa:491511"},
      {"wa%3A491511", "wa:491511"},
      {"with%20space", "with space"},
      {"a+b", "a+b"},
      {"%C3%A9", "\xC3\xA9"},
      {"percent%25", "percent%"},
      {"q%3Fx%3D1", "q?x=1"},
  };
  for (const auto& row : rows) {
    const std::string address = std::string("/api/v1/kv/") + row.written;
    const auto put = call("PUT", address, R"({"value":"v\u00e9"})");
    EXPECT_EQ(put.status, 200) << row.written << put.body;
    EXPECT_EQ(world_.run(world_.ledger->kv_get(acme_, row.key)).value(), "v\xC3\xA9") << row.written;
    EXPECT_EQ(get(address).at("key").as_string(), row.key);
    const auto gone = call("DELETE", address);
    EXPECT_EQ(gone.status, 204);
    EXPECT_THAT(gone.body, IsEmpty());
    EXPECT_EQ(problem_status(call("GET", address)), "404");
    EXPECT_EQ(problem_status(call("DELETE", address)), "404");
  }
}

TEST_F(RestApiTest, SparesAClientWhatItHasAlready) {
  receive(acme_, "hello");
  const auto list = [&](const char* path, const char* name) {
    return std::string(get(path).at(name).at(0).at("id").as_string());
  };
  ASSERT_EQ(call("PUT", "/api/v1/kv/k", R"({"value":"1"})").status, 200);
  for (const std::string& target :
       {"/api/v1/messages/" + list("/api/v1/messages", "messages"), std::string("/api/v1/users/491511"),
        "/api/v1/conversations/" + list("/api/v1/conversations", "conversations"), std::string("/api/v1/kv/k")}) {
    const auto first = call("GET", target);
    const std::string tag(net::find_header(first.headers, "ETag"));
    ASSERT_THAT(tag, StartsWith("\"")) << target;
    EXPECT_EQ(net::find_header(call("GET", target).headers, "ETag"), tag) << "the same while nothing changes";
    for (const std::string& known : {tag, "W/" + tag, "\"x\", " + tag, std::string("*")}) {
      const auto again = call("GET", target, "", "acme", {{"If-None-Match", known}});
      EXPECT_EQ(again.status, 304) << target << known;
      EXPECT_THAT(again.body, IsEmpty());
      EXPECT_EQ(net::find_header(again.headers, "ETag"), tag);
    }
    EXPECT_EQ(call("GET", target, "", "acme", {{"If-None-Match", "\"x\""}}).status, 200);
    EXPECT_EQ(problem_status(call("GET", target, "", "acme", {{"If-None-Match", "x"}})), "400");
  }
}

TEST_F(RestApiTest, GivesAChangedMessageAnotherTag) {
  const auto message = receive(acme_, "hello");
  const std::string target =
      "/api/v1/messages/" + std::string(get("/api/v1/messages").at("messages").at(0).at("id").as_string());
  const auto before = call("GET", target);
  answer(message, {"reply"});
  const auto after =
      call("GET", target, "", "acme", {{"If-None-Match", std::string(net::find_header(before.headers, "ETag"))}});
  EXPECT_EQ(after.status, 200);
  EXPECT_THAT(after.body, HasSubstr("answered"));
}

TEST_F(RestApiTest, LetsAWriterSayWhatItWantsToOverwrite) {
  const auto put = [&](const char* value, std::vector<net::HttpHeader> headers) {
    return call("PUT", "/api/v1/kv/k", std::string(R"({"value":")") + value + "\"}", "acme", std::move(headers));
  };
  EXPECT_EQ(problem_status(put("1", {{"If-Match", "*"}})), "412");
  const auto first = put("1", {{"If-None-Match", "*"}});
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(problem_status(put("2", {{"If-None-Match", "*"}})), "412");
  const std::string tag(net::find_header(first.headers, "ETag"));
  EXPECT_EQ(net::find_header(call("GET", "/api/v1/kv/k").headers, "ETag"), tag);
  EXPECT_EQ(put("2", {{"If-Match", tag}}).status, 200);
  EXPECT_EQ(problem_status(put("3", {{"If-Match", tag}})), "412") << "somebody wrote in between";
  EXPECT_EQ(problem_status(put("3", {{"If-Match", "W/" + kv_tag("2")}})), "412") << "weak is not enough to write";
  EXPECT_EQ(problem_status(put("3", {{"If-Match", "nonsense"}})), "400");
  EXPECT_EQ(problem_status(call("DELETE", "/api/v1/kv/k", "", "acme", {{"If-Match", tag}})), "412");
  EXPECT_EQ(get("/api/v1/kv/k").at("value").as_string(), "2");
  EXPECT_EQ(put("3", {{"If-Match", tag}, {"if-match", kv_tag("2")}}).status, 200) << "two lines are one list";
  EXPECT_EQ(call("DELETE", "/api/v1/kv/k", "", "acme", {{"If-Match", kv_tag("3")}}).status, 204);
}

TEST_F(RestApiTest, ShowsWhatAConversationListNeeds) {
  answer(receive(acme_, "question"), {"answer"});
  const auto talk = get("/api/v1/conversations").at("conversations").at(0).as_object();
  EXPECT_EQ(talk.at("user").at("id").as_string(), "491511");
  EXPECT_EQ(talk.at("last_message").at("text").as_string(), "answer");
  EXPECT_EQ(talk.at("last_inbound_at").as_string(), "2026-09-21T14:13:20.000Z");
  EXPECT_EQ(talk.at("window_ends_at").as_string(), "2026-09-22T14:13:20.000Z");
  const std::string one = "/api/v1/conversations/" + std::string(talk.at("id").as_string());
  EXPECT_EQ(get(one).at("window_ends_at"), talk.at("window_ends_at"));
  world_.clock.advance(std::chrono::hours(24));
  EXPECT_TRUE(get(one).at("window_ends_at").is_null()) << "only a template may be sent now";
  const auto messages = get("/api/v1/conversations/" + std::string(talk.at("id").as_string()) + "/messages");
  EXPECT_THAT(texts(messages), ElementsAre("answer", "question"));
  EXPECT_EQ(problem_status(call("GET", "/api/v1/conversations/c_0000000000000000/messages")), "404");
}

TEST_F(RestApiTest, ShowsNumbersAndAgentsWithoutTheirSecrets) {
  tenants_.set(acme_, kWabaId, "200");
  answer(receive(acme_, "question"), {"waits"});
  const auto number = get("/api/v1/numbers").at("numbers").at(0).as_object();
  EXPECT_EQ(number.at("phone_number_id").as_string(), "111");
  EXPECT_EQ(number.at("waba_id").as_string(), "200");
  EXPECT_EQ(number.at("policy").as_string(), "open");
  EXPECT_EQ(number.at("agent").as_string(), "bot");
  EXPECT_EQ(number.at("waiting").as_int64(), 1);
  EXPECT_TRUE(number.at("secrets_set_at").at(kAccessToken).is_null());
  world_
      .run(tenants_.store.put_agent(
          {acme_, "model", "openai", R"({"url":"https://user:pass@example.org","model":"small"})"}, false,
          tenants_.change()))
      .value();
  tenants_.reload();
  const auto response = call("GET", "/api/v1/agents");
  EXPECT_THAT(response.body, HasSubstr("small"));
  EXPECT_THAT(response.body, HasSubstr(R"("format":"markdown")"));
  EXPECT_THAT(response.body, HasSubstr(R"("format":"plain")")) << "the echo";
  EXPECT_THAT(response.body, Not(HasSubstr("pass"))) << "an address may carry credentials";
}

TEST_F(RestApiTest, StreamsToWhoHasATokenAndOnlyAsLong) {
  EXPECT_EQ(problem_status(call("GET", "/api/v1/stream", "", "")), "401");
  const auto id = token_of("soon revoked", acme_);
  auto response = call("GET", "/api/v1/stream", "", "soon revoked");
  EXPECT_EQ(response.content_type, "text/event-stream");
  class Writer final : public net::BodyWriter {
   public:
    Task<bool> write(std::string_view bytes) override {
      written += bytes;
      co_return true;
    }
    std::string written;
  } writer;
  tenants_.revoke(acme_, id);
  world_.run([](const net::HttpResponse& answer, Writer& to) -> Task<int> {
    co_await answer.stream(to);
    co_return 0;
  }(response, writer));
  EXPECT_THAT(writer.written, IsEmpty());
}

TEST_F(RestApiTest, RefusesKeysAndValuesBeyondTheirBounds) {
  const std::string long_key(RestApi::kMaxKeyBytes + 1, 'k');
  const std::string good = R"({"value":"x"})";
  for (const std::string& key : {std::string(), long_key, std::string("%FF"), std::string("a%C3")})
    EXPECT_EQ(problem_status(call("PUT", "/api/v1/kv/" + key, good)), "400") << key.substr(0, 9);
  EXPECT_EQ(call("PUT", "/api/v1/kv/" + long_key.substr(1), good).status, 200);
  const auto value = [](std::size_t bytes) { return R"({"value":")" + std::string(bytes, 'v') + "\"}"; };
  for (const std::string& body :
       {std::string(), std::string("x"), std::string("[]"), std::string("{}"), std::string(R"({"value":7})"),
        std::string("{\"value\":\"\xFF\"}"), value(RestApi::kMaxValueBytes + 1)})
    EXPECT_EQ(problem_status(call("PUT", "/api/v1/kv/k", body)), "400") << body.substr(0, 20);
  EXPECT_EQ(call("PUT", "/api/v1/kv/k", value(RestApi::kMaxValueBytes)).status, 200);
  EXPECT_EQ(problem_status(call("PUT", "/api/v1/kv/wa:491511", R"({"value":""})")), "400");
  EXPECT_EQ(problem_status(call("PUT", "/api/v1/kv/wa:491511", value(201))), "400");
}

TEST_F(RestApiTest, AsksToTryLaterWhenTheLedgerIsAwayAndTellsNoDetails) {
  world_.store->close();
  for (const auto& response : {call("GET", "/api/v1/messages"), call("PUT", "/api/v1/kv/k", R"({"value":"x"})")}) {
    EXPECT_EQ(problem_status(response), "503");
    EXPECT_FALSE(net::find_header(response.headers, "Retry-After").empty());
    EXPECT_THAT(response.body, Not(HasSubstr("store")));
  }
}

}  // namespace
}  // namespace claw
