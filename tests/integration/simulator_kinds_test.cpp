// Whatever a person does and whatever Meta tells, sent by the simulator and seen in the gateway's API: two programs
// that share no WhatsApp code must mean the same.
#include <set>
#include <stdexcept>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "integration/installed_gateway.hpp"
#include "support/eventually.hpp"
#include "support/run_program.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kPhone = "4915550100001";
constexpr const char* kPath = "/_sim/phones/4915550100001/messages";
constexpr std::chrono::seconds kPatience{40};  // a loaded machine starts two programs

/// The real gateway and the real simulator, and one tenant whose number the simulator knows.
class SimulatorKindsTest : public ::testing::Test {
 protected:
  SimulatorKindsTest()
      : sim_port_(free_port()),
        gateway_(fmt::format("[graph]\nbase_url = \"http://127.0.0.1:{}\"\n[net]\nallow_private = [\"127.0.0.0/8\"]",
                             sim_port_)) {
    acme_ = gateway_.set_up_acme();
    simulator_ = std::make_unique<Process>(
        std::vector<std::string>{CLAW_SIMULATOR, "--listen", fmt::format("127.0.0.1:{}", sim_port_),
                                 "--status-delay-ms", "5"},
        gateway_.folder() + "/simulator.log");
    gateway_.serve();
    const auto started = [&] { return read_file(gateway_.folder() + "/simulator.log").contains("simulator.started"); };
    if (!eventually(started, kPatience)) throw std::runtime_error("the simulator does not start");
    sim("PUT", "/_sim/numbers/" + acme_.number, 200,
        {{"token", acme_.access_token},
         {"app_secret", acme_.app_secret},
         {"callback", fmt::format("http://127.0.0.1:{}{}", gateway_.public_port(), acme_.webhook_path())}});
  }

  json::object sim(const std::string& method, const std::string& path, int status, const json::object& body = {}) {
    const auto answer = http_call(sim_port_, method, path, {{"Content-Type", "application/json"}},
                                  method == "GET" ? "" : json::serialize(body));
    EXPECT_EQ(answer.status, status) << path << " " << json::serialize(body) << " " << answer.body;
    return answer.status == status ? json::parse(answer.body).as_object() : json::object();
  }

  json::object api(const std::string& target) {
    const auto answer =
        http_call(gateway_.public_port(), "GET", "/api/v1/" + target, {{"Authorization", "Bearer " + acme_.api_token}});
    EXPECT_EQ(answer.status, 200) << target;
    return json::parse(answer.body).as_object();
  }

  /// Every webhook that the simulator made was answered 2xx.
  bool all_answered() {
    const auto stats = sim("GET", "/_sim/stats", 200);
    return stats.contains("webhooks_open") && stats.at("webhooks_open").to_number<int>() == 0;
  }

  /// The gateway's message of that wamid once it is there; empty if it never comes.
  json::object arrived(const std::string& wamid) {
    json::object found;
    EXPECT_TRUE(eventually(
        [&] {
          for (const auto& message : api("messages?limit=200&direction=inbound").at("messages").as_array())
            if (text_of(message.as_object(), "wamid") == wamid) found = message.as_object();
          return !found.empty();
        },
        kPatience))
        << wamid;
    return found;
  }

  unsigned short sim_port_;
  InstalledGateway gateway_;
  TestTenant acme_;
  std::unique_ptr<Process> simulator_;
};

struct Case {
  std::string message;  ///< JSON, as POST /_sim/phones/{wa_id}/messages takes it; $bytes is a file, $first a wamid
  std::string shown;    ///< Part of the text that the gateway shows.
};

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

