#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"

namespace claw {

/// The names of the product page. The first three are secrets, never readable again; the others are settings.
inline constexpr const char* kAccessToken = "WHATSAPP_ACCESS_TOKEN";
inline constexpr const char* kAppSecret = "WHATSAPP_APP_SECRET";
inline constexpr const char* kVerifyToken = "WHATSAPP_VERIFY_TOKEN";
inline constexpr const char* kPhoneNumberId = "WHATSAPP_PHONE_NUMBER_ID";
inline constexpr const char* kWabaId = "WHATSAPP_WABA_ID";
inline constexpr const char* kAppId = "WHATSAPP_APP_ID";

/// Who may talk. Stored by name.
enum class ChannelPolicy { kDisabled, kOpen };

struct Agent {
  std::string name;
  std::string kind;
};

/// One tenant as it was when the directory was last read: never changes, shared by whoever works with it.
struct Tenant {
  TenantId id;
  std::string name;
  bool enabled = true;
  TimePoint created_at;
  ChannelPolicy policy = ChannelPolicy::kDisabled;
  std::vector<std::string> phone_number_ids;
  std::map<std::string, std::string> settings;
  std::map<std::string, TimePoint> secrets_set;  ///< Which secrets are set, and since when.
  SecretString access_token;
  SecretString app_secret;
  SecretString verify_token;
  std::map<std::string, Agent> agents;
  std::string default_agent;  ///< Empty: none is set.

  [[nodiscard]] bool owns_number(std::string_view phone_number_id) const {
    for (const auto& own : phone_number_ids)
      if (own == phone_number_id) return true;
    return false;
  }
};

}  // namespace claw
