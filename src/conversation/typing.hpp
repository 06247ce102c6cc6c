#pragma once

#include <list>
#include <memory>
#include <optional>

#include "base/task_group.hpp"
#include "graph/graph.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// Shows people that an answer is being made: read and typing at the start of a turn, again before Meta's 25 s are
/// over, until the turn ends or kGivesUpAfter.
///
/// Everything only on one executor, which also runs tick().
class Typing {
 public:
  static constexpr std::chrono::seconds kRefresh{20};        ///< Meta shows the indicator for 25 s.
  static constexpr std::chrono::seconds kGivesUpAfter{120};  ///< An agent this slow is not "typing".

  Typing(Graph& graph, Clock& clock, TaskGroup& tasks) : graph_(graph), clock_(clock), tasks_(tasks) {}

  /// One turn's indicator. Opaque.
  struct Shown;
  using Handle = std::shared_ptr<Shown>;  // shared with the call under way

  /// Begins to show it; returns at once.
  [[nodiscard]] Handle begin(const Executor& executor, TenantRef tenant, std::string phone_number_id, std::string wamid,
                             std::string trace);
  /// Ends it, and returns when no call of it is under way: one that overtook the answer would leave the dots standing.
  [[nodiscard]] Task<> end(Handle handle);
  /// Refreshes what is due; to be called about once a second.
  void tick();

 private:
  void show(const Handle& handle);
  static Task<> call(Graph& graph, Handle handle);

  Graph& graph_;
  Clock& clock_;
  TaskGroup& tasks_;
  std::list<Handle> shown_;  // by time of the next refresh, for every interval is the same
};

}  // namespace claw
