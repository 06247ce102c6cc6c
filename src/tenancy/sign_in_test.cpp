#include "tenancy/sign_in.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class SignInTest : public ::testing::Test {
 protected:
  ~SignInTest() override { world_.store->close(); }
  SignIn::Outcome attempt(const std::string& email, std::string password, const std::string& from = "192.0.2.1") {
    return world_.run(people_.sign_ins.by_password(email, SecretString(std::move(password)), "", {from, "Browser"}))
        .value();
  }
  SessionRef session(const std::string& token) { return people_.people.session(token); }
  std::string invite(const std::string& email, const std::string& role) {
    const std::string code = random_token("");
    const InvitationRow row{0,
                            acme_,
                            email,
                            role,
                            token_hash(code),
                            "ada@acme.example",
                            world_.clock.now(),
                            world_.clock.now() + SignIn::kInvitationLife};
    EXPECT_TRUE(world_.run(people_.store.invite(row, {})));
    people_.reload();
    return code;
  }
  Result<SecretString> accept(const std::string& code, std::string password = TestPeople::kPassword) {
    return world_.run(people_.sign_ins.accept(code, "Bob", SecretString(std::move(password)), {"192.0.2.1", ""}));
  }
  Result<SecretString> set_up(const std::string& code, std::string password = TestPeople::kPassword) {
    return world_.run(
        people_.sign_ins.set_up(code, "Ada@Acme.example", "Ada", SecretString(std::move(password)), {"192.0.2.1", ""}));
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TestPeople people_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
};

TEST_F(SignInTest, LetsInWhoKnowsThePasswordWhateverTheCaseOfTheEmail) {
  const auto ada = people_.add("ada@acme.example");
  const auto outcome = attempt(" Ada@ACME.example ", TestPeople::kPassword);
  const auto begun = session(std::string(outcome.token.expose()));
  ASSERT_NE(begun, nullptr);
  EXPECT_EQ(begun->person->id, ada);
  EXPECT_EQ(begun->from, "192.0.2.1");
  EXPECT_EQ(begun->agent, "Browser");
  EXPECT_THAT(people_.audit(), Contains("person.sign_in ada@acme.example"));
}

TEST_F(SignInTest, LetsNobodyElseIn) {
  const auto ada = people_.add("ada@acme.example");
  for (const std::string& wrong : {std::string(), std::string("correct horse batter"), std::string(5000, 'x')})
    EXPECT_TRUE(attempt("ada@acme.example", wrong, "192.0.2.9").token.empty());
  for (const char* nobody : {"", "bob@acme.example", "no e-mail", "ada@acme.example\n\n,x"})
    EXPECT_TRUE(attempt(nobody, TestPeople::kPassword).token.empty()) << nobody;
  ASSERT_TRUE(world_.run(people_.store.set_enabled(ada, false, {})));
  people_.reload();
  EXPECT_TRUE(attempt("ada@acme.example", TestPeople::kPassword).token.empty()) << "disabled";
  EXPECT_EQ(session(""), nullptr);
  EXPECT_EQ(session("x"), nullptr);
}

TEST_F(SignInTest, TakesAHashOfEachEmailSoThatTimeTellsNothing) {
  // What a hash costs is bound to the cost that the settings name, also where there is none to check.
  const auto hash = world_.run(people_.passwords.hash(SecretString(std::string(12, 'x')))).value();
  EXPECT_THAT(hash, HasSubstr("$argon2id$v=19$m=8,t=1,p=1$"));
  EXPECT_TRUE(world_.run(people_.passwords.matches(SecretString(std::string(12, 'x')), hash)).value());
  EXPECT_FALSE(world_.run(people_.passwords.matches(SecretString(std::string(12, 'y')), hash)).value());
  EXPECT_FALSE(world_.run(people_.passwords.matches(SecretString(std::string()), "")).value());
}

