#include "tenancy/connection_notes.hpp"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::HasSubstr;

constexpr const char* kNumber = "111";

class ConnectionNotesTest : public ::testing::Test {
 protected:
  ConnectionNotesTest() {
    notes_.set_listener([this](TenantId tenant) { told_ += tenant == acme_; });
  }
  void verify(std::string_view refusal) { world_.run(notes_.verification(*acme(), refusal)); }
  TenantRef acme() { return tenants_.directory.by_id(acme_); }
  std::string last() {
    const auto noted = last_verification(*acme());
    return noted ? noted->outcome : "";
  }
  void pass(std::chrono::milliseconds time) { world_.clock.advance(time); }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", kNumber);
  std::atomic<int> told_ = 0;
  ConnectionNotes notes_{world_.io, tenants_.store, tenants_.directory, world_.clock};
};

TEST_F(ConnectionNotesTest, KnowsNothingOfANewTenant) {
  EXPECT_FALSE(last_verification(*acme()));
  EXPECT_FALSE(verified_at(*acme()));
  EXPECT_FALSE(first_webhook(*acme(), kNumber));
  EXPECT_EQ(notes_.unsigned_requests(acme_).count, 0U);
}

TEST_F(ConnectionNotesTest, NotesASuccessThatComesRightAfterAStrangersTry) {
  verify("the verify token is another one");
  EXPECT_THAT(last(), HasSubstr("another one"));
  EXPECT_FALSE(verified_at(*acme()));
  verify("");
  EXPECT_EQ(last(), "verified");
  EXPECT_EQ(verified_at(*acme()), std::chrono::floor<std::chrono::seconds>(world_.clock.now()));
  EXPECT_EQ(told_, 2);
}

TEST_F(ConnectionNotesTest, LetsNobodyUndoThatTheCallbackWasVerified) {
  verify("");
  const auto at = verified_at(*acme());
  pass(std::chrono::hours(1));
  verify("the verify token is another one");
  EXPECT_THAT(last(), HasSubstr("another one"));
  EXPECT_EQ(verified_at(*acme()), at);
}

TEST_F(ConnectionNotesTest, WritesWhatStrangersDoNowAndThenOnly) {
  verify("the verify token is another one");
  verify("hub.mode is not subscribe");
  EXPECT_THAT(last(), HasSubstr("another one"));
  pass(ConnectionNotes::kStrangersEvery);
  verify("hub.mode is not subscribe");
  EXPECT_THAT(last(), HasSubstr("hub.mode"));
  for (int i = 0; i < 100; ++i) notes_.unsigned_request(*acme());
  EXPECT_EQ(notes_.unsigned_requests(acme_).count, 100U);
  EXPECT_EQ(notes_.unsigned_requests(acme_).last, world_.clock.now());
  EXPECT_EQ(told_, 3) << "but told once";
}

TEST_F(ConnectionNotesTest, NotesTheFirstWebhookOfEachNumberOnce) {
  notes_.webhook(*acme(), kNumber, "222");
  ASSERT_TRUE(eventually([&] { return first_webhook(*acme(), kNumber).has_value(); }));
  const auto first = first_webhook(*acme(), kNumber);
  EXPECT_EQ(first->waba_id, "222");
  ASSERT_TRUE(eventually([&] { return told_ == 1; }));
  pass(std::chrono::hours(1));
  notes_.webhook(*acme(), kNumber, "333");
  notes_.webhook(*acme(), "112", "444");
  ASSERT_TRUE(eventually([&] { return first_webhook(*acme(), "112").has_value(); }));
  EXPECT_EQ(first_webhook(*acme(), kNumber)->at, first->at);
  EXPECT_EQ(first_webhook(*acme(), kNumber)->waba_id, "222");
}

TEST_F(ConnectionNotesTest, ReadsTheTimesItWrites) {
  for (const std::int64_t ms : {0LL, 1'795'000'000'000LL, 951'782'400'000LL})
    EXPECT_EQ(read_note_time(note_time(from_ms(ms))), from_ms(ms)) << note_time(from_ms(ms));
  for (const char* text : {"", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-25T15:30:00",
                           "2026-11-25 15:30:00Z", "2026-11-25T15:30:0xZ"})
    EXPECT_FALSE(read_note_time(text)) << text;
}

}  // namespace
}  // namespace claw
