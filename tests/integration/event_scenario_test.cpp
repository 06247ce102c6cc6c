// A program of a tenant's that is told what happens, while the gateway is killed again and again: it hears of
// everything, each conversation's in order, and twice only under the same webhook-id.
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/io_pool.hpp"
#include "base/standard_webhook.hpp"
#include "net/server.hpp"
#include "support/eventually.hpp"
#include "support/real_programs.hpp"

namespace claw::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

namespace json = boost::json;

constexpr seconds kPatience{90};

std::string text_at(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// What was posted, as it came.
struct Heard {
  std::string id, timestamp, signature, body;
};

/// A program of the tenant's. It runs in this process, so that it outlives gateways that are killed.
class Listener {
 public:
  Listener() : server_(io_, router_, {}) {
    router_.add("POST", "/hook", [this](net::HttpRequest& request) { return take(request); });
    if (const auto bound = server_.listen("127.0.0.1:0"); !bound) throw std::runtime_error(bound.error().message);
  }
  ~Listener() { server_.stop(seconds(0)); }
  Listener(const Listener&) = delete;

  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}/hook", server_.port()); }
  [[nodiscard]] std::vector<Heard> heard() const {
    std::scoped_lock lock(mutex_);
    return heard_;
  }
  void answer_with(int status) { status_ = status; }

 private:
  Task<net::HttpResponse> take(net::HttpRequest& request) {
    const auto header = [&](const char* name) { return std::string(request.header(name)); };
    {
      std::scoped_lock lock(mutex_);
      heard_.push_back(
          {header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"), std::move(request.body)});
    }
    // Long enough that a gateway dies between what was taken and what it knows of that.
    co_await clock_.sleep(milliseconds(random_() % 20));
    co_return net::text_response(status_, "");
  }

  IoPool io_{1};
  SystemClock clock_;
  std::minstd_rand random_;  // only on the io thread
  std::atomic<int> status_ = 204;
  mutable std::mutex mutex_;
  std::vector<Heard> heard_;  // guarded by mutex_
  net::Router router_;
  net::Server server_;
};

class EventScenarioTest : public ::testing::Test {
 protected:
  EventScenarioTest() {
    secret_ = text_at(json::parse(programs_.claw("webhooks add acme shop --url " + listener_.url() +
                                                 " --event message.received message.answered message.agent_failed "
                                                 "message.sent message.delivered message.read message.failed "
                                                 "message.unknown"))
                          .as_object(),
                      "secret");
  }
  static std::string phone(int person) { return fmt::format("4915570001{:03}", person); }

  /// Ids of the webhook's log, oldest first; of one state, or all.
  std::vector<std::string> logged(const std::string& state = "") {
    std::vector<std::string> ids;
    for (std::string before;;) {
      const auto page = json::parse(
          programs_.claw("webhooks log acme shop --limit 200" + (state.empty() ? "" : " --state " + state) + before));
      for (const auto& each : page.at("events").as_array()) ids.push_back(text_at(each.as_object(), "id"));
      if (page.at("next").is_null()) break;
      before = " --before " + text_at(page.as_object(), "next");
    }
    std::ranges::reverse(ids);
    return ids;
  }
  bool all_told() { return programs_.at_rest() && logged("waiting").empty(); }

  Listener listener_;
  RealPrograms programs_{
      {.simulator = {"--limits", "none"}, .gateway = "messages_per_second = 100000\npair_interval_ms = 0"}};
  std::string secret_;
};

/// "TYPE of ID" -> the webhook-ids under which that was told.
using Told = std::map<std::string, std::set<std::string>>;

TEST_F(EventScenarioTest, NothingIsLostOrOutOfOrderWhereTheGatewayIsKilledWhileEventsGoOut) {
  constexpr int kPeople = 20, kTimes = 6, kKills = 5;
  std::thread people([&] {
    for (int number = 0; number < kTimes; ++number)
      for (int person = 0; person < kPeople; ++person)
        programs_.write(phone(person), fmt::format("p{}-{}", person, number));
  });
  std::minstd_rand random(static_cast<unsigned>(std::random_device{}()));
  for (int kill = 0; kill < kKills; ++kill) {
    std::this_thread::sleep_for(milliseconds(300 + random() % 500));  // what is tested: time to die
    programs_.kill_gateway();
    programs_.start_gateway();
  }
  people.join();
  ASSERT_TRUE(eventually([&] { return all_told(); }, kPatience)) << "it does not come to rest";

  Told told;
  std::map<std::string, std::string> bodies;                     // by webhook-id
  std::map<std::string, std::vector<std::string>> conversation;  // -> ids as they came
  for (const auto& each : listener_.heard()) {
    EXPECT_THAT(each.signature, HasSubstr(*standard_webhook_signature(SecretString(std::string(secret_)), each.id,
                                                                      std::stoll(each.timestamp), each.body)));
    const auto event = json::parse(each.body).as_object();
    const auto& data = event.at("data").as_object();
    told[text_at(event, "type") + " of " + text_at(data, "id")].insert(each.id);
    conversation[text_at(data, "conversation")].push_back(each.id);
    const auto known = bodies.try_emplace(each.id, text_at(event, "type") + text_at(data, "id"));
    EXPECT_EQ(known.first->second, text_at(event, "type") + text_at(data, "id")) << "an id is of one event";
  }
  for (const auto& [what, ids] : told) EXPECT_EQ(ids.size(), 1U) << what << " was told under several ids";

  std::size_t received = 0;
  for (const auto& message : programs_.messages()) {
    const auto id = text_at(message, "id");
    const bool inbound = text_at(message, "direction") == "inbound";
    received += inbound;
    if (inbound) EXPECT_TRUE(told.contains("message.received of " + id)) << json::serialize(message);
    const auto state = text_at(message, "state");
    EXPECT_TRUE(told.contains("message." + state + " of " + id)) << json::serialize(message);
  }
  EXPECT_EQ(received, std::size_t{kPeople * kTimes});

  std::map<std::string, std::size_t> place;
  for (const auto& id : logged()) place.emplace(id, place.size());
  EXPECT_EQ(place.size(), bodies.size()) << "what the log says was told is what was heard";
  std::size_t twice = 0;
  for (const auto& [which, ids] : conversation) {
    for (std::size_t i = 1; i < ids.size(); ++i) {
      EXPECT_LE(place.at(ids[i - 1]), place.at(ids[i])) << which << ": " << bodies[ids[i]] << " came too late";
      twice += ids[i - 1] == ids[i];
    }
  }
  fmt::print("{} events of {} conversations, {} kills: {} came twice\n", bodies.size(), conversation.size(), kKills,
             twice);

  programs_.write(phone(99), "and recovers");
  EXPECT_TRUE(eventually([&] { return listener_.heard().back().body.contains("and recovers"); }, kPatience));
}

TEST_F(EventScenarioTest, TheCommandLineTellsWhatBecameOfEventsAndSendsThemAgain) {
  EXPECT_EQ(programs_.say("webhooks test acme shop").exit_code, 0);
  listener_.answer_with(422);
  const auto refused = programs_.say("webhooks test acme shop");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.out, HasSubstr("It did not take the test: answered 422"));
  listener_.answer_with(204);

  programs_.write(phone(0), "hello");
  ASSERT_TRUE(eventually([&] { return all_told() && !logged("delivered").empty(); }, kPatience));
  const auto first = logged("delivered").front();
  EXPECT_THAT(programs_.say("webhooks log acme shop").out, HasSubstr("message.received"));
  const auto before = listener_.heard().size();
  EXPECT_EQ(programs_.say("webhooks replay acme shop " + first).out, "1 are sent again\n");
  ASSERT_TRUE(eventually([&] { return listener_.heard().size() == before + 1; }, kPatience));
  EXPECT_EQ(listener_.heard().back().id, first);

  programs_.claw("webhooks set acme shop --enabled false --name store");
  EXPECT_THAT(programs_.say("webhooks list acme").out, HasSubstr("store"));
  EXPECT_THAT(programs_.say("webhooks list acme").out, HasSubstr("disabled"));
  const auto rotated = json::parse(programs_.claw("webhooks rotate acme store")).as_object();
  EXPECT_NE(text_at(rotated, "secret"), secret_);
  programs_.claw("webhooks remove acme store");
  EXPECT_EQ(programs_.say("webhooks list acme").out, "none\n");
  EXPECT_THAT(programs_.claw("audit list acme"), HasSubstr("shop")) << "who did it stands in the log of changes";
}

}  // namespace
}  // namespace claw::testing
