// The server as a process: how it stops, what it leaves behind, what it keeps others from.
#include <filesystem>
#include <signal.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "integration/installed_gateway.hpp"
#include "support/eventually.hpp"
#include "support/raw_client.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ServerProcessTest : public ::testing::Test {
 protected:
  std::string api(const TestTenant& tenant, const std::string& target) {
    return http_call(gateway_.public_port(), "GET", target, {{"Authorization", "Bearer " + tenant.api_token}}).body;
  }
  std::vector<std::string> replies(const TestTenant& tenant) {
    const auto page = boost::json::parse(api(tenant, "/api/v1/messages?direction=outbound"));
    std::vector<std::string> states;
    for (const auto& message : page.at("messages").as_array()) states.push_back(text_of(message.as_object(), "state"));
    return states;
  }
  /// Seconds until the server has ended, at most 12, and its wait status.
  std::pair<double, int> time_to_end() {
    const auto began = std::chrono::steady_clock::now();
    const int status = gateway_.server().wait(12);
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), status};
  }

  ScriptedGraph graph_;
  InstalledGateway gateway_{
      fmt::format("graph = {{ base_url = \"{}\" }}\nnet = {{ allow_private = [\"127.0.0.0/8\"] }}", graph_.base_url())};
};

TEST_F(ServerProcessTest, EndsWellWhenItIsAskedToAndGoesOnAfterTheNextStart) {
  const auto acme = gateway_.set_up_acme();
  gateway_.serve();
  ASSERT_EQ(gateway_.post(acme, texts(acme.number, {{"hello", "wamid.1"}})).status, 200);
  ASSERT_TRUE(eventually([&] { return graph_.sends().size() == 1; }));
  const auto rss = read_file(fmt::format("/proc/{}/status", gateway_.server().pid()));
  const auto at = rss.find("VmRSS:");
  fmt::print("memory of an idle gateway: {}\n", rss.substr(at, rss.find('\n', at) - at));
  gateway_.server().signal(SIGTERM);
  const auto [seconds, status] = time_to_end();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_LT(seconds, 3);
  EXPECT_FALSE(std::filesystem::exists(gateway_.data() + "/clawcentral.db-wal")) << "the log was folded into the file";

  gateway_.serve();
  ASSERT_EQ(gateway_.post(acme, texts(acme.number, {{"again", "wamid.2"}})).status, 200);
  ASSERT_TRUE(eventually([&] { return graph_.sends().size() == 2; }));
  EXPECT_THAT(graph_.texts(), ElementsAre("hello", "again"));
  gateway_.server().signal(SIGINT);
  const auto [seconds_2, status_2] = time_to_end();
  EXPECT_TRUE(WIFEXITED(status_2) && WEXITSTATUS(status_2) == 0);
}

TEST_F(ServerProcessTest, EndsWithinTenSecondsAlsoWhileMetaDoesNotAnswer) {
  const auto acme = gateway_.set_up_acme();
  gateway_.serve();
  graph_.hold_sends();
  ASSERT_EQ(gateway_.post(acme, texts(acme.number, {{"one", "wamid.1"}, {"two", "wamid.2"}})).status, 200);
  ASSERT_TRUE(eventually([&] { return graph_.sends().size() == 1; }));
  gateway_.server().signal(SIGTERM);
  const auto [seconds, status] = time_to_end();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_LT(seconds, 10);

  graph_.release();
  gateway_.serve();
  ASSERT_TRUE(eventually([&] { return replies(acme) == std::vector<std::string>{"sent", "unknown"}; }))
      << ::testing::PrintToString(replies(acme));
  EXPECT_THAT(graph_.texts(), ElementsAre("one", "two")) << "what may have arrived is not sent again";
}

TEST_F(ServerProcessTest, EndsAtOnceWhenItIsAskedTwice) {
  const auto acme = gateway_.set_up_acme();
  gateway_.serve();
  graph_.hold_sends();
  ASSERT_EQ(gateway_.post(acme, texts(acme.number, {{"one", "wamid.1"}})).status, 200);
  ASSERT_TRUE(eventually([&] { return graph_.sends().size() == 1; }));
  gateway_.server().signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return gateway_.log().find("gateway.stopping") != std::string::npos; }));
  gateway_.server().signal(SIGTERM);
  const auto [seconds, status] = time_to_end();
  EXPECT_LT(seconds, 1);
  EXPECT_TRUE(WIFEXITED(status)) << "it ends by itself, and is not killed";
  EXPECT_THAT(gateway_.log(), HasSubstr("second_signal"));

  graph_.release();
  gateway_.serve();
  EXPECT_TRUE(eventually([&] { return replies(acme) == std::vector<std::string>{"unknown"}; })) << "nothing is lost";
}

