#include "events/event_retry.hpp"

#include <gtest/gtest.h>

namespace claw {
namespace {

using namespace std::chrono_literals;

Result<net::ClientResponse> answer(int status, std::vector<net::HttpHeader> headers = {}) {
  net::ClientResponse response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

TEST(EventRetryTest, JudgesAnAnswerByWhetherOthersWouldMeetIt) {
  EXPECT_EQ(sink_answer(answer(200)), SinkAnswer::kTaken);
  EXPECT_EQ(sink_answer(answer(204)), SinkAnswer::kTaken);
  for (const int status : {400, 413, 415, 422}) EXPECT_EQ(sink_answer(answer(status)), SinkAnswer::kRefused);
  for (const int status : {301, 307, 401, 403, 404, 405, 500, 502, 503})
    EXPECT_EQ(sink_answer(answer(status)), SinkAnswer::kTrouble) << status;
  EXPECT_EQ(sink_answer(answer(410)), SinkAnswer::kGone);
  EXPECT_EQ(sink_answer(answer(429)), SinkAnswer::kBusy);
  EXPECT_EQ(sink_answer(answer(503, {{"Retry-After", "7"}})), SinkAnswer::kBusy);
  EXPECT_EQ(sink_answer(fail(ErrorKind::kTransient, "no route")), SinkAnswer::kTrouble);
}

TEST(EventRetryTest, RestsAsItIsAskedWithinBounds) {
  EXPECT_EQ(rest_of(*answer(429)), 1s);
  EXPECT_EQ(rest_of(*answer(429, {{"Retry-After", "7"}})), 7s);
  EXPECT_EQ(rest_of(*answer(429, {{"Retry-After", "999999"}})), 3600s);
}

TEST(EventRetryTest, TriesFromSecondsToADayAndThenGivesUp) {
  EXPECT_EQ(next_try(SinkAnswer::kTrouble, 1, 0), 5s);
  EXPECT_EQ(next_try(SinkAnswer::kTrouble, 2, 0), 30s);
  EXPECT_EQ(next_try(SinkAnswer::kTrouble, 11, 0), 24h);
  EXPECT_EQ(next_try(SinkAnswer::kTrouble, 12, 0), std::nullopt);
  std::chrono::milliseconds all{0};
  for (int tries = 1; tries <= 11; ++tries) {
    EXPECT_GT(next_try(SinkAnswer::kTrouble, tries, 0.9), next_try(SinkAnswer::kTrouble, tries, 0));
    all += *next_try(SinkAnswer::kTrouble, tries, 1);
  }
  EXPECT_LT(all, kEventLife);
}

TEST(EventRetryTest, OneThatIsRefusedForWhatItIsHoldsOthersUpForAMinuteAtMost) {
  EXPECT_EQ(next_try(SinkAnswer::kRefused, 2, 0), 30s);
  EXPECT_EQ(next_try(SinkAnswer::kRefused, 3, 0), std::nullopt);
}

}  // namespace
}  // namespace claw
