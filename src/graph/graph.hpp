#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "base/task.hpp"
#include "tenancy/directory.hpp"
#include "whatsapp/graph_json.hpp"

namespace claw {

/// Meta took the message.
struct GraphSent {
  std::string wamid;
};

/// Meta did not take the message, or nobody knows.
struct GraphFailure {
  enum class Kind {
    kNoToken,    ///< The tenant has no access token: nothing was tried.
    kNotSent,    ///< Meta never saw it: no connection, an address that is not allowed.
    kRefused,    ///< Meta answered with an error: `error` says which.
    kAmbiguous,  ///< The request was sent and no answer came that says what became of it.
  };
  Kind kind = Kind::kNotSent;
  whatsapp::GraphError error;  ///< Of kRefused.
  std::optional<std::chrono::seconds> retry_after;
  std::string reason;  ///< For a tenant's admin.
};

using GraphOutcome = std::variant<GraphSent, GraphFailure>;

/// Meta's Graph API: one call in, its outcome out. Knows no queue and no retry. Safe to call from any coroutine.
class Graph {
 public:
  virtual ~Graph() = default;

  /// POST /{phone_number_id}/messages with a body that sends a message. `trace` goes along as a `traceparent`; empty:
  /// none does.
  [[nodiscard]] virtual Task<GraphOutcome> send(TenantRef tenant, std::string phone_number_id, std::string body,
                                                std::string trace) = 0;

  /// The same address with a body that marks a message read or shows the typing indicator. True if Meta took it.
  [[nodiscard]] virtual Task<bool> mark(TenantRef tenant, std::string phone_number_id, std::string body,
                                        std::string trace) = 0;
};

}  // namespace claw
