#pragma once

#include <string>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "support/meta_now.hpp"
#include "support/raw_client.hpp"

namespace claw::testing {

/// A signed webhook with one text message, as bytes of an HTTP request.
inline std::string text_webhook(const std::string& tenant, const std::string& app_secret, const std::string& number,
                                const std::string& phone, const std::string& wamid, const std::string& text) {
  const std::string body = fmt::format(
      R"({{"object":"whatsapp_business_account","entry":[{{"id":"200000000000001","changes":[{{"field":"messages",)"
      R"("value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550001001",)"
      R"("phone_number_id":"{}"}},"contacts":[{{"profile":{{"name":"P"}},"wa_id":"{}"}}],"messages":[{{"from":"{}",)"
      R"("id":"{}","timestamp":"{}","type":"text","text":{{"body":"{}"}}}}]}}}}]}}]}})",
      number, phone, phone, wamid, meta_now(), text);
  return fmt::format(
      "POST /t/{}/webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "X-Hub-Signature-256: sha256={}\r\nContent-Length: {}\r\n\r\n{}",
      tenant, to_hex(hmac_sha256(app_secret, body)), body.size(), body);
}

}  // namespace claw::testing
