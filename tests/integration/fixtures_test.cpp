// What the API shows of each webhook in tests/fixtures, and what an agent is told. CLAW_UPDATE_GOLDEN=1 writes
// tests/fixtures/api anew: read the difference before it is committed.
#include <cstdlib>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_gateway.hpp"
#include "support/run_program.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;

using ::testing::Contains;

constexpr std::int64_t kFixturesTime = 1795000000;
constexpr const char* kNumber = "100000000000001";
constexpr const char* kPrimer = "what the status is about";

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(CLAW_FIXTURES "/webhooks"))
    if (file.path().extension() == ".json") names.push_back(file.path().stem());
  std::ranges::sort(names);
  return names;
}

void write_pretty(std::string& out, const json::value& value, const std::string& indent) {
  const auto inner = indent + "  ";
  const char* mark = "\n";
  if (value.is_object() && !value.get_object().empty()) {
    out += '{';
    for (const auto& [name, member] : value.get_object()) {
      out += std::exchange(mark, ",\n") + inner + json::serialize(json::string(name)) + ": ";
      write_pretty(out, member, inner);
    }
    out += "\n" + indent + "}";
  } else if (value.is_array() && !value.get_array().empty()) {
    out += '[';
    for (const auto& element : value.get_array()) {
      out += std::exchange(mark, ",\n") + inner;
      write_pretty(out, element, inner);
    }
    out += "\n" + indent + "]";
  } else {
    out += json::serialize(value);
  }
}

/// The wamids of ours that the statuses in a body speak of.
std::set<std::string> wamids_with_status(const json::value& body) {
  std::set<std::string> wamids;
  for (const auto& entry : body.at("entry").as_array())
    for (const auto& change : entry.at("changes").as_array()) {
      const auto* list = change.at("value").as_object().if_contains("statuses");
      if (!list) continue;
      for (const auto& status : list->as_array())
        if (text_of(status.as_object(), "type") != "call") wamids.insert(text_of(status.as_object(), "id"));
    }
  return wamids;
}

class FixturesTest : public ::testing::Test {
 protected:
  /// A message of ours with that wamid, for a status to find.
  void send_before(const TestTenant& tenant, const std::string& wamid) {
    gateway_.graph().answer_next({200, fmt::format(R"({{"messages":[{{"id":"{}"}}]}})", wamid)});
    ASSERT_EQ(gateway_.post(tenant, texts(kNumber, {{kPrimer, "wamid.primer" + wamid, "491555000001", kFixturesTime}}))
                  .status,
              200);
    gateway_.settle(tenant);
  }

  /// Takes out what is another one at each run, and the raw body where it is what was sent.
  static json::object normalised(json::object shown, const json::value& sent) {
    if (const auto found = shown.find("conversation"); found != shown.end()) shown.stable_erase(found);
    for (const char* name : {"id", "created_at", "received_at", "answers"}) {
      const auto* value = shown.if_contains(name);
      EXPECT_TRUE(!value || value->is_null() || !value->get_string().empty()) << name;
      shown.erase(name);
    }
    if (shown.contains("statuses"))
      for (auto& status : shown["statuses"].as_array()) status.as_object().erase("received_at");
    if (text_of(shown, "wamid").starts_with("wamid.out")) shown["wamid"] = "wamid.out";
    if (shown.contains("raw") && shown["raw"] == sent) shown["raw"] = "as it was sent";
    return shown;
  }

  std::string shown(const std::string& name, const std::string& body) {
    const auto sent = json::parse(body);
    const auto tenant = gateway_.make_tenant(fmt::format("tenant-{}", ++tenants_), kNumber);
    for (const auto& wamid : wamids_with_status(sent)) send_before(tenant, wamid);
    const auto sends_before = gateway_.graph().sends().size();
    EXPECT_EQ(gateway_.post(tenant, body).status, 200);
    gateway_.settle(tenant);

    json::array messages;
    json::array events;
    const auto said = gateway_.graph().texts();
    std::vector<std::string> answers(said.begin() + static_cast<std::ptrdiff_t>(sends_before), said.end());
    std::ranges::sort(answers);
    auto list = gateway_.messages(tenant, "direction=inbound");
    // Which of two people is answered first is chance.
    auto outbound = gateway_.messages(tenant, "direction=outbound");
    std::ranges::sort(outbound, {}, [](const json::object& message) {
      return std::pair(text_of(message, "text"), text_of(message, "wamid"));
    });
    std::ranges::move(outbound, std::back_inserter(list));
    for (const auto& listed : list) {
      const auto message = gateway_.message(tenant, text_of(listed, "id"));
      const bool inbound = text_of(message, "direction") == "inbound";
      if (inbound && text_of(message, "text") == kPrimer) continue;
      // What is answered is answered with what the agent was told, for it says what it hears.
      if (text_of(message, "state") == "answered") EXPECT_THAT(answers, Contains(text_of(message, "text"))) << name;
      if (inbound) EXPECT_TRUE(message.at("raw").is_object()) << name;
      messages.push_back(normalised(message, sent));
    }
    for (const auto& event : gateway_.events(tenant)) {
      EXPECT_TRUE(event.at("raw").is_object()) << name;
      events.push_back(normalised(event, sent));
    }
    EXPECT_FALSE(messages.empty() && events.empty()) << name << " is shown nowhere";
    gateway_.admin("secret.delete", {{"tenant", tenant.name}, {"name", "WHATSAPP_PHONE_NUMBER_ID"}});
    std::string text;
    write_pretty(text,
                 json::object{{"messages", std::move(messages)},
                              {"events", std::move(events)},
                              {"answered_with", json::value_from(answers)}},
                 "");
    return text + "\n";
  }

  // When Meta sent the fixtures: answers are in time.
  LiveGateway gateway_{{.begins_at = from_ms(kFixturesTime * 1000 + 3'600'000)}};
  int tenants_ = 0;
};

TEST_F(FixturesTest, TheApiShowsEveryKindOfWebhookAsItsGoldenFileSays) {
  const auto names = fixture_names();
  ASSERT_GT(names.size(), 100U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto found = shown(name, read_file(CLAW_FIXTURES "/webhooks/" + name + ".json"));
    const std::string golden = CLAW_FIXTURES "/api/" + name + ".json";
    if (std::getenv("CLAW_UPDATE_GOLDEN")) {
      std::filesystem::create_directories(CLAW_FIXTURES "/api");
      write_file(golden, found);
    }
    EXPECT_EQ(found, read_file(golden));
  }
}

}  // namespace
}  // namespace claw::testing
