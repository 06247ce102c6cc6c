#include "delivery/retry.hpp"

#include <gtest/gtest.h>

#include "support/fake_graph.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using claw::testing::failure_of;
using claw::testing::refusal;
using Kind = GraphFailure::Kind;

constexpr TimePoint kCreated{std::chrono::milliseconds(1'790'000'000'000)};

GraphOutcome without_error_object(int http_status) {
  auto outcome = refusal(0, http_status);
  std::get<GraphFailure>(outcome).error.has_error_object = false;
  return outcome;
}

GraphOutcome transient(GraphOutcome outcome) {
  std::get<GraphFailure>(outcome).error.is_transient = true;
  return outcome;
}

GraphOutcome with_retry_after(GraphOutcome outcome, std::chrono::seconds wait) {
  std::get<GraphFailure>(outcome).retry_after = wait;
  return outcome;
}

TEST(RetryTest, IsATable) {
  const auto sent = GraphOutcome(GraphSent{"wamid.1"});
  const auto not_sent = failure_of(Kind::kNotSent);
  constexpr auto kOver = -1ms;  // no further try
  const struct {
    const char* what;
    GraphOutcome outcome;
    int tries;
    MessageState state;
    std::chrono::milliseconds delay;
  } rows[] = {
      {"sent", sent, 1, MessageState::kSent, kOver},
      {"ambiguous", failure_of(Kind::kAmbiguous), 1, MessageState::kUnknown, kOver},
      {"not sent, 1st", not_sent, 1, MessageState::kQueued, 1s},
      {"not sent, 2nd", not_sent, 2, MessageState::kQueued, 2s},
      {"not sent, 6th", not_sent, 6, MessageState::kQueued, 32s},
      {"not sent, 7th", not_sent, 7, MessageState::kQueued, 60s},
      {"not sent, 1000th", not_sent, 1000, MessageState::kQueued, 60s},
      {"yes, 1st", refusal(131000), 1, MessageState::kQueued, 1s},
      {"yes, 2nd", refusal(131000), 2, MessageState::kQueued, 4s},
      {"yes, 3rd", refusal(131000), 3, MessageState::kQueued, 16s},
      {"yes, 4th", refusal(131000), 4, MessageState::kQueued, 60s},
      {"yes, 5th", refusal(131000), 5, MessageState::kFailed, kOver},
      {"later, 1st", refusal(131056), 1, MessageState::kQueued, 6s},
      {"later, 2nd", refusal(130429), 2, MessageState::kQueued, 12s},
      {"later, 8th", refusal(130429), 8, MessageState::kQueued, 10min},
      {"authorization, 1st", refusal(190, 401), 1, MessageState::kQueued, 1min},
      {"authorization, 5th", refusal(190, 401), 5, MessageState::kQueued, 10min},
      {"authorization, a permission of the message", refusal(131005, 403), 1, MessageState::kQueued, 1min},
      {"no token", failure_of(Kind::kNoToken), 1, MessageState::kQueued, 1min},
      {"fix, and Meta says it passes", transient(refusal(987654, 500)), 1, MessageState::kQueued, 1s},
      {"fix, and it did not pass", transient(refusal(987654, 500)), 5, MessageState::kFailed, kOver},
      {"no, whatever Meta says beside it", transient(refusal(368)), 1, MessageState::kFailed, kOver},
      {"yes, with 500", transient(refusal(2, 500)), 1, MessageState::kQueued, 1s},
      {"later: maintenance", refusal(131057), 1, MessageState::kQueued, 6s},
      {"fix: outside the window", refusal(131047), 1, MessageState::kFailed, kOver},
      {"no", refusal(131051), 1, MessageState::kFailed, kOver},
      {"a code that nobody knows", refusal(987654), 1, MessageState::kFailed, kOver},
      {"503 without a word", without_error_object(503), 1, MessageState::kQueued, 1s},
      {"503 for the 5th time", without_error_object(503), 5, MessageState::kFailed, kOver},
      {"429 without a word", without_error_object(429), 1, MessageState::kQueued, 6s},
      {"404 without a word", without_error_object(404), 1, MessageState::kFailed, kOver},
      {"Retry-After that is longer", with_retry_after(refusal(130429), 90s), 1, MessageState::kQueued, 90s},
      {"Retry-After that is shorter", with_retry_after(refusal(130429), 2s), 1, MessageState::kQueued, 6s},
  };
  for (const auto& row : rows) {
    const auto next = after_send(row.outcome, row.tries, kCreated, kCreated + 5s, 0.0);
    EXPECT_EQ(next.state, row.state) << row.what;
    if (row.delay != kOver) {
      EXPECT_EQ(next.due - (kCreated + 5s), row.delay) << row.what;
    }
  }
}

