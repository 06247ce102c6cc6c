// What the ledger takes for a batch of messages, and for the pages of a tenant with many conversations. In the working
// folder, with syncing off: `ledger_cost CONVERSATIONS MESSAGES`, one `name value` a line.

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "base/io_pool.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "requests.hpp"
#include "whatsapp/webhook.hpp"

namespace {

using namespace claw;
using std::chrono::steady_clock;

constexpr TenantId kTenant{1};
constexpr std::int64_t kNow_s = 1'790'000'000;

class World {
 public:
  World() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    sqlite::Store::Options options;
    options.database.path = folder_ + "/ledger.db";
    options.database.synchronous = sqlite::Database::Synchronous::kOff;
    store_ = sqlite::Store::open(std::move(options)).value();
    ledger_ = wait(sqlite::SqliteLedger::open(*store_, clock_)).value();
  }
  ~World() {
    store_->close();
    std::filesystem::remove_all(folder_);
  }

  /// Everybody has written; messages are theirs by chance. Made in SQL: the same rows, without their webhooks.
  void fill(std::int64_t conversations, std::int64_t messages) {
    script(fmt::format(R"sql(
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})
INSERT INTO users (tenant, public_id, name, phone, bsuid, created_ms)
  SELECT 1, '4915' || (1000000 + i), 'Person ' || i, '4915' || (1000000 + i), '', 0 FROM n;
INSERT INTO kv SELECT 1, 'wa:' || phone, public_id FROM users;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {1})
INSERT INTO messages (tenant, conversation, direction, state, type, text, data, wamid, created_ms, meta_ms, previous,
  inbox, turn, part, attempts, due_ms, error_code, reason, agent)
  SELECT 1, CASE WHEN i <= {0} THEN i ELSE 1 + abs(random()) % {0} END, i % 2, CASE i % 2 WHEN 0 THEN 1 ELSE 15 END,
    'text', 'Some words that a person wrote, or an agent: number ' || i, '{{}}', '', {2}000 - ({1} - i) * 800,
    {2}000 - ({1} - i) * 800, 0, 0, 0, 0, 0, 0, 0, '', '' FROM n;
INSERT INTO conversations (id, tenant, user, phone_number_id, created_ms, last_message, last_inbound_ms)
  SELECT conversation, 1, conversation, '100000000000001', 0, max(id), max(meta_ms) FROM messages GROUP BY conversation;
INSERT INTO stored VALUES (1, {0}, {1}, 0);
INSERT INTO activity WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 21600)
  SELECT 1, {2} / 60 - i, 7, 7, 0 FROM n;
INSERT INTO answer_times WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2160 * 30)
  SELECT 1, {2} / 600 - i / 30, 60 + i % 30, 2 FROM n;
)sql",
                       conversations, messages, kNow_s));
  }

  void accept(std::int64_t people) {
    constexpr int kBatches = 200;
    constexpr int kBatch = 256;
    bench::WebhookPlan plan;
    plan.phone_number_id = "100000000000001";
    std::vector<std::vector<AcceptItem>> batches(kBatches);
    std::uint64_t number = 0;
    for (auto& batch : batches)
      for (int i = 0; i < kBatch; ++i, ++number) {
        const auto user = number * 7919 % static_cast<std::uint64_t>(people);
        const auto body = bench::webhook_body(plan, number, user, kNow_s + static_cast<std::int64_t>(number / 1000));
        InboundItem item{{},
                         kTenant,
                         0,
                         static_cast<std::uint8_t>(whatsapp::ItemKind::kMessage),
                         from_ms((kNow_s + static_cast<std::int64_t>(number / 1000)) * 1000),
                         body};
        auto event = whatsapp::parse_item(whatsapp::ItemKind::kMessage, body);
        batch.push_back({std::move(item), std::move(event), "channel_disabled", false});
      }
    const auto began = steady_clock::now();
    for (auto& batch : batches) (void)wait(ledger_->accept(std::move(batch), ledger_->fence())).value();
    told("accept_us", micros(began) / (kBatches * kBatch));
  }

  void lists() {
    ConversationFilter filter{.limit = 50};
    double longest = 0;
    for (int page = 1; page <= 100; ++page) {
      const auto began = steady_clock::now();
      filter.before = MessageId{wait(ledger_->conversations(kTenant, filter)).value().next};
      longest = std::max(longest, micros(began));
      if (page == 1 || page == 100) told(fmt::format("conversations_page_{}_ms", page), micros(began) / 1000);
    }
    told("conversations_page_longest_ms", longest / 1000);
    timed("search_name_few_ms", [&] { return ledger_->conversations(kTenant, {.limit = 50, .name = "person 4711"}); });
    timed("search_name_all_ms", [&] { return ledger_->conversations(kTenant, {.limit = 50, .name = "p"}); });
    timed("search_phone_few_ms", [&] { return ledger_->conversations(kTenant, {.limit = 50, .phone = "491510047"}); });
    timed("search_phone_all_ms", [&] { return ledger_->conversations(kTenant, {.limit = 50, .phone = "49"}); });
    const TimePoint now = from_ms(kNow_s / 3600 * 3600'000);
    using std::chrono::minutes;
    timed("open_windows_ms", [&] { return ledger_->open_windows(kTenant, now - minutes(24 * 60)); });
    timed("activity_week_ms", [&] { return ledger_->activity(kTenant, now - minutes(167 * 60), 168, minutes(60)); });
    timed("expire_500_ms",
          [&] { return ledger_->expire(kTenant, now - std::chrono::days(7), MessageId{1}, 500, ledger_->fence()); });
    timed("answer_times_week_ms",
          [&] { return ledger_->answer_times(kTenant, now - minutes(27 * 360), 28, minutes(360)); });
  }

 private:
  template <class T>
  T wait(Task<T> task) {
    return boost::asio::co_spawn(io_.executor(0), std::move(task), boost::asio::use_future).get();
  }
  void script(const std::string& sql) {
    wait(store_->write<void>([&sql](sqlite::Database& db) -> Result<void> {
      db.script(sql.c_str());
      return {};
    })).value();
  }
  static double micros(steady_clock::time_point began) {
    return std::chrono::duration<double, std::micro>(steady_clock::now() - began).count();
  }
  static void told(std::string_view name, double value) { fmt::print("{} {:.2f}\n", name, value); }
  /// The second time: the first one may wait for the disk.
  template <class Read>
  void timed(std::string_view name, Read read) {
    for (const bool counts : {false, true}) {
      const auto began = steady_clock::now();
      (void)wait(read()).value();
      if (counts) told(name, micros(began) / 1000);
    }
  }

  const std::string folder_ = std::filesystem::current_path() / "ledger_cost_data";
  SystemClock clock_;
  IoPool io_{1};
  std::unique_ptr<sqlite::Store> store_;
  std::unique_ptr<sqlite::SqliteLedger> ledger_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int at, std::int64_t otherwise) { return argc > at ? std::atoll(argv[at]) : otherwise; };
  const auto conversations = number(1, 100'000);
  World world;
  world.fill(conversations, number(2, 1'000'000));
  world.lists();
  world.accept(conversations);
  return 0;
}
