// Fills a data folder with people and messages, through the gateway's own inbox and ledger. No gateway may run on it.

#include <cstdio>
#include <random>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "app/config.hpp"
#include "app/data_folder.hpp"
#include "base/io_pool.hpp"
#include "inbox/embedded_inbox.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/sqlite_tenant_store.hpp"
#include "requests.hpp"

namespace {

using namespace claw;

/// Messages are spread evenly over this time before now.
constexpr std::int64_t kSpreadSeconds = 10 * 24 * 3600;
constexpr std::size_t kBatch = 2'000;

struct Asked {
  std::string data, tenant;
  bench::WebhookPlan plan;
  std::size_t messages = 1'000'000;
};

class Filler {
 public:
  explicit Filler(const Asked& asked) : asked_(asked), random_(1) {
    Config config;
    config.data_dir = asked.data;
    lock_.emplace(good(DataFolderLock::take(config.data_dir, config.lock_path())));
    sqlite::Store::Options options;
    options.database.cache_mib = 1024;
    options.database.synchronous = sqlite::Database::Synchronous::kOff;  // it can be made again
    inbox_store_ = good(sqlite::Store::open(EmbeddedInbox::store_options(options, config.inbox_path())));
    options.database.path = config.database_path();
    store_ = good(sqlite::Store::open(std::move(options)));
  }

  void run() {
    tenant_ = find_tenant();
    ledger_ = good(wait(sqlite::SqliteLedger::open(*store_, clock_)));
    inbox_ = good(wait(EmbeddedInbox::open(*inbox_store_)));
    for (std::size_t done = 0; done < asked_.messages; done += kBatch)
      fill(done, std::min(done + kBatch, asked_.messages));
    store_->close();
    inbox_->stop();
    inbox_store_->close();
  }

 private:
  template <class T>
  static T good(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }
  template <class T>
  T wait(Task<T> task) {
    return boost::asio::co_spawn(io_.executor(0), std::move(task), boost::asio::use_future).get();
  }

  TenantId find_tenant() {
    sqlite::SqliteTenantStore tenants(*store_);
    for (const auto& tenant : good(wait(tenants.load())).tenants)
      if (tenant.name == asked_.tenant) return tenant.id;
    throw std::runtime_error("there is no tenant " + asked_.tenant);
  }

  void fill(std::size_t from, std::size_t to) {
    const std::int64_t now_s = to_ms(clock_.now()) / 1000;
    std::vector<InboundItem> items;
    for (std::size_t number = from; number < to; ++number) {
      // Everybody writes once before anybody is drawn by chance.
      const std::uint64_t user = number < asked_.plan.users ? number : random_() % asked_.plan.users;
      const auto age = kSpreadSeconds * static_cast<std::int64_t>(asked_.messages - number) /
                       static_cast<std::int64_t>(asked_.messages);
      const std::int64_t time_s = now_s - age - 3600;
      for (auto& item : whatsapp::split_webhook(bench::webhook_body(asked_.plan, number, user, time_s)))
        items.push_back({{},
                         tenant_,
                         slot_of(tenant_, item.slot_key),
                         static_cast<std::uint8_t>(item.kind),
                         from_ms(time_s * 1000),
                         std::move(item.raw)});
    }
    good(wait(inbox_->append(std::move(items))));
    for (std::size_t left = to - from; left > 0;) {
      const auto taken = good(wait(inbox_->next(kBatch)));
      left -= std::min(left, taken.size());
      std::vector<AcceptItem> accepted;
      for (const auto& item : taken)
        accepted.push_back({item, whatsapp::parse_item(static_cast<whatsapp::ItemKind>(item.kind), item.raw),
                            "channel_disabled", false});
      (void)good(wait(ledger_->accept(std::move(accepted), ledger_->fence())));
      inbox_->settle(taken.back().seq);
    }
  }

  const Asked& asked_;
  std::mt19937_64 random_;
  SystemClock clock_;
  std::optional<DataFolderLock> lock_;
  IoPool io_{1};
  std::unique_ptr<sqlite::Store> inbox_store_;
  std::unique_ptr<sqlite::Store> store_;
  std::unique_ptr<sqlite::SqliteLedger> ledger_;
  std::unique_ptr<EmbeddedInbox> inbox_;
  TenantId tenant_;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Fills a data folder with messages that were received and not answered."};
  Asked asked;
  asked.plan.users = 100'000;
  asked.plan.seed = 0xf111;
  app.add_option("--data", asked.data, "the data folder; the tenant is there already")->required();
  app.add_option("--tenant", asked.tenant)->required();
  app.add_option("--number", asked.plan.phone_number_id)->required();
  app.add_option("--users", asked.plan.users)->capture_default_str();
  app.add_option("--messages", asked.messages)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    Filler(asked).run();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "fill_ledger: {}\n", error.what());
    return 1;
  }
}
