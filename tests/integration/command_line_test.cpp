// The command line as an operator types it: configuration, tenants and secrets, with a server and without one.
#include <filesystem>
#include <fstream>
#include <regex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/installed_gateway.hpp"
#include "support/eventually.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CommandLineTest, SaysThatAGoodConfigurationIsInOrder) {
  const InstalledGateway gateway("log = { level = \"warn\" }");
  const auto checked = gateway.run({"serve", "--check-config"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("in order"));
  EXPECT_FALSE(std::filesystem::exists(gateway.data())) << "a check touches nothing";
}

TEST(CommandLineTest, TellsEveryFaultOfAConfigurationAtOnce) {
  const InstalledGateway gateway(
      "thread = 4\nbase_domain = 7\npublic_url = \"ftp://x\"\ntrusted_proxies = [\"10.0.0.0/99\"]\n"
      "[graph]\nversion = \"25\"\n[net]\nallow_private = \"127.0.0.0/8\"\n[ledger]\ncache_mib = 0");
  for (const auto& words : {std::vector<std::string>{"serve", "--check-config"}, {"serve"}, {"tenant", "list"}}) {
    const auto refused = gateway.run(words, "", {"CLAWCENTRAL_LOG__LEVEL=loud", "CLAWCENTRAL_NO__SUCH=1"});
    EXPECT_EQ(refused.exit_code, 2);
    for (const char* fault : {"thread: there is no such setting", "base_domain: must be a text", "public_url: must be",
                              "10.0.0.0/99", "graph.version: must be like v25.0", "net.allow_private: must be a list",
                              "ledger.cache_mib: must be a whole number from 1", "CLAWCENTRAL_LOG__LEVEL: must be",
                              "CLAWCENTRAL_NO__SUCH: there is no such setting"})
      EXPECT_THAT(refused.err, HasSubstr(fault));
    EXPECT_THAT(refused.out, IsEmpty());
  }
  EXPECT_FALSE(std::filesystem::exists(gateway.data()));
}

