#include "guide/doctor.hpp"

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/number_figures.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "support/eventually.hpp"
#include "support/fake_account.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Everybody takes the connection and answers to nothing.
class Hanging final : public net::HttpClient, public Transcriber {
 public:
  explicit Hanging(Clock& clock) : clock_(clock) {}
  Task<Result<net::ClientResponse>> send(net::ClientRequest request) override {
    co_await clock_.sleep(request.total_timeout);
    co_return fail(ErrorKind::kAmbiguous, "no answer in time");
  }
  Task<Result<Heard>> transcribe(const SpeechProvider& provider, VoiceMessage) override {
    co_await clock_.sleep(provider.timeout);
    co_return fail(ErrorKind::kAmbiguous, "no answer in time");
  }

 private:
  Clock& clock_;
};

class SilentMeta final : public GraphHealth {
 public:
  Task<GraphRead<whatsapp::SubscriptionFacts>> subscriptions(TenantRef, std::string, std::string) override {
    co_return std::unexpected(GraphFailure{});
  }
  Task<GraphRead<std::vector<whatsapp::TemplateStanding>>> templates(TenantRef, std::string, std::string) override {
    co_return std::unexpected(GraphFailure{});
  }
  Task<GraphRead<TimePoint>> time() override { co_return std::unexpected(GraphFailure{}); }
};

class DoctorTest : public ::testing::Test {
 protected:
  ~DoctorTest() override { world_.store->close(); }

  void add_agents(int count) {
    for (int i = 0; i < count; ++i)
      (void)world_
          .run(
              tenants_.store.put_agent({acme_, fmt::format("slow{}", i), "http", R"({"url":"https://agent.example/"})"},
                                       false, tenants_.change()))
          .value();
    tenants_.reload();
  }
  void add_providers(int count) {
    std::string list;
    for (int i = 0; i < count; ++i)
      list += fmt::format(R"({}{{"name":"ear{}","kind":"deepgram","url":"https://ear.example/"}})", i ? "," : "", i);
    tenants_.set(acme_, kSpeech, R"({"providers":[)" + list + "]}");
  }
  std::future<Result<Doctor::Diagnosis>> examine(std::optional<DoctorPart> part = {}) {
    return boost::asio::co_spawn(world_.io.executor(0),
                                 doctor_.examine(tenants_.directory.by_id(acme_), {.part = part}),
                                 boost::asio::use_future);
  }
  bool are_called(std::size_t count) {
    return eventually([&] { return world_.clock.sleepers() == count; });
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  FakeAccount meta_;
  SilentMeta health_;
  Hanging hanging_{world_.clock};
  sqlite::SqliteNumberFigures figures_{*world_.store};
  sqlite::SqliteAccessStore access_store_{*world_.store};
  Access access_{access_store_, world_.clock};
  ConnectionNotes notes_{world_.io, tenants_.store, tenants_.directory, world_.clock};
  Guide guide_{world_.io, meta_,  tenants_.directory, *world_.ledger,
               figures_,  notes_, world_.clock,       {"https://claw.example", "claw.example.org"}};
  Speech speech_{[this](std::string_view) { return &hanging_; }, world_.clock};
  Doctor doctor_{
      {guide_, health_, hanging_, hanging_, tenants_.directory, *world_.ledger, access_, speech_, world_.clock},
      {.storage_fault = [] { return std::string(); },
       .disk_free = [] { return std::int64_t{-1}; },
       .not_accepted = [] { return std::int64_t{0}; },
       .why_held = [](const std::string&) { return std::string(); },
       .storage_full = [](const Tenant&) { return false; },
       .try_files = [](TenantId) -> Task<Result<void>> { co_return Result<void>(); }},
      {}};
};

TEST_F(DoctorTest, WaitsForAllAgentsThatHangNoLongerThanForOne) {
  add_agents(12);
  auto told = examine(DoctorPart::kAgents);
  ASSERT_TRUE(are_called(12));
  world_.clock.advance(Doctor::kPatience);
  ASSERT_EQ(told.wait_for(20s), std::future_status::ready);
  const auto diagnosis = told.get().value();
  EXPECT_FALSE(diagnosis.healthy());
  int down = 0;
  for (const auto& [part, check] : diagnosis.checks) down += check.seen.contains("is down: no answer in time");
  EXPECT_EQ(down, 12) << "each is named";
}

TEST_F(DoctorTest, AsksSpeechProvidersSideBySideHoweverFewVoiceMessagesATenantHasHeardAtOnce) {
  add_providers(5);
  auto told = examine(DoctorPart::kSpeech);
  ASSERT_TRUE(are_called(5));
  world_.clock.advance(Doctor::kPatience);
  ASSERT_EQ(told.wait_for(20s), std::future_status::ready);
  EXPECT_FALSE(told.get().value().healthy());
}

TEST_F(DoctorTest, EndsAWholeExaminationWhereEverythingHangsAfterTheTwoCallsOfItsAddress) {
  tenants_.set_secret(acme_, kAppSecret, "secret");
  add_agents(3);
  add_providers(2);
  auto told = examine();
  ASSERT_TRUE(are_called(6)) << "agents, providers and the address";
  world_.clock.advance(Doctor::kPatience);
  ASSERT_EQ(told.wait_for(20s), std::future_status::ready);
  const auto diagnosis = told.get().value();
  std::vector<DoctorPart> order;
  for (const auto& [part, check] : diagnosis.checks)
    if (order.empty() || order.back() != part) order.push_back(part);
  EXPECT_TRUE(std::ranges::is_sorted(order)) << "told in the order in which it is best mended";
}

}  // namespace
}  // namespace claw
