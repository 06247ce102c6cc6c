#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "ledger/access_store.hpp"
#include "tenancy/directory.hpp"
#include "whatsapp/address.hpp"

namespace claw {

/// What is known of a sender before anything is done for them.
struct Sender {
  Standing standing = Standing::kUnknown;
  bool opted_out = false;
};

/// Whether a message may cost anything.
enum class Admission : std::uint8_t {
  kAdmit,
  kIgnore,  ///< Kept, not processed, nothing is sent.
  kHold,    ///< Kept until somebody approves the sender, who is told a code.
};

struct Verdict {
  Admission admission = Admission::kIgnore;
  std::string_view reason;  ///< Of kIgnore and kHold, stored with the message: "blocked", "not_on_allowlist" …
};

/// The table of who may talk. Pure.
///
/// | sender | disabled | allowlist | pairing | open |
/// |---|---|---|---|---|
/// | blocked | ignore | ignore | ignore | ignore |
/// | opted out | ignore | ignore | ignore | ignore |
/// | allowed | ignore | admit | admit | admit |
/// | anyone else | ignore | ignore | hold | admit |
[[nodiscard]] Verdict judge(ChannelPolicy policy, const Sender& sender);

using whatsapp::address_of;

/// What a list is searched by: the digits of what begins like a phone number, however it is written; else as it is.
[[nodiscard]] std::string search_words(std::string_view written);

/// Every name that somebody has, each once: what access looks at.
[[nodiscard]] std::vector<std::string> addresses_of(const std::string& user, const std::string& phone,
                                                    const std::string& bsuid);

/// A new pairing code: 8 of ABCDEFGHJKLMNPQRSTUVWXYZ23456789 (none that looks like another), from a CSPRNG.
[[nodiscard]] std::string make_pairing_code();

/// What may be done with a request of a sender who waits.
enum class PairingDecision : std::uint8_t {
  kApprove,
  kReject,  ///< The sender may ask again.
  kBlock,   ///< For good.
};

/// What a bare message of text asks for about itself: the words of the tenant, without regard to ASCII case.
enum class OptWord : std::uint8_t { kNone, kOut, kIn };
[[nodiscard]] OptWord opt_word(const Tenant& tenant, std::string_view text);

/// Decides for each message whether it is let in, before any side effect, and keeps what strangers and admins change of
/// it. Every change of AccessStore goes through here, so that what is kept in memory stays true.
///
/// Safe to call from any coroutine.
class Access {
 public:
  static constexpr std::chrono::hours kCodeLife{1};  ///< From its creation; a further message does not prolong it.
  static constexpr std::size_t kMaxPending = 3;      ///< Requests that live at a number, unless the tenant says else.
  static constexpr std::size_t kChunk = 100;         ///< Requests that are decided in one transaction.
  static constexpr std::size_t kMaxRemembered = 50'000;  ///< Addresses in memory; the least lately used go first.

  /// Both must outlive this object.
  Access(AccessStore& store, Clock& clock) : store_(store), clock_(clock) {}

  struct Decision {
    Verdict verdict;
    std::string reply;  ///< To tell the sender once; empty: nothing.
  };
  /// In a group its author is judged, whom nothing is told: a stranger is ignored there where they would be held, and
  /// words for opting out are words. Fails as the store does: then nothing is known, and nothing may be done.
  [[nodiscard]] Task<Result<Decision>> decide(const Tenant& tenant, const PendingMessage& message);

  /// What is known of a sender by these names at the number, and what would become of their next message: what decide()
  /// goes by, without a change or a request.
  struct Standpoint {
    Sender sender;
    Verdict verdict;
  };
  [[nodiscard]] Task<Result<Standpoint>> explain(const Tenant& tenant, const std::string& number,
                                                 std::vector<std::string> addresses);

  /// Decides a pending request. kNotFound where it is not there any more.
  [[nodiscard]] Task<Result<AccessDecided>> decide(TenantId tenant, std::int64_t id, PairingDecision decision,
                                                   AuditRow audit);
  /// Many of them, kChunk in a transaction; those that are not there any more are passed over. Fails at the first
  /// chunk that the store refuses: those before it are decided.
  [[nodiscard]] Task<Result<AccessDecisions>> decide(TenantId tenant, std::vector<std::int64_t> ids,
                                                     PairingDecision decision, AuditRow audit);
  /// All that wait, at `number` or (empty) at any.
  [[nodiscard]] Task<Result<AccessDecisions>> decide_all(TenantId tenant, std::string number, PairingDecision decision,
                                                         AuditRow audit);
  /// Sets where a sender stands, as AccessStore::put.
  [[nodiscard]] Task<Result<AccessDecided>> put(AccessRow row, AuditRow audit);
  /// Takes a decision back, as AccessStore::remove.
  [[nodiscard]] Task<Result<AccessRow>> remove(TenantId tenant, std::int64_t id, AuditRow audit);
  /// By its code, however it is typed.
  [[nodiscard]] Task<Result<AccessRow>> pending_by_code(TenantId tenant, std::string code);
  [[nodiscard]] Task<Result<Page<AccessRow>>> list(TenantId tenant, AccessFilter filter);

  /// What changed, for whoever shows it or goes on with it.
  struct Changed {
    TenantId tenant;
    std::vector<AccessRow> let_in;         ///< Whose request was approved.
    std::vector<PendingMessage> released;  ///< Messages that wait for their turn now.
  };
  using Listener = std::function<void(Changed)>;
  /// REQUIRES: called before the first message and the first change. Told after each change, also of new requests.
  void set_listener(Listener listener) { changed_ = std::move(listener); }

  /// Their senders are called otherwise now: what is remembered of the tenant's is read anew.
  void forget_tenant(TenantId tenant);

  [[nodiscard]] std::size_t remembered() const;

 private:
  /// Of one address at one number, or at all.
  struct Known {
    std::string key;
    Standing standing = Standing::kUnknown;
    bool opted_out = false;
  };
  [[nodiscard]] Task<Result<Sender>> look_up(const Tenant& tenant, const std::string& number,
                                             std::vector<std::string> addresses);
  [[nodiscard]] Task<Result<Decision>> hold(const Tenant& tenant, const PendingMessage& message);
  /// True if all were known; fills `sender`.
  bool recall(const std::vector<std::string>& keys, Sender& sender);
  void remember(Known known, std::uint64_t as_of);
  void forget(TenantId tenant, const AccessRow& row);
  void forget_key(const std::string& key);

  void tell(Changed changed) const;

  AccessStore& store_;
  Clock& clock_;
  Listener changed_;  // constant after set_listener()
  mutable std::mutex mutex_;
  std::list<Known> recent_;                                            // guarded by mutex_, newest first
  std::unordered_map<std::string, std::list<Known>::iterator> known_;  // guarded by mutex_
  std::uint64_t changes_ = 0;  // guarded by mutex_: a reading that began before a change is not kept
};

}  // namespace claw
