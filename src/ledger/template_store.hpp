#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "whatsapp/template.hpp"

namespace claw {

/// A tenant's template as it was last told: by a list, by an answer, or by a webhook.
struct TemplateRow {
  TenantId tenant;
  std::string waba_id;
  whatsapp::MessageTemplate what;
  TimePoint seen_at;  ///< When Meta was last asked about it.
};

/// When an account's list was last read to its end, and what went wrong with the last try.
struct TemplateSync {
  std::string waba_id;
  TimePoint at;  ///< 0: never.
  TimePoint tried_at;
  std::string fault;  ///< Empty: the last try was a success.
};

/// In which order a list stands, and where its next page begins: by name and language, which a tenant may have in two
/// accounts, and then by id.
struct TemplateCursor {
  std::string name;
  std::string language;
  std::string id;
};

struct TemplateFilter {
  std::size_t limit = 50;
  std::optional<TemplateCursor> after = {};
  std::string search = {};  ///< In name and components; ASCII letters in either case.
  std::string status = {};
  std::string category = {};
  std::string language = {};
  std::string waba_id = {};
};

/// The templates of the tenants' accounts as far as Meta told of them. What Meta says is the truth; this is what can be
/// shown and judged without asking.
///
/// Writes are durable when they return. Fails as Ledger does; look-ups with kNotFound where there is nothing. What is
/// another tenant's is never found. Safe to call from any coroutine.
class TemplateStore {
 public:
  virtual ~TemplateStore() = default;

  [[nodiscard]] virtual Task<Result<TemplateRow>> find(TenantId tenant, std::string id) = 0;
  [[nodiscard]] virtual Task<Result<TemplateRow>> find_named(TenantId tenant, std::string waba_id, std::string name,
                                                             std::string language) = 0;
  /// Ordered as TemplateCursor is.
  [[nodiscard]] virtual Task<Result<std::vector<TemplateRow>>> list(TenantId tenant, TemplateFilter filter) = 0;

  /// Lays rows in the place of those with their ids; they were asked for at `asked_at`. What a webhook told after that
  /// (status, quality, category, reason) stays.
  [[nodiscard]] virtual Task<Result<void>> put(std::vector<TemplateRow> rows, TimePoint asked_at) = 0;
  /// A webhook that Meta wrote at `told_by_meta_at`, which may have been overtaken: what it says of status, quality or
  /// category counts only where nothing later was told. False where the template is not here.
  [[nodiscard]] virtual Task<Result<bool>> hear(TenantId tenant, whatsapp::TemplateNews news, TimePoint told_by_meta_at,
                                                TimePoint now) = 0;
  /// Also where there is none.
  [[nodiscard]] virtual Task<Result<void>> remove(TenantId tenant, std::string id) = 0;
  /// A list was read to its end that was begun at `begun_at`: what was not seen since is gone, `limit` rows at most;
  /// how many there were.
  [[nodiscard]] virtual Task<Result<std::size_t>> sweep(TenantId tenant, std::string waba_id, TimePoint begun_at,
                                                        std::size_t limit) = 0;

  [[nodiscard]] virtual Task<Result<std::vector<TemplateSync>>> syncs(TenantId tenant) = 0;
  /// `sync.at` 0 leaves the time of the last success.
  [[nodiscard]] virtual Task<Result<void>> note_sync(TenantId tenant, TemplateSync sync) = 0;
};

}  // namespace claw
