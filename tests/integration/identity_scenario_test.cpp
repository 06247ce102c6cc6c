// Who is who, as the simulator's people show themselves to two businesses of one portfolio, and what is said in groups.
// The gateway and the simulator are programs of their own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/meta_now.hpp"
#include "support/real_programs.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;

using ::testing::ElementsAre;

constexpr const char* kWaba = "200000000000001";
constexpr const char* kOtherNumber = "100000000000002";
constexpr const char* kPhone = "4915112345678";
constexpr const char* kNewPhone = "4915112345699";
constexpr std::chrono::seconds kPatience{40};  // two programs on a loaded machine

class IdentityScenarioTest : public ::testing::Test {
 protected:
  IdentityScenarioTest() {
    programs_.claw("tenant create beta");
    programs_.set_secret("WHATSAPP_ACCESS_TOKEN", "beta-token", "beta");
    programs_.set_secret("WHATSAPP_APP_SECRET", "beta-secret", "beta");
    programs_.set_secret("WHATSAPP_PHONE_NUMBER_ID", kOtherNumber, "beta");
    programs_.claw("agent set beta echo --kind echo");
    programs_.claw("channel set beta --policy open");
    beta_ = text(json::parse(programs_.claw("token create beta")).as_object(), "token");
    const auto number = programs_.sim("GET", fmt::format("/_sim/numbers/{}", RealPrograms::kNumber)).as_object();
    std::string callback = text(number, "callback");
    callback.replace(callback.find("/acme/"), 6, "/beta/");
    // Of the same account: Meta gives a person one BSUID for both.
    programs_.sim("POST", "/_sim/numbers",
                  json::object{{"id", kOtherNumber},
                               {"waba_id", kWaba},
                               {"token", "beta-token"},
                               {"app_secret", "beta-secret"},
                               {"callback", callback}});
  }

  static std::string text(const json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  }
  json::object api(const std::string& method, const std::string& target, const json::value& body = {},
                   const std::string& token = "") {
    const auto answer = programs_.call_api(method, target, body, token);
    EXPECT_EQ(answer.status, 200) << method << " " << target << " " << answer.body;
    return answer.status == 200 ? json::parse(answer.body).as_object() : json::object();
  }
  void say(const char* phone, const std::string& words, const char* number = RealPrograms::kNumber,
           json::object more = {}) {
    more["text"] = words;
    more["to"] = number;
    programs_.sim("POST", fmt::format("/_sim/phones/{}/messages", phone), std::move(more));
  }
  /// Somebody's phone, as Meta showed it before there were BSUIDs.
  void say_by_phone_alone(const char* phone, const std::string& words) {
    programs_.sim("POST", "/_sim/webhooks",
                  json::parse(fmt::format(
                      R"({{"field":"messages","number":"{}","value":{{"messages":[{{"from":"{}","id":"wamid.{}",)"
                      R"("timestamp":"{}","type":"text","text":{{"body":"{}"}}}}]}}}})",
                      RealPrograms::kNumber, phone, words, meta_now(), words)));
  }
  /// What people said to a user, oldest first; empty while there is no such user.
  std::vector<std::string> said(const std::string& user, const std::string& token = "") {
    std::vector<std::string> found;
    const auto page = api("GET", "/messages?direction=inbound&user=" + user, {}, token);
    for (const auto& message : page.at("messages").as_array())
      found.insert(found.begin(), text(message.as_object(), "text"));
    return found;
  }
  bool has_said(const std::string& user, std::vector<std::string> words, const std::string& token = "") {
    return eventually([&] { return said(user, token) == words; }, kPatience);
  }
  std::vector<std::string> users(const std::string& token = "") {
    std::vector<std::string> found;
    for (const auto& user : api("GET", "/users", {}, token).at("users").as_array())
      found.push_back(text(user.as_object(), "id"));
    return found;
  }

  RealPrograms programs_;
  std::string beta_;
};