TEST(CommandLineTest, RefusesAFileThatIsNotThereOrNoToml) {
  const InstalledGateway gateway("this is no TOML");
  const auto no_toml = gateway.run({"serve", "--check-config"});
  EXPECT_EQ(no_toml.exit_code, 2);
  EXPECT_THAT(no_toml.err, HasSubstr("c.toml:2"));
  const auto missing = run_program({InstalledGateway::binary(), "--config", "/nowhere/c.toml", "serve"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("/nowhere/c.toml"));
}

TEST(CommandLineTest, LetsTheEnvironmentWinOverTheFile) {
  const InstalledGateway gateway;
  const std::string elsewhere = gateway.folder() + "/e";
  EXPECT_EQ(gateway.run({"tenant", "create", "acme"}, "", {"CLAWCENTRAL_DATA_DIR=" + elsewhere}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(elsewhere + "/clawcentral.db"));
  EXPECT_FALSE(std::filesystem::exists(gateway.data()));
  EXPECT_THAT(gateway.run({"tenant", "list"}, "", {"CLAWCENTRAL_DATA_DIR=" + elsewhere}).out, HasSubstr("acme"));
}

/// What changes from run to run: times, tokens.
std::string normalised(const std::string& text) {
  static const std::regex kTime(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)");
  static const std::regex kToken("cct_[A-Za-z0-9_-]{43}");
  return std::regex_replace(std::regex_replace(text, kTime, "TIME"), kToken, "TOKEN");
}

TEST(CommandLineTest, AnswersTheSameWithARunningServerAndWithoutOne) {
  const InstalledGateway offline;
  InstalledGateway online;
  online.serve();
  const struct {
    std::vector<std::string> words;
    std::string input = {};
  } rows[] = {
      {{"tenant", "list"}},
      {{"tenant", "create", "acme"}},
      {{"tenant", "create", "acme"}},
      {{"tenant", "create", "Not A Host"}},
      {{"tenant", "show", "nobody"}},
      {{"secret", "set", "acme", "WHATSAPP_APP_SECRET"}, "s3cret\n"},
      {{"secret", "set", "acme", "WHATSAPP_APP_SECRET"}, "\n"},
      {{"secret", "set", "acme", "lower"}, "x"},
      {{"secret", "set", "acme", "WHATSAPP_PHONE_NUMBER_ID"}, "not digits"},
      {{"secret", "set", "acme", "WHATSAPP_PHONE_NUMBER_ID"}, "100000000000001"},
      {{"secret", "list", "acme"}},
      {{"secret", "delete", "acme", "NOT_THERE"}},
      {{"agent", "set", "acme", "helper", "--kind", "oracle"}},
      {{"agent", "set", "acme", "helper", "--kind", "echo"}},
      {{"agent", "set", "acme", "helper", "--kind", "echo", "--format", "whatsapp"}},
      {{"agent", "set", "acme", "helper", "--kind", "echo", "--format", "html"}},
      {{"channel", "set", "acme", "--policy", "pairing"}},
      {{"channel", "set", "acme", "--policy", "allowlist"}},
      {{"channel", "set", "acme", "--policy", "anything"}},
      {{"channel", "set", "acme", "--policy", "open"}},
      {{"channel", "set", "acme", "--policy", "pairing", "--number", "100000000000001"}},
      {{"channel", "set", "acme", "--policy", "default", "--number", "100000000000001"}},
      {{"channel", "set", "acme", "--policy", "open", "--number", "9"}},
      {{"channel", "set", "acme", "--policy", "default"}},
      {{"conversations", "show", "acme"}},
      {{"conversations", "set", "acme"}},
      {{"conversations", "set", "acme", "--queue", "followup", "--owners", "+49 151 12345678", "DE.ada"}},
      {{"conversations", "set", "acme", "--queue", "stack"}},
      {{"conversations", "set", "acme", "--debounce-ms", "60001"}},
      {{"--json", "conversations", "show", "acme"}},
      {{"routing", "show", "acme"}},
      {{"routing", "set", "acme"}, R"([{"by":"keyword","value":"help","agent":"helper"}])"},
      {{"routing", "set", "acme"}, R"([{"by":"channel","agent":"nobody"}])"},
      {{"routing", "set", "acme"}, "no JSON"},
      {{"--json", "routing", "show", "acme"}},
      {{"routing", "show", "acme"}},
      {{"agent", "delete", "acme", "helper"}},
      {{"routing", "explain", "acme", "--from", "+49 151 12345678", "--text", "help"}},
      {{"routing", "explain", "acme", "--from", "Ada"}},
      {{"pairing", "list", "acme"}},
      {{"pairing", "approve", "acme", "ABCD2345"}},
      {{"pairing", "approve", "acme"}},
      {{"pairing", "reject", "acme", "--all"}},
      {{"pairing", "block", "acme", "--all", "--number", "9"}},
      {{"access", "allow", "acme", "+49 151 12345678", "--name", "Ada"}},
      {{"access", "block", "acme", "0049 151 1", "DE.eve"}},
      {{"access", "allow", "acme", "nobody"}},
      {{"access", "list", "acme"}},
      {{"access", "list", "acme", "--search", "Ad"}},
      {{"access", "remove", "acme", "4915112345678"}},
      {{"access", "remove", "acme", "4915112345678"}},
      {{"access", "list", "nobody"}},
      {{"token", "create", "acme", "--label", "mine"}},
      {{"token", "list", "acme"}},
      {{"token", "revoke", "acme", "1"}},
      {{"token", "revoke", "acme", "1"}},
      {{"tenant", "disable", "acme"}},
      {{"tenant", "enable", "acme"}},
      {{"--json", "tenant", "show", "acme"}},
      {{"tenant", "list"}},
      {{"secret", "delete", "acme", "WHATSAPP_APP_SECRET"}},
      {{"tenant", "show", "acme"}},
      {{"person", "create", "ada@acme.example", "--name", "Ada"}, "correct horse battery\n"},
      {{"person", "create", "ada@acme.example"}, "correct horse battery\n"},
      {{"person", "create", "bob@acme.example"}, "short\n"},
      {{"member", "add", "acme", "ada@acme.example", "--role", "owner"}},
      {{"member", "add", "acme", "ada@acme.example", "--role", "king"}},
      {{"member", "list", "acme"}},
      {{"member", "remove", "acme", "ada@acme.example"}},
      {{"person", "disable", "ada@acme.example"}},
      {{"person", "enable", "ada@acme.example"}},
      {{"person", "reset-password", "ada@acme.example"}, "another horse battery"},
      {{"person", "list"}},
  };
  for (const auto& row : rows) {
    const auto without = offline.run(row.words, row.input);
    const auto with = online.run(row.words, row.input);
    const std::string line = fmt::format("{}", fmt::join(row.words, " "));
    EXPECT_EQ(with.exit_code, without.exit_code) << line << with.err << without.err;
    EXPECT_EQ(normalised(with.out), normalised(without.out)) << line;
    EXPECT_EQ(with.err, without.err) << line;
    EXPECT_EQ(with.exit_code == 0, with.err.empty()) << line << ": " << with.err;
  }
}

TEST(CommandLineTest, ShowsALinkThatMakesTheFirstAdminUntilThereIsOne) {
  InstalledGateway gateway("public_url = \"https://claw.example.org\"");
  EXPECT_THAT(gateway.run_well({"person", "setup-link"}), HasSubstr("https://claw.example.org/setup#"));
  gateway.serve();
  EXPECT_TRUE(eventually([&] { return gateway.log().contains("\n    https://claw.example.org/setup#"); }));
  gateway.run_well({"person", "create", "root@example.org", "--platform-admin"}, "correct horse battery");
  const auto refused = gateway.run({"person", "setup-link"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("reset-password"));
}

TEST(CommandLineTest, RefusesAPolicyThatIsNotThereByItsName) {
  const InstalledGateway gateway;
  gateway.run_well({"tenant", "create", "acme"});
  const auto refused = gateway.run({"channel", "set", "acme", "--policy", "opne"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("no policy \"opne\""), HasSubstr("open, pairing, allowlist or disabled")));
}

TEST(CommandLineTest, TakesTheRoutingBackAsItShowsIt) {
  const InstalledGateway gateway;
  gateway.run_well({"tenant", "create", "acme"});
  gateway.run_well({"agent", "set", "acme", "one", "--kind", "echo"});
  gateway.run_well({"agent", "set", "acme", "two", "--kind", "echo", "--default"});
  gateway.run_well({"routing", "set", "acme"}, R"([{"by":"peer","value":"+49 1511","agent":"one"}])");
  const auto shown = gateway.run_well({"--json", "routing", "show", "acme"});
  const std::string file = gateway.folder() + "/rules.json";
  write_file(file, shown);
  gateway.run_well({"agent", "set", "acme", "one", "--kind", "echo", "--default"});
  gateway.run_well({"routing", "set", "acme"}, "[]");
  EXPECT_EQ(gateway.run_well({"--json", "routing", "set", "acme", "--file", file}), shown);
  EXPECT_EQ(gateway.run_well({"--json", "routing", "show", "acme"}), shown) << "the default agent too";
}

TEST(CommandLineTest, HelpsWithExamples) {
  const InstalledGateway gateway;
  for (const auto& words : {std::vector<std::string>{"pairing", "approve"},
                            {"pairing", "list"},
                            {"access", "allow"},
                            {"access", "remove"},
                            {"channel", "set"},
                            {"conversations", "set"},
                            {"routing", "set"},
                            {"routing", "explain"},
                            {"dead-letters", "list"},
                            {"dead-letters", "rerun"},
                            {"webhooks", "list"},
                            {"webhooks", "show"},
                            {"webhooks", "add"},
                            {"webhooks", "set"},
                            {"webhooks", "rotate"},
                            {"webhooks", "remove"},
                            {"webhooks", "test"},
                            {"webhooks", "log"},
                            {"webhooks", "replay"}}) {
    auto asked = words;
    asked.emplace_back("--help");
    const auto help = gateway.run_well(asked);
    EXPECT_THAT(help, HasSubstr(fmt::format("clawcentral {}", fmt::join(words, " ")))) << help;
  }
}

TEST(CommandLineTest, SaysThatWhatIsUnderWayIsKnownToARunningServerAlone) {
  const InstalledGateway gateway;
  gateway.run_well({"tenant", "create", "acme"});
  for (const auto& words : {std::vector<std::string>{"dead-letters", "list", "acme"}, {"webhooks", "list", "acme"}}) {
    const auto refused = gateway.run(words);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("clawcentral serve")) << fmt::format("{}", fmt::join(words, " "));
  }
}

TEST(CommandLineTest, TakesEffectInARunningServerWithinASecond) {
  InstalledGateway gateway;
  gateway.serve();
  const auto acme = gateway.set_up_acme();
  const auto body = texts(acme.number, {{"hello", "wamid.1"}});
  const auto within_a_second = [](auto condition) { return eventually(condition, std::chrono::seconds(1)); };
  EXPECT_TRUE(within_a_second([&] { return gateway.post(acme, body).status == 200; }));
  gateway.run_well({"tenant", "disable", "acme"});
  EXPECT_TRUE(within_a_second([&] { return gateway.post(acme, body).status == 503; }));
  gateway.run_well({"tenant", "enable", "acme"});
  EXPECT_TRUE(within_a_second([&] { return gateway.post(acme, body).status == 200; }));
  gateway.run_well({"secret", "set", "acme", "WHATSAPP_APP_SECRET"}, "another");
  EXPECT_TRUE(within_a_second([&] { return gateway.post(acme, body).status == 401; }));
  const auto api = [&] {
    return http_call(gateway.public_port(), "GET", "/api/v1/messages", {{"Authorization", "Bearer " + acme.api_token}});
  };
  EXPECT_EQ(api().status, 200);
  gateway.run_well({"token", "revoke", "acme", "1"});
  EXPECT_TRUE(within_a_second([&] { return api().status == 401; }));
}

/// All bytes of all files in a folder.
std::string all_bytes(const std::string& folder) {
  std::string bytes;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder))
    if (file.is_regular_file()) bytes += read_file(file.path());
  return bytes;
}

