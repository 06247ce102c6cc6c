#include "tenancy/people.hpp"

#include <algorithm>
#include <cctype>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "tenancy/directory.hpp"

namespace claw {
namespace {

constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321: what fits into a path
constexpr std::size_t kMaxNameBytes = 200;

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

}  // namespace

std::optional<Role> Person::role_in(TenantId tenant) const {
  if (platform_admin) return Role::kPlatform;
  const auto found = memberships.find(tenant);
  if (found == memberships.end()) return std::nullopt;
  return found->second.role;
}

People::People(PeopleStore& store, Clock& clock, SessionLife life)
    : store_(store), clock_(clock), life_(life), reading_(std::make_shared<const Reading>()) {}

std::shared_ptr<People::Reading> People::make(PeopleRows rows) const {
  std::map<PersonId, std::shared_ptr<Person>> people;
  for (auto& row : rows.people) {
    auto person = std::make_shared<Person>();
    person->id = row.id;
    person->email = std::move(row.email);
    person->name = std::move(row.name);
    person->platform_admin = row.platform_admin;
    person->enabled = row.enabled;
    person->totp = row.totp_on;
    person->has_password = !row.password.empty();
    person->created_at = row.created_at;
    person->last_seen_at = row.last_seen_at;
    people.emplace(row.id, std::move(person));
  }
  for (auto& row : rows.memberships) {
    const auto found = people.find(row.person);
    const auto role = role_named(row.role);
    if (found != people.end() && role) found->second->memberships[row.tenant] = {*role, std::move(row.version)};
  }
  auto reading = std::make_shared<Reading>();
  for (auto& [id, person] : people) {
    reading->by_id[id] = person;
    reading->by_email[person->email] = person;
  }
  const auto before = this->reading();
  for (auto& row : rows.sessions) {
    const auto found = reading->by_id.find(row.person);
    if (found == reading->by_id.end()) continue;
    auto session = std::make_shared<Session>();
    session->id = row.id;
    session->person = found->second;
    session->created_at = row.created_at;
    session->from = std::move(row.from);
    session->agent = std::move(row.agent);
    // Memory knows of requests that are not written down yet.
    const auto known = before->by_token_hash.find(row.hash);
    session->last_seen_ms = std::max(to_ms(row.last_seen_at),
                                     known == before->by_token_hash.end() ? 0 : known->second->last_seen_ms.load());
    reading->by_token_hash.emplace(std::move(row.hash), std::move(session));
  }
  reading->invitations = std::move(rows.invitations);
  reading->setup_code_hash = std::move(rows.setup_code_hash);
  return reading;
}

Task<Result<void>> People::reload() {
  const std::uint64_t turn = ++turns_;
  auto rows = co_await store_.load();
  if (!rows) co_return std::unexpected(rows.error());
  auto made = make(std::move(*rows));
  made->turn = turn;
  std::shared_ptr<const Reading> newest = std::move(made);
  // Whoever began later has read what was read here: an older reading must not undo it.
  for (auto now = reading(); now->turn < turn;)
    if (reading_.compare_exchange_strong(now, newest)) break;
  co_return Result<void>{};
}

bool People::lives(const Session& session) const {
  const auto now = clock_.now();
  return session.person->enabled && now < session.created_at + life_.absolute &&
         now < from_ms(session.last_seen_ms) + life_.idle;
}

SessionRef People::session(std::string_view token) const {
  const auto now = reading();
  const auto found = now->by_token_hash.find(token_hash(token));
  return found != now->by_token_hash.end() && lives(*found->second) ? found->second : nullptr;
}

void People::seen(const SessionRef& session, const Executor& executor) {
  const auto now = clock_.now();
  std::int64_t before = session->last_seen_ms;
  if (now - from_ms(before) < kSeenEvery) return;
  // Of many requests at once one writes it down.
  if (!session->last_seen_ms.compare_exchange_strong(before, to_ms(now))) return;
  tasks_.spawn(executor, "people.seen", write_seen(session->id, session->person->id, now));
}

Task<> People::write_seen(std::int64_t session, PersonId person, TimePoint now) {
  const auto written = co_await store_.touch_session(session, person, now);
  if (!written && written.error().kind != ErrorKind::kStopping)
    log::warn("people.seen_not_written session={} reason=\"{}\"", session, written.error().message);
}

PersonRef People::by_id(PersonId id) const {
  const auto now = reading();
  const auto found = now->by_id.find(id);
  return found == now->by_id.end() ? nullptr : found->second;
}

PersonRef People::by_email(std::string_view email) const {
  const auto now = reading();
  const auto found = now->by_email.find(std::string(email));
  return found == now->by_email.end() ? nullptr : found->second;
}

std::vector<PersonRef> People::all() const {
  std::vector<PersonRef> list;
  for (const auto& [id, person] : reading()->by_id) list.push_back(person);
  return list;
}

std::vector<PersonRef> People::members(TenantId tenant) const {
  auto list = all();
  std::erase_if(list, [&](const PersonRef& person) { return !person->memberships.contains(tenant); });
  return list;
}

std::vector<SessionRef> People::sessions(PersonId person) const {
  std::vector<SessionRef> list;
  for (const auto& [hash, session] : reading()->by_token_hash)
    if (session->person->id == person && lives(*session)) list.push_back(session);
  std::ranges::sort(list, {}, [](const SessionRef& session) { return session->id; });
  return list;
}

std::vector<InvitationRow> People::invitations(TenantId tenant) const {
  auto list = reading()->invitations;
  std::erase_if(list, [&](const auto& row) { return row.tenant != tenant || row.expires_at <= clock_.now(); });
  return list;
}

std::vector<InvitationRow> People::invitations_for(std::string_view email) const {
  auto list = reading()->invitations;
  std::erase_if(list, [&](const auto& row) { return row.email != email || row.expires_at <= clock_.now(); });
  return list;
}

std::optional<InvitationRow> People::invitation(std::string_view code) const {
  const auto now = reading();
  const auto found = std::ranges::find(now->invitations, token_hash(code), &InvitationRow::hash);
  if (found == now->invitations.end() || found->expires_at <= clock_.now()) return std::nullopt;
  return *found;
}

bool People::has_platform_admin() const {
  return std::ranges::any_of(reading()->by_id,
                             [](const auto& entry) { return entry.second->platform_admin && entry.second->enabled; });
}

bool People::is_setup_code(std::string_view code) const {
  return equal_in_constant_time(reading()->setup_code_hash, token_hash(code));
}

TimePoint People::last_seen(const Person& person) const {
  TimePoint latest = person.last_seen_at;
  for (const auto& session : sessions(person.id)) latest = std::max(latest, from_ms(session->last_seen_ms));
  return latest;
}

SessionsKept People::sessions_kept() const {
  const auto now = clock_.now();
  return {now - life_.absolute, now - life_.idle, kMaxSessionsOfPerson};
}

Result<std::string> read_email(std::string_view text) {
  std::string email(trimmed(text));
  std::ranges::transform(email, email.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto at = email.find('@');
  const bool printable = std::ranges::all_of(email, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!printable || email.size() > kMaxEmailBytes || at == 0 || at == std::string::npos || at + 1 == email.size() ||
      email.find('@', at + 1) != std::string::npos)
    return fail(ErrorKind::kInvalid, "this is no e-mail address; write it like ada@example.org");
  return email;
}

Result<std::string> read_person_name(std::string_view text) {
  std::string name(trimmed(text));
  if (name.empty() || name.size() > kMaxNameBytes ||
      std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return fail(ErrorKind::kInvalid, "a name has 1 to 200 bytes, without line breaks");
  return name;
}

}  // namespace claw
