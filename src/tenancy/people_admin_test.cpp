#include "tenancy/people_admin.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace json = boost::json;

class PeopleAdminTest : public ::testing::Test {
 protected:
  ~PeopleAdminTest() override { world_.store->close(); }
  Result<std::string> run(const std::string& command, const std::string& arguments) {
    return world_.run(admin_.run(command, arguments, "ops"));
  }
  json::value ok(const std::string& command, const std::string& arguments) {
    const auto answer = run(command, arguments);
    EXPECT_TRUE(answer) << command << ": " << (answer ? "" : answer.error().message);
    return answer ? json::parse(*answer) : json::value();
  }
  ErrorKind refused(const std::string& command, const std::string& arguments) {
    const auto answer = run(command, arguments);
    EXPECT_FALSE(answer) << command;
    return answer ? ErrorKind::kFatal : answer.error().kind;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TestPeople people_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  PeopleAdmin admin_{people_.store,         people_.people,   tenants_.directory, people_.passwords,
                     people_.second_factor, people_.sign_ins, world_.clock,       "https://claw.example.org"};
};

TEST_F(PeopleAdminTest, MakesAPersonWhoCanSignIn) {
  const auto made =
      ok("person.create", R"({"email":"Ada@acme.example","password":"correct horse battery\n","platform_admin":true})");
  EXPECT_EQ(json::serialize(made),
            R"({"email":"ada@acme.example","name":"ada@acme.example","platform_admin":true,"enabled":true,)"
            R"("created_at":"2026-09-21T14:13:20Z","tenants":{}})");
  EXPECT_NE(people_.sign_in("ada@acme.example"), "") << "the line's end is none of the password";
  EXPECT_EQ(refused("person.create", R"({"email":"ada@acme.example","password":"correct horse battery"})"),
            ErrorKind::kConflict);
  EXPECT_EQ(refused("person.create", R"({"email":"bob@acme.example","password":"short"})"), ErrorKind::kInvalid);
  EXPECT_EQ(refused("person.create", R"({"email":"bob","password":"correct horse battery"})"), ErrorKind::kInvalid);
  EXPECT_EQ(refused("person.nothing", "{}"), ErrorKind::kInvalid);
  EXPECT_THAT(ok("person.list", "{}").as_array(), SizeIs(1));
}

TEST_F(PeopleAdminTest, DisablesAndResetsWithEffectAtOnce) {
  people_.add("ada@acme.example");
  auto token = people_.sign_in("ada@acme.example");
  ok("person.disable", R"({"email":"ada@acme.example"})");
  EXPECT_EQ(people_.people.session(token), nullptr);
  ok("person.enable", R"({"email":"ada@acme.example"})");
  EXPECT_EQ(people_.people.session(token), nullptr);
  token = people_.sign_in("ada@acme.example");
  ok("person.reset_password", R"({"email":"ada@acme.example","password":"another horse battery"})");
  EXPECT_EQ(people_.people.session(token), nullptr);
  EXPECT_EQ(people_.sign_in("ada@acme.example"), "");
  EXPECT_EQ(refused("person.disable", R"({"email":"bob@acme.example"})"), ErrorKind::kNotFound);
  EXPECT_THAT(people_.audit(),
              ::testing::IsSupersetOf({"person.disable ada@acme.example", "person.enable ada@acme.example",
                                       "person.password ada@acme.example"}));
}

TEST_F(PeopleAdminTest, AddsAndRemovesMembers) {
  const auto ada = people_.add("ada@acme.example");
  people_.add("bob@acme.example");
  EXPECT_EQ(refused("member.add", R"({"tenant":"acme","email":"ada@acme.example","role":"platform"})"),
            ErrorKind::kInvalid);
  EXPECT_EQ(refused("member.add", R"({"tenant":"nobody","email":"ada@acme.example","role":"owner"})"),
            ErrorKind::kNotFound);
  ok("member.add", R"({"tenant":"acme","email":"ada@acme.example","role":"owner"})");
  EXPECT_EQ(people_.people.by_id(ada)->role_in(acme_), Role::kOwner);
  EXPECT_THAT(ok("member.add", R"({"tenant":"acme","email":"bob@acme.example","role":"viewer"})").as_array(),
              SizeIs(2));
  EXPECT_EQ(refused("member.add", R"({"tenant":"acme","email":"bob@acme.example","role":"admin"})"),
            ErrorKind::kConflict);
  EXPECT_EQ(refused("member.remove", R"({"tenant":"acme","email":"ada@acme.example"})"), ErrorKind::kConflict)
      << "the last owner stays";
  EXPECT_THAT(ok("member.remove", R"({"tenant":"acme","email":"bob@acme.example"})").as_array(), SizeIs(1));
  EXPECT_EQ(json::serialize(ok("member.list", R"({"tenant":"acme"})")),
            R"([{"email":"ada@acme.example","name":"Name of ada@acme.example","role":"owner"}])");
  EXPECT_EQ(json::serialize(ok("person.list", "{}").at(0).at("tenants")), R"({"acme":"owner"})");
}

TEST_F(PeopleAdminTest, GivesALinkUntilThereIsAPlatformAdmin) {
  const std::string link(ok("person.setup_link", "{}").at("link").as_string());
  EXPECT_THAT(link, StartsWith("https://claw.example.org/setup#"));
  EXPECT_TRUE(people_.people.is_setup_code(link.substr(link.find('#') + 1)));
  people_.add("ada@acme.example", true);
  EXPECT_EQ(refused("person.setup_link", "{}"), ErrorKind::kConflict);
}

}  // namespace
}  // namespace claw
