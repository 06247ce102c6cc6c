#pragma once

#include <deque>
#include <map>
#include <mutex>

#include <boost/json.hpp>

#include "delivery/rate_limit.hpp"
#include "graph/graph.hpp"

namespace claw::testing {

/// Meta's side without a network: writes down what comes, and answers what it was told to, else success; or holds calls
/// until the test lets them go. Safe from any thread.
class FakeGraph final : public Graph {
 public:
  struct Call {
    bool mark = false;
    std::string tenant, number, text, to, callback_data, body, trace;
  };

  /// What the next sends of this text are answered with, one each.
  void answer(const std::string& text, GraphOutcome outcome) {
    std::scoped_lock lock(mutex_);
    scripts_[text].push_back(std::move(outcome));
  }
  void hold_sends() { hold(holds_sends_); }
  void hold_marks() { hold(holds_marks_); }
  /// Lets go what is held; what comes later is answered at once.
  void release() {
    std::vector<std::function<void()>> held;
    {
      std::scoped_lock lock(mutex_);
      holds_sends_ = holds_marks_ = false;
      held.swap(held_);
    }
    for (auto& go : held) go();
  }

  /// In the order they came.
  [[nodiscard]] std::vector<Call> calls() const {
    std::scoped_lock lock(mutex_);
    return calls_;
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> found;
    for (auto& call : calls())
      if (!call.mark) found.push_back(call.text);
    return found;
  }
  /// What was sent, as it went over the wire.
  [[nodiscard]] std::vector<std::string> bodies() const {
    std::vector<std::string> found;
    for (auto& call : calls())
      if (!call.mark) found.push_back(call.body);
    return found;
  }
  [[nodiscard]] std::size_t marks() const {
    std::size_t count = 0;
    for (const auto& call : calls()) count += call.mark;
    return count;
  }
  [[nodiscard]] std::size_t in_flight() const {
    std::scoped_lock lock(mutex_);
    return in_flight_;
  }

  [[nodiscard]] Task<GraphOutcome> send(TenantRef tenant, std::string number, std::string body,
                                        std::string trace) override {
    return complete_with<GraphOutcome>([this, tenant, number, body, trace](Completion<GraphOutcome> done) {
      take<GraphOutcome>(false, tenant->name, number, body, trace, holds_sends_, std::move(done));
    });
  }
  [[nodiscard]] Task<bool> mark(TenantRef tenant, std::string number, std::string body, std::string trace) override {
    return complete_with<bool>([this, tenant, number, body, trace](Completion<bool> done) {
      take<bool>(true, tenant->name, number, body, trace, holds_marks_, std::move(done));
    });
  }

 private:
  void hold(bool& which) {
    std::scoped_lock lock(mutex_);
    which = true;
  }
  template <class T>
  void take(bool mark, const std::string& tenant, const std::string& number, const std::string& body,
            const std::string& trace, const bool& held, Completion<T> done) {
    const auto json = boost::json::parse(body);
    const auto at = [&json](const char* pointer) {
      boost::system::error_code missing;
      const auto* value = json.find_pointer(pointer, missing);
      return value && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    Call call{mark, tenant, number, at("/text/body"), at("/to"), at("/biz_opaque_callback_data"), body, trace};
    if (mark) call.text = at("/message_id");
    auto shared = std::make_shared<Completion<T>>(std::move(done));
    std::function<void()> finish;
    {
      std::scoped_lock lock(mutex_);
      ++in_flight_;
      T outcome{};
      if constexpr (std::is_same_v<T, bool>)
        outcome = true;
      else
        outcome = next_outcome(call.text);
      finish = [this, shared, outcome = std::move(outcome)] {
        {
          std::scoped_lock at_end(mutex_);
          --in_flight_;
        }
        (*shared)(outcome);
      };
      calls_.push_back(std::move(call));
      if (held) {
        held_.push_back(std::move(finish));
        return;
      }
    }
    finish();
  }
  /// REQUIRES: mutex_ is held.
  GraphOutcome next_outcome(const std::string& text) {
    if (auto& script = scripts_[text]; !script.empty()) {
      GraphOutcome outcome = std::move(script.front());
      script.pop_front();
      return outcome;
    }
    return GraphSent{"wamid.out." + std::to_string(++sent_)};
  }

  mutable std::mutex mutex_;
  std::vector<Call> calls_;                                  // guarded by mutex_
  std::map<std::string, std::deque<GraphOutcome>> scripts_;  // guarded by mutex_
  std::vector<std::function<void()>> held_;                  // guarded by mutex_
  bool holds_sends_ = false;                                 // guarded by mutex_
  bool holds_marks_ = false;                                 // guarded by mutex_
  std::size_t in_flight_ = 0;                                // guarded by mutex_
  int sent_ = 0;                                             // guarded by mutex_
};

/// For tests of something else: as fast as it goes.
inline constexpr SendLimits kUnlimited{100'000, std::chrono::milliseconds(0)};

/// Meta's refusal with one of its codes.
inline GraphOutcome refusal(std::int64_t code, int http_status = 400) {
  GraphFailure failure;
  failure.kind = GraphFailure::Kind::kRefused;
  failure.error.http_status = http_status;
  failure.error.code = code;
  failure.error.has_error_object = true;
  failure.reason = "code " + std::to_string(code);
  return failure;
}

inline GraphOutcome failure_of(GraphFailure::Kind kind) {
  GraphFailure failure;
  failure.kind = kind;
  failure.reason = "as the test wants it";
  return failure;
}

}  // namespace claw::testing
