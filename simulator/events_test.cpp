#include "simulator/events.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace claw::sim {
namespace {

TEST(EventsTest, GoToThoseWhoListenToThatPersonOrToAll) {
  Events events;
  const auto maria = events.open("49151");
  const auto all = events.open("");
  events.publish("49999", "message", {{"for", "paul"}});
  events.publish("49151", "message", {{"for", "maria"}});
  events.publish("", "numbers", {});
  std::string heard;
  const auto next = [&heard](std::string text) { heard = std::move(text); };
  maria->next(next);
  EXPECT_EQ(heard, "event: message\ndata: {\"for\":\"maria\"}\n\nevent: numbers\ndata: {}\n\n");
  all->next(next);
  EXPECT_NE(heard.find("paul"), std::string::npos);
}

}  // namespace
}  // namespace claw::sim
