// What ingress does with one webhook between the bytes and the inbox, N times: to be run under valgrind, which counts
// instructions.

#include <cstdio>
#include <cstdlib>

#include "base/crypto.hpp"
#include "ledger/ledger.hpp"
#include "requests.hpp"
#include "whatsapp/signature.hpp"
#include "whatsapp/webhook.hpp"

int main(int argc, char** argv) {
  using namespace claw;
  const long times = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1000;
  bench::WebhookPlan plan;
  plan.app_secret = "0123456789abcdef0123456789abcdef";
  plan.phone_number_id = "100000000000001";
  const std::string body = bench::webhook_body(plan, 1, 1, 1'790'000'000);
  const std::string signature = "sha256=" + to_hex(hmac_sha256(plan.app_secret, body));
  std::uint64_t sum = 0;
  for (long i = 0; i < times; ++i) {
    if (!whatsapp::is_signed(plan.app_secret, signature, body)) return 1;
    for (const auto& item : whatsapp::split_webhook(body)) sum += slot_of(TenantId{1}, item.slot_key) + item.raw.size();
  }
  std::printf("%llu\n", static_cast<unsigned long long>(sum));
}