TEST(CommandLineTest, NeverShowsASecretAgain) {
  InstalledGateway gateway("log = { level = \"debug\" }");
  const std::string secret = "S3cret-of-the-app-0123456789";
  const std::string from_file = "EAA-from-a-file-0123456789";
  write_file(gateway.folder() + "/token.txt", from_file + "\n");
  for (const bool running : {false, true}) {
    if (running) gateway.serve();
    if (!running) gateway.run_well({"tenant", "create", "acme"});
    std::string shown = gateway.run_well({"secret", "set", "acme", "WHATSAPP_APP_SECRET"}, secret);
    shown +=
        gateway.run_well({"secret", "set", "acme", "WHATSAPP_ACCESS_TOKEN", "--file", gateway.folder() + "/token.txt"});
    const auto created = gateway.run_well({"token", "create", "acme"});
    const auto at = created.find("cct_");
    ASSERT_NE(at, std::string::npos) << created;
    const std::string token = created.substr(at, 47);
    for (const auto& words : {std::vector<std::string>{"secret", "list", "acme"},
                              {"tenant", "show", "acme"},
                              {"tenant", "list"},
                              {"token", "list", "acme"},
                              {"--json", "tenant", "show", "acme"},
                              {"--json", "secret", "list", "acme"},
                              {"--json", "token", "list", "acme"}})
      shown += gateway.run_well(words);
    EXPECT_THAT(shown, HasSubstr("WHATSAPP_APP_SECRET")) << "that it is set is no secret";
    if (running) {
      const auto answer =
          http_call(gateway.public_port(), "GET", "/api/v1/messages", {{"Authorization", "Bearer " + token}});
      EXPECT_EQ(answer.status, 200) << "the token that was shown is the one that works";
      shown += answer.body + http_call(gateway.operator_port(), "GET", "/metrics").body;
      shown += read_file(fmt::format("/proc/{}/cmdline", gateway.server().pid()));
    }
    // With a server the write-ahead log lies there too.
    shown += all_bytes(gateway.data()) + gateway.log();
    for (const auto& hidden : {secret, from_file, token}) EXPECT_THAT(shown.find(hidden), std::string::npos) << hidden;
  }
  gateway.server().signal(SIGTERM);
  gateway.server().wait(10);
  const auto at_rest = all_bytes(gateway.data()) + gateway.log();
  EXPECT_EQ(at_rest.find(secret), std::string::npos) << "and after the last write";
}

