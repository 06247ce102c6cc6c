#include "requests.hpp"

#include <chrono>
#include <random>

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw::bench {
namespace {

constexpr std::uint64_t kFirstPhone = 4'915'550'000'000;

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string request(std::string_view method, std::string_view path, std::string_view more_headers,
                    std::string_view body) {
  return fmt::format(
      "{} {} HTTP/1.1\r\nHost: bench\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
      "Content-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
      method, path, more_headers, body.size(), body);
}

std::string signature_header(std::string_view app_secret, std::string_view body) {
  return fmt::format("X-Hub-Signature-256: sha256={}\r\n", to_hex(hmac_sha256(app_secret, body)));
}

}  // namespace

std::string_view RequestList::next() {
  if (at_ == ends_.size()) {
    if (!repeats_ || ends_.empty()) return {};
    at_ = 0;
  }
  const std::size_t begin = at_ == 0 ? 0 : ends_[at_ - 1];
  return std::string_view(bytes_).substr(begin, ends_[at_++] - begin);
}

std::string phone_of(std::uint64_t user) {
  return std::to_string(kFirstPhone + user);
}

std::string webhook_body(const WebhookPlan& plan, std::uint64_t number, std::uint64_t user, std::int64_t time_s) {
  const std::string phone = phone_of(user);
  return fmt::format(
      R"({{"object":"whatsapp_business_account","entry":[{{"id":"200000000000001","changes":[{{"value":)"
      R"({{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550001001",)"
      R"("phone_number_id":"{}"}},"contacts":[{{"profile":{{"name":"Zo\u00eb {}"}},"wa_id":"{}",)"
      R"("user_id":"DE.1{:015}"}}],"messages":[{{"from":"{}","from_user_id":"DE.1{:015}",)"
      R"("id":"wamid.HBgNNDkxNTU1MDAwMDAwMBUCABIYFDNB{:08X}{:010X}A=","timestamp":"{}",)"
      R"("text":{{"body":"Where is my order no. {}? It should have come on Tuesday."}},"type":"text"}}]}},)"
      R"("field":"messages"}}]}}]}})",
      plan.phone_number_id, user, phone, user, phone, user, plan.seed & 0xffffffff, number, time_s, number);
}

RequestList webhook_requests(const WebhookPlan& plan, std::size_t count) {
  RequestList list;
  list.reserve(count * 1100);
  std::mt19937_64 random(plan.seed);
  std::uniform_int_distribution<std::uint64_t> any_user(0, plan.users - 1);
  const auto now = seconds_now();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string body = webhook_body(plan, i, any_user(random), now);
    list.add(request("POST", plan.path, signature_header(plan.app_secret, body), body));
  }
  return list;
}

RequestList empty_requests(const std::string& path) {
  const WebhookPlan plan{.path = path, .app_secret = "any", .phone_number_id = "100000000000001"};
  const std::string body = webhook_body(plan, 0, 0, seconds_now());
  RequestList list;
  list.add(request("GET", path, signature_header(plan.app_secret, body), body));
  list.repeat();
  return list;
}

RequestList people_requests(std::uint64_t first_number, std::uint64_t numbers, std::uint64_t people,
                            std::size_t count) {
  RequestList list;
  list.reserve(count * 300);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t number = i % numbers;
    const std::uint64_t person = number * people + i / numbers % people;
    list.add(request("POST", fmt::format("/_sim/phones/{}/messages", phone_of(person)), "",
                     fmt::format(R"({{"text":"Where is my order no. {}?","to":"{}"}})", i, first_number + number)));
  }
  return list;
}

RequestList campaign_requests(const std::string& token, const std::string& name, std::size_t count) {
  constexpr std::uint64_t kFirstPerson = 10'000'000;
  RequestList list;
  list.reserve(count * 400);
  const std::string head = fmt::format("Authorization: Bearer {}\r\n", token);
  for (std::size_t i = 0; i < count; ++i)
    list.add(
        request("POST", "/api/v1/messages", head,
                fmt::format(R"({{"to":"{}","type":"template","template":{{"name":"{}","language":{{"code":"en"}}}}}})",
                            phone_of(kFirstPerson + i), name)));
  return list;
}

}  // namespace claw::bench
