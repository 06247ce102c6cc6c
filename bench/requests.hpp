#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claw::bench {

/// HTTP requests as bytes, made before anything is measured.
class RequestList {
 public:
  void add(std::string_view request) {
    bytes_ += request;
    ends_.push_back(bytes_.size());
  }
  /// After the last comes the first again.
  void repeat() { repeats_ = true; }
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

  /// The next one, empty if there is none left. Lives as long as this object.
  [[nodiscard]] std::string_view next();
  [[nodiscard]] std::size_t size() const { return ends_.size(); }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
  std::size_t at_ = 0;
  bool repeats_ = false;
};

/// Who writes what to whom, in the webhooks that are made.
struct WebhookPlan {
  std::string path;  ///< "/t/acme/webhooks/whatsapp"
  std::string app_secret;
  std::string phone_number_id;
  std::uint64_t users = 10'000;  ///< The senders, drawn evenly.
  std::uint64_t seed = 0;        ///< Message ids of two seeds differ.
};

/// The phone of a sender.
[[nodiscard]] std::string phone_of(std::uint64_t user);

/// A webhook body with one text message, as Meta writes it: a message id that was never there, of `user`, at `time_s`.
[[nodiscard]] std::string webhook_body(const WebhookPlan& plan, std::uint64_t number, std::uint64_t user,
                                       std::int64_t time_s);

/// `count` signed POSTs, each of another message.
[[nodiscard]] RequestList webhook_requests(const WebhookPlan& plan, std::size_t count);

/// One GET with the head and body of a webhook, again and again: what the server does with a webhook's bytes before
/// anybody looks at them.
[[nodiscard]] RequestList empty_requests(const std::string& path);

/// `count` POSTs to the simulator's control API: people write to `numbers` business numbers, which count up from
/// `first_number`; `people` at each, by turns, so that nobody writes again before all others did.
[[nodiscard]] RequestList people_requests(std::uint64_t first_number, std::uint64_t numbers, std::uint64_t people,
                                          std::size_t count);

/// `count` POSTs to the gateway's API, each a template `name` (of language "en") to another person; nobody of
/// people_requests().
[[nodiscard]] RequestList campaign_requests(const std::string& token, const std::string& name, std::size_t count);

}  // namespace claw::bench