TEST(CommandLineTest, TakesNoSecretFromTheCommandLineWhereOthersCouldReadIt) {
  const InstalledGateway gateway;
  gateway.run_well({"tenant", "create", "acme"});
  for (const auto& words : {std::vector<std::string>{"secret", "set", "acme", "WHATSAPP_APP_SECRET", "value"},
                            {"secret", "set", "acme", "WHATSAPP_APP_SECRET", "--value", "value"},
                            {"secret", "set", "acme", "WHATSAPP_APP_SECRET=value"}}) {
    const auto refused = gateway.run(words, "from the input");
    EXPECT_NE(refused.exit_code, 0) << fmt::format("{}", fmt::join(words, " "));
  }
  EXPECT_THAT(gateway.run_well({"secret", "list", "acme"}), HasSubstr("WHATSAPP_APP_SECRET, set_at: -"));
}

TEST(CommandLineTest, RefusesAKeyFileThatOthersCanReadOrThatDoesNotFit) {
  const InstalledGateway gateway;
  gateway.run_well({"tenant", "create", "acme"});
  gateway.run_well({"secret", "set", "acme", "WHATSAPP_APP_SECRET"}, "s3cret");
  const std::string key = gateway.data() + "/master.key";
  namespace fs = std::filesystem;
  EXPECT_EQ(fs::status(key).permissions() & fs::perms::mask, fs::perms::owner_read | fs::perms::owner_write);

  fs::permissions(key, fs::perms::others_read, fs::perm_options::add);
  EXPECT_THAT(gateway.run({"tenant", "list"}).err, HasSubstr("master.key"));
  fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(gateway.run({"tenant", "list"}).exit_code, 0) << "and recovers";

  const auto another =
      gateway.run({"tenant", "list"}, "", {"CLAWCENTRAL_SECURITY__MASTER_KEY=" + std::string(64, 'a')});
  EXPECT_EQ(another.exit_code, 1);
  EXPECT_THAT(another.err, AllOf(HasSubstr("acme"), HasSubstr("WHATSAPP_APP_SECRET")));
}

TEST(CommandLineTest, MakesNoNewKeyWhereTheKeyOfALedgerWasLost) {
  const InstalledGateway gateway;
  gateway.run_well({"tenant", "create", "acme"});
  const std::string key = gateway.data() + "/master.key";
  std::filesystem::rename(key, key + ".elsewhere");
  const auto lost = gateway.run({"tenant", "list"});
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_THAT(lost.err, AllOf(HasSubstr("master.key"), HasSubstr("put the key back")));
  EXPECT_FALSE(std::filesystem::exists(key));
  std::filesystem::rename(key + ".elsewhere", key);
  EXPECT_EQ(gateway.run({"tenant", "list"}).exit_code, 0) << "and recovers";
}

TEST(CommandLineTest, NamesTheLedgerThatCannotBeOpened) {
  const InstalledGateway gateway;
  gateway.run_well({"tenant", "create", "acme"});
  const std::string ledger = gateway.data() + "/clawcentral.db";
  std::ofstream(ledger) << std::string(5000, 'x');
  const auto broken = gateway.run({"tenant", "list"});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.err, HasSubstr(ledger));
}

}  // namespace
}  // namespace claw::testing
