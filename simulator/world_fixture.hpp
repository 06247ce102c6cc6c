#pragma once

#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "simulator/meta.hpp"

namespace claw::sim {

/// A whole simulated world without a network: time stands still until pass(), webhooks wait in `attempts_` until the
/// test answers them.
class WorldTest : public testing::Test {
 protected:
  explicit WorldTest(Habits habits = {})
      : meta_(clock_, std::move(habits), 1, [this](Attempt attempt) { attempts_.push_back(std::move(attempt)); }) {
    Number number = default_number();
    number.callback = "http://gateway/hook";
    EXPECT_TRUE(meta_.numbers.put(number));
  }

  void pass(std::chrono::milliseconds time) {
    // In small steps, as it passes outside: what becomes due makes other things due.
    for (auto left = time; left.count() > 0; left -= std::chrono::milliseconds(10)) {
      clock_.advance(std::min(left, std::chrono::milliseconds(10)));
      meta_.timers.run_due();
    }
  }
  void leap(std::chrono::milliseconds time) {
    clock_.advance(time);
    meta_.timers.run_due();
  }

  std::string say(std::string text, std::string number = {}) {
    const auto id =
        meta_.say(kMaria, {.text = std::move(text), .number = std::move(number), .name = {}, .reply_to = {}});
    EXPECT_TRUE(id);
    return id.value_or("");
  }
  std::string reply(std::string to, std::string text = "hello") {
    return meta_.accept(
        {.number = meta_.numbers.find(default_number().id), .to = std::move(to), .text = std::move(text)});
  }

  /// Answers the oldest attempt.
  void answer(int status, std::string reason = {}) {
    ASSERT_FALSE(attempts_.empty());
    const auto attempt = attempts_.front();
    attempts_.erase(attempts_.begin());
    meta_.deliveries().settle(attempt.delivery, {.status = status, .reason = std::move(reason)});
  }
  /// The one status in the oldest attempt's body.
  boost::json::object status_in(const Attempt& attempt) {
    return boost::json::parse(*attempt.body).at_pointer("/entry/0/changes/0/value/statuses/0").as_object();
  }

  static constexpr const char* kMaria = "4915112345678";
  FakeClock clock_;
  std::vector<Attempt> attempts_;
  Meta meta_;
};

}  // namespace claw::sim
