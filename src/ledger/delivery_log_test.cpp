#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_delivery_log.hpp"
#include "support/await.hpp"
#include "support/temp_dir.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using claw::testing::await;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr TenantId kAcme{1};
constexpr TenantId kBeta{2};

class DeliveryLogTest : public ::testing::Test {
 protected:
  DeliveryLogTest() { open(1 << 30); }
  ~DeliveryLogTest() override { store_->close(); }

  void open(std::int64_t max_bytes) {
    if (store_) store_->close();
    log_.reset();
    store_ = sqlite::Store::open(sqlite::SqliteDeliveryLog::store_options(dir_.file("deliveries.db"), nullptr)).value();
    log_ = std::make_unique<sqlite::SqliteDeliveryLog>(*store_, clock_, metrics_, max_bytes);
  }

  Exchange webhook(const std::string& wamid, const std::string& phone, TenantId tenant = kAcme) {
    Exchange exchange;
    exchange.tenant = tenant;
    exchange.at = clock_.now();
    exchange.outcome = "ok";
    exchange.status = 200;
    exchange.request =
        R"({"metadata":{"phone_number_id":"111"},"messages":[{"from":")" + phone + R"(","id":")" + wamid + R"("}]})";
    return exchange;
  }
  Exchange refusal(std::int64_t code) {
    Exchange exchange;
    exchange.tenant = kAcme;
    exchange.kind = ExchangeKind::kGraph;
    exchange.at = clock_.now();
    exchange.outcome = "refused";
    exchange.wrong = true;
    exchange.status = 400;
    exchange.request = R"({"to":"4915","biz_opaque_callback_data":"cc1.0001.7"})";
    exchange.answer = R"({"error":{"code":)" + std::to_string(code) + R"(,"fbtrace_id":"Az8"}})";
    return exchange;
  }
  std::vector<std::string> firsts(ExchangeFilter filter, TenantId tenant = kAcme) {
    std::vector<std::string> names;
    for (const auto& row : await(io_, log_->find(tenant, std::move(filter))).value())
      names.push_back(row.names.empty() ? "" : row.names.back());
    return names;
  }

  claw::testing::TempDir dir_;
  IoPool io_{2};
  FakeClock clock_;
  Metrics metrics_;
  std::unique_ptr<sqlite::Store> store_;
  std::unique_ptr<sqlite::SqliteDeliveryLog> log_;
};

TEST_F(DeliveryLogTest, ShowsWhatWasNotedToItsTenantAloneNewestFirst) {
  log_->note(webhook("wamid.1", "4915"));
  log_->note(webhook("wamid.2", "4916"));
  log_->note(webhook("wamid.3", "4915", kBeta));
  EXPECT_THAT(firsts({}), ElementsAre("wamid.2", "wamid.1"));
  EXPECT_THAT(firsts({}, kBeta), ElementsAre("wamid.3"));
  const auto id = await(io_, log_->find(kAcme, {})).value().front().id;
  EXPECT_EQ(await(io_, log_->exchange(kBeta, id)).error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(await(io_, log_->exchange(kAcme, id)).value().request, HasSubstr("4916"));
}

TEST_F(DeliveryLogTest, IsSearchedByMessagePersonTraceAndError) {
  log_->note(webhook("wamid.1", "4915"));
  log_->note(webhook("wamid.2", "4916"));
  log_->note(refusal(131047));
  log_->note(refusal(190));
  EXPECT_THAT(firsts({.names = {"wamid.2"}}), ElementsAre("wamid.2"));
  EXPECT_THAT(firsts({.names = {"4915"}}), SizeIs(3));
  EXPECT_THAT(firsts({.names = {"4915", "4916"}}), SizeIs(4));
  EXPECT_THAT(firsts({.names = {"4915"}, .kind = ExchangeKind::kWebhook}), ElementsAre("wamid.1"));
  EXPECT_THAT(firsts({.names = {trace_of_message("wamid.1")}}), ElementsAre("wamid.1"));
  EXPECT_THAT(firsts({.names = {"Az8"}}), SizeIs(2));
  EXPECT_THAT(firsts({.names = {log_name_of(MessageId{7})}}), SizeIs(2));
  EXPECT_THAT(firsts({.wrong = true}), SizeIs(2));
  EXPECT_THAT(firsts({.phone_number_id = "111"}), SizeIs(2));
  const auto found = await(io_, log_->find(kAcme, {.error_code = 190})).value();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found.front().fbtrace_id, "Az8");
}