TEST_F(SignInTest, HoldsUpWhoGuessesAndSaysSoOnceInTheLogOfChanges) {
  people_.add("ada@acme.example");
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(attempt("ada@acme.example", "guess").retry_after);
  for (int i = 0; i < 3; ++i) {
    const auto held = attempt("ADA@acme.example", TestPeople::kPassword);
    EXPECT_TRUE(held.retry_after) << "also with the right password: nothing is told";
    EXPECT_TRUE(held.token.empty());
  }
  for (int i = 0; i < 8; ++i) (void)attempt("nobody@acme.example", "guess");
  EXPECT_TRUE(
      eventually([&] { return std::ranges::count(people_.audit(), "person.sign_in_held ada@acme.example") == 1; }));
  const auto log = people_.audit();
  EXPECT_EQ(std::ranges::count(log, "person.sign_in_held ada@acme.example"), 1);
  EXPECT_THAT(log, Not(Contains(HasSubstr("nobody@acme.example"))));
  world_.clock.advance(minutes(10));
  EXPECT_FALSE(attempt("ada@acme.example", TestPeople::kPassword).token.empty()) << "and recovers";
}

TEST_F(SignInTest, EndsASessionThatIsIdleOrOld) {
  people_.add("ada@acme.example");
  const auto idle = people_.sign_in("ada@acme.example");
  world_.clock.advance(hours(71));
  ASSERT_NE(session(idle), nullptr);
  people_.people.seen(session(idle), world_.io.executor(0));
  world_.clock.advance(hours(71));
  EXPECT_NE(session(idle), nullptr) << "it was used";
  world_.clock.advance(hours(1));
  EXPECT_EQ(session(idle), nullptr);

  const auto old = people_.sign_in("ada@acme.example");
  for (int day = 0; day < 29; ++day) {
    world_.clock.advance(hours(24));
    ASSERT_NE(session(old), nullptr);
    people_.people.seen(session(old), world_.io.executor(0));
  }
  world_.clock.advance(hours(24));
  EXPECT_EQ(session(old), nullptr);
}

TEST_F(SignInTest, WritesDownNowAndThenThatASessionIsUsed) {
  const auto ada = people_.add("ada@acme.example");
  const auto token = people_.sign_in("ada@acme.example");
  const auto written = [&] { return world_.run(people_.store.person(ada)).value().last_seen_at; };
  const auto begun = world_.clock.now();
  world_.clock.advance(minutes(4));
  people_.people.seen(session(token), world_.io.executor(0));
  EXPECT_EQ(people_.people.last_seen(*people_.people.by_id(ada)), begun);
  world_.clock.advance(minutes(1));
  people_.people.seen(session(token), world_.io.executor(0));
  EXPECT_TRUE(eventually([&] { return written() == world_.clock.now(); }));
  people_.reload();
  EXPECT_EQ(people_.people.last_seen(*people_.people.by_id(ada)), world_.clock.now());
}

TEST_F(SignInTest, KeepsSessionsOverARestart) {
  people_.add("ada@acme.example");
  const auto token = people_.sign_in("ada@acme.example");
  sqlite::SqlitePeopleStore store(*world_.store);
  People again(store, world_.clock, SessionLife{});
  EXPECT_EQ(again.session(token), nullptr);
  ASSERT_TRUE(world_.run(again.reload()));
  EXPECT_NE(again.session(token), nullptr);
}

