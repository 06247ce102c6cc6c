#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_people_store.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using claw::testing::OpenLedger;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr TenantId kAcme{1};
constexpr TenantId kBeta{2};

class PeopleStoreTest : public ::testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    return world_.run(std::move(task));
  }
  PeopleRows rows() { return run(store_->load()).value(); }
  static AuditRow says(std::string what) {
    AuditRow row;
    row.tenant = kAcme;
    row.who_kind = "person";
    row.what = std::move(what);
    return row;
  }
  std::vector<AuditRow> audit() {
    sqlite::SqliteAuditLog log(*world_.store);
    return run(log.entries(kAcme, {})).value();
  }
  static PersonRow somebody(std::string email) {
    PersonRow row;
    row.email = std::move(email);
    row.name = "Somebody";
    row.password = "hashed";
    row.created_at = from_ms(1000);
    return row;
  }
  PersonId person(const std::string& email) {
    return run(store_->create_person(somebody(email), says("made"))).value();
  }
  PersonId member(const std::string& email, const std::string& role, TenantId tenant = kAcme) {
    const auto id = person(email);
    EXPECT_TRUE(run(store_->add_member({tenant, id, role, ""}, says("added"))));
    return id;
  }
  std::int64_t session(PersonId person, const std::string& hash, std::int64_t at_ms, SessionsKept kept = {{}, {}, 5}) {
    const SessionRow row{0, hash, person, from_ms(at_ms), from_ms(at_ms), "192.0.2.1", "Browser"};
    return run(store_->create_session(row, kept, says("signed in"))).value();
  }
  std::vector<std::string> session_hashes() {
    std::vector<std::string> list;
    for (const auto& row : rows().sessions) list.push_back(row.hash);
    return list;
  }
  InvitationRow invitation(const std::string& email, const std::string& hash, std::int64_t expires_ms = 2000) {
    return {0, kAcme, email, "operator", hash, "ada@acme.example", from_ms(1000), from_ms(expires_ms)};
  }
  Result<bool> change(PersonId who, std::optional<std::string> role, bool by_owner = true,
                      std::optional<Versions> match = {}) {
    return run(store_->change_member({kAcme, who, by_owner, std::move(match), std::move(role)}, says("changed")));
  }
  void restart() {
    world_.restart();
    store_.emplace(*world_.store);
  }

  OpenLedger world_;
  std::optional<sqlite::SqlitePeopleStore> store_{*world_.store};
};

TEST_F(PeopleStoreTest, KeepsWhoSignsInOverARestart) {
  const auto ada = member("ada@acme.example", "owner");
  session(ada, std::string("\0hash", 5), 3000);
  ASSERT_TRUE(run(store_->invite(invitation("bob@acme.example", "code"), says("invited"))));
  restart();
  const auto all = rows();
  ASSERT_THAT(all.people, SizeIs(1));
  EXPECT_EQ(all.people[0].id, ada);
  EXPECT_EQ(all.people[0].email, "ada@acme.example");
  EXPECT_EQ(all.people[0].password, "hashed");
  EXPECT_TRUE(all.people[0].enabled);
  EXPECT_FALSE(all.people[0].platform_admin);
  EXPECT_EQ(all.people[0].created_at, from_ms(1000));
  EXPECT_EQ(all.people[0].last_seen_at, from_ms(3000));
  ASSERT_THAT(all.memberships, SizeIs(1));
  EXPECT_EQ(all.memberships[0].role, "owner");
  ASSERT_THAT(all.sessions, SizeIs(1));
  EXPECT_EQ(all.sessions[0].hash, std::string("\0hash", 5));
  EXPECT_EQ(all.sessions[0].from, "192.0.2.1");
  ASSERT_THAT(all.invitations, SizeIs(1));
  EXPECT_EQ(all.invitations[0].email, "bob@acme.example");
  EXPECT_EQ(all.invitations[0].expires_at, from_ms(2000));
}

TEST_F(PeopleStoreTest, HasOnePersonForAnEmail) {
  person("ada@acme.example");
  EXPECT_EQ(run(store_->create_person(somebody("ada@acme.example"), says("again"))).error().kind, ErrorKind::kConflict);
  EXPECT_THAT(audit(), SizeIs(1)) << "what did not happen is not told of";
  EXPECT_EQ(run(store_->person_by_email("ada@acme.example")).value().email, "ada@acme.example");
  EXPECT_EQ(run(store_->person_by_email("nobody@acme.example")).error().kind, ErrorKind::kNotFound);
}