TEST_F(IdentityScenarioTest, AUserIsOneAtEachTenantAndFollowsTheirNumber) {
  say_by_phone_alone(kPhone, "phone");
  ASSERT_TRUE(has_said(kPhone, {"phone"}));
  programs_.sim("PUT", fmt::format("/_sim/phones/{}", kPhone),
                json::object{{"name", "Maria"}, {"username", "maria.k"}});
  say(kPhone, "bsuid");
  say(kPhone, "beta", kOtherNumber);
  ASSERT_TRUE(eventually([&] { return users().size() == 2 && users(beta_).size() == 1; }, kPatience));
  const std::string bsuid = users(beta_).front();
  ASSERT_TRUE(has_said(bsuid, {"bsuid"})) << "the same BSUID at both";

  programs_.sim("PUT", fmt::format("/_sim/phones/{}", kPhone), json::object{{"username", ""}});
  say(kPhone, "both");
  ASSERT_TRUE(has_said(kPhone, {"phone", "bsuid", "both"})) << "one user with one history";
  EXPECT_THAT(users(), ElementsAre(kPhone));
  EXPECT_EQ(text(api("GET", "/users/" + bsuid), "id"), kPhone);
  EXPECT_THAT(users(beta_), ElementsAre(bsuid)) << "at the other tenant nothing was joined";
  EXPECT_TRUE(has_said(bsuid, {"beta"}, beta_));
  EXPECT_TRUE(text(api("GET", "/users/" + bsuid, {}, beta_), "phone").empty());

  programs_.sim("POST", fmt::format("/_sim/phones/{}/messages", kPhone),
                json::object{{"to", RealPrograms::kNumber},
                             {"type", "system"},
                             {"system",
                              {{"type", "user_changed_number"},
                               {"wa_id", kNewPhone},
                               {"user_id", "DE.9000000000000001"},
                               {"body", "Maria changed her number"}}}});
  ASSERT_TRUE(eventually([&] { return said(kPhone).size() == 4; }, kPatience));
  say(kNewPhone, "new number");
  ASSERT_TRUE(eventually([&] { return said(kPhone).size() == 5; }, kPatience));
  EXPECT_EQ(said(kPhone).back(), "new number");
  say(kPhone, "who is this?");
  ASSERT_TRUE(has_said(std::string(kPhone) + "~2", {"who is this?"})) << "who has the old number now is somebody new";
  ASSERT_TRUE(eventually([&] { return programs_.texts_on(kNewPhone).size() == 1; }, kPatience));
  EXPECT_THAT(programs_.texts_on(kNewPhone), ElementsAre("new number"));
}

TEST_F(IdentityScenarioTest, AGroupIsAConversationOfItsOwnThatIsAnsweredWhereTheTenantSaysSo) {
  programs_.sim("PUT", fmt::format("/_sim/phones/{}", kPhone), json::object{{"name", "Omar"}});
  say(kPhone, "in private");
  say(kPhone, "who brings the cake?", RealPrograms::kNumber, {{"group_id", "G1"}});
  ASSERT_TRUE(has_said("group:G1", {"who brings the cake?"}));
  EXPECT_TRUE(has_said(kPhone, {"in private"}));
  auto group = api("GET", "/groups").at("groups").at(0).as_object();
  EXPECT_EQ(text(group, "id"), "G1");
  EXPECT_EQ(group.at("answered"), false);
  programs_.sim("POST", "/_sim/webhooks",
                json::parse(R"({"field":"group_settings_update","value":{"groups":[{"timestamp":"1790000000",)"
                            R"("group_id":"G1","type":"group_settings_update","request_id":"r",)"
                            R"("group_subject":{"text":"Bike tour","update_successful":true}}]},"number":")" +
                            std::string(RealPrograms::kNumber) + "\"}"));
  ASSERT_TRUE(eventually(
      [&] { return text(api("GET", "/groups").at("groups").at(0).as_object(), "name") == "Bike tour"; }, kPatience));

  EXPECT_EQ(api("PUT", "/groups/G1", json::object{{"answered", true}}).at("answered"), true);
  say(kPhone, "nobody?", RealPrograms::kNumber, {{"group_id", "G1"}});
  json::array shown;
  ASSERT_TRUE(eventually(
      [&] {
        shown = programs_.sim("GET", "/_sim/groups/G1").at("messages").as_array();
        return shown.size() == 3;
      },
      kPatience));
  EXPECT_EQ(shown.at(2).at("from"), "business");
  EXPECT_EQ(shown.at(2).at("text"), "Omar: nobody?") << "the echo of what an agent reads";
  EXPECT_THAT(programs_.texts_on(kPhone), ElementsAre("in private")) << "and none of it in private";
  ASSERT_TRUE(eventually(
      [&] {
        const auto page = api("GET", "/messages?direction=outbound&user=group:G1");
        return page.at("messages").as_array().size() == 1 &&
               text(page.at("messages").at(0).as_object(), "state") == "read";
      },
      kPatience))
      << "its members' statuses are the message's";
}

}  // namespace
}  // namespace claw::testing
