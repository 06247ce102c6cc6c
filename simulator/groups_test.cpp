#include "simulator/groups.hpp"

#include "simulator/graph_fixture.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class GroupsTest : public GraphWorldTest {
 protected:
  std::string say_in_group(const char* who, const std::string& text) {
    Meta::Words words;
    words.text = text;
    words.message = {{"text", {{"body", text}}}, {"group_id", "G1"}};
    return meta_.say(who, std::move(words)).value();
  }
  net::HttpResponse send_to(const std::string& group) {
    return post_message(json::serialize(json::object{{"messaging_product", "whatsapp"},
                                                     {"recipient_type", "group"},
                                                     {"to", group},
                                                     {"type", "text"},
                                                     {"text", {{"body", "I do"}}},
                                                     {"biz_opaque_callback_data", "mine"}}));
  }
  json::value value_of(const Attempt& attempt) {
    return json::parse(*attempt.body).at_pointer("/entry/0/changes/0/value");
  }
};

TEST_F(GroupsTest, WhoWritesInAGroupIsAMemberAndTheBusinessHearsWhichGroupItWas) {
  say_in_group(kMaria, "who brings the cake?");
  EXPECT_EQ(value_of(attempts_.at(0)).at_pointer("/messages/0/group_id"), "G1");
  say_in_group("4915500000002", "me");
  const auto* group = meta_.groups.find("G1");
  ASSERT_TRUE(group);
  EXPECT_THAT(group->members, ElementsAre(kMaria, "4915500000002"));
  EXPECT_THAT(group->lines, SizeIs(2));
}

TEST_F(GroupsTest, AReplyStandsInTheGroupAndEachMemberHasStatuses) {
  say_in_group(kMaria, "who brings the cake?");
  answer(200);
  ASSERT_EQ(send_to("G1").status, 200);
  const auto shown = group_json(*meta_.groups.find("G1"));
  EXPECT_EQ(shown.at("messages").at(1).at("from"), "business");
  EXPECT_EQ(shown.at("messages").at(1).at("text"), "I do");
  EXPECT_THAT(meta_.phones.find(kMaria)->messages, SizeIs(1)) << "not in private";
  pass(meta_.habits.status_step);
  ASSERT_THAT(attempts_, SizeIs(1));
  const auto status = status_in(attempts_[0]);
  EXPECT_EQ(status.at("status"), "sent");
  EXPECT_EQ(status.at("recipient_type"), "group");
  EXPECT_EQ(status.at("recipient_id"), "G1");
  EXPECT_EQ(status.at("recipient_participant_id"), kMaria);
  EXPECT_EQ(status.at("biz_opaque_callback_data"), "mine");
}

TEST_F(GroupsTest, NothingIsSentToAGroupThatTheNumberIsNotIn) {
  EXPECT_EQ(send_to("G1").status, 400);
  EXPECT_THAT(attempts_, IsEmpty());
}

}  // namespace
}  // namespace claw::sim