TEST_F(ServerProcessTest, RefusesToShareItsDataFolder) {
  gateway_.serve();
  const auto second = gateway_.run({"serve"});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, AllOf(HasSubstr(fmt::format("process {} works on data folder", gateway_.server().pid())),
                                HasSubstr(gateway_.data())));
  EXPECT_EQ(http_call(gateway_.operator_port(), "GET", "/readyz").status, 200) << "the first one goes on";
}

TEST_F(ServerProcessTest, SaysWhyItCannotListen) {
  gateway_.serve();
  const auto taken = gateway_.run({"serve"}, "",
                                  {"CLAWCENTRAL_DATA_DIR=" + gateway_.folder() + "/e",
                                   fmt::format("CLAWCENTRAL_LISTEN__PUBLIC=127.0.0.1:{}", gateway_.public_port())});
  EXPECT_EQ(taken.exit_code, 1);
  EXPECT_THAT(taken.err, AllOf(HasSubstr(std::to_string(gateway_.public_port())), HasSubstr("in use")));
}

TEST_F(ServerProcessTest, ServesBesideManySlowStrangersThoughTheSystemGivesFewDescriptors) {
  const auto acme = gateway_.set_up_acme();
  gateway_.serve({"/bin/sh", "-c", "ulimit -Sn 128; exec \"$@\"", "sh"});
  std::vector<std::unique_ptr<RawClient>> strangers;
  for (int i = 0; i < 300; ++i) {
    strangers.push_back(std::make_unique<RawClient>(gateway_.public_port()));
    ASSERT_TRUE(strangers.back()->send("POST /t/acme/webhooks/whatsapp HTTP/1.1\r\nHost"));
  }
  EXPECT_EQ(http_call(gateway_.operator_port(), "GET", "/readyz").status, 200);
  EXPECT_EQ(gateway_.post(acme, texts(acme.number, {{"hello", "wamid.1"}})).status, 200);
}

TEST_F(ServerProcessTest, KeepsItsFilesToItsOwner) {
  gateway_.set_up_acme();
  gateway_.serve();
  for (const auto& file : std::filesystem::directory_iterator(gateway_.data())) {
    struct stat facts{};
    ASSERT_EQ(::lstat(file.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 077, 0U) << file.path();
  }
  struct stat folder{};
  ASSERT_EQ(::stat(gateway_.data().c_str(), &folder), 0);
  EXPECT_EQ(folder.st_mode & 0777, 0700U);
}

TEST_F(ServerProcessTest, LeavesNoCoreWhateverKillsIt) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGQUIT}) {
    // Its parent allows cores of any size.
    gateway_.serve({"/usr/bin/prlimit", "--core=unlimited:unlimited", "/usr/bin/env", "-C", gateway_.folder()});
    EXPECT_THAT(read_file(fmt::format("/proc/{}/limits", gateway_.server().pid())),
                ContainsRegex("Max core file size +0 +0 "));
    gateway_.server().signal(signal);
    const auto [seconds, status] = time_to_end();
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    EXPECT_EQ(WTERMSIG(status), signal);
    EXPECT_FALSE(WCOREDUMP(status));
    for (const auto& file : std::filesystem::directory_iterator(gateway_.folder()))
      EXPECT_FALSE(file.path().filename().string().starts_with("core")) << file.path();
  }
}

TEST_F(ServerProcessTest, IsNotToBeLookedIntoByOthersOfItsUser) {
  // The kernel gives the files of a process that is not dumpable to root, whoever runs it. So it must not be root.
  std::vector<std::string> before;
  if (::geteuid() == 0) {
    constexpr int kNobody = 65534;
    for (const auto& entry : {gateway_.folder(), gateway_.config(), gateway_.folder() + "/log"}) {
      if (entry.ends_with("/log")) write_file(entry, "");
      ASSERT_EQ(::chown(entry.c_str(), kNobody, kNobody), 0);
    }
    before = {"/usr/bin/setpriv", fmt::format("--reuid={}", kNobody), fmt::format("--regid={}", kNobody),
              "--clear-groups"};
  }
  gateway_.serve(before);
  for (const char* file : {"environ", "mem", "maps"}) {
    struct stat facts{};
    ASSERT_EQ(::stat(fmt::format("/proc/{}/{}", gateway_.server().pid(), file).c_str(), &facts), 0);
    EXPECT_EQ(facts.st_uid, 0U) << file;
  }
  EXPECT_EQ(http_call(gateway_.operator_port(), "GET", "/readyz").status, 200) << "it needs no rights of root";
}

}  // namespace
}  // namespace claw::testing
