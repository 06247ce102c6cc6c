#include "api/api_commands.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/delivery_api.hpp"
#include "api/problem.hpp"
#include "base/io_pool.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// An API that has dead letters 1 to N, newest first, and notes what it is asked.
class ApiCommandsTest : public ::testing::Test {
 protected:
  ApiCommandsTest() {
    auto& routes = commands_.routes();
    routes.add("GET", "/api/v1/dead-letters",
               [this](net::HttpRequest& request) -> Task<net::HttpResponse> { co_return page(request); });
    routes.add("POST", "/api/v1/dead-letters/rerun",
               [this](net::HttpRequest& request) -> Task<net::HttpResponse> { co_return rerun(request); });
    routes.add("GET", "/api/v1/event-sinks", [](net::HttpRequest&) -> Task<net::HttpResponse> {
      co_return net::json_response(
          200, R"({"sinks":[{"id":"w_1","name":"orders"},{"id":"w_2","name":"bot"},{"id":"w_3","name":"bot"}]})");
    });
    routes.add("POST", "/api/v1/event-sinks/{id}/test", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
      asked_.emplace_back(request.param("id"));
      co_return problem(409, "Conflict", "A bot takes Meta's webhooks alone.");
    });
    routes.add("DELETE", "/api/v1/event-sinks/{id}", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
      asked_.push_back(fmt::format("{} of {} by {}", request.param("id"), request.header("X-Claw-Tenant"),
                                   request.header("X-Claw-Operator")));
      net::HttpResponse none;
      none.status = 204;
      co_return none;
    });
  }

  Result<std::string> run(const std::string& command, const std::string& arguments) {
    return boost::asio::co_spawn(io_.executor(0), commands_.run(command, arguments, "ada"), boost::asio::use_future)
        .get();
  }
  net::HttpResponse page(const net::HttpRequest& request) {
    const auto before = request.query_value("before");
    std::size_t id = before ? std::stoul(std::string(*before)) : dead_;
    json::array list;
    for (; id > 0 && list.size() < DeliveryApi::kMaxRerun; --id) list.push_back({{"id", std::to_string(id)}});
    return net::json_response(
        200, json::serialize(json::object{{"dead_letters", std::move(list)},
                                          {"next", id > 0 ? json::value(std::to_string(id)) : json::value(nullptr)}}));
  }
  net::HttpResponse rerun(const net::HttpRequest& request) {
    const auto ids = json::parse(request.body).at("ids").as_array();
    asked_.push_back(
        fmt::format("{} to {}", std::string(ids.front().as_string()), std::string(ids.back().as_string())));
    return net::json_response(202, json::serialize(json::object{{"rerun", ids}, {"left", json::array{}}}));
  }

  IoPool io_{1};
  ApiCommands commands_;
  std::size_t dead_ = 450;
  std::vector<std::string> asked_;
};

TEST_F(ApiCommandsTest, RunsAllThatIsDeadAgainOldestFirstAndEachOnce) {
  const auto told = run("dead_letters.rerun", R"({"tenant":"acme","all":true})");
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_THAT(asked_, ElementsAre("1 to 200", "201 to 400", "401 to 450"));
  EXPECT_EQ(json::parse(*told).at("rerun").as_array().size(), 450U);
  EXPECT_FALSE(json::parse(*told).at("more").as_bool());
}

TEST_F(ApiCommandsTest, SaysThatThereIsMoreWhereItRanAsMuchAgainAsOneCommandMay) {
  dead_ = ApiCommands::kMaxRerun + 1;
  const auto told = run("dead_letters.rerun", R"({"tenant":"acme","all":true})");
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(json::parse(*told).at("rerun").as_array().size(), ApiCommands::kMaxRerun);
  EXPECT_TRUE(json::parse(*told).at("more").as_bool());
}

TEST_F(ApiCommandsTest, RunsNothingAgainWhereItIsNotSaidWhat) {
  for (const char* arguments : {R"({"tenant":"acme"})", R"({"tenant":"acme","all":true,"ids":["m_1"]})",
                                R"({"tenant":"acme","ids":["m_1"],"state":"failed"})"})
    EXPECT_FALSE(run("dead_letters.rerun", arguments)) << arguments;
  EXPECT_THAT(asked_, ElementsAre());
}

TEST_F(ApiCommandsTest, FindsAWebhookByNameOrIdAndTakesNoneOfTwo) {
  for (const char* name : {"orders", "w_1"}) {
    const auto gone = run("webhooks.remove", fmt::format(R"({{"tenant":"acme","webhook":"{}"}})", name));
    ASSERT_TRUE(gone) << gone.error().message;
  }
  EXPECT_THAT(asked_, ElementsAre("w_1 of acme by ada", "w_1 of acme by ada"));
  const auto two = run("webhooks.remove", R"({"tenant":"acme","webhook":"bot"})");
  ASSERT_FALSE(two);
  EXPECT_THAT(two.error().message, HasSubstr("w_2, w_3"));
  const auto none = run("webhooks.remove", R"({"tenant":"acme","webhook":"shop"})");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("there are: orders, bot, bot"));
}

TEST_F(ApiCommandsTest, SaysWhatTheApiSaysWhereItRefuses) {
  const auto refused = run("webhooks.test", R"({"tenant":"acme","webhook":"w_2"})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "A bot takes Meta's webhooks alone.");
}

}  // namespace
}  // namespace claw
