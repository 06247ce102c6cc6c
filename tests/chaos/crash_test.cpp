#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "net/curl_client.hpp"
#include "support/await.hpp"
#include "support/process.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using claw::testing::Process;
using Clock = std::chrono::steady_clock;

constexpr const char* kNumber = "100000000000001";
constexpr int kPeople = 24;

int crashes_wanted() {
  const char* text = std::getenv("CLAW_CRASHES");
  return text ? std::atoi(text) : 5;
}

/// The real gateway and the real simulator, people who write all the time, and kill -9.
class CrashTest : public ::testing::Test {
 protected:
  CrashTest() : client_(io_, options()) {
    char name[] = "/tmp/claw-crash-XXXXXX";
    folder_ = ::mkdtemp(name);
    gateway_ = fmt::format("127.0.0.1:{}", claw::testing::free_port());
    operator_ = fmt::format("127.0.0.1:{}", claw::testing::free_port());
    simulator_ = fmt::format("127.0.0.1:{}", claw::testing::free_port());
    std::ofstream(folder_ + "/claw.toml") << fmt::format(
        "data_dir = \"{}/data\"\n[listen]\npublic = \"{}\"\noperator = \"{}\"\n[graph]\nbase_url = \"http://{}\"\n"
        "[net]\nallow_private = [\"127.0.0.0/8\"]\n[log]\nlevel = \"warn\"\n",
        folder_, gateway_, operator_, simulator_);
    std::ofstream(folder_ + "/token") << "sim-access-token";
    std::ofstream(folder_ + "/secret") << "sim-app-secret";
    std::ofstream(folder_ + "/number") << kNumber;
  }
  ~CrashTest() override {
    gateway_process_.reset();
    simulator_process_.reset();
    if (HasFailure())
      fmt::print("the logs and the database are in {}\n", folder_);
    else
      std::filesystem::remove_all(folder_);
  }

  static net::CurlClient::Options options() {
    net::CurlClient::Options options;
    options.addresses = net::AddressPolicy(*net::NetworkSet::make({"127.0.0.0/8"}));
    return options;
  }

  std::string claw(const std::string& words) {
    const std::string command = fmt::format("{} --config {}/claw.toml --json {}", CLAW_GATEWAY, folder_, words);
    const auto pipe = std::unique_ptr<FILE, int (*)(FILE*)>(::popen(command.c_str(), "r"), ::pclose);
    std::string out;
    for (char buffer[4096]; const auto count = ::fread(buffer, 1, sizeof buffer, pipe.get());)
      out.append(buffer, count);
    return out;
  }

  void set_up() {
    claw("tenant create acme");
    claw("secret set acme WHATSAPP_ACCESS_TOKEN --file " + folder_ + "/token");
    claw("secret set acme WHATSAPP_APP_SECRET --file " + folder_ + "/secret");
    claw("secret set acme WHATSAPP_PHONE_NUMBER_ID --file " + folder_ + "/number");
    claw("agent set acme echo --kind echo");
    claw("channel set acme --policy open");
    api_token_ = std::string(json::parse(claw("token create acme")).at("token").as_string());
    simulator_process_ =
        std::make_unique<Process>(std::vector<std::string>{CLAW_SIMULATOR, "--listen", simulator_, "--callback",
                                                           fmt::format("http://{}/t/acme/webhooks/whatsapp", gateway_),
                                                           "--status-delay-ms", "20", "--limits", "none"},
                                  folder_ + "/simulator.log");
    start_gateway();
    ASSERT_TRUE(until([&] { return get(simulator_, "/_sim/stats").has_value(); }));
  }

  void start_gateway() {
    gateway_process_ = std::make_unique<Process>(
        std::vector<std::string>{CLAW_GATEWAY, "serve", "--config", folder_ + "/claw.toml"}, folder_ + "/gateway.log");
    ASSERT_TRUE(until([&] { return get(operator_, "/readyz").has_value(); })) << "the gateway did not come back";
  }

