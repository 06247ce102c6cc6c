#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/router.hpp"

namespace claw {

/// What the command line can do by the API's own routes, so that both do and say the same: one command with JSON
/// arguments in, the JSON of the API out. Guard::also_for_the_keyboard() fills routes().
///
/// | command | arguments | answer |
/// |---|---|---|
/// | dead_letters.list | tenant, state, limit, before | {dead_letters, next} |
/// | dead_letters.rerun | tenant, ids [m_… …] or all, state | {rerun, left, more} |
/// | webhooks.list | tenant | {sinks, kinds} |
/// | webhooks.show | tenant, webhook | a sink |
/// | webhooks.add | tenant, name, url, events | a sink with its secret, the only time it is shown |
/// | webhooks.set | tenant, webhook, name, url, events, enabled | a sink |
/// | webhooks.rotate | tenant, webhook | a sink with its new secret |
/// | webhooks.remove | tenant, webhook | {removed} |
/// | webhooks.test | tenant, webhook | {delivered, answer_status, took_ms, reason} |
/// | webhooks.log | tenant, webhook, state, limit, before | {events, next} |
/// | webhooks.replay | tenant, webhook, events [n_… …] or from, to, state | {events, more} |
///
/// `webhook` is a name or an id. `all` runs again what was a dead letter when it began, each once: one that ends badly
/// again waits for the next time.
///
/// Fails with kInvalid and the API's words for a person. Safe to call from any coroutine.
class ApiCommands {
 public:
  static constexpr std::size_t kMaxRerun = 10'000;  ///< Dead letters of one command; `more` says that there are others.

  ApiCommands() = default;
  ApiCommands(const ApiCommands&) = delete;

  /// For Guard. REQUIRES: complete before the first run().
  [[nodiscard]] net::Router& routes() { return routes_; }

  [[nodiscard]] static bool is_mine(std::string_view command);
  /// `who` is at the keyboard, for the audit log.
  [[nodiscard]] Task<Result<std::string>> run(std::string command, std::string arguments, std::string who) const;

 private:
  net::Router routes_;
};

}  // namespace claw
