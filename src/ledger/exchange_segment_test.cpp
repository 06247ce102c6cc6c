#include "ledger/sqlite/exchange_segment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::sqlite {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr TimePoint kStart{1'790'000'000'000ms};

Exchange exchange(const std::string& person, TimePoint at = kStart) {
  Exchange one;
  one.kind = ExchangeKind::kGraph;
  one.at = at;
  one.took = 1'234us;
  one.outcome = "refused";
  one.wrong = true;
  one.status = 400;
  one.method = "POST";
  one.path = "/v25.0/111/messages";
  one.phone_number_id = "111";
  one.request = R"({"to":")" + person + R"(","access_token":"EAA-secret"})";
  one.answer = R"({"error":{"code":131047,"fbtrace_id":"Az8"}})";
  one.reason = "in words";
  return one;
}

TEST(ExchangeSegmentTest, GivesBackWhatWasAddedInItsOrder) {
  ExchangeSegment segment;
  segment.add(exchange("4915", kStart + 5s));
  segment.add(exchange("4916"));
  EXPECT_EQ(segment.count(), 2);
  EXPECT_EQ(segment.wrong(), 2);
  EXPECT_EQ(segment.last(), kStart + 5s);
  const auto rows = rows_of(segment.rows(), 70);
  ASSERT_THAT(rows, SizeIs(2));
  const auto& row = rows[1];
  EXPECT_EQ(row.id, 71);
  EXPECT_EQ(row.kind, ExchangeKind::kGraph);
  EXPECT_EQ(row.at, kStart);
  EXPECT_EQ(row.took, 1'234us);
  EXPECT_EQ(row.outcome, "refused");
  EXPECT_TRUE(row.wrong);
  EXPECT_EQ(row.status, 400);
  EXPECT_EQ(row.method, "POST");
  EXPECT_EQ(row.path, "/v25.0/111/messages");
  EXPECT_EQ(row.phone_number_id, "111");
  EXPECT_EQ(row.bytes, 44);
  EXPECT_EQ(row.error_code, 131047);
  EXPECT_EQ(row.fbtrace_id, "Az8");
  EXPECT_THAT(row.names, ElementsAre("4916", "Az8"));
  const auto bodies = bodies_at(segment.bodies(), 1);
  ASSERT_TRUE(bodies);
  EXPECT_EQ(bodies->request, R"({"to":"4916","access_token":"…"})");
  EXPECT_EQ(bodies->answer, exchange("4916").answer);
  EXPECT_EQ(bodies->reason, "in words");
  EXPECT_FALSE(bodies_at(segment.bodies(), 2));
}

TEST(ExchangeSegmentTest, KnowsWhatItNames) {
  ExchangeSegment segment;
  for (int i = 0; i < 300; ++i) segment.add(exchange("4915" + std::to_string(i)));
  const auto names = segment.names();
  for (int i = 0; i < 300; ++i) EXPECT_TRUE(may_name(names, "4915" + std::to_string(i)));
  EXPECT_TRUE(may_name(names, name_of_error(131047)));
  EXPECT_FALSE(may_name(names, name_of_error(190)));
  EXPECT_FALSE(may_name(names, "4916"));
  EXPECT_FALSE(may_name("", "4915"));
}

TEST(ExchangeSegmentTest, WhatIsCutOffReadsAsIfThereWereNothing) {
  ExchangeSegment segment;
  segment.add(exchange("4915"));
  segment.add(exchange("4916"));
  const auto rows = segment.rows(), bodies = segment.bodies();
  for (std::size_t size = 0; size < rows.size(); ++size)
    EXPECT_THAT(rows_of(rows.substr(0, size), 1), IsEmpty()) << size;
  for (std::size_t size = 0; size < bodies.size(); ++size) EXPECT_FALSE(bodies_at(bodies.substr(0, size), 0)) << size;
}

TEST(ExchangeSegmentTest, NoDamageMakesItAskForMoreThanThereIs) {
  ExchangeSegment segment;
  segment.add(exchange("4915"));
  segment.add(exchange("4916"));
  const auto rows = segment.rows(), bodies = segment.bodies();
  for (const char byte : {'\0', '\x7f', '\xff'}) {
    for (std::size_t at = 0; at < rows.size(); ++at) {
      auto damaged = rows;
      damaged[at] = byte;
      for (const auto& row : rows_of(damaged, 1)) EXPECT_LT(row.names.size(), rows.size() * 255) << at;
    }
    for (std::size_t at = 0; at < bodies.size(); ++at) {
      auto damaged = bodies;
      damaged[at] = byte;
      if (const auto read = bodies_at(damaged, 1)) EXPECT_LT(read->request.size(), bodies.size() * 255) << at;
    }
  }
}

TEST(ExchangeSegmentTest, WhatIsAlikeTakesLittleRoom) {
  ExchangeSegment segment;
  std::size_t plain = 0;
  for (int i = 0; i < 256; ++i) {
    const auto one = exchange("49155500" + std::to_string(1'000 + i));
    plain += one.request.size() + one.answer.size();
    segment.add(one);
  }
  EXPECT_LT(segment.bodies().size(), plain / 3);
}

}  // namespace
}  // namespace claw::sqlite
