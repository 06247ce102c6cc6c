#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "conversation/conversations.hpp"
#include "conversation/responder.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/fake_graph.hpp"
#include "support/test_tenants.hpp"

namespace claw::testing {

/// Answers "NAME: TEXT"; holds what begins with "slow" until it is let go.
class NamedAgent final : public AgentRunner {
 public:
  [[nodiscard]] Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) override {
    const std::string text = turn.message.view.text;
    {
      std::scoped_lock lock(mutex_);
      turns_.push_back(turn.id + " " + text);
      users_.push_back(turn.user);
    }
    if (text.starts_with("slow")) {
      const int answer = co_await complete_with<int>([this](Completion<int> go) {
        std::scoped_lock lock(mutex_);
        held_.push_back(std::move(go));
      });
      if (answer == 0) co_return fail(ErrorKind::kStopping, "the connection was closed");
    }
    if (is_down) co_return fail(ErrorKind::kFatal, "the agent is down");
    co_return AgentReply{{agent.name + ": " + text}};
  }
  std::atomic<bool> is_down = false;
  [[nodiscard]] bool holds(std::size_t count = 1) const {
    std::scoped_lock lock(mutex_);
    return held_.size() >= count;
  }
  void release() { end(1); }
  /// As a process does that ends: the calls under way are cut.
  void cut() { end(0); }
  [[nodiscard]] std::vector<std::string> turns() const {
    std::scoped_lock lock(mutex_);
    return turns_;
  }
  [[nodiscard]] std::vector<std::string> users() const {
    std::scoped_lock lock(mutex_);
    return users_;
  }

 private:
  void end(int answer) {
    std::deque<Completion<int>> held;
    {
      std::scoped_lock lock(mutex_);
      held.swap(held_);
    }
    for (auto& go : held) go(answer);
  }
  mutable std::mutex mutex_;
  std::deque<Completion<int>> held_;
  std::vector<std::string> turns_, users_;
};

/// A tenant with one number and two agents, and all that turns need, on a clock that stands still. make() and shut()
/// are a process's start and end.
class TurnWorld : public ::testing::Test {
 protected:
  TurnWorld() {
    world_.run(tenants_.store.put_agent({acme_, "sales", "echo"}, false, tenants_.change())).value();
    set("session.queue", "collect");
    make();
  }
  ~TurnWorld() override { shut(); }
  void make() {
    responder_ = std::make_unique<Responder>(*world_.ledger, access_, agent_, world_.clock);
    outbox_ = std::make_unique<Outbox>(world_.io, *world_.ledger, tenants_.directory, graph_, world_.clock, metrics_,
                                       kUnlimited);
    conversations_ = std::make_unique<Conversations>(world_.io, *world_.ledger, tenants_.directory, *responder_, graph_,
                                                     *outbox_, world_.clock, metrics_);
    outbox_->start();
    conversations_->start();
  }
  void shut() {
    conversations_->stop(std::chrono::milliseconds(0));
    agent_.cut();
    conversations_.reset();
    outbox_.reset();
    responder_.reset();
  }
  void set(const std::string& name, const std::string& value) { tenants_.set(acme_, name, value); }
  MessageId write(const std::string& text, const std::string& person = "491511") {
    return write_all({text}, person).front();
  }
  std::vector<MessageId> write_all(const std::vector<std::string>& texts, const std::string& person = "491511") {
    std::vector<AcceptItem> items;
    for (const auto& text : texts) {
      items.push_back(text_from(person, text, "wamid." + std::to_string(++count_)));
      items.back().item.tenant = acme_;
      items.back().item.received_at = world_.clock.now();
      std::get<whatsapp::Message>(items.back().event.what).timestamp_s = to_ms(world_.clock.now()) / 1000;
    }
    auto accepted = world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
    std::vector<MessageId> ids;
    for (const auto& pending : accepted.pending) ids.push_back(pending.id);
    conversations_->offer(std::move(accepted.pending));
    return ids;
  }
  MessageRecord record(MessageId id) { return world_.run(world_.ledger->message(acme_, id)).value(); }
  bool is(MessageId id, MessageState state) {
    return eventually([&] { return record(id).state == state; });
  }
  bool sent(std::size_t count) {
    return eventually([&] { return graph_.texts().size() >= count; });
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  FakeGraph graph_;
  NamedAgent agent_;
  Metrics metrics_;
  sqlite::SqliteAccessStore access_store_{*world_.store};
  Access access_{access_store_, world_.clock};
  std::unique_ptr<Responder> responder_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Conversations> conversations_;
  int count_ = 0;
};

}  // namespace claw::testing