TEST_F(PeopleStoreTest, MakesTheFirstAdminOnceByTheNewestCode) {
  ASSERT_TRUE(run(store_->put_setup_code("old")));
  ASSERT_TRUE(run(store_->put_setup_code("new")));
  auto ada = somebody("ada@acme.example");
  ada.platform_admin = true;
  EXPECT_EQ(run(store_->create_first_admin(ada, "old", says("setup"))).error().kind, ErrorKind::kNotFound);
  const auto made = run(store_->create_first_admin(ada, "new", says("setup")));
  ASSERT_TRUE(made);
  EXPECT_EQ(audit().at(0).who_id, made->value);
  ada.email = "eve@acme.example";
  EXPECT_EQ(run(store_->create_first_admin(ada, "new", says("setup"))).error().kind, ErrorKind::kConflict);
  ASSERT_TRUE(run(store_->put_setup_code("third")));
  EXPECT_EQ(run(store_->create_first_admin(ada, "third", says("setup"))).error().kind, ErrorKind::kConflict);
}

TEST_F(PeopleStoreTest, KeepsTheCodeOfASetupThatFailed) {
  person("ada@acme.example");
  ASSERT_TRUE(run(store_->put_setup_code("code")));
  auto row = somebody("ada@acme.example");
  row.platform_admin = true;
  EXPECT_EQ(run(store_->create_first_admin(row, "code", says("setup"))).error().kind, ErrorKind::kConflict);
  row.email = "grace@acme.example";
  EXPECT_TRUE(run(store_->create_first_admin(row, "code", says("setup")))) << "and recovers";
}

TEST_F(PeopleStoreTest, DropsSessionsThatAreOverOrTooMany) {
  const auto ada = person("ada@acme.example");
  const auto bob = person("bob@acme.example");
  session(bob, "b", 1000);
  for (int i = 0; i < 4; ++i) session(ada, std::to_string(i), 2000 + i, {{}, {}, 3});
  EXPECT_THAT(session_hashes(), ElementsAre("b", "1", "2", "3")) << "the oldest goes, of this person alone";
  session(ada, "4", 9000, {from_ms(2001), {}, 3});
  EXPECT_THAT(session_hashes(), ElementsAre("2", "3", "4"));
  const auto seen = rows().sessions.at(0);
  ASSERT_TRUE(run(store_->touch_session(seen.id, seen.person, from_ms(9000))));
  EXPECT_EQ(rows().sessions.at(0).last_seen_at, from_ms(9000));
  EXPECT_EQ(rows().people.at(0).last_seen_at, from_ms(9000));
  session(bob, "5", 9000, {{}, from_ms(8000), 3});
  EXPECT_THAT(session_hashes(), ElementsAre("2", "4", "5"));
}

TEST_F(PeopleStoreTest, EndsSessionsWithANewPasswordAndWithTheAccount) {
  const auto ada = person("ada@acme.example");
  const auto bob = person("bob@acme.example");
  session(bob, "b", 1000);
  const auto kept = session(ada, "1", 1000);
  session(ada, "2", 1000);
  ASSERT_TRUE(run(store_->set_password(ada, "other", kept, says("changed"))));
  EXPECT_THAT(session_hashes(), ElementsAre("b", "1"));
  EXPECT_EQ(run(store_->person(ada)).value().password, "other");
  ASSERT_TRUE(run(store_->end_session(kept)));
  ASSERT_TRUE(run(store_->end_session(kept)));
  EXPECT_THAT(session_hashes(), ElementsAre("b"));
  ASSERT_TRUE(run(store_->set_enabled(bob, false, says("disabled"))));
  EXPECT_THAT(session_hashes(), IsEmpty());
  session(ada, "3", 1000);
  ASSERT_TRUE(run(store_->end_sessions(ada, says("out everywhere"))));
  EXPECT_THAT(session_hashes(), IsEmpty());
}

