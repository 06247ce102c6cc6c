#include "api/body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using ::testing::HasSubstr;

std::string fault_of(std::string body, std::initializer_list<std::string_view> known) {
  net::HttpRequest request;
  request.body = std::move(body);
  const auto read = body_of(request, known);
  return read ? "" : read.error().message;
}

TEST(BodyTest, WhereThereIsNothingToSayNoBodyIsNeeded) {
  EXPECT_EQ(fault_of("", {}), "");
  EXPECT_EQ(fault_of("{}", {}), "");
  EXPECT_THAT(fault_of(R"({"state":"failed"})", {}), HasSubstr("state")) << "what is said is still read";
  EXPECT_THAT(fault_of("x", {}), HasSubstr("JSON object"));
  EXPECT_THAT(fault_of("", {"state"}), HasSubstr("JSON object"));
}

}  // namespace
}  // namespace claw
