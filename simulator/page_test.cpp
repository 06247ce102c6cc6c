#include "simulator/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::sim {
namespace {

using testing::HasSubstr;
using testing::Not;

net::HttpResponse get(std::string path, std::vector<net::HttpHeader> headers = {}) {
  net::HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  request.headers = std::move(headers);
  return answer_page(page_files(), request);
}

std::string header(const net::HttpResponse& response, std::string_view name) {
  return std::string(net::find_header(response.headers, name));
}

TEST(PageTest, IsInTheProgramWithATitle) {
  const auto page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr("<title>Phone"));
}

TEST(PageTest, LetsNothingInThatIsNotItsOwn) {
  const auto page = get("/");
  EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(header(page, "Content-Security-Policy"), Not(HasSubstr("unsafe")));
  EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(page.body, Not(HasSubstr("http://")));
  EXPECT_THAT(page.body, Not(HasSubstr("https://")));
}

TEST(PageTest, EveryFileIsServedAndKeptByItsName) {
  ASSERT_GE(page_files().size(), 3U);
  for (const auto& file : page_files()) {
    const auto answer = get(std::string(file.path));
    EXPECT_EQ(answer.status, 200) << file.path;
    EXPECT_EQ(answer.body, file.bytes) << file.path;
    EXPECT_THAT(header(answer, "Cache-Control"), HasSubstr(file.path == "/" ? "no-cache" : "immutable"));
  }
}

TEST(PageTest, IsNotSentTwiceToWhoHasIt) {
  const auto etag = header(get("/"), "ETag");
  const auto again = get("/", {{"If-None-Match", etag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(get("/", {{"If-None-Match", "\"other\""}}).status, 200);
}

TEST(PageTest, HasNothingElse) {
  EXPECT_EQ(get("/assets/none.js").status, 404);
  EXPECT_EQ(get("/assets/../../etc/passwd").status, 404);
}

}  // namespace
}  // namespace claw::sim