TEST_F(PeopleStoreTest, LetsOnlyOwnersMakeAndRemoveOwners) {
  const auto ada = member("ada@acme.example", "owner");
  const auto bob = member("bob@acme.example", "viewer");
  EXPECT_EQ(change(bob, "owner", false).error().kind, ErrorKind::kUnauthorized);
  EXPECT_EQ(change(ada, "viewer", false).error().kind, ErrorKind::kUnauthorized);
  EXPECT_EQ(change(ada, {}, false).error().kind, ErrorKind::kUnauthorized);
  EXPECT_TRUE(change(bob, "admin", false));
  EXPECT_TRUE(change(bob, "owner", true));
  EXPECT_TRUE(change(ada, {}, true));
  EXPECT_EQ(change(ada, {}, true).error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(rows().memberships, SizeIs(1));
}

TEST_F(PeopleStoreTest, NeverLeavesATenantWithoutAnOwner) {
  const auto ada = member("ada@acme.example", "owner");
  member("olga@beta.example", "owner", kBeta);
  EXPECT_EQ(change(ada, "admin").error().kind, ErrorKind::kConflict);
  EXPECT_EQ(change(ada, {}).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(change(ada, "owner")) << "an owner may stay one";
  member("bob@acme.example", "owner");
  EXPECT_TRUE(change(ada, "admin")) << "and recovers";
}

TEST_F(PeopleStoreTest, ChangesAMemberOnlyAsItWasRead) {
  const auto ada = member("ada@acme.example", "admin");
  const auto version = rows().memberships.at(0).version;
  EXPECT_FALSE(change(ada, "viewer", true, Versions{.versions = {"another"}}).value());
  EXPECT_TRUE(change(ada, "viewer", true, Versions{.versions = {"another", version}}).value());
  EXPECT_FALSE(change(ada, "admin", true, Versions{.versions = {version}}).value()) << "it was changed meanwhile";
  EXPECT_TRUE(change(ada, {}, true, Versions{.any = true}).value());
}

TEST_F(PeopleStoreTest, TakesAnInvitationOnceAndOnlyInItsTime) {
  ASSERT_TRUE(run(store_->invite(invitation("bob@acme.example", "first"), says("invited"))));
  ASSERT_TRUE(run(store_->invite(invitation("bob@acme.example", "second"), says("invited"))));
  const auto accept = [&](const std::string& code, std::int64_t at_ms) {
    return run(store_->accept_invitation(code, somebody(""), from_ms(at_ms), says("joined")));
  };
  EXPECT_EQ(accept("first", 1500).error().kind, ErrorKind::kNotFound) << "the newer one took its place";
  EXPECT_EQ(accept("second", 2000).error().kind, ErrorKind::kNotFound) << "too late";
  const auto bob = accept("second", 1999);
  ASSERT_TRUE(bob);
  EXPECT_EQ(accept("second", 1999).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(rows().people.at(0).email, "bob@acme.example");
  EXPECT_EQ(rows().memberships.at(0).role, "operator");
  EXPECT_EQ(audit().at(0).who_id, bob->value);
  EXPECT_EQ(audit().at(0).who, "bob@acme.example");
  EXPECT_EQ(run(store_->invite(invitation("bob@acme.example", "third"), says("invited"))).error().kind,
            ErrorKind::kConflict)
      << "a member needs none";
}

TEST_F(PeopleStoreTest, GivesAnInvitationToNobodyButWhomItIsFor) {
  const auto bob = person("bob@acme.example");
  const auto eve = person("eve@acme.example");
  ASSERT_TRUE(run(store_->invite(invitation("bob@acme.example", "code"), says("invited"))));
  const auto accept = [&](PersonRow who) {
    return run(store_->accept_invitation("code", std::move(who), from_ms(1500), says("joined")));
  };
  EXPECT_EQ(accept(somebody("")).error().kind, ErrorKind::kConflict) << "there is a person already, who must sign in";
  EXPECT_EQ(accept(run(store_->person(eve)).value()).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(accept(run(store_->person(bob)).value()).value(), bob);
}

TEST_F(PeopleStoreTest, TakesAnInvitationBack) {
  const auto id = run(store_->invite(invitation("bob@acme.example", "code"), says("invited"))).value();
  EXPECT_EQ(run(store_->delete_invitation(kBeta, id, says(""))).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(run(store_->delete_invitation(kAcme, id, says("taken back"))));
  EXPECT_EQ(run(store_->accept_invitation("code", somebody(""), from_ms(1500), says(""))).error().kind,
            ErrorKind::kNotFound);
}

}  // namespace
}  // namespace claw
