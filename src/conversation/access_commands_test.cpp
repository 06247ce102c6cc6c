#include "conversation/access_commands.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "support/accept_items.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace json = boost::json;

class AccessCommandsTest : public ::testing::Test {
 protected:
  AccessCommandsTest() { tenants_.set(acme_, "channel.policy", "pairing"); }

  Result<std::string> run(const std::string& command, json::object arguments = {}) {
    if (!arguments.contains("tenant")) arguments["tenant"] = "acme";
    return world_.run(commands_.run(command, json::serialize(arguments), "ada"));
  }
  json::value ok(const std::string& command, json::object arguments = {}) {
    const auto answer = run(command, std::move(arguments));
    EXPECT_TRUE(answer) << command << ": " << (answer ? "" : answer.error().message);
    return answer ? json::parse(*answer) : json::value();
  }
  void write(const std::string& person, const std::string& text, const std::string& number = "111") {
    std::vector<AcceptItem> items;
    items.push_back(on_number(message_of(phone(person, "Zoë"), text, "wamid." + person), number));
    const auto accepted = world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
    ASSERT_TRUE(world_.run(access_.decide(*tenants_.directory.by_id(acme_), accepted.pending.front())));
  }
  json::array waiting() { return ok("pairing.list").as_array(); }
  std::string code(std::size_t place = 0) { return std::string(waiting().at(place).at("code").as_string()); }
  std::vector<std::string> standings() {
    std::vector<std::string> list;
    for (const auto& row : ok("access.list").as_array())
      list.push_back(fmt::format("{} {}", std::string_view(row.at("address").as_string()),
                                 std::string_view(row.at("standing").as_string())));
    return list;
  }
  std::vector<std::string> said() {
    std::vector<std::string> words;
    for (const auto& row : *world_.run(audit_.entries(acme_, {})))
      if (!row.what.empty())
        words.push_back(fmt::format("{} {}: {} ({})", row.who, row.action, row.what, row.who_kind));
    return words;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111,112");
  sqlite::SqliteAuditLog audit_{*world_.store};
  sqlite::SqliteAccessStore store_{*world_.store};
  Access access_{store_, world_.clock};
  AccessCommands commands_{access_, *world_.ledger, tenants_.directory, world_.clock};
};

TEST_F(AccessCommandsTest, ListsWhoWaitsAndLetsThemInByTheirCode) {
  EXPECT_THAT(waiting(), IsEmpty());
  write("491511", "hello?");
  auto entry = waiting().at(0).as_object();
  EXPECT_EQ(entry.at("address"), "491511");
  EXPECT_EQ(entry.at("name"), "Zoë");
  EXPECT_EQ(entry.at("first_words"), "hello?");
  EXPECT_EQ(entry.at("number"), "111");
  EXPECT_EQ(entry.at("expires_at"), "2026-09-21T15:13:20Z");
  const auto decided = ok("pairing.approve", {{"codes", {code()}}});
  EXPECT_EQ(json::serialize(decided), R"({"decided":1,"gone":0})");
  EXPECT_THAT(standings(), ElementsAre("491511 allowed"));
  EXPECT_THAT(said(), ElementsAre("ada access.approve: let in 491511 (command_line)"));
}

TEST_F(AccessCommandsTest, DecidesAboutSeveralOrAllAtANumber) {
  write("491511", "a");
  write("491522", "b", "112");
  write("491533", "c", "112");
  EXPECT_EQ(ok("pairing.reject", {{"all", true}, {"number", "112"}}).at("decided"), 2);
  EXPECT_EQ(ok("pairing.block", {{"codes", {code()}}}).at("decided"), 1);
  EXPECT_THAT(standings(), ElementsAre("491511 blocked"));
  EXPECT_EQ(ok("pairing.approve", {{"all", true}}).at("decided"), 0) << "nobody is nothing wrong";
}

TEST_F(AccessCommandsTest, DecidesAboutNobodyWhereOneCodeIsWrong) {
  write("491511", "a");
  const auto refused = run("pairing.approve", {{"codes", {code(), "ABCD2345"}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(refused.error().message, HasSubstr("ABCD2345: no request has this code"));
  EXPECT_THAT(waiting(), SizeIs(1));
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(AccessCommandsTest, AllowsBlocksAndForgetsPeopleHoweverTheyAreWritten) {
  EXPECT_EQ(ok("access.allow", {{"addresses", {"+49 1511", "DE.ada"}}, {"name", "Ada"}}).at("changed"), 2);
  EXPECT_EQ(ok("access.block", {{"addresses", {"0049 1522"}}, {"number", "112"}}).at("changed"), 1);
  EXPECT_THAT(standings(), ElementsAre("491522 blocked", "DE.ada allowed", "491511 allowed"));
  EXPECT_THAT(ok("access.list", {{"search", "+49 15"}}).as_array(), SizeIs(2));
  EXPECT_THAT(ok("access.list", {{"search", "ad"}}).as_array(), SizeIs(2)) << "by name";
  EXPECT_EQ(ok("access.remove", {{"addresses", {"49-1511"}}}).at("changed"), 1);
  EXPECT_THAT(standings(), ElementsAre("491522 blocked", "DE.ada allowed"));
  EXPECT_THAT(said().front(), HasSubstr("access.remove: forgot the decision about 491511"));
}

TEST_F(AccessCommandsTest, ExplainsWhoWouldAnswer) {
  const auto about = ok("routing.explain", {{"from", "+49 1511"}, {"number", "111"}, {"text", "hello"}});
  EXPECT_EQ(about.at("agent"), "bot");
  EXPECT_EQ(about.at("matched_by"), "default");
  EXPECT_TRUE(about.at("rule").is_null());
  EXPECT_EQ(about.at("access"), "hold");
  EXPECT_EQ(about.at("reason"), "waits_for_approval");
  EXPECT_THAT(std::string(about.at("says").as_string()), HasSubstr("bot would answer"));
}

TEST_F(AccessCommandsTest, RefusesWithAWordForThePersonAtTheKeyboard) {
  const struct {
    const char* command;
    json::object arguments;
    ErrorKind kind;
    const char* words;
  } rows[] = {
      {"pairing.list", {{"tenant", "nobody"}}, ErrorKind::kNotFound, "clawcentral tenant list"},
      {"pairing.list", {{"number", "999"}}, ErrorKind::kInvalid, "999 is not one of acme's: 111, 112"},
      {"pairing.approve", {}, ErrorKind::kInvalid, "say whom"},
      {"pairing.approve", {{"codes", {"A"}}, {"all", true}}, ErrorKind::kInvalid, "say whom"},
      {"pairing.block", {{"codes", {"ABCD2345"}}}, ErrorKind::kNotFound, "codes live for an hour"},
      {"access.allow", {}, ErrorKind::kInvalid, "say whom"},
      {"access.allow", {{"addresses", {"491511", "Ada"}}}, ErrorKind::kInvalid, "\"Ada\" is neither"},
      {"access.remove", {{"addresses", {"491511"}}}, ErrorKind::kNotFound, "491511: there is no such sender"},
      {"routing.explain", {{"from", "Ada"}}, ErrorKind::kInvalid, "from must be"},
      {"routing.explain", {{"from", "491511"}}, ErrorKind::kInvalid, "which number"},
      {"access.delete", {}, ErrorKind::kInvalid, "no command"},
  };
  for (const auto& row : rows) {
    const auto refused = run(row.command, row.arguments);
    ASSERT_FALSE(refused) << row.command;
    EXPECT_EQ(refused.error().kind, row.kind) << row.command << refused.error().message;
    EXPECT_THAT(refused.error().message, HasSubstr(row.words)) << row.command;
  }
  EXPECT_THAT(standings(), IsEmpty()) << "a list with one that is wrong writes none of it";
  EXPECT_THAT(said(), IsEmpty());
}

}  // namespace
}  // namespace claw
