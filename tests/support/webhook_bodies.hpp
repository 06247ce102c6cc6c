#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/meta_now.hpp"

namespace claw::testing {

/// One text message of a person, as Meta delivers it.
struct Said {
  std::string text;
  std::string wamid;
  std::string phone = "491555000001";
  std::int64_t timestamp = meta_now();
};

/// One status of a message of ours.
struct StatusUpdate {
  std::string wamid;
  std::string status;
  std::string callback_data = {};  ///< Empty: none comes back.
  std::int64_t timestamp = 1795000000;
  int error_code = 0;  ///< 0: none.
};

/// Values of `messages` changes; each is one element for webhook().
[[nodiscard]] std::string messages_change(const std::string& number, const std::vector<Said>& messages);
[[nodiscard]] std::string statuses_change(const std::string& number, const std::vector<StatusUpdate>& statuses);

/// A whole body: one entry for each list of changes.
[[nodiscard]] std::string webhook(const std::vector<std::vector<std::string>>& entries);

/// A body with these messages to `number`.
[[nodiscard]] std::string texts(const std::string& number, const std::vector<Said>& messages);
[[nodiscard]] std::string statuses(const std::string& number, const std::vector<StatusUpdate>& updates);

/// The value of X-Hub-Signature-256.
[[nodiscard]] std::string signature(const std::string& app_secret, const std::string& body);

}  // namespace claw::testing