TEST_F(DeliveryLogTest, ComesInPagesThatLeaveNothingOut) {
  for (int i = 0; i < 5; ++i) log_->note(webhook("wamid." + std::to_string(i), "4915"));
  for (const auto& names : {std::vector<std::string>{}, std::vector<std::string>{"4915"}}) {
    std::vector<std::string> seen;
    ExchangeFilter filter{.limit = 2, .names = names};
    do {
      const auto page = await(io_, log_->find(kAcme, filter)).value();
      for (const auto& row : page) seen.push_back(row.names.back());
      filter.before = page.next;
    } while (filter.before > 0);
    EXPECT_THAT(seen, ElementsAre("wamid.4", "wamid.3", "wamid.2", "wamid.1", "wamid.0"));
  }
}

TEST_F(DeliveryLogTest, GoesOnWhereANameIsNamedMoreOftenThanAPageHolds) {
  constexpr int kMany = 2'010;
  log_->note(webhook("wamid.other", "4916"));
  for (int i = 0; i < kMany; ++i) {
    log_->note(webhook("wamid." + std::to_string(i), "4915"));
    if (i % 500 == 0) (void)firsts({.limit = 1});
  }
  std::size_t seen = 0;
  ExchangeFilter filter{.limit = 900, .names = {"4915", "4916"}};
  do {
    const auto page = await(io_, log_->find(kAcme, filter)).value();
    seen += page.size();
    filter.before = page.next;
  } while (filter.before > 0);
  EXPECT_EQ(seen, static_cast<std::size_t>(kMany) + 1);
}

TEST_F(DeliveryLogTest, KeepsNoSecretAndNotMoreOfABodyThanItSays) {
  auto exchange = refusal(190);
  exchange.request = R"({"pin":"123456","text":")" + std::string(DeliveryLog::kMaxKeptBytes, 'x') + R"(","to":"4917"})";
  log_->note(std::move(exchange));
  const auto row = await(io_, log_->find(kAcme, {.names = {"4917"}})).value().front();
  const auto detail = await(io_, log_->exchange(kAcme, row.id)).value();
  EXPECT_THAT(detail.request, Not(HasSubstr("123456")));
  EXPECT_LE(detail.request.size(), DeliveryLog::kMaxKeptBytes);
  EXPECT_GT(row.bytes, static_cast<std::int64_t>(DeliveryLog::kMaxKeptBytes));
}

TEST_F(DeliveryLogTest, ForgetsWhatIsOldWithItsNames) {
  log_->note(webhook("wamid.1", "4915"));
  log_->note(webhook("wamid.b", "4915", kBeta));
  (void)firsts({});
  clock_.advance(24h);
  log_->note(webhook("wamid.2", "4915"));
  (void)firsts({});
  EXPECT_EQ(await(io_, log_->expire(kAcme, clock_.now() - 1h, 10)).value(), 1U);
  EXPECT_THAT(firsts({}), ElementsAre("wamid.2"));
  EXPECT_THAT(firsts({.names = {"4915"}}), ElementsAre("wamid.2"));
  EXPECT_THAT(firsts({.names = {"wamid.1"}}), IsEmpty());
  EXPECT_THAT(firsts({}, kBeta), ElementsAre("wamid.b"));
}

TEST_F(DeliveryLogTest, DropsAndCountsWhatItsWriterCannotFollow) {
  auto& dropped = metrics_.counter("clawcentral_delivery_log_dropped_total", "");
  auto& kept = metrics_.counter("clawcentral_delivery_log_kept_total", "");
  auto large = webhook("wamid.1", "4915");
  large.request.resize(sqlite::SqliteDeliveryLog::kMaxWaitingBytes, ' ');
  log_->note(std::move(large));
  EXPECT_EQ(dropped.value(), 1U);
  log_->note(webhook("wamid.2", "4915"));
  EXPECT_THAT(firsts({}), ElementsAre("wamid.2"));
  EXPECT_EQ(kept.value(), 1U);
}

