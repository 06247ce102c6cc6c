#include "api/delivery_log_api.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_delivery_log.hpp"
#include "net/server.hpp"
#include "support/accept_items.hpp"
#include "support/http_call.hpp"
#include "support/temp_dir.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

/// "Why?" of messages in a ledger and a delivery log, without a gateway around them.
class DeliveryLogApiTest : public ::testing::Test {
 protected:
  DeliveryLogApiTest() {
    acme_ = tenants_.add("acme", "111");
    tenants_.add_token(acme_, "acme-token");
    api_.add_routes(router_);
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
  }
  ~DeliveryLogApiTest() override { store_->close(); }

  PendingMessage comes(const std::string& text) {
    auto item = testing::of_tenant(testing::text_from("491511", text, "wamid." + text), acme_.value);
    item.item.received_at = world_.clock.now();
    return world_.run(world_.ledger->accept({std::move(item)}, fence())).value().pending.at(0);
  }
  /// A webhook with one message of this JSON, which Meta delivered now.
  void delivered(const std::string& message, std::size_t bytes = 0) {
    Exchange exchange;
    exchange.tenant = acme_;
    exchange.at = world_.clock.now();
    exchange.outcome = "ok";
    exchange.status = 200;
    exchange.request = fmt::format(R"({{"entry":[{{"changes":[{{"value":{{"filler":"{}","messages":[{}]}}}}]}}]}})",
                                   std::string(bytes, 'x'), message);
    log_.note(std::move(exchange));
    log_.flush();
  }
  boost::json::object why(MessageId message) {
    const auto answer =
        testing::http_call(server_.port(), "GET", "/api/v1/messages/" + ids_.name('m', message.value) + "/why",
                           {{"Authorization", "Bearer acme-token"}}, "");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return boost::json::parse(answer.body).as_object();
  }
  /// The titles of the steps, of those with this id where one is named.
  std::vector<std::string> titles(MessageId message, std::string_view id = {}) {
    std::vector<std::string> found;
    for (const auto& step : why(message).at("steps").as_array())
      if (id.empty() || step.at("id").as_string() == id) found.emplace_back(step.at("title").as_string());
    return found;
  }
  Fence fence() { return world_.ledger->fence(); }

  testing::OpenLedger world_;
  testing::TestTenants tenants_{world_};
  testing::TempDir dir_;
  Metrics metrics_;
  TenantId acme_;
  const PublicIds ids_{tenants_.vault.derive("public ids")};
  std::unique_ptr<sqlite::Store> store_ =
      sqlite::Store::open(sqlite::SqliteDeliveryLog::store_options(dir_.file("deliveries.db"), nullptr)).value();
  sqlite::SqliteDeliveryLog log_{*store_, world_.clock, metrics_, 1 << 30};
  testing::TestPeople people_{world_};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, net::NetworkSet::make({}).value()};
  DeliveryLogApi api_{&log_, *world_.ledger, guard_, ids_};
  net::Router router_;
  net::Server server_{world_.io, router_, {}};
};

TEST_F(DeliveryLogApiTest, WhoOnlySpeaksOfAMessageDidNotDeliverItAgain) {
  delivered(R"({"from":"491511","id":"wamid.hello"})");
  const auto hello = comes("hello");
  world_.clock.advance(1min);
  delivered(R"({"context":{"from":"111","id":"wamid.hello"},"id":"wamid.quote"})");
  delivered(R"({"id":"wamid.reaction","reaction":{"message_id":"wamid.hello","emoji":"x"}})");
  EXPECT_THAT(titles(hello.id, "delivered_to_us"), ElementsAre("Delivered by Meta"));
  delivered(R"({"from":"491511","id":"wamid.hello"})");
  EXPECT_THAT(titles(hello.id, "delivered_to_us"), ElementsAre("Delivered by Meta", "Delivered by Meta once more"));
}

TEST_F(DeliveryLogApiTest, OfABodyThatIsKeptInPartTheTimeSaysWhetherItBroughtTheMessage) {
  delivered(R"({"from":"491511","id":"wamid.hello"})", DeliveryLog::kMaxKeptBytes);
  const auto hello = comes("hello");
  world_.clock.advance(1min);
  delivered(R"({"context":{"id":"wamid.hello"},"id":"wamid.quote"})", DeliveryLog::kMaxKeptBytes);
  EXPECT_THAT(titles(hello.id, "delivered_to_us"), ElementsAre("Delivered by Meta"));
}

TEST_F(DeliveryLogApiTest, EachOfTheMessagesThatWereJoinedIsAnsweredByTheAnswerToAll) {
  const auto one = comes("one"), two = comes("two"), three = comes("three"), later = comes("later");
  world_.run(world_.ledger->begin_turn({one.id, two.id, three.id}, fence())).value();
  TurnOutcome outcome{MessageState::kAnswered, "", "bot", {"to all", "of it"}};
  outcome.also = {two.id, three.id};
  const auto parts = world_.run(world_.ledger->complete_turn(one.id, outcome, fence())).value();
  world_.run(world_.ledger->complete_turn(later.id, {MessageState::kAnswered, "", "bot", {"to one"}}, fence())).value();
  const auto ids = [this](const boost::json::object& told, const char* list) {
    std::vector<std::int64_t> found;
    for (const auto& id : told.at(list).as_array())
      found.push_back(ids_.number('m', std::string(id.as_string())).value_or(0));
    return found;
  };
  const auto of_two = why(two.id);
  EXPECT_EQ(of_two.at("question").as_string(), ids_.name('m', two.id.value));
  EXPECT_THAT(ids(of_two, "answers"), ElementsAre(parts[0].id.value, parts[1].id.value));
  EXPECT_THAT(ids(of_two, "together"), ElementsAre(one.id.value, three.id.value));
  EXPECT_THAT(titles(two.id, "together"), ElementsAre("Answered together with 2 other messages"));
  EXPECT_THAT(titles(two.id, "said"), ElementsAre("Part 1: bot answered", "Part 2: bot answered"));
  EXPECT_THAT(ids(why(one.id), "together"), ElementsAre(two.id.value, three.id.value));
  EXPECT_THAT(ids(why(parts[1].id), "together"), ElementsAre(two.id.value, three.id.value));
  EXPECT_THAT(ids(why(later.id), "together"), ElementsAre());
  EXPECT_THAT(titles(later.id, "said"), ElementsAre("bot answered"));
}

}  // namespace
}  // namespace claw
