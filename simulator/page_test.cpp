#include "simulator/page.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(PageTest, IsInTheProgramWithATitle) {
  const auto files = page_files();
  const auto page = std::ranges::find(files, "/", &net::PageFile::path);
  ASSERT_NE(page, files.end());
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page->bytes, HasSubstr("<title>Phone"));
}

TEST(PageTest, AsksNobodyElseForAnything) {
  for (const auto& file : page_files())
    if (file.content_type.starts_with("text/html") || file.content_type.starts_with("text/css"))
      EXPECT_THAT(file.bytes, Not(HasSubstr("//"))) << file.path;
}

TEST(PageTest, EveryFileIsThereTwice) {
  ASSERT_GE(page_files().size(), 3U);
  for (const auto& file : page_files()) {
    EXPECT_FALSE(file.bytes.empty()) << file.path;
    EXPECT_THAT(file.gzip, StartsWith("\x1f\x8b")) << file.path;
  }
}

TEST(PageTest, HasNothingOfAnotherPage) {
  for (const auto& file : page_files()) EXPECT_THAT(file.path, Not(HasSubstr("admin")));
}

}  // namespace
}  // namespace claw::sim
