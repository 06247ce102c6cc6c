// docs/metrics.md is what the live page has, and what dashboard and alerts ask for is there. CLAW_UPDATE_GOLDEN=1
// writes docs/metrics.md anew.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_gateway.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

using ::testing::IsEmpty;

struct Family {
  std::string type, help;
  std::set<std::string> labels;  ///< `result="ok"`, each that there is.
};
using Families = std::map<std::string, Family>;

std::string file(const std::string& name) {
  std::ifstream in(std::string(CLAW_SOURCE) + "/" + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

Families families_of(const std::string& page) {
  Families found;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mark, what, name, rest;
    if (line.starts_with("# ")) {
      words >> mark >> what >> name;
      std::getline(words >> std::ws, rest);
      (what == "HELP" ? found[name].help : found[name].type) = rest;
    } else if (const auto open = line.find('{'); open != std::string::npos) {
      const std::string labels = line.substr(open + 1, line.find('}') - open - 1);
      if (!labels.starts_with("le=")) found[line.substr(0, open)].labels.insert(labels);
    }
  }
  return found;
}

std::string document_of(const Families& families) {
  std::string text =
      "# Metrics\n\n"
      "The operator's listener (`listen.operator`) has them under `/metrics`, in Prometheus' text format. A histogram "
      "has\n"
      "`_bucket`, `_sum` and `_count`. Names never change their meaning; counters begin at 0 with each start.\n"
      "`packaging/grafana/clawcentral.json` is a dashboard and `packaging/prometheus/clawcentral-alerts.yaml` are "
      "alert rules of "
      "them.\n\n"
      "This file is what the page of a running gateway has: a test compares them (`CLAW_UPDATE_GOLDEN=1` writes it "
      "anew).\n\n"
      "| name | kind | what it is | labels |\n|---|---|---|---|\n";
  for (const auto& [name, family] : families) {
    std::string labels;
    for (const auto& each : family.labels) labels += (labels.empty() ? "`" : ", `") + each + "`";
    text += fmt::format("| `{}` | {} | {} | {} |\n", name, family.type, family.help, labels);
  }
  return text;
}

/// Names of ours in a text, as queries use them.
std::set<std::string> names_in(const std::string& text) {
  constexpr std::string_view kPrefix = "clawcentral_";
  std::set<std::string> names;
  for (auto at = text.find(kPrefix); at != std::string::npos; at = text.find(kPrefix, at)) {
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", at);
    names.insert(text.substr(at, end - at));
    at = end == std::string::npos ? text.size() : end;
  }
  return names;
}

/// Those that no page has.
std::set<std::string> unknown_in(const std::string& text, const Families& families) {
  std::set<std::string> unknown;
  for (auto name : names_in(text)) {
    const std::string asked = name;
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"})
      if (name.ends_with(suffix) && families.contains(name.substr(0, name.size() - suffix.size())) &&
          families.at(name.substr(0, name.size() - suffix.size())).type == "histogram")
        name.resize(name.size() - suffix.size());
    if (!families.contains(name)) unknown.insert(asked);
  }
  return unknown;
}

class MetricsPageTest : public ::testing::Test {
 protected:
  LiveGateway gateway_;
  const Families families_ = families_of(gateway_.operator_get("/metrics").body);
};

TEST_F(MetricsPageTest, IsWhatItsDocumentSays) {
  const std::string now = document_of(families_);
  if (std::getenv("CLAW_UPDATE_GOLDEN")) std::ofstream(std::string(CLAW_SOURCE) + "/docs/metrics.md") << now;
  EXPECT_EQ(file("docs/metrics.md"), now);
}

TEST_F(MetricsPageTest, NamesAndDescribesEverythingAsItsRulesSay) {
  for (const auto& [name, family] : families_) {
    EXPECT_TRUE(name.starts_with("clawcentral_")) << name;
    EXPECT_FALSE(family.help.empty()) << name;
    EXPECT_EQ(family.type == "counter", name.ends_with("_total")) << name;
    if (family.type == "histogram") EXPECT_TRUE(name.ends_with("_seconds")) << name;
  }
}

TEST_F(MetricsPageTest, HasAllThatTheDashboardAndTheAlertsAskFor) {
  const std::string dashboard = file("packaging/grafana/clawcentral.json");
  boost::system::error_code fault;
  const auto parsed = boost::json::parse(dashboard, fault);
  ASSERT_FALSE(fault) << fault.message();
  EXPECT_FALSE(parsed.at("panels").as_array().empty());
  EXPECT_THAT(unknown_in(dashboard, families_), IsEmpty());
  const std::string alerts = file("packaging/prometheus/clawcentral-alerts.yaml");
  EXPECT_THAT(unknown_in(alerts, families_), IsEmpty());
  EXPECT_FALSE(names_in(alerts).empty());
  EXPECT_THAT(unknown_in("clawcentral_of_nobody_total", families_), ::testing::SizeIs(1)) << "the test can fail";
}

TEST_F(MetricsPageTest, CountsWhatATenantGotAnsweredAndSent) {
  const auto acme = gateway_.make_tenant("acme", "100000000000001");
  ASSERT_EQ(gateway_.post(acme, texts(acme.number, {{"hello", "wamid.1", "491555000001"}})).status, 200);
  gateway_.settle(acme);
  const auto page = gateway_.operator_get("/metrics").body;
  for (const char* line : {"clawcentral_tenant_messages_total{tenant=\"acme\"} 1\n",
                           "clawcentral_tenant_turns_total{tenant=\"acme\",result=\"answered\"} 1\n",
                           "clawcentral_tenant_sends_total{tenant=\"acme\",result=\"sent\"} 1\n"})
    EXPECT_THAT(page, ::testing::HasSubstr(line));
}

}  // namespace
}  // namespace claw::testing
