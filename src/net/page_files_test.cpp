#include "net/page_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr PageFile kFiles[] = {
    {"/", "text/html; charset=utf-8", "aaaa", "<!doctype html>", "page, compressed"},
    {"/assets/a-4f2a.js", "text/javascript; charset=utf-8", "bbbb", "run()", "script, compressed"},
};

HttpResponse get(std::string_view path, std::vector<HttpHeader> headers = {}) {
  HttpRequest request;
  request.method = "GET";
  request.path = path;
  request.headers = std::move(headers);
  return answer_page_file(kFiles, path, request);
}

std::string header(const HttpResponse& response, std::string_view name) {
  return std::string(find_header(response.headers, name));
}

TEST(PageFilesTest, AnswersAFileAsItIs) {
  const auto answer = get("/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(answer.body, "<!doctype html>");
  EXPECT_EQ(header(answer, "Content-Encoding"), "");
}

TEST(PageFilesTest, CompressesForWhoTakesIt) {
  const auto answer = get("/", {{"Accept-Encoding", "br;q=1.0, gzip, deflate"}});
  EXPECT_EQ(answer.body, "page, compressed");
  EXPECT_EQ(header(answer, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(answer, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(get("/"), "Vary"), "Accept-Encoding") << "a cache must not give one to who wants the other";
}

TEST(PageFilesTest, ReadsAcceptEncoding) {
  for (const char* yes : {"gzip", "gzip;q=0.5", "deflate , gzip ; q=1", "*", "br, *;q=0.1"})
    EXPECT_TRUE(takes_gzip(yes)) << yes;
  for (const char* no : {"", "br", "gzip;q=0", "gzip; q=0.0, *", "*;q=0", "xgzip"}) EXPECT_FALSE(takes_gzip(no)) << no;
}

TEST(PageFilesTest, HasThePageAskedForAndItsAssetsKept) {
  EXPECT_EQ(header(get("/"), "Cache-Control"), "no-cache");
  EXPECT_THAT(header(get("/assets/a-4f2a.js"), "Cache-Control"), HasSubstr("immutable"));
}

TEST(PageFilesTest, IsNotSentTwiceToWhoHasIt) {
  const auto etag = header(get("/"), "ETag");
  for (const auto& known : {etag, "W/" + etag, "\"other\", " + etag}) {
    const auto again = get("/", {{"If-None-Match", known}});
    EXPECT_EQ(again.status, 304) << known;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(header(again, "ETag"), etag);
  }
  EXPECT_EQ(get("/", {{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(get("/", {{"If-None-Match", etag}, {"Accept-Encoding", "gzip"}}).status, 200) << "it has other bytes";
}

TEST(PageFilesTest, ForbidsThePageWhatItDoesNotNeed) {
  const auto answer = get("/");
  const auto policy = header(answer, "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(header(answer, "Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_THAT(header(answer, "Permissions-Policy"), HasSubstr("camera=()"));
  EXPECT_THAT(header(answer, "Permissions-Policy"), HasSubstr("microphone=(self)")) << "voice messages are recorded";
}

TEST(PageFilesTest, HasNothingElse) {
  EXPECT_EQ(get("/assets/none.js").status, 404);
  EXPECT_EQ(get("/assets/../../etc/passwd").status, 404);
}

}  // namespace
}  // namespace claw::net
