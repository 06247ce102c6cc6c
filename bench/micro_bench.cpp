#include <benchmark/benchmark.h>
#include <filesystem>
#include <latch>

#include "base/crypto.hpp"
#include "inbox/embedded_inbox.hpp"
#include "ledger/ledger.hpp"
#include "requests.hpp"
#include "whatsapp/graph_json.hpp"
#include "whatsapp/signature.hpp"
#include "whatsapp/webhook.hpp"

namespace claw {
namespace {

constexpr const char* kAppSecret = "0123456789abcdef0123456789abcdef";

std::string body(std::uint64_t number = 1) {
  bench::WebhookPlan plan;
  plan.phone_number_id = "100000000000001";
  return bench::webhook_body(plan, number, number % 1000, 1'790'000'000);
}

void signature(benchmark::State& state) {
  const std::string text = body();
  const std::string header = "sha256=" + to_hex(hmac_sha256(kAppSecret, text));
  for (auto _ : state) benchmark::DoNotOptimize(whatsapp::is_signed(kAppSecret, header, text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(signature);

void split_webhook(benchmark::State& state) {
  const std::string text = body();
  for (auto _ : state) benchmark::DoNotOptimize(whatsapp::split_webhook(text));
}
BENCHMARK(split_webhook);

void slot(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(slot_of(TenantId{1}, "DE.1000000000000001"));
}
BENCHMARK(slot);

void parse_item(benchmark::State& state) {
  const std::string text = body();
  for (auto _ : state) benchmark::DoNotOptimize(whatsapp::parse_item(whatsapp::ItemKind::kMessage, text));
}
BENCHMARK(parse_item);

void message_json(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(whatsapp::message_json({"4915550000001", "DE.1000000000000001"},
                                                    "Where is my order no. 1?", "s1.4a5b.000000000005"));
}
BENCHMARK(message_json);

void parse_send_answer(benchmark::State& state) {
  const std::string answer =
      R"({"messaging_product":"whatsapp","contacts":[{"input":"4915550000001","wa_id":"4915550000001"}],)"
      R"("messages":[{"id":"wamid.HBgNNDkxNTU1MDAwMDAwMRUCABEYEjc4RTRBNzQ5RkU2RTU2RTRFMwA="}]})";
  for (auto _ : state) benchmark::DoNotOptimize(whatsapp::parse_send_answer(200, answer));
}
BENCHMARK(parse_send_answer);

/// Appends as the inbox does; `done` counts down once it is on stable storage.
class Append final : public sqlite::Store::Job {
 public:
  Append(const std::string& raw, std::latch& done) : raw_(raw), done_(done) {}
  bool run(sqlite::Database& db) override {
    db.run("INSERT INTO inbox (seq, tenant, slot, kind, received_ms, raw) VALUES (NULL, $1, $2, $3, $4, $5)", 1, 4711,
           1, 1'790'000'000'000, sqlite::Blob{raw_});
    return true;
  }
  void finish(const Result<void>&) override { done_.count_down(); }
  [[nodiscard]] bool is_append() const override { return true; }

 private:
  const std::string& raw_;
  std::latch& done_;
};

/// So many writers wait together and share a commit. In the working folder, which must not be memory: it syncs.
void append_group(benchmark::State& state) {
  const std::string folder = std::filesystem::current_path() / "micro_bench_data";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  auto store = sqlite::Store::open(EmbeddedInbox::store_options({}, folder + "/inbox.db"));
  if (!store) return state.SkipWithError(store.error().message.c_str());
  const std::string raw = body();
  for (auto _ : state) {
    std::latch done(state.range(0));
    for (std::int64_t i = 0; i < state.range(0); ++i) (*store)->submit(std::make_unique<Append>(raw, done));
    done.wait();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  store->reset();
  std::filesystem::remove_all(folder);
}
BENCHMARK(append_group)->Arg(1)->Arg(8)->Arg(32)->Arg(64)->Arg(256)->UseRealTime();

}  // namespace
}  // namespace claw

BENCHMARK_MAIN();
