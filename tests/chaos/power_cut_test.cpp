#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/gateway.hpp"
#include "base/log.hpp"
#include "chaos/webhook_load.hpp"
#include "support/power_cut_vfs.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using claw::testing::PowerCutVfs;
using claw::testing::RawClient;

constexpr const char* kNumber = "100000000000001";
constexpr int kClients = 4;

/// One gateway on a disk that can lose power.
class PowerCutTest : public ::testing::Test {
 protected:
  PowerCutTest() {
    log::set_level(log::Level::kOff);
    char name[] = "/tmp/claw-power-XXXXXX";
    config_.data_dir = ::mkdtemp(name);
    config_.listen_public = config_.listen_operator = "127.0.0.1:0";
    config_.graph_base_url = "http://127.0.0.1:1";  // nobody listens: replies stay in the outbox
    config_.net_allow_private = {"127.0.0.0/8"};
    config_.ledger_checkpoint_pages = 200;  // many checkpoints, so that cuts fall into them too
  }
  ~PowerCutTest() override {
    gateway_.reset();
    std::filesystem::remove_all(config_.data_dir);
    log::set_level(log::Level::kInfo);
  }

  void start(bool synchronous_full) {
    Gateway::Overrides overrides;
    overrides.sqlite_vfs = disk_.name();
    overrides.synchronous_full = synchronous_full;
    auto started = Gateway::start(config_, overrides);
    ASSERT_TRUE(started.has_value()) << started.error().message;
    gateway_ = std::move(*started);
  }

  json::value admin(const std::string& command, json::object arguments) {
    arguments["tenant"] = "acme";
    const auto answer = gateway_->admin(command, json::serialize(arguments));
    EXPECT_TRUE(answer.has_value()) << command << ": " << (answer ? "" : answer.error().message);
    return answer ? json::parse(*answer) : json::value();
  }

  void set_up_tenant() {
    admin("tenant.create", {});
    for (const auto& [name, value] : std::map<std::string, std::string>{{"WHATSAPP_APP_SECRET", "app-secret"},
                                                                        {"WHATSAPP_ACCESS_TOKEN", "token"},
                                                                        {"WHATSAPP_PHONE_NUMBER_ID", kNumber}})
      admin("secret.set", {{"name", name}, {"value", value}});
    admin("agent.set", {{"agent", "echo"}, {"kind", "echo"}});
    admin("channel.set", {{"policy", "open"}});
    admin("conversations.set", {{"queue", "followup"}});
    token_ = std::string(admin("token.create", {}).at("token").as_string());
  }

  /// Posts from several clients until the power goes, which it does `writes` from now. Remembers what got 200.
  void post_until_cut(int round, std::size_t writes) {
    disk_.cut_after(writes);
    std::vector<std::thread> clients;
    for (int client = 0; client < kClients; ++client)
      clients.emplace_back([&, client] {
        RawClient connection(gateway_->public_port());
        for (int i = 0;; ++i) {
          const auto wamid = fmt::format("wamid.{}-{}-{}", round, client, i);
          const auto phone = fmt::format("49155500{:04}", i % 7);
          connection.send(claw::testing::text_webhook("acme", "app-secret", kNumber, phone, wamid, wamid));
          if (!connection.read_answer().starts_with("HTTP/1.1 200")) return;
          const std::scoped_lock lock(mutex_);
          promised_.insert(wamid);
        }
      });
    for (auto& client : clients) client.join();
  }

  void lose_power(PowerCutVfs::Unsynced unsynced, std::uint32_t seed) {
    gateway_.reset();
    disk_.restore(unsynced, seed);
  }

  struct Stored {
    std::map<std::string, int> inbound;  ///< By wamid.
    std::map<std::string, int> answers;  ///< By text, which is the wamid it answers.
    int pending = 0;
  };
  Stored stored() {
    Stored found;
    std::string next = "/api/v1/messages?limit=200";
    while (!next.empty()) {
      RawClient connection(gateway_->public_port());
      connection.send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", next, token_));
      const auto answer = connection.read_answer();
      const auto page = json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
      for (const auto& message : page.at("messages").as_array()) {
        if (message.at("direction").as_string() == "inbound")
          ++found.inbound[std::string(message.at("wamid").as_string())];
        else
          ++found.answers[std::string(message.at("text").as_string())];
        found.pending += message.at("state").as_string() == "pending";
      }
      next = page.at("next").is_null()
                 ? ""
                 : "/api/v1/messages?limit=200&before=" + std::string(page.at("next").as_string());
    }
    return found;
  }

  /// Waits until what the inbox holds was accepted and answered.
  Stored settled() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (;;) {
      RawClient connection(gateway_->operator_port());
      connection.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
      const bool taken = connection.read_answer().find("clawcentral_inbox_waiting_items 0\n") != std::string::npos;
      auto found = stored();
      if ((taken && found.pending == 0) || std::chrono::steady_clock::now() > deadline) return found;
    }
  }

  int count_lost() {
    const auto found = settled();
    int lost = 0;
    for (const auto& wamid : promised_) {
      const auto inbound = found.inbound.find(wamid);
      lost += inbound == found.inbound.end();
      if (inbound == found.inbound.end()) continue;
      EXPECT_EQ(inbound->second, 1) << wamid;
      EXPECT_EQ(found.answers.contains(wamid) ? found.answers.at(wamid) : 0, 1) << wamid;
    }
    return lost;
  }

  Config config_;
  PowerCutVfs disk_;
  std::unique_ptr<Gateway> gateway_;
  std::string token_;
  std::mutex mutex_;
  std::set<std::string> promised_;  // guarded by mutex_ while clients run
};

TEST_F(PowerCutTest, EveryAcknowledgedMessageSurvivesALossOfPower) {
  start(true);
  set_up_tenant();
  std::minstd_rand random(20261122);
  for (int round = 0; round < 8; ++round) {
    post_until_cut(round, 100 + random() % 2000);
    lose_power(round % 2 ? PowerCutVfs::Unsynced::kSomeLost : PowerCutVfs::Unsynced::kAllLost,
               static_cast<std::uint32_t>(random()));
    start(true);
    EXPECT_EQ(count_lost(), 0) << "round " << round;
  }
  EXPECT_GT(disk_.writes_lost(), 0U) << "the cuts took nothing away: they tested nothing";
}

TEST_F(PowerCutTest, WithoutSyncingTheSameCutLosesWhatWasPromised) {
  start(true);
  set_up_tenant();
  // Everything so far is folded into the file, so that only what comes now can be lost.
  gateway_.reset();
  start(false);
  post_until_cut(0, 1000);
  lose_power(PowerCutVfs::Unsynced::kAllLost, 1);
  ASSERT_FALSE(promised_.empty());
  start(true);
  EXPECT_GT(count_lost(), 0) << "this test cannot tell a synced promise from an empty one";
}

}  // namespace
}  // namespace claw