TEST_F(SimulatorKindsTest, EveryKindOfMessageArrivesAndCanBeRead) {
  const std::string first(sim("POST", kPath, 202, {{"text", "Where is my order?"}}).at("id").as_string());
  const std::vector<Case> cases{
      {R"({"type":"text","text":{"body":"Hello"},"context":{"forwarded":true}})", "Hello"},
      {R"({"text":"From your ad","referral":{"source_url":"https://fb.me/x","source_type":"ad","source_id":"1",
           "headline":"Sale","ctwa_clid":"Aff"}})",
       "From your ad"},
      {R"({"type":"image","image":{"bytes_base64":"$bytes","mime_type":"image/jpeg","caption":"The parcel"}})",
       "The parcel"},
      {R"({"type":"video","video":{"bytes_base64":"$bytes","mime_type":"video/mp4"}})", "video"},
      {R"({"type":"audio","audio":{"bytes_base64":"$bytes","mime_type":"audio/ogg; codecs=opus","voice":true}})",
       "voice"},
      {R"({"type":"document","document":{"bytes_base64":"$bytes","mime_type":"application/pdf","filename":"bill.pdf"}})",
       "bill.pdf"},
      {R"({"type":"sticker","sticker":{"bytes_base64":"$bytes","mime_type":"image/webp"}})", "sticker"},
      {R"({"type":"reaction","reaction":{"message_id":"$first","emoji":"👍"}})", "👍"},
      {R"({"type":"location","location":{"latitude":48.1,"longitude":11.5,"name":"Shop"}})", "Shop"},
      {R"({"type":"contacts","contacts":[{"name":{"formatted_name":"Erika Muster"},"phones":[{"phone":"+49 1"}]}]})",
       "Erika Muster"},
      {R"({"type":"order","order":{"catalog_id":"4","text":"Gift wrap",
           "product_items":[{"product_retailer_id":"SKU-7","quantity":2,"item_price":9.9,"currency":"EUR"}]}})",
       "SKU-7"},
      {R"({"type":"interactive","reply_to":"$first",
           "interactive":{"type":"button_reply","button_reply":{"id":"yes","title":"Yes, please"}}})",
       "Yes, please"},
      {R"({"type":"interactive",
           "interactive":{"type":"list_reply","list_reply":{"id":"m","title":"Medium","description":"38 to 40"}}})",
       "Medium"},
      {R"({"type":"interactive","interactive":{"type":"nfm_reply",
           "nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"service\":\"Brakes\"}"}}})",
       "Brakes"},
      {R"({"type":"interactive","interactive":{"type":"call_permission_reply",
           "call_permission_reply":{"response":"accept","response_source":"user_action"}}})",
       "call"},
      {R"({"type":"button","button":{"payload":"CONFIRM","text":"Confirm"}})", "Confirm"},
      {R"({"type":"system","system":{"type":"user_changed_number","wa_id":"4915550100051","body":"They moved"}})", ""},
      {R"({"type":"system","system":{"type":"user_changed_user_id","user_id":"DE.51","body":"Another id"}})", ""},
      {R"({"type":"system","system":{"type":"customer_identity_changed","body":"Security code changed"},
           "identity":{"acknowledged":false,"created_timestamp":"1795000100","hash":"x"}})",
       ""},
      {R"({"type":"edit","edit":{"original_message_id":"$first","message":{"type":"text","text":{"body":"Where is 4711?"}}}})",
       "Where is 4711?"},
      {R"({"type":"revoke","revoke":{"original_message_id":"$first"}})", ""},
      {R"({"type":"request_welcome"})", ""},
      {R"({"type":"unsupported","unsupported":{"type":"poll"}})", "poll"},
  };
  std::vector<std::pair<std::string, const Case*>> said;
  for (const auto& one : cases) {
    auto body = replaced(replaced(one.message, "$bytes", to_base64("some bytes of a file")), "$first", first);
    const auto answer = sim("POST", kPath, 202, json::parse(body).as_object());
    said.emplace_back(text_of(answer, "id"), &one);
  }
  ASSERT_TRUE(eventually([&] { return all_answered(); }, kPatience)) << "the gateway refuses a webhook";
  for (const auto& [wamid, one] : said) {
    const auto message = arrived(wamid);
    EXPECT_THAT(text_of(message, "text"), HasSubstr(one->shown)) << one->message;
    EXPECT_NE(text_of(message, "text"), "") << one->message;
    const auto sent = json::parse(replaced(replaced(one->message, "$bytes", ""), "$first", "")).as_object();
    EXPECT_EQ(text_of(message, "type"), sent.contains("type") ? text_of(sent, "type") : "text") << one->message;
  }
  EXPECT_THAT(api("events?kind=unparsed").at("events").as_array(), IsEmpty());
}

