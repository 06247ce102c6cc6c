#include "app/config.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.hpp"

namespace claw {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ConfigTest : public ::testing::Test {
 protected:
  std::vector<std::string> read(const std::string& toml, std::map<std::string, std::string> environment = {}) {
    const auto path = dir_.file("clawcentral.toml");
    std::ofstream(path) << toml;
    config_ = {};
    return read_config(path, std::move(environment), config_);
  }
  /// The one fault of a file or an environment.
  std::string fault(const std::string& toml, std::map<std::string, std::string> environment = {}) {
    const auto faults = read(toml, std::move(environment));
    EXPECT_THAT(faults, SizeIs(1)) << toml;
    return faults.empty() ? "" : faults.front();
  }

  testing::TempDir dir_;
  Config config_;
};

TEST_F(ConfigTest, KeepsItsDefaultsWhereNobodySaysAnything) {
  EXPECT_THAT(read_config("", {{"PATH", "/bin"}, {"HOME", "/root"}}, config_), IsEmpty());
  EXPECT_EQ(config_.listen_public, "127.0.0.1:8080");
  EXPECT_EQ(config_.listen_operator, "127.0.0.1:9464");
  EXPECT_EQ(config_.graph_base_url, "https://graph.facebook.com");
  EXPECT_EQ(config_.graph_version, "v25.0");
  EXPECT_EQ(config_.key_path(), "data/master.key");
  EXPECT_THAT(read(""), IsEmpty());
}

TEST_F(ConfigTest, ABucketIsNamedWholeAndHostsOfFilesAreOrigins) {
  const std::string bucket =
      "[media]\ns3_endpoint = \"https://s3.example.org\"\ns3_bucket = \"files\"\ns3_key_id = \"k\"\n";
  EXPECT_THAT(fault(bucket), HasSubstr("media.s3_secret_file"));
  EXPECT_THAT(read(bucket, {{"CLAWCENTRAL_MEDIA__S3_SECRET", "hush"}}), IsEmpty());
  EXPECT_EQ(config_.media_s3_secret, "hush");
  EXPECT_EQ(config_.media_s3_region, "us-east-1");
  EXPECT_THAT(fault("media.s3_bucket = \"A/B\""), HasSubstr("bucket's name"));
  EXPECT_THAT(read("graph.media_hosts = [\"https://media.example.org\"]\nmedia.scanner = [\"scan\", \"{file}\"]"),
              IsEmpty());
  EXPECT_THAT(config_.media_scanner, ElementsAre("scan", "{file}"));
  for (const char* bad : {"media.example.org", "https://media.example.org/path", "https://media.example.org/", ""})
    EXPECT_THAT(fault(std::string("graph.media_hosts = [\"") + bad + "\"]"), HasSubstr("without a path")) << bad;
}

TEST_F(ConfigTest, ReadsEverySettingFromTheFile) {
  EXPECT_THAT(read(R"(
base_domain = "claw.example.org"
public_url = "https://claw.example.org"
trusted_proxies = ["10.0.0.0/8", "::1"]
data_dir = "/var/lib/claw"
threads = 4
listen = { public = "0.0.0.0:80", operator = "127.0.0.1:1" }
log.level = "debug"
[graph]
base_url = "http://127.0.0.1:9500"
version = "v26.0"
ca_file = "ca.pem"
[net]
allow_private = ["127.0.0.1"]
[ledger]
cache_mib = 64
checkpoint_pages = 100
[sign_in]
session_days = 7
idle_hours = 8
[oidc]
issuer = "https://id.example.org/realms/claw/"
client_id = "claw"
client_secret_file = "/etc/oidc"
label = "Sign in with Example"
[security]
master_key_file = "/etc/claw.key"
)"),
              IsEmpty());
  EXPECT_EQ(config_.base_domain, "claw.example.org");
  EXPECT_EQ(config_.public_url, "https://claw.example.org");
  EXPECT_THAT(config_.trusted_proxies, ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_EQ(config_.database_path(), "/var/lib/claw/clawcentral.db");
  EXPECT_EQ(config_.threads, 4);
  EXPECT_EQ(config_.listen_public, "0.0.0.0:80");
  EXPECT_EQ(config_.listen_operator, "127.0.0.1:1");
  EXPECT_EQ(config_.log_level, "debug");
  EXPECT_EQ(config_.graph_base_url, "http://127.0.0.1:9500");
  EXPECT_EQ(config_.graph_version, "v26.0");
  EXPECT_EQ(config_.graph_ca_file, "ca.pem");
  EXPECT_THAT(config_.net_allow_private, ElementsAre("127.0.0.1"));
  EXPECT_EQ(config_.ledger_cache_mib, 64);
  EXPECT_EQ(config_.ledger_checkpoint_pages, 100);
  EXPECT_EQ(config_.key_path(), "/etc/claw.key");
  EXPECT_EQ(config_.sign_in_session_days, 7);
  EXPECT_EQ(config_.sign_in_idle_hours, 8);
  EXPECT_EQ(config_.oidc_issuer, "https://id.example.org/realms/claw/") << "some call themselves so";
  EXPECT_EQ(config_.oidc_client_id, "claw");
  EXPECT_EQ(config_.oidc_client_secret_file, "/etc/oidc");
  EXPECT_EQ(config_.oidc_label, "Sign in with Example");
}

TEST_F(ConfigTest, WantsAClientIdWhereThereIsAnOpenIdProvider) {
  EXPECT_THAT(fault("oidc.issuer = \"https://id.example.org\""), HasSubstr("oidc.client_id"));
  EXPECT_THAT(read("oidc = { issuer = \"https://id.example.org\", client_id = \"claw\" }",
                   {{"CLAWCENTRAL_OIDC__CLIENT_SECRET", "hush"}}),
              IsEmpty());
  EXPECT_EQ(config_.oidc_client_secret, "hush");
}

TEST_F(ConfigTest, LetsTheEnvironmentWinOverTheFile) {
  EXPECT_THAT(read("graph.base_url = \"http://file\"\nthreads = 1\ntrusted_proxies = [\"10.0.0.1\"]",
                   {{"CLAWCENTRAL_GRAPH__BASE_URL", "http://environment"},
                    {"CLAWCENTRAL_THREADS", "8"},
                    {"CLAWCENTRAL_TRUSTED_PROXIES", "10.0.0.2, 10.0.0.3,"},
                    {"CLAWCENTRAL_NET__ALLOW_PRIVATE", "127.0.0.0/8"},
                    {"CLAWCENTRAL_SECURITY__MASTER_KEY", std::string(64, 'a')},
                    {"CLAWCENTRAL_CONFIG", "where the file is; no setting"}}),
              IsEmpty());
  EXPECT_EQ(config_.graph_base_url, "http://environment");
  EXPECT_EQ(config_.threads, 8);
  EXPECT_THAT(config_.trusted_proxies, ElementsAre("10.0.0.2", "10.0.0.3"));
  EXPECT_THAT(config_.net_allow_private, ElementsAre("127.0.0.0/8"));
  EXPECT_EQ(config_.master_key, std::string(64, 'a'));
}

TEST_F(ConfigTest, TellsAllFaultsAtOnceEachWithItsPlace) {
  const auto faults = read("threads = \"four\"\nlog.level = \"loud\"\n\n[graph]\nversoin = \"v25.0\"\n",
                           {{"CLAWCENTRAL_LEDGER__CACHE_MIB", "0"}, {"CLAWCENTRAL_TREADS", "4"}});
  ASSERT_THAT(faults, SizeIs(5));
  std::string all;
  for (const auto& each : faults) all += each + "\n";
  EXPECT_THAT(all, HasSubstr("clawcentral.toml:1: threads: must be a whole number"));
  EXPECT_THAT(all, HasSubstr("clawcentral.toml:2: log.level: must be debug, info, warn or error"));
  EXPECT_THAT(all, HasSubstr("clawcentral.toml:5: graph.versoin: there is no such setting"));
  EXPECT_THAT(all, HasSubstr("CLAWCENTRAL_LEDGER__CACHE_MIB: must be a whole number from 1 to 65536"));
  EXPECT_THAT(all, HasSubstr("CLAWCENTRAL_TREADS: there is no such setting"));
}

TEST_F(ConfigTest, RefusesValuesThatCannotBeMeant) {
  for (const char* line : {"threads = -1",
                           "threads = 257",
                           "threads = 1.5",
                           "threads = true",
                           "threads = []",
                           "listen.public = \"\"",
                           "listen.public = \"8080\"",
                           "listen.public = \"localhost:8080\"",
                           "listen.operator = \"127.0.0.1:99999\"",
                           "listen = 8080",
                           "data_dir = \"\"",
                           "sign_in.session_days = 0",
                           "oidc.issuer = \"id.example.org\"",
                           "oidc.label = \"\"",
                           "graph.version = \"25.0\"",
                           "graph.version = \"v\"",
                           "graph.version = \"v25/..\"",
                           "graph.base_url = \"graph.facebook.com\"",
                           "graph.base_url = \"ftp://x\"",
                           "graph.base_url = \"https://x/\"",
                           "graph.base_url = \"https://x?y=1\"",
                           "public_url = \"https://\"",
                           "base_domain = \".example.org\"",
                           "base_domain = \"https://example.org\"",
                           "base_domain = \"example.org:80\"",
                           "trusted_proxies = \"10.0.0.1\"",
                           "trusted_proxies = [1]",
                           "trusted_proxies = [\"proxy\"]",
                           "net.allow_private = [\"10.0.0.0/33\"]",
                           "ledger.cache_mib = 0",
                           "ledger.checkpoint_pages = 99",
                           "security.master_key = \"abc\"",
                           "log.level = \"INFO\"",
                           "colour = \"red\"",
                           "[[graph]]\nversion = \"v25.0\""})
    EXPECT_THAT(fault(line), HasSubstr("clawcentral.toml:")) << line;
  for (const auto& [name, value] : std::map<std::string, std::string>{{"CLAWCENTRAL_THREADS", "4 "},
                                                                      {"CLAWCENTRAL_THREADS_", "4"},
                                                                      {"CLAWCENTRAL_GRAPH_BASE_URL", "http://x"},
                                                                      {"CLAWCENTRAL_", "x"},
                                                                      {"CLAWCENTRAL_LISTEN__PUBLIC", ""},
                                                                      {"CLAWCENTRAL_TRUSTED_PROXIES", "10.0.0.1,x"}})
    EXPECT_THAT(fault("", {{name, value}}), HasSubstr(name)) << name;
}

TEST_F(ConfigTest, NeverRepeatsAMasterKeyInAFault) {
  const std::string almost(63, 'b');
  EXPECT_THAT(fault("", {{"CLAWCENTRAL_SECURITY__MASTER_KEY", almost}}), ::testing::Not(HasSubstr(almost)));
}

TEST_F(ConfigTest, SaysWhereTheFileIsBroken) {
  EXPECT_THAT(fault("threads = 1\nthreads"), HasSubstr("clawcentral.toml:2:"));
  EXPECT_THAT(fault("threads = 1\nthreads = 2"), HasSubstr("clawcentral.toml:2:"));
}

TEST_F(ConfigTest, SaysThatTheFileCannotBeRead) {
  EXPECT_THAT(read_config(dir_.file("none.toml"), {}, config_),
              ElementsAre(AllOf(HasSubstr("none.toml"), HasSubstr("cannot be read"))));
  EXPECT_THAT(read_config(dir_.path(), {}, config_), ElementsAre(HasSubstr("cannot be read"))) << "a folder";
}

TEST(PlatformHost, IsThatOfThePublicUrlElseTheBaseDomainElseEvery) {
  const struct {
    const char* public_url;
    const char* base_domain;
    const char* host;
  } rows[] = {
      {"", "", ""},
      {"https://hooks.example.org", "", ""},
      {"https://Hooks.example.org:8443/claw", "example.org", "hooks.example.org"},
      {"http://hooks.example.org", "example.org", "hooks.example.org"},
      {"", "Example.org", "example.org"},
  };
  for (const auto& row : rows) {
    Config config;
    config.public_url = row.public_url;
    config.base_domain = row.base_domain;
    EXPECT_EQ(config.platform_host(), row.host) << row.public_url << " " << row.base_domain;
  }
}

}  // namespace
}  // namespace claw