TEST_F(SignInTest, MakesTheFirstAdminByTheNewestLinkOnce) {
  const auto first = world_.run(people_.sign_ins.new_setup_code()).value();
  const auto code = world_.run(people_.sign_ins.new_setup_code()).value();
  EXPECT_EQ(set_up(first).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(set_up("").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(set_up(code, "too short").error().kind, ErrorKind::kInvalid);
  const auto token = set_up(code);
  ASSERT_TRUE(token) << "and recovers";
  EXPECT_TRUE(session(std::string(token->expose()))->person->platform_admin);
  EXPECT_EQ(set_up(code).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(world_.run(people_.sign_ins.new_setup_code()).error().kind, ErrorKind::kConflict);
  EXPECT_THAT(people_.audit(), Contains("person.set_up ada@acme.example"));
}

TEST_F(SignInTest, MakesAMemberOfWhoWasInvited) {
  const auto code = invite("bob@acme.example", "operator");
  EXPECT_EQ(accept("wrong").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(accept(code, "short").error().kind, ErrorKind::kInvalid);
  const auto token = accept(code);
  ASSERT_TRUE(token);
  const auto bob = session(std::string(token->expose()))->person;
  EXPECT_EQ(bob->email, "bob@acme.example");
  EXPECT_EQ(bob->role_in(acme_), Role::kOperator);
  EXPECT_EQ(bob->role_in(TenantId{99}), std::nullopt);
  EXPECT_EQ(accept(code).error().kind, ErrorKind::kNotFound) << "used";
  EXPECT_THAT(people_.people.invitations(acme_), IsEmpty());
}

TEST_F(SignInTest, LetsNoInvitationIntoAnAccountThatIsThere) {
  const auto ada = people_.add("ada@acme.example", true);
  const auto code = invite("ada@acme.example", "viewer");
  EXPECT_EQ(accept(code).error().kind, ErrorKind::kConflict) << "whoever invites must not become whom it invites";
  const auto eve = people_.people.by_id(people_.add("eve@acme.example"));
  EXPECT_EQ(world_.run(people_.sign_ins.join(code, eve, "")).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(world_.run(people_.sign_ins.join(code, people_.people.by_id(ada), "")));
  EXPECT_TRUE(people_.people.by_id(ada)->memberships.contains(acme_));
}

TEST_F(SignInTest, LetsAnInvitationExpire) {
  const auto code = invite("bob@acme.example", "operator");
  EXPECT_THAT(people_.people.invitations(acme_), SizeIs(1));
  world_.clock.advance(SignIn::kInvitationLife);
  EXPECT_THAT(people_.people.invitations(acme_), IsEmpty());
  EXPECT_EQ(accept(code).error().kind, ErrorKind::kNotFound);
}

TEST_F(SignInTest, ChangesAPasswordForWhoKnowsItAndEndsAllOtherSessions) {
  people_.add("ada@acme.example");
  const auto here = people_.sign_in("ada@acme.example");
  const auto there = people_.sign_in("ada@acme.example");
  const auto change = [&](std::string old, std::string fresh) {
    return world_.run(people_.account.set_password(session(here), SecretString(std::move(old)),
                                                   SecretString(std::move(fresh)), "192.0.2.1"));
  };
  EXPECT_EQ(change("wrong", "another horse battery").value(), Account::Outcome::kWrongPassword);
  EXPECT_EQ(change(TestPeople::kPassword, "short").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(change(TestPeople::kPassword, std::string(1025, 'x')).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(change(TestPeople::kPassword, "elf Zeichen").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(change(TestPeople::kPassword, "zwölf Zeichn").value(), Account::Outcome::kDone);
  EXPECT_NE(session(here), nullptr);
  EXPECT_EQ(session(there), nullptr);
  EXPECT_TRUE(attempt("ada@acme.example", TestPeople::kPassword).token.empty());
  EXPECT_FALSE(attempt("ada@acme.example", "zwölf Zeichn").token.empty());
  EXPECT_THAT(people_.audit(), Contains("person.password ada@acme.example"));
}

TEST_F(SignInTest, LetsNobodyGuessAPasswordThroughASession) {
  people_.add("ada@acme.example");
  const auto here = people_.sign_in("ada@acme.example");
  auto last = Account::Outcome::kWrongPassword;
  for (int i = 0; i < 20 && last == Account::Outcome::kWrongPassword; ++i)
    last = world_
               .run(people_.account.set_password(session(here), SecretString(std::string("guess")),
                                                 SecretString(std::string("another horse battery")), "192.0.2.1"))
               .value();
  EXPECT_EQ(last, Account::Outcome::kTooMany);
}

TEST_F(SignInTest, SignsOutHereAndEverywhere) {
  people_.add("ada@acme.example");
  people_.add("bob@acme.example");
  const auto here = people_.sign_in("ada@acme.example");
  const auto there = people_.sign_in("ada@acme.example");
  const auto bobs = people_.sign_in("bob@acme.example");
  ASSERT_TRUE(world_.run(people_.account.sign_out(session(here))));
  EXPECT_EQ(session(here), nullptr);
  ASSERT_NE(session(there), nullptr);
  ASSERT_TRUE(world_.run(people_.account.sign_out_everywhere(session(there), "192.0.2.1")));
  EXPECT_EQ(session(there), nullptr);
  EXPECT_NE(session(bobs), nullptr);
  EXPECT_THAT(people_.audit(), Contains("person.sign_out ada@acme.example"));
}

}  // namespace
}  // namespace claw