TEST_F(SimulatorKindsTest, EveryWebhookFieldArrivesAndCanBeRead) {
  std::set<std::string> fields;
  std::size_t sent = 0;
  for (const auto& example : sim("GET", "/_sim/webhooks", 200).at("webhooks").as_array()) {
    const std::string field = text_of(example.as_object(), "field");
    sim("POST", "/_sim/webhooks", 202, {{"field", field}, {"event", text_of(example.as_object(), "event")}});
    fields.insert(field);
    ++sent;
  }
  sim("POST", "/_sim/webhooks", 202, {{"field", "field_of_tomorrow"}, {"value", {{"size", 3}}}});
  fields.insert("field_of_tomorrow");
  ASSERT_GT(sent, 50U);
  ASSERT_TRUE(eventually([&] { return all_answered(); }, kPatience)) << "the gateway refuses a webhook";

  std::set<std::string> seen;
  const auto look = [&] {
    for (const auto& event : api("events?limit=200").at("events").as_array()) {
      const auto& raw = event.at("raw").as_object();
      for (const auto& change : raw.at("entry").at(0).at("changes").as_array())
        seen.insert(text_of(change.as_object(), "field"));
    }
    for (const auto& listed : api("messages?limit=200").at("messages").as_array()) {
      const auto message = api("messages/" + text_of(listed.as_object(), "id"));
      if (!message.contains("raw") || !message.at("raw").is_object()) continue;
      seen.insert(text_of(message.at("raw").at("entry").at(0).at("changes").at(0).as_object(), "field"));
    }
    return std::ranges::includes(seen, fields);
  };
  EXPECT_TRUE(eventually(look, kPatience));
  std::vector<std::string> lost;
  std::ranges::set_difference(fields, seen, std::back_inserter(lost));
  EXPECT_THAT(lost, IsEmpty());
  for (const auto& event : api("events?limit=200").at("events").as_array())
    EXPECT_NE(text_of(event.as_object(), "text"), "") << json::serialize(event);
  EXPECT_THAT(api("events?kind=unparsed").at("events").as_array(), IsEmpty());
}

TEST_F(SimulatorKindsTest, APersonWithoutAPhoneIsAnsweredByTheirUserId) {
  sim("PUT", fmt::format("/_sim/phones/{}", kPhone), 201, {{"username", "maria.k"}, {"parent", true}});
  const std::string wamid(sim("POST", kPath, 202, {{"text", "no phone of mine"}}).at("id").as_string());
  const auto message = arrived(wamid);
  EXPECT_EQ(json::serialize(message.at("user")).find(kPhone), std::string::npos);
  json::object answer;
  EXPECT_TRUE(eventually(
      [&] {
        for (const auto& shown : sim("GET", kPath, 200).at("messages").as_array())
          if (text_of(shown.as_object(), "from") == "business") answer = shown.as_object();
        return text_of(answer, "status") == "read";
      },
      kPatience));
  EXPECT_EQ(text_of(answer, "text"), "no phone of mine");
  EXPECT_TRUE(eventually(
      [&] {
        const auto replies = api("messages?direction=outbound").at("messages").as_array();
        return replies.size() == 1 && text_of(replies.at(0).as_object(), "state") == "read";
      },
      kPatience));
}

}  // namespace
}  // namespace claw::testing
