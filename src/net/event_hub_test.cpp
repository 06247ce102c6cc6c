#include "net/event_hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/await.hpp"

namespace claw::net {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Listener = std::shared_ptr<EventHub::Listener>;

class EventHubTest : public ::testing::Test {
 protected:
  /// What the listener gets next; "nothing" if it has to wait, and then it goes on waiting.
  std::string next(const Listener& listener) {
    heard_ = "nothing";
    listener->next([this](std::string text) { heard_ = std::move(text); });
    return heard_;
  }
  std::string heard_;
  EventHub hub_{{.listeners = 3, .per_topic = 2, .waiting_bytes = 200}};
};

TEST_F(EventHubTest, WakesAListenerThatWaitsAndKeepsWhatComesMeanwhile) {
  const auto listener = hub_.open("");
  EXPECT_EQ(next(listener), "nothing");
  hub_.publish("49151", "typing", R"({"typing":true})");
  EXPECT_EQ(heard_, "event: typing\ndata: {\"typing\":true}\n\n");
  hub_.publish("49151", "a", "1");
  hub_.publish("49151", "b", "2");
  EXPECT_EQ(next(listener), "event: a\ndata: 1\n\nevent: b\ndata: 2\n\n");
}

TEST_F(EventHubTest, TellsAListenerOfItsTopicAndOfWhatIsForEverybody) {
  const auto maria = hub_.open("maria");
  hub_.publish("paul", "message", "paul's");
  hub_.publish("maria", "message", "maria's");
  hub_.publish("", "numbers", "all's");
  const auto heard = next(maria);
  EXPECT_THAT(heard, HasSubstr("maria's"));
  EXPECT_THAT(heard, HasSubstr("all's"));
  EXPECT_THAT(heard, Not(HasSubstr("paul's")));
  EXPECT_TRUE(hub_.heard("maria"));
  EXPECT_FALSE(hub_.heard("paul"));
}

TEST_F(EventHubTest, AsksAListenerThatDoesNotKeepUpToReadAnewAndCostsNoMore) {
  const auto slow = hub_.open("");
  for (int i = 0; i < 1000; ++i) hub_.publish("", "message", std::to_string(i));
  const auto heard = next(slow);
  EXPECT_THAT(heard, StartsWith("event: resync\n"));
  EXPECT_LE(heard.size(), 200U);
  EXPECT_EQ(next(slow), "nothing") << "and recovers";
  hub_.publish("", "message", "new");
  EXPECT_THAT(heard_, HasSubstr("new"));
}

TEST_F(EventHubTest, HasRoomForSoManyAndAgainOnceOneIsGone) {
  auto first = hub_.open("a");
  const auto second = hub_.open("a");
  EXPECT_EQ(hub_.open("a"), nullptr) << "one topic does not take all places";
  const auto third = hub_.open("b");
  EXPECT_EQ(hub_.open("c"), nullptr);
  EXPECT_EQ(hub_.listeners(), 3U);
  first.reset();
  EXPECT_NE(hub_.open("c"), nullptr);
  EXPECT_EQ(hub_.listeners(), 2U) << "whoever is dropped without a word is gone";
}

TEST_F(EventHubTest, EndsEveryListenerAndLetsNobodyInAfterwards) {
  const auto waits = hub_.open("");
  const auto has_more = hub_.open("");
  EXPECT_EQ(next(waits), "nothing");
  hub_.close_all();
  EXPECT_EQ(heard_, "");
  hub_.publish("", "message", "late");
  EXPECT_EQ(next(has_more), "");
  EXPECT_EQ(hub_.open(""), nullptr);
}

TEST_F(EventHubTest, ShowsADeadConnectionByAComment) {
  const auto listener = hub_.open("");
  hub_.ping();
  EXPECT_THAT(next(listener), StartsWith(":"));
}

TEST_F(EventHubTest, NobodyHearsWhereNobodyListens) {
  EXPECT_FALSE(hub_.heard());
  EXPECT_FALSE(hub_.heard(""));
  hub_.publish("", "message", "x");
  const auto listener = hub_.open("");
  EXPECT_TRUE(hub_.heard());
  listener->greet();
  listener->give("only", "1");
  EXPECT_EQ(next(listener), "retry: 1000\nid: 1\nevent: hello\ndata: {}\n\nevent: only\ndata: 1\n\n");
}

/// Takes some writes, then the client is gone.
class Writer final : public BodyWriter {
 public:
  explicit Writer(int takes) : takes_(takes) {}
  Task<bool> write(std::string_view bytes) override {
    if (takes_-- <= 0) co_return false;
    written += bytes;
    co_return true;
  }
  std::string written;

 private:
  int takes_;
};

class EventStreamTest : public ::testing::Test {
 protected:
  Task<int> run(const HttpResponse& response, Writer& writer) {
    co_await response.stream(writer);
    co_return 0;
  }
  IoPool io_{1};
  EventHub hub_;
};

TEST_F(EventStreamTest, EndsWhenTheClientIsGoneAndGivesItsPlaceBack) {
  {
    const auto response = event_stream(hub_.open(""));
    EXPECT_EQ(response.content_type, "text/event-stream");
    Writer gone(0);
    hub_.publish("", "first", "1");
    claw::testing::await(io_, run(response, gone));
    EXPECT_TRUE(hub_.heard()) << "while the answer is there";
  }
  EXPECT_FALSE(hub_.heard());
}

TEST_F(EventStreamTest, WritesNothingToWhoMayNotListenAnyLonger) {
  const auto response = event_stream(hub_.open(""), [] { return false; });
  Writer writer(100);
  hub_.publish("", "first", "1");
  claw::testing::await(io_, run(response, writer));
  EXPECT_THAT(writer.written, IsEmpty());
}

}  // namespace
}  // namespace claw::net
