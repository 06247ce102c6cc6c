#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// The numbers are stored.
enum class ExchangeKind : std::uint8_t {
  kWebhook = 1,  ///< Meta delivered something to us.
  kGraph = 2,    ///< We asked something of Meta's.
};
[[nodiscard]] std::string_view to_string(ExchangeKind kind);
[[nodiscard]] std::optional<ExchangeKind> exchange_kind_named(std::string_view name);

/// One request between Meta and us, and its answer, as whoever took part tells it.
struct Exchange {
  TenantId tenant;
  ExchangeKind kind = ExchangeKind::kWebhook;
  TimePoint at;                       ///< When it began.
  std::chrono::microseconds took{0};  ///< To the end of its answer.
  std::string outcome;                ///< "ok", "bad_signature", "refused", "ambiguous": as the metrics call it.
  bool wrong = false;                 ///< It did not do what it was for.
  int status = 0;                     ///< Of HTTP; 0: no answer.
  std::string method;
  std::string path;             ///< Without secrets.
  std::string phone_number_id;  ///< Where that is known; else what the request names.
  std::string trace;            ///< Of a `traceparent` that came along: 32 hex digits; empty: none did.
  std::string request;          ///< The body. Secrets in it that members are named for are hidden when it is kept.
  std::string answer;
  std::string reason;  ///< In words, where there is no answer.
};

/// What is shown of one.
struct ExchangeRow {
  std::int64_t id = 0;
  ExchangeKind kind = ExchangeKind::kWebhook;
  TimePoint at;
  std::chrono::microseconds took{0};
  std::string outcome;
  bool wrong = false;
  int status = 0;
  std::string method;
  std::string path;
  std::string phone_number_id;
  std::int64_t bytes = 0;       ///< Of the request's body, or of the answer's where that is larger.
  std::int64_t error_code = 0;  ///< Meta's; 0: none.
  std::string fbtrace_id;
  std::string trace;               ///< Of the request, else made of the first message it names, else empty.
  std::vector<std::string> names;  ///< Message ids, phone numbers, BSUIDs in it: kShownNames at most in lists.
};

struct ExchangeDetail {
  ExchangeRow row;
  std::string request;  ///< kMaxKeptBytes of it at most; so of the answer.
  std::string answer;
  std::string reason;
};

struct ExchangeFilter {
  std::size_t limit = 50;
  std::int64_t before = 0;              ///< Older than this; 0: from the newest.
  std::vector<std::string> names = {};  ///< Where set: it names one of these (a wamid, digits, a BSUID, a trace).
  std::optional<ExchangeKind> kind = {};
  std::string phone_number_id = {};
  std::int64_t error_code = 0;
  bool wrong = false;  ///< Only what went wrong.
};

/// What went between Meta and us: each webhook delivery and each call of the Graph API, for whoever asks why.
///
/// It is a help and no record: telling it costs a move in memory and never waits, what it cannot keep is dropped and
/// counted, and a power cut may take the last of it. Messages stand in the ledger.
///
/// Safe from any thread.
class DeliveryLog {
 public:
  static constexpr std::size_t kMaxKeptBytes = 64 * 1024;  ///< Of a body. Names are taken from all of it.
  static constexpr std::size_t kShownNames = 12;
  /// For how long what is no tenant's is kept.
  static constexpr std::chrono::days kKept{7};

  virtual ~DeliveryLog() = default;

  /// Never waits, never fails.
  virtual void note(Exchange exchange) = 0;

  /// Newest first, with all that was noted before and not dropped. Fails with kTransient; kStopping.
  [[nodiscard]] virtual Task<Result<Page<ExchangeRow>>> find(TenantId tenant, ExchangeFilter filter) = 0;
  /// kNotFound also for another tenant's, and for what is gone.
  [[nodiscard]] virtual Task<Result<ExchangeDetail>> exchange(TenantId tenant, std::int64_t id) = 0;

  /// Deletes what a tenant has from before `before`, about `limit` of it. Returns how many; fewer: nothing is left, but
  /// for what was noted together with something younger.
  [[nodiscard]] virtual Task<Result<std::size_t>> expire(TenantId tenant, TimePoint before, std::size_t limit) = 0;
};

/// What a message of ours is named by in the log, of which Meta is told callback_data_for().
[[nodiscard]] std::string log_name_of(MessageId message);
/// The message that is so named.
[[nodiscard]] std::optional<MessageId> message_named(std::string_view log_name);

/// The trace of a message: the one that came with its webhook, else one made of its id. 32 hex digits, the same
/// wherever it is asked for.
[[nodiscard]] std::string trace_of_message(std::string_view wamid, std::string_view came = {});
/// The trace id in a W3C `traceparent`; empty where it is none.
[[nodiscard]] std::string trace_in(std::string_view traceparent);
/// A `traceparent` for a call that belongs to `trace`. REQUIRES: `trace` is 32 hex digits.
[[nodiscard]] std::string traceparent_of(std::string_view trace);

}  // namespace claw
