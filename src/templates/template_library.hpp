#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/io_pool.hpp"
#include "base/keyed_lock.hpp"
#include "base/task_group.hpp"
#include "graph/templates.hpp"
#include "ledger/template_store.hpp"
#include "templates/sendable_templates.hpp"
#include "templates/template_judge.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// The tenants' message templates: what Meta has, kept here so that it can be shown and judged without asking.
///
/// Meta's lists are read when somebody asks, and every kSyncEvery; webhooks tell of single templates in between. What
/// is made or deleted here is so at Meta first. A list that cannot be read leaves what is known, and says why.
///
/// Every write of TemplateStore goes through here, so that what is remembered of templates that may be sent stays true.
///
/// Safe to call from any coroutine.
class TemplateLibrary final : public TemplateJudge {
 public:
  static constexpr std::chrono::hours kSyncEvery{6};
  static constexpr std::chrono::minutes kLookEvery{30};  ///< For accounts that are due.
  /// Who asks for a list that was tried so shortly ago gets it as it is.
  static constexpr std::chrono::seconds kJustRead{5};
  /// Meta is asked whether a template still cannot be sent, where it said so longer ago than this.
  static constexpr std::chrono::minutes kFresh{1};
  static constexpr std::size_t kMaxTemplates = 10'000;  ///< Of an account that are read; Meta allows 6,000.
  static constexpr std::size_t kSweepStep = 500;        ///< Rows a transaction.

  /// All must outlive this object.
  TemplateLibrary(IoPool& io, TemplateStore& store, GraphTemplates& meta, Directory& directory, Clock& clock)
      : io_(io), store_(store), meta_(meta), directory_(directory), clock_(clock) {}
  ~TemplateLibrary() override { stop(); }

  /// An account of a tenant's, and the number by whose token it is asked.
  struct Account {
    std::string waba_id;
    std::string number;
    bool operator==(const Account&) const = default;
  };
  /// Each once, in the order of the numbers: as claimed, else as set, else as the number's first webhook said.
  [[nodiscard]] static std::vector<Account> accounts_of(const Tenant& tenant);

  /// Told of each tenant whose templates changed.
  using Listener = std::function<void(TenantId)>;
  /// REQUIRES: called before start() and the first call.
  void set_listener(Listener listener) { changed_ = std::move(listener); }
  void start();
  /// To be called before the HTTP client goes. Not from an io thread.
  void stop();

  /// Reads the lists of all of the tenant's accounts; how it went with each, in the order of accounts_of(). What Meta
  /// refuses is no failure: it stands in `fault`. Fails as the store does.
  [[nodiscard]] Task<Result<std::vector<TemplateSync>>> sync(TenantRef tenant);
  /// The same of the last time, without asking.
  [[nodiscard]] Task<Result<std::vector<TemplateSync>>> syncs(TenantRef tenant);

  /// Makes a template (fault_in_new_template() is asked first). An empty `waba_id` is the tenant's only account.
  /// kInvalid for what is wrong with the request or what Meta refuses, kConflict where the tenant has no account or
  /// token, or several accounts and none is named, kAmbiguous where Meta gave no answer; all with words for the
  /// tenant's admin; else as the store.
  [[nodiscard]] Task<Result<TemplateRow>> create(TenantRef tenant, std::string waba_id, std::string request);
  /// Gives Meta a file that a new template shows as its example; Meta's handle, which stands in `header_handle`. Fails
  /// as create() does, also where the tenant's app is not known.
  [[nodiscard]] Task<Result<std::string>> sample(TenantRef tenant, std::string waba_id, GraphTemplates::Sample file);
  /// Deletes one language of a template. kNotFound, and as create().
  [[nodiscard]] Task<Result<TemplateRow>> remove(TenantRef tenant, std::string id);

  /// Asks Meta where the refusal is older than kFresh, and says nothing where it gives no answer. That nothing speaks
  /// against a template is remembered for a minute, or until the tenant's templates change (see SendableTemplates).
  [[nodiscard]] Task<std::optional<whatsapp::TemplateRefusal>> refusal(TenantRef tenant, std::string phone_number_id,
                                                                       std::string name, std::string language) override;
  /// False for a template that is remembered.
  [[nodiscard]] bool may_ask(const Tenant& tenant, const std::string& phone_number_id, const std::string& name,
                             const std::string& language) const override;

  /// A webhook told of a template; `told_at` by Meta's clock. Quick: the work is done later, in order of the calls.
  void heard(TenantId tenant, std::string waba_id, whatsapp::TemplateNews news, TimePoint told_at);

 private:
  Task<> run();
  Task<> take_in(TenantId tenant, std::string waba_id, whatsapp::TemplateNews news, TimePoint told_at);
  /// Reads one account's list to its end; empty, or why not.
  Task<Result<std::string>> read_list(TenantRef tenant, Account account, TimePoint begun);
  Task<Result<void>> read_one(TenantRef tenant, Account account, std::string id);
  Task<Result<void>> sync_account(TenantRef tenant, Account account);
  /// The account of that id; of an empty one the only one there is.
  [[nodiscard]] Result<Account> account_named(const Tenant& tenant, const std::string& waba_id) const;
  /// A write of the store's: what was remembered before it is forgotten, however it ends.
  template <class T>
  [[nodiscard]] Task<Result<T>> changing(TenantId tenant, Task<Result<T>> write) {
    auto done = co_await std::move(write);
    sendable_.forget(tenant);
    co_return done;
  }
  void tell(TenantId tenant) {
    if (changed_) changed_(tenant);
  }

  IoPool& io_;
  TemplateStore& store_;
  GraphTemplates& meta_;
  Directory& directory_;
  Clock& clock_;
  Listener changed_;  // constant after set_listener()
  KeyedLock one_at_a_time_;
  SendableTemplates sendable_;
  TaskGroup tasks_;  // last: joined before what its tasks use goes
};

}  // namespace claw
