#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conversation/conversations.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/fake_graph.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;

/// Answers at once what begins with "quick"; everything else when it is released, the oldest first.
class PatientAgent final : public AgentRunner {
 public:
  [[nodiscard]] Task<Result<AgentReply>> run(const Agent&, AgentTurn turn) override {
    const std::string text = turn.message.view.text;
    if (!text.starts_with("quick"))
      co_await complete_with<int>([&](Completion<int> go) {
        {
          std::scoped_lock lock(mutex_);
          if (!released_) {
            asked_.push_back(text);
            return held_.push_back(std::move(go));
          }
        }
        go(0);
      });
    co_return AgentReply{{"re: " + text}};
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    std::scoped_lock lock(mutex_);
    return asked_;
  }
  void release_one() {
    Completion<int> go;
    {
      std::scoped_lock lock(mutex_);
      go = std::move(held_.front());
      held_.pop_front();
    }
    go(0);
  }
  void release_all() {
    std::deque<Completion<int>> held;
    {
      std::scoped_lock lock(mutex_);
      released_ = true;
      held.swap(held_);
    }
    for (auto& go : held) go(0);
  }

 private:
  mutable std::mutex mutex_;
  bool released_ = false;
  std::vector<std::string> asked_;
  std::deque<Completion<int>> held_;
};

class TurnLimitsTest : public ::testing::Test {
 protected:
  TurnLimitsTest() {
    make();
    start();
  }
  ~TurnLimitsTest() override {
    agent_.release_all();
    conversations_.reset();
    outbox_.reset();
    world_.store->close();
  }
  void make() {
    responder_ = std::make_unique<Responder>(*world_.ledger, access_, agent_, world_.clock);
    outbox_ = std::make_unique<Outbox>(world_.io, *world_.ledger, tenants_.directory, graph_, world_.clock, metrics_,
                                       kUnlimited);
    conversations_ = std::make_unique<Conversations>(world_.io, *world_.ledger, tenants_.directory, *responder_, graph_,
                                                     *outbox_, world_.clock, metrics_);
  }
  void start() {
    outbox_->start();
    conversations_->start();
  }
  void limit(TenantId tenant, const std::string& turns) { tenants_.set(tenant, "limits.turns_at_a_time", turns); }
  /// Each from a person of its own.
  void receive(TenantId tenant, const std::string& number, std::vector<std::string> texts) {
    std::vector<AcceptItem> items;
    for (const auto& text : texts) {
      auto item = of_tenant(text_from(std::to_string(491'500'000 + ++people_), text), tenant.value);
      items.push_back(on_number(std::move(item), number));
    }
    auto accepted = world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
    conversations_->offer(std::move(accepted.pending));
  }
  bool asks(std::vector<std::string> texts) {
    return eventually([&] { return agent_.asked() == texts; });
  }
  bool sent(std::size_t count) {
    return eventually([&] { return graph_.texts().size() >= count; });
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  TenantId beta_ = tenants_.add("beta", "222");
  FakeGraph graph_;
  PatientAgent agent_;
  Metrics metrics_;
  sqlite::SqliteAccessStore access_store_{*world_.store};
  Access access_{access_store_, world_.clock};
  std::unique_ptr<Responder> responder_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Conversations> conversations_;
  int people_ = 0;
};

TEST_F(TurnLimitsTest, RunsSoManyTurnsOfATenantAtATimeAndTheOthersInOrder) {
  limit(acme_, "1");
  for (const char* text : {"a", "b", "c"}) {
    receive(acme_, "111", {text});
    ASSERT_TRUE(asks({"a"}));
  }
  receive(beta_, "222", {"quick, beta", "quick again"});
  ASSERT_TRUE(sent(2)) << "another tenant's turns do not wait";
  agent_.release_one();
  ASSERT_TRUE(asks({"a", "b"}));
  agent_.release_one();
  ASSERT_TRUE(asks({"a", "b", "c"}));
  agent_.release_one();
  EXPECT_TRUE(sent(5));
}

TEST_F(TurnLimitsTest, FollowsALimitThatIsChangedWhileTurnsWait) {
  limit(acme_, "1");
  receive(acme_, "111", {"a"});
  ASSERT_TRUE(asks({"a"}));
  receive(acme_, "111", {"quick 1", "quick 2", "quick 3"});
  limit(acme_, "0");
  agent_.release_one();
  EXPECT_TRUE(sent(4)) << "the limit was lifted";
  receive(acme_, "111", {"b"});
  receive(acme_, "111", {"quick 4"});
  EXPECT_TRUE(sent(5)) << "and holds nobody any more";
}

TEST_F(TurnLimitsTest, ParksTurnsThatWaitForAPlaceWhenItStopsAndRunsThemAfterwards) {
  limit(acme_, "1");
  receive(acme_, "111", {"a"});
  ASSERT_TRUE(asks({"a"}));
  receive(acme_, "111", {"b", "c"});
  conversations_->stop(std::chrono::milliseconds(0));
  agent_.release_all();
  conversations_.reset();
  outbox_.reset();
  make();
  start();
  EXPECT_TRUE(sent(3));
}

TEST_F(TurnLimitsTest, AFullQueueOfOneTenantHoldsUpNobodyElse) {
  limit(acme_, "1");
  std::vector<std::string> many;
  for (std::size_t i = 0; i < Conversations::kMaxInMemoryPerTenant + 100; ++i) many.push_back("m" + std::to_string(i));
  receive(acme_, "111", std::move(many));
  ASSERT_TRUE(eventually([&] { return conversations_->in_memory() > Conversations::kMaxInMemoryPerTenant / 2; }));
  receive(beta_, "222", {"quick, beta"});
  EXPECT_TRUE(sent(1));
  EXPECT_THAT(graph_.texts(), ElementsAre("re: quick, beta"));
}

}  // namespace
}  // namespace claw
