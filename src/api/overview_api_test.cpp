#include "api/overview_api.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using namespace std::chrono_literals;
using enum MessageState;
namespace json = boost::json;

class OverviewApiTest : public ::testing::Test {
 protected:
  OverviewApiTest() {
    api_.add_routes(router_);
    for (const auto& [token, tenant] : {std::pair{"acme", acme_}, std::pair{"beta", beta_}})
      tenants_.add_token(tenant, token);
  }
  net::HttpResponse call(std::string range, const std::string& token = "acme") {
    net::HttpRequest request;
    request.method = "GET";
    request.target = request.path = "/api/v1/overview";
    if (!range.empty()) request.query.emplace_back("range", std::move(range));
    request.headers.push_back({"Authorization", "Bearer " + token});
    return world_.run(router_.dispatch(request));
  }
  json::object overview(const std::string& range, const std::string& token = "acme") {
    const auto response = call(range, token);
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body).as_object();
  }
  /// Comes in now, from somebody who wrote it now.
  MessageId receive(const std::string& text, const std::string& from = "491511") {
    auto item = of_tenant(text_from(from, text), acme_.value);
    item.item.received_at = world_.clock.now();
    std::get<whatsapp::Message>(item.event.what).timestamp_s = to_ms(world_.clock.now()) / 1000;
    return world_.run(ledger_.accept({item}, ledger_.fence())).value().pending.at(0).id;
  }
  MessageId queue_reply(const std::string& text) {
    return world_.run(ledger_.complete_turn(receive(text), {kAnswered, "", "bot", {"reply"}}, ledger_.fence()))
        .value()
        .at(0)
        .id;
  }
  void answer(const std::string& text, std::chrono::milliseconds after) {
    const auto id = queue_reply(text);
    ASSERT_TRUE(world_.run(ledger_.begin_send(id, ledger_.fence())));
    world_.clock.advance(after);
    ASSERT_TRUE(world_.run(ledger_.end_send(id, {kSent, "w" + text, {}, 0, ""}, ledger_.fence())));
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  TenantId beta_ = tenants_.add("beta", "222");
  Ledger& ledger_ = *world_.ledger;
  TestPeople people_{world_};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, {}};
  std::optional<std::string> trouble_;
  OverviewApi api_{ledger_, guard_, world_.clock,
                   [this](const std::string& number) { return number == "111" ? trouble_ : std::nullopt; }};
  net::Router router_;
};

TEST_F(OverviewApiTest, ShowsARangeInItsStepsWithTheRangeBefore) {
  receive("before");
  world_.clock.advance(1h);
  receive("one");
  world_.clock.advance(1min);
  receive("two");
  const auto shown = overview("hour");
  const auto& points = shown.at("points").as_array();
  ASSERT_EQ(points.size(), 60U);
  EXPECT_EQ(points[59].at("in").as_int64(), 1);
  EXPECT_EQ(points[58].at("in").as_int64(), 1);
  EXPECT_EQ(points[0].at("in").as_int64(), 0);
  EXPECT_EQ(points[0].at("at"), shown.at("from"));
  EXPECT_EQ(shown.at("totals").at("in").as_int64(), 2);
  EXPECT_EQ(shown.at("previous").at("in").as_int64(), 1);
  EXPECT_EQ(overview("day").at("totals").at("in").as_int64(), 3);
  EXPECT_EQ(overview("day").at("points").as_array().size(), 144U);
  EXPECT_EQ(overview("week").at("points").as_array().size(), 168U);
  EXPECT_EQ(overview("").at("range").as_string(), "day");
  EXPECT_EQ(call("month").status, 400);
}

TEST_F(OverviewApiTest, ShowsHowLongAnswersTook) {
  EXPECT_TRUE(overview("hour").at("answer_ms").at("p50").is_null());
  for (int i = 0; i < 18; ++i) answer("quick " + std::to_string(i), 1s);
  for (int i = 0; i < 2; ++i) answer("slow " + std::to_string(i), 10s);
  const auto shown = overview("hour").at("answer_ms").as_object();
  EXPECT_EQ(shown.at("count").as_int64(), 20);
  EXPECT_NEAR(static_cast<double>(shown.at("p50").as_int64()), 1'000, 50);
  EXPECT_NEAR(static_cast<double>(shown.at("p95").as_int64()), 10'000, 500);
}

TEST_F(OverviewApiTest, ShowsWhatWaitsAndWhyANumberIsHeld) {
  receive("waits for its turn");
  queue_reply("answered");
  trouble_ = "Meta refuses the token";
  const auto shown = overview("hour");
  EXPECT_EQ(shown.at("queue").at("waiting_turns").as_int64(), 1);
  EXPECT_EQ(shown.at("queue").at("outbox").as_int64(), 1);
  const auto& number = shown.at("numbers").at(0).as_object();
  EXPECT_EQ(number.at("outbox").as_int64(), 1);
  EXPECT_TRUE(number.at("held").as_bool());
  EXPECT_EQ(number.at("reason").as_string(), "Meta refuses the token");
  trouble_.reset();
  EXPECT_FALSE(overview("hour").at("numbers").at(0).at("held").as_bool()) << "and recovers";
}

TEST_F(OverviewApiTest, CountsOpenWindowsOnceAMinute) {
  receive("hello", "491511");
  receive("hello again", "491511");
  const auto open = [&] { return overview("hour").at("conversations").at("open_windows").as_int64(); };
  EXPECT_EQ(open(), 1);
  receive("me too", "491512");
  EXPECT_EQ(overview("hour").at("conversations").at("total").as_int64(), 2);
  EXPECT_EQ(open(), 1) << "as it was counted last";
  world_.clock.advance(1min);
  EXPECT_EQ(open(), 2);
  world_.clock.advance(24h);
  EXPECT_EQ(open(), 0);
}

TEST_F(OverviewApiTest, SaysThatNothingComesInAnyMore) {
  receive("hello");
  EXPECT_TRUE(overview("day").at("storage").at("limit").is_null());
  EXPECT_FALSE(overview("day").at("storage").at("full").as_bool());
  tenants_.set(acme_, "limits.stored_bytes", "10");
  EXPECT_TRUE(overview("day").at("storage").at("full").as_bool());
  EXPECT_EQ(overview("day").at("storage").at("messages").as_int64(), 1);
  tenants_.set(acme_, "limits.stored_bytes", "1000000");
  EXPECT_FALSE(overview("day").at("storage").at("full").as_bool());
}

TEST_F(OverviewApiTest, ShowsATenantNothingOfAnother) {
  answer("hello", 1s);
  const auto shown = overview("day", "beta");
  EXPECT_EQ(shown.at("totals").at("in").as_int64(), 0);
  EXPECT_EQ(shown.at("answer_ms").at("count").as_int64(), 0);
  EXPECT_EQ(shown.at("conversations").at("total").as_int64(), 0);
  EXPECT_EQ(shown.at("numbers").at(0).at("phone_number_id").as_string(), "222");
}

}  // namespace
}  // namespace claw