  template <class Condition>
  static bool until(Condition condition, std::chrono::seconds limit = std::chrono::seconds(20)) {
    const auto deadline = Clock::now() + limit;
    while (!condition()) {
      if (Clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
  }

  /// The body of a 200, or nothing.
  std::optional<std::string> call(net::ClientRequest request) {
    const auto answer = claw::testing::await(io_, client_.send(std::move(request)));
    if (!answer || answer->status >= 300) return std::nullopt;
    return answer->body;
  }
  std::optional<std::string> get(const std::string& where, const std::string& path, bool with_token = false) {
    net::ClientRequest request;
    request.url = "http://" + where + path;
    if (with_token) request.bearer = SecretString(std::string(api_token_));
    return call(std::move(request));
  }

  static std::string phone(int person) { return fmt::format("4915550001{:03}", person); }

  void write_as(int person, int number) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = fmt::format("http://{}/_sim/phones/{}/messages", simulator_, phone(person));
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = fmt::format(R"({{"text":"p{}-{}"}})", person, number);
    ASSERT_TRUE(call(std::move(request)).has_value());
    ++written_;
  }

  json::array thread_of(int person) {
    const auto body = get(simulator_, fmt::format("/_sim/phones/{}/messages?limit=10000", phone(person)));
    return body ? json::parse(*body).at("messages").as_array() : json::array();
  }

  std::vector<json::object> ledger_messages() {
    std::vector<json::object> all;
    for (std::string before;;) {
      const auto body = get(gateway_, "/api/v1/messages?limit=200" + before, true);
      if (!body) return {};
      auto page = json::parse(*body).as_object();
      for (auto& message : page.at("messages").as_array()) all.push_back(std::move(message.as_object()));
      if (page.at("next").is_null()) break;
      before = "&before=" + std::string(page.at("next").as_string());
    }
    std::ranges::reverse(all);
    return all;
  }

  /// Everything written was acknowledged, and no message waits for its turn or to be sent.
  bool at_rest() {
    for (int person = 0; person < kPeople; ++person)
      for (const auto& message : thread_of(person))
        if (message.at("from").as_string() == "person" && message.at("delivery").at("state").as_string() != "answered")
          return false;
    const auto messages = ledger_messages();
    int inbound = 0;
    for (const auto& message : messages) {
      const auto& state = message.at("state").as_string();
      inbound += message.at("direction").as_string() == "inbound";
      if (state == "pending" || state == "queued" || state == "sending") return false;
    }
    return inbound >= written_;
  }

  IoPool io_{2};
  net::CurlClient client_;
  std::string folder_, gateway_, operator_, simulator_, api_token_;
  std::unique_ptr<Process> simulator_process_, gateway_process_;
  int written_ = 0;
};

TEST_F(CrashTest, NothingIsLostAnsweredTwiceOrOutOfOrderWhenTheProcessDies) {
  set_up();
  std::minstd_rand random(static_cast<unsigned>(std::random_device{}()));
  const int crashes = crashes_wanted();
  int number = 0;
  for (int crash = 0; crash < crashes; ++crash) {
    const auto end = Clock::now() + std::chrono::milliseconds(200 + random() % 900);
    while (Clock::now() < end) {
      const int burst = 1 + static_cast<int>(random() % 6);
      for (int i = 0; i < burst; ++i) write_as(static_cast<int>(random() % kPeople), number++);
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 8));  // people pause; the load is not the point
    }
    gateway_process_->kill();
    start_gateway();
  }
  ASSERT_TRUE(until([&] { return at_rest(); }, std::chrono::seconds(90))) << "it does not come to rest";

  std::map<std::string, int> stored, replies;
  std::map<std::string, std::string> reply_state;
  std::map<std::string, std::vector<std::string>> accepted;  // user -> texts in the ledger's order
  std::map<std::string, std::string> text_of;                // inbound id -> text
  int unknown = 0;
  for (const auto& message : ledger_messages()) {
    const std::string text(message.at("text").as_string());
    if (message.at("direction").as_string() == "inbound") {
      ++stored[text];
      accepted[std::string(message.at("user").at("id").as_string())].push_back(text);
      text_of[std::string(message.at("id").as_string())] = text;
    } else {
      ++replies[text_of[std::string(message.at("answers").as_string())]];
      reply_state[text] = std::string(message.at("state").as_string());
      unknown += message.at("state").as_string() == "unknown";
    }
  }
  EXPECT_EQ(stored.size(), static_cast<std::size_t>(written_));
  for (const auto& [text, count] : stored) {
    EXPECT_EQ(count, 1) << text << " is stored more than once";
    EXPECT_EQ(replies[text], 1) << text << " has not exactly one reply";
  }
  for (int person = 0; person < kPeople; ++person) {
    std::map<std::string, int> shown;
    std::vector<std::string> order;
    for (const auto& message : thread_of(person)) {
      if (message.at("from").as_string() != "business") continue;
      order.emplace_back(message.at("text").as_string());
      ++shown[order.back()];
    }
    std::vector<std::string> expected;
    for (const auto& text : accepted[phone(person)]) {
      if (shown[text] == 0) EXPECT_EQ(reply_state[text], "unknown") << text << " never reached the phone";
      if (shown[text] > 0) expected.push_back(text);
      EXPECT_LE(shown[text], 1) << text << " was read twice";
    }
    EXPECT_EQ(order, expected) << "the answers of person " << person << " are out of order";
  }
  fmt::print("crashes {} messages {} unknown {}\n", crashes, written_, unknown);
}

}  // namespace
}  // namespace claw
