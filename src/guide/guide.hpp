#pragma once

#include <mutex>
#include <set>
#include <unordered_map>

#include "graph/account.hpp"
#include "guide/steps.hpp"
#include "ledger/ledger.hpp"
#include "ledger/number_figures.hpp"

namespace claw {

/// The set-up of one number as a page shows it.
struct GuideView {
  GuideFacts facts;
  std::vector<GuideStep> steps;
  std::optional<std::int64_t> people_this_month;  ///< Who wrote or was written to.
  std::optional<std::int64_t> people_limit;
  std::string learned_waba_id, learned_app_id;  ///< What could be set and is not, or is set to something else.
};

/// Guides a tenant's admin from an empty tenant to an answered message: says of each step how it stands.
///
/// read() shows what is in memory and two bounded figures of the ledger; Meta is asked by check() alone, and its
/// answers are kept, so that they are there at once and after a restart. Safe to call from any coroutine.
class Guide {
 public:
  struct Options {
    std::string public_url;          ///< How the outside reaches us, without a slash at the end.
    std::string base_domain;         ///< Empty: no tenant by host name.
    bool public_url_is_set = false;  ///< False: it is a guess from the listener's address.
  };
  /// Meta is asked once in this time about a number, whoever presses; except after a secret was changed.
  static constexpr std::chrono::seconds kCheckEvery{2};
  /// How old the count of people may be.
  static constexpr std::chrono::minutes kCountFor{5};
  /// Accounts of a token that are searched for the number, where none is set.
  static constexpr std::size_t kMaxAccounts = 5;
  /// Of Meta, for businesses that are not verified, where nothing else is set (the product page).
  static constexpr std::int64_t kUnverifiedPeople = 1'000;

  /// All must outlive this object.
  Guide(IoPool& io, GraphAccount& meta, Directory& directory, Ledger& ledger, NumberFigures& figures,
        ConnectionNotes& notes, Clock& clock, Options options);

  /// `number` empty: the tenant's first one, or none. kNotFound for a number that is not the tenant's.
  [[nodiscard]] Task<Result<GuideView>> read(TenantRef tenant, std::string number);

  /// Asks Meta again, and keeps what it says. Fails as read() does.
  [[nodiscard]] Task<Result<void>> check(TenantRef tenant, std::string number);

  /// Has the tenant's app hear of the number's account, where it does not already, and checks. The text is the
  /// account's id, empty where there was nothing to do. kConflict, in words for an admin, where Meta says no or nothing
  /// is known of the account.
  [[nodiscard]] Task<Result<std::string>> subscribe(TenantRef tenant, std::string number);

  /// Meta took a message of the number: where it is the first answer, that is noted. Quick.
  void sent(TenantId tenant, const std::string& number);

 private:
  [[nodiscard]] Result<std::string> own_number(const Tenant& tenant, std::string number) const;
  /// What is known without asking anybody.
  /// Of a number that is claimed: what the platform's app has in the place of the tenant's.
  void come_by_platform(GuideFacts& facts) const;
  [[nodiscard]] GuideFacts facts_of(const Tenant& tenant, const std::string& number) const;
  /// When the number first answered, noted where it is found.
  Task<std::optional<TimePoint>> find_answer(TenantId tenant, std::string number);
  Task<> look_for_answer(TenantId tenant, std::string number);
  Task<> add_messages(const Tenant& tenant, GuideFacts& facts);
  Task<std::optional<std::int64_t>> people(TenantId tenant, const std::string& number);
  Task<MetaCheck> ask(TenantRef tenant, std::string number);
  Task<> ask_account(TenantRef tenant, const std::string& number, MetaCheck& check);
  [[nodiscard]] bool may_ask(const Tenant& tenant, const std::string& number);

  struct Count {
    TimePoint at;
    std::optional<std::int64_t> people;
  };
  IoPool& io_;
  GraphAccount& meta_;
  Directory& directory_;
  Ledger& ledger_;
  NumberFigures& figures_;
  ConnectionNotes& notes_;
  Clock& clock_;
  const Options options_;
  std::mutex mutex_;
  std::unordered_map<std::string, TimePoint> asked_;  // guarded by mutex_: tenant and number -> when
  std::unordered_map<std::string, Count> counts_;     // guarded by mutex_: the same
  std::set<std::string> looking_;                     // guarded by mutex_: the same, of look_for_answer()
  TaskGroup tasks_;
};

}  // namespace claw
