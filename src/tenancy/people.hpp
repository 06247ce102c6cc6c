#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/task_group.hpp"
#include "ledger/people_store.hpp"
#include "tenancy/access.hpp"

namespace claw {

struct Membership {
  Role role = Role::kViewer;
  std::string version;
};

/// Somebody who signs in, as last read: never changes.
struct Person {
  PersonId id;
  std::string email;
  std::string name;
  bool platform_admin = false;
  bool enabled = true;
  bool totp = false;
  bool has_password = false;
  TimePoint created_at;
  TimePoint last_seen_at;
  std::map<TenantId, Membership> memberships;

  /// What the person is in the tenant; nothing: a stranger.
  [[nodiscard]] std::optional<Role> role_in(TenantId tenant) const;
  [[nodiscard]] Actor actor(std::string from) const { return {Actor::Kind::kPerson, id.value, email, std::move(from)}; }
};
using PersonRef = std::shared_ptr<const Person>;

/// A browser in which somebody is signed in.
struct Session {
  std::int64_t id = 0;
  PersonRef person;
  TimePoint created_at;
  std::string from;
  std::string agent;
  mutable std::atomic<std::int64_t> last_seen_ms = 0;
};
using SessionRef = std::shared_ptr<const Session>;

/// How long a session lives.
struct SessionLife {
  std::chrono::milliseconds absolute = std::chrono::days(30);  ///< From the sign-in.
  std::chrono::milliseconds idle = std::chrono::hours(72);     ///< Without a request.
};

/// Everybody who signs in, in memory, so that no request waits for a database. Served as last read while the database
/// is away. Whoever changes something reads everything again before it answers: who was signed out, removed or disabled
/// has no access from then on.
///
/// Look-ups are safe from any thread; reload() from any coroutine.
class People {
 public:
  /// How often it is written down that a session is used.
  static constexpr std::chrono::minutes kSeenEvery{5};
  /// The oldest session goes when a person signs in once more.
  static constexpr std::size_t kMaxSessionsOfPerson = 20;

  /// All must outlive this object.
  People(PeopleStore& store, Clock& clock, SessionLife life);

  /// Reads everything again; the last reading stays in force where that fails.
  [[nodiscard]] Task<Result<void>> reload();

  /// By the token of a cookie; null where it is unknown or over, or its person is disabled.
  [[nodiscard]] SessionRef session(std::string_view token) const;
  /// The session is used: it lives on. Written down in the background, on `executor`, now and then.
  void seen(const SessionRef& session, const Executor& executor);

  [[nodiscard]] PersonRef by_id(PersonId id) const;
  [[nodiscard]] PersonRef by_email(std::string_view email) const;
  /// In order of their ids.
  [[nodiscard]] std::vector<PersonRef> all() const;
  [[nodiscard]] std::vector<PersonRef> members(TenantId tenant) const;
  /// Those that live.
  [[nodiscard]] std::vector<SessionRef> sessions(PersonId person) const;
  /// Those that have not expired.
  [[nodiscard]] std::vector<InvitationRow> invitations(TenantId tenant) const;
  [[nodiscard]] std::optional<InvitationRow> invitation(std::string_view code) const;
  [[nodiscard]] std::vector<InvitationRow> invitations_for(std::string_view email) const;
  [[nodiscard]] bool has_platform_admin() const;
  [[nodiscard]] bool is_setup_code(std::string_view code) const;
  /// When the person was last seen, by what was written down and what is in memory; 0: never.
  [[nodiscard]] TimePoint last_seen(const Person& person) const;

  /// What the store shall keep beside a session that begins now.
  [[nodiscard]] SessionsKept sessions_kept() const;
  [[nodiscard]] const SessionLife& life() const { return life_; }

 private:
  struct Reading {
    std::uint64_t turn = 0;  ///< Of the reload() that made it.
    std::map<PersonId, PersonRef> by_id;
    std::unordered_map<std::string, PersonRef> by_email;
    std::unordered_map<std::string, SessionRef> by_token_hash;
    std::vector<InvitationRow> invitations;
    std::string setup_code_hash;
  };
  [[nodiscard]] std::shared_ptr<const Reading> reading() const { return reading_.load(); }
  [[nodiscard]] std::shared_ptr<Reading> make(PeopleRows rows) const;
  [[nodiscard]] bool lives(const Session& session) const;
  Task<> write_seen(std::int64_t session, PersonId person, TimePoint now);

  PeopleStore& store_;
  Clock& clock_;
  const SessionLife life_;
  std::atomic<std::uint64_t> turns_ = 0;
  std::atomic<std::shared_ptr<const Reading>> reading_;  // readers go on with the reading they hold
  TaskGroup tasks_;
};

/// An e-mail as it is stored: in lower case, without blanks around it. Fails with kInvalid and words for a person.
[[nodiscard]] Result<std::string> read_email(std::string_view text);
/// A person's name, without blanks around it. Fails with kInvalid and words for a person.
[[nodiscard]] Result<std::string> read_person_name(std::string_view text);

}  // namespace claw
