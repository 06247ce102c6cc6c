// Reading many messages back, page by page, and by person and direction.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_gateway.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kNumber = "100000000000001";

class ApiPagingTest : public ::testing::Test {
 protected:
  /// Six messages of two persons, in turn, and their answers.
  ApiPagingTest() {
    std::vector<Said> messages;
    for (int i = 0; i < 6; ++i)
      messages.push_back({fmt::format("text {}", i), fmt::format("wamid.{}", i), i % 2 == 0 ? "491111" : "492222"});
    gateway_.post(acme_, texts(kNumber, messages));
    gateway_.settle(acme_);
  }
  /// All texts that a client reads which follows `next` to the end, newest first.
  std::vector<std::string> pages(const std::string& query) {
    std::vector<std::string> read;
    std::string before;
    for (int page = 0; page < 20; ++page) {
      const auto answer = gateway_.api(acme_, "/api/v1/messages?" + query + before);
      for (const auto& message : answer.at("messages").as_array()) read.push_back(text_of(message.as_object(), "text"));
      if (answer.at("next").is_null()) return read;
      before = "&before=" + std::string(answer.at("next").as_string());
    }
    ADD_FAILURE() << "the pages have no end";
    return read;
  }

  LiveGateway gateway_;
  TestTenant acme_ = gateway_.make_tenant("acme", kNumber);
};

TEST_F(ApiPagingTest, GivesEachMessageOnceWhateverTheSizeOfAPage) {
  for (const int limit : {1, 4, 5, 6, 7, 12, 200})
    EXPECT_THAT(pages(fmt::format("limit={}&direction=inbound", limit)),
                ElementsAre("text 5", "text 4", "text 3", "text 2", "text 1", "text 0"))
        << limit;
  EXPECT_THAT(pages("limit=5"), SizeIs(12));
  EXPECT_THAT(pages("limit=5&direction=outbound"), SizeIs(6));
}

TEST_F(ApiPagingTest, GivesTheMessagesOfOnePerson) {
  for (const int limit : {1, 2, 3, 50}) {
    EXPECT_THAT(pages(fmt::format("limit={}&direction=inbound&user=491111", limit)),
                ElementsAre("text 4", "text 2", "text 0"))
        << limit;
    EXPECT_THAT(pages(fmt::format("limit={}&user=492222", limit)), SizeIs(6));
  }
  EXPECT_THAT(pages("user=499999"), IsEmpty());
  EXPECT_THAT(pages("user=4911"), IsEmpty()) << "a part of an id is nobody";
}

TEST_F(ApiPagingTest, KnowsAPersonByTheKeyOfTheirNumber) {
  EXPECT_EQ(text_of(gateway_.api(acme_, "/api/v1/kv/wa:491111").as_object(), "value"), "491111");
  // Who is to be one person under another id is so from the next message on.
  const HttpHeaders as_acme{{"Authorization", "Bearer " + acme_.api_token}};
  ASSERT_EQ(gateway_.call("PUT", "/api/v1/kv/wa:493333", as_acme, R"({"value":"491111"})").status, 200);
  gateway_.post(acme_, texts(kNumber, {{"from my other phone", "wamid.other", "493333"}}));
  gateway_.settle(acme_);
  EXPECT_THAT(pages("direction=inbound&user=491111"), ElementsAre("from my other phone", "text 4", "text 2", "text 0"));
  EXPECT_EQ(gateway_.graph().sends().back().to(), "493333") << "answered where they wrote from";
}

}  // namespace
}  // namespace claw::testing
