// What it takes to know who wrote, how it stands with them and who answers: a turn up to its agent, which says nothing.
// In the working folder, with syncing off: `lookup_cost PEOPLE [ROUNDS]`, one `name value` a line. Everybody writes
// once, so that memory shows what is kept of them; then a few write again and again.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "base/io_pool.hpp"
#include "conversation/responder.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "tenancy/tenant.hpp"

namespace {

using namespace claw;
using std::chrono::steady_clock;

constexpr const char* kNumber = "100000000000001";
constexpr int kActive = 1'000;  // people who write again and again

class Silent final : public AgentRunner {
 public:
  Task<Result<AgentReply>> run(const Agent&, AgentTurn) override { co_return AgentReply{}; }
};

double resident_mib() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

class World {
 public:
  explicit World(std::int64_t people) : people_(people) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    sqlite::Store::Options options;
    options.database.path = folder_ + "/ledger.db";
    options.database.synchronous = sqlite::Database::Synchronous::kOff;
    store_ = sqlite::Store::open(std::move(options)).value();
    ledger_ = wait(sqlite::SqliteLedger::open(*store_, clock_)).value();
    script(fmt::format(R"sql(
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})
INSERT INTO users (tenant, public_id, name, phone, bsuid, created_ms)
  SELECT 1, '4915' || (1000000 + i), 'Person ' || i, '4915' || (1000000 + i), '', 0 FROM n;
INSERT INTO conversations (id, tenant, user, phone_number_id, created_ms, last_message, last_inbound_ms)
  SELECT id, 1, id, '{1}', 0, 0, 0 FROM users;
INSERT INTO access (tenant, number, address, standing, name, decided_by, since_ms, opted_out_ms, code, expires_ms, asked_by)
  SELECT 1, '', public_id, 1, '', 'bench', 0, 0, '', 0, 0 FROM users;
)sql",
                       people, kNumber));
    auto tenant = std::make_shared<Tenant>();
    tenant->id = TenantId{1};
    tenant->name = "acme";
    tenant->policy = ChannelPolicy::kPairing;
    tenant->phone_number_ids = {kNumber};
    tenant->agents["bot"] = {"bot", "echo", {}, {}};
    tenant->default_agent = "bot";
    tenant->routing = read_routing_rules(
        R"([{"by":"peer","value":"4917000000","agent":"bot"},{"by":"peer_prefix","value":"33","agent":"bot"},
            {"by":"keyword","value":"help","agent":"bot"},{"by":"pattern","value":"price|cost","agent":"bot"},
            {"by":"number","value":"100000000000002","agent":"bot"},{"by":"channel","agent":"bot"}])");
    tenant_ = std::move(tenant);
    access_ = std::make_unique<Access>(*access_store(), clock_);
    responder_ = std::make_unique<Responder>(*ledger_, *access_, agent_, clock_);
  }
  ~World() {
    responder_.reset();
    store_->close();
    std::filesystem::remove_all(folder_);
  }

  void everybody_writes() {
    told("resident_before_mib", resident_mib());
    const auto began = steady_clock::now();
    wait(write_all(1, people_));
    told("first_message_us", micros(began) / static_cast<double>(people_));
    told("people", static_cast<double>(people_));
    told("remembered_addresses", static_cast<double>(access_->remembered()));
    told("resident_after_mib", resident_mib());
  }
  void some_write_again_and_again(int rounds) {
    wait(write_all(1, kActive));
    const auto began = steady_clock::now();
    for (int round = 0; round < rounds; ++round) wait(write_all(1, kActive));
    told("lookup_us", micros(began) / (static_cast<double>(rounds) * kActive));
  }

 private:
  sqlite::SqliteAccessStore* access_store() {
    access_store_ = std::make_unique<sqlite::SqliteAccessStore>(*store_);
    return access_store_.get();
  }
  Task<int> write_all(std::int64_t from, std::int64_t to) {
    GiveUp give_up;
    for (std::int64_t i = from; i <= to; ++i) {
      PendingMessage message;
      message.id = MessageId{i};
      message.tenant = TenantId{1};
      message.conversation = ConversationId{i};
      message.phone_number_id = kNumber;
      message.user = message.phone = fmt::format("4915{}", 1'000'000 + i);
      message.type = "text";
      message.view = {"What does it cost to send a parcel?", "{}"};
      message.received = clock_.now();
      (void)co_await responder_->respond(tenant_, std::move(message), io_.executor(0), give_up, [] {});
    }
    co_return 0;
  }
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

  const std::int64_t people_;
  const std::string folder_ = std::filesystem::current_path() / "lookup_cost_data";
  SystemClock clock_;
  IoPool io_{1};
  Silent agent_;
  TenantRef tenant_;
  std::unique_ptr<sqlite::Store> store_;
  std::unique_ptr<sqlite::SqliteLedger> ledger_;
  std::unique_ptr<sqlite::SqliteAccessStore> access_store_;
  std::unique_ptr<Access> access_;
  std::unique_ptr<Responder> responder_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t people = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  World world(people);
  world.everybody_writes();
  world.some_write_again_and_again(argc > 2 ? std::atoi(argv[2]) : 100);
  return 0;
}