TEST(RetryTest, KeepsWhatTheAnswerSaid) {
  EXPECT_EQ(after_send(GraphSent{"wamid.1"}, 1, kCreated, kCreated, 0).wamid, "wamid.1");
  const auto failed = after_send(refusal(131047), 1, kCreated, kCreated, 0);
  EXPECT_EQ(failed.error_code, 131047);
  EXPECT_EQ(failed.reason, "code 131047");
}

TEST(RetryTest, GivesUpWhenTheNextTryWouldComeAfterADay) {
  for (const auto& outcome : {failure_of(Kind::kNotSent), refusal(130429), refusal(190, 401)}) {
    EXPECT_EQ(after_send(outcome, 1, kCreated, kCreated + 24h - 2min, 0).state, MessageState::kQueued);
    EXPECT_EQ(after_send(outcome, 1, kCreated, kCreated + 24h, 0).state, MessageState::kFailed);
  }
  EXPECT_EQ(after_send(with_retry_after(refusal(130429), 25h), 1, kCreated, kCreated, 0).state, MessageState::kFailed);
}

TEST(RetryTest, LengthensADelayByAQuarterAtMost) {
  const auto delay = [](double jitter) {
    return after_send(refusal(130429), 1, kCreated, kCreated, jitter).due - kCreated;
  };
  EXPECT_EQ(delay(0.0), 6s);
  EXPECT_EQ(delay(0.5), 6750ms);
  EXPECT_LE(delay(0.999), 7500ms);
}

TEST(RetryTest, RestsANumberAfterThroughputErrorsOnly) {
  const struct {
    GraphOutcome outcome;
    std::chrono::milliseconds rest;
  } rows[] = {
      {refusal(130429), 1s},
      {refusal(80007), 1s},
      {refusal(4), 1s},
      {without_error_object(429), 1s},
      {with_retry_after(refusal(130429), 30s), 30s},
      {with_retry_after(refusal(130429), std::chrono::hours(24 * 365)), 600s},
      {refusal(131056), 0s},  // the pair's limit, not the number's
      {refusal(131056, 429), 0s},
      {refusal(131057), 10s},
      {with_retry_after(refusal(131057), 30s), 30s},
      {refusal(131000), 0s},
      {with_retry_after(refusal(131000), 30s), 0s},
      {failure_of(Kind::kNotSent), 0s},
      {failure_of(Kind::kAmbiguous), 0s},
      {GraphSent{"wamid.1"}, 0s},
  };
  for (const auto& row : rows) EXPECT_EQ(number_rest(row.outcome), row.rest) << (&row - rows);
}

TEST(RetryTest, TellsWhoseLimitWasMet) {
  EXPECT_EQ(rest_scope(refusal(80007)), RestScope::kAccount);
  EXPECT_EQ(rest_scope(refusal(4)), RestScope::kApp);
  for (const auto& outcome :
       {refusal(130429), refusal(131057), failure_of(Kind::kNotSent), failure_of(Kind::kAmbiguous)})
    EXPECT_EQ(rest_scope(outcome), RestScope::kNumber);
}

TEST(RetryTest, TellsWhoseTroubleARefusalIs) {
  for (const std::int64_t code : {0, 3, 10, 190, 200, 299, 131005})
    EXPECT_EQ(authorization_verdict(refusal(code, 403)), Circuit::Verdict::kTrouble) << code;
  EXPECT_EQ(authorization_verdict(failure_of(Kind::kNoToken)), Circuit::Verdict::kTrouble);
  auto other_app = refusal(100);
  std::get<GraphFailure>(other_app).error.subcode = 33;
  EXPECT_EQ(authorization_verdict(other_app), Circuit::Verdict::kTrouble);
  for (const std::int64_t code : {100, 131000, 131047, 130429})
    EXPECT_EQ(authorization_verdict(refusal(code)), Circuit::Verdict::kPassed) << code;
  EXPECT_EQ(authorization_verdict(GraphSent{"wamid.1"}), Circuit::Verdict::kPassed);
  for (const auto& outcome : {failure_of(Kind::kNotSent), failure_of(Kind::kAmbiguous), without_error_object(503)})
    EXPECT_EQ(authorization_verdict(outcome), Circuit::Verdict::kNotAsked);
  EXPECT_TRUE(is_throughput_refusal(refusal(130429)));
  EXPECT_TRUE(is_throughput_refusal(without_error_object(429)));
  EXPECT_FALSE(is_throughput_refusal(refusal(131056, 429)));
  EXPECT_FALSE(is_throughput_refusal(refusal(80007)));
  EXPECT_TRUE(is_pair_refusal(refusal(131056)));
  EXPECT_FALSE(is_pair_refusal(failure_of(Kind::kAmbiguous)));
}

}  // namespace
}  // namespace claw
