#include "simulator/events.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::sim {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class EventsTest : public testing::Test {
 protected:
  /// What the listener gets next; "nothing" if it has to wait.
  std::string next(std::uint64_t listener) {
    heard_ = "nothing";
    events_.next(listener, [this](std::string text) { heard_ = std::move(text); });
    return heard_;
  }
  Events events_;
  std::string heard_;
};

TEST_F(EventsTest, GreetFirstSoThatAPageReadsEverythingAnew) {
  EXPECT_THAT(next(events_.open("")), HasSubstr("event: hello\n"));
}

TEST_F(EventsTest, WakeAListenerThatWaits) {
  const auto listener = events_.open("");
  next(listener);
  EXPECT_EQ(next(listener), "nothing");
  events_.publish("49151", "typing", {{"typing", true}});
  EXPECT_EQ(heard_, "event: typing\ndata: {\"typing\":true}\n\n");
}

TEST_F(EventsTest, GoToThoseWhoListenToThatPerson) {
  const auto maria = events_.open("49151");
  next(maria);
  events_.publish("49999", "message", {});
  events_.publish("49151", "message", {{"for", "maria"}});
  events_.publish("", "numbers", {});
  EXPECT_EQ(next(maria), "event: message\ndata: {\"for\":\"maria\"}\n\nevent: numbers\ndata: {}\n\n");
  EXPECT_TRUE(events_.heard("49151"));
  EXPECT_FALSE(events_.heard("49999"));
}

TEST_F(EventsTest, TellASlowListenerToReadAnewRatherThanPileUp) {
  const auto slow = events_.open("");
  for (std::size_t i = 0; i <= Events::kMaxWaiting; ++i) events_.publish("", "message", {{"n", i}});
  const auto text = next(slow);
  EXPECT_THAT(text, StartsWith("event: resync\n"));
  EXPECT_THAT(text, Not(HasSubstr("\"n\":5}")));
}

TEST_F(EventsTest, EndForEverybodyAtTheEnd) {
  const auto listener = events_.open("");
  next(listener);
  next(listener);
  events_.close_all();
  EXPECT_EQ(heard_, "");
  EXPECT_EQ(next(listener), "");
  EXPECT_EQ(events_.open(""), 0U);
}

TEST_F(EventsTest, HaveRoomForABoundedNumberOfListeners) {
  for (std::size_t i = 0; i < Events::kMaxListeners; ++i) EXPECT_NE(events_.open(""), 0U);
  EXPECT_EQ(events_.open(""), 0U);
}

}  // namespace
}  // namespace claw::sim