TEST_F(DeliveryLogTest, GivesUpTheOldestWhereItsFileIsFull) {
  open(256 * 1024);
  for (int i = 0; i < 4'000; ++i) {
    log_->note(webhook("wamid." + std::to_string(i), "4915"));
    if (i % 200 == 0) (void)firsts({.limit = 1});
  }
  EXPECT_THAT(firsts({.limit = 1}), ElementsAre("wamid.3999"));
  EXPECT_THAT(firsts({.names = {"wamid.0"}}), IsEmpty());
}

TEST_F(DeliveryLogTest, BeginsAnewInAFileOfTheTimeWhenEachExchangeHadRowsOfItsOwn) {
  auto old = sqlite::SqliteDeliveryLog::store_options(dir_.file("old.db"), nullptr);
  static constexpr const char* kOldSteps[] = {"CREATE TABLE exchanges (id INTEGER PRIMARY KEY) STRICT;"};
  const auto steps = std::exchange(old.schema, kOldSteps);
  sqlite::Store::open(old).value()->close();
  old.schema = steps;
  log_.reset();
  store_->close();
  store_ = sqlite::Store::open(old).value();
  log_ = std::make_unique<sqlite::SqliteDeliveryLog>(*store_, clock_, metrics_, 1 << 30);
  log_->note(webhook("wamid.1", "4915"));
  EXPECT_THAT(firsts({}), ElementsAre("wamid.1"));
}

TEST_F(DeliveryLogTest, KeepsWhatComesLittleByLittleTogether) {
  const auto segments = [&] {
    return await(io_, store_->read<std::int64_t>([](sqlite::Database& db) -> Result<std::int64_t> {
             auto row = db.query("SELECT count(*) FROM segments");
             return row.next() ? row->integer(0) : 0;
           }))
        .value();
  };
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 70; ++i) {
    log_->note(webhook("wamid." + std::to_string(i), "4915" + std::to_string(i)));
    log_->note(webhook("wamid.b" + std::to_string(i), "4915", kBeta));
    ids.push_back(await(io_, log_->find(kAcme, {.limit = 1})).value().front().id);
  }
  EXPECT_EQ(segments(), 4) << "64 and the rest, of two tenants";
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto detail = await(io_, log_->exchange(kAcme, ids[i])).value();
    EXPECT_THAT(detail.row.names, ElementsAre("4915" + std::to_string(i), "wamid." + std::to_string(i)));
    EXPECT_THAT(detail.request, HasSubstr("\"wamid." + std::to_string(i) + "\""));
    EXPECT_THAT(firsts({.names = {"4915" + std::to_string(i)}}), ElementsAre("wamid." + std::to_string(i)));
  }
  EXPECT_EQ(await(io_, log_->exchange(kAcme, ids.back() + 1)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(await(io_, log_->exchange(kAcme, INT64_MAX)).error().kind, ErrorKind::kNotFound);
  clock_.advance(2min);
  log_->note(webhook("wamid.later", "4915"));
  (void)firsts({});
  EXPECT_EQ(segments(), 5) << "what is old may be deleted without what is not";
}

TEST_F(DeliveryLogTest, FindsErrorsAlsoWhereTheExchangeDidWhatItWasFor) {
  auto status = webhook("wamid.1", "4915");
  status.request = R"({"statuses":[{"id":"wamid.1","errors":[{"code":131047}]}]})";
  log_->note(std::move(status));
  log_->note(webhook("wamid.2", "4915"));
  EXPECT_THAT(firsts({.error_code = 131047}), ElementsAre("wamid.1"));
  EXPECT_THAT(firsts({.error_code = 190}), IsEmpty());
}

TEST(TraceTest, TakesATraceparentAsTheW3CWritesIt) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_EQ(trace_in("00-" + trace + "-00f067aa0ba902b7-01"), trace);
  EXPECT_EQ(trace_in(traceparent_of(trace)), trace);
  EXPECT_EQ(trace_in("01-" + trace + "-00f067aa0ba902b7-01-more"), trace);
  for (const auto& wrong :
       {std::string(), "00-" + trace + "-00f067aa0ba902b7-01-more", "ff-" + trace + "-00f067aa0ba902b7-01",
        "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01",
        std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"), "00_" + trace + "-00f067aa0ba902b7-01"})
    EXPECT_EQ(trace_in(wrong), "") << wrong;
}

}  // namespace
}  // namespace claw
