#include "tenancy/people_admin.hpp"

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace claw {

namespace json = boost::json;

/// One run of one command.
struct PeopleAdmin::Call {
  using Answer = Task<Result<json::value>>;

  PeopleAdmin& admin;
  json::object arguments;
  std::string who;  ///< Sits at the keyboard.

  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] SecretString password();
  [[nodiscard]] Result<PersonRef> person() const;
  [[nodiscard]] Result<TenantRef> tenant() const;
  [[nodiscard]] AuditRow audit(TenantId tenant, std::string action, std::string target, std::string what) const;
  [[nodiscard]] json::value shown(const Person& person) const;
  [[nodiscard]] json::value members(TenantId tenant) const;

  Task<Result<void>> changed(Result<void> written);
  Answer create();
  Answer list();
  Answer disable() { return set_enabled(false); }
  Answer enable() { return set_enabled(true); }
  Answer set_enabled(bool enabled);
  Answer reset_password();
  Answer totp_off();
  Answer setup_link();
  Answer add_member();
  Answer list_members();
  Answer remove_member();
};

namespace {

/// A line's end that an editor or a shell put behind the password is none of it.
void chomp(std::string& text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
}

}  // namespace

std::string PeopleAdmin::Call::text(std::string_view name) const {
  const auto* value = arguments.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

SecretString PeopleAdmin::Call::password() {
  std::string value = text("password");
  chomp(value);
  return SecretString(std::move(value));
}

Result<PersonRef> PeopleAdmin::Call::person() const {
  const auto email = read_email(text("email"));
  if (!email) return std::unexpected(email.error());
  auto found = admin.people_.by_email(*email);
  if (!found)
    return fail(ErrorKind::kNotFound, fmt::format("there is no person {}; clawcentral person list shows them", *email));
  return found;
}

Result<TenantRef> PeopleAdmin::Call::tenant() const {
  const std::string name = text("tenant");
  auto found = admin.directory_.by_name(name);
  if (!found)
    return fail(ErrorKind::kNotFound,
                fmt::format("there is no tenant \"{}\"; clawcentral tenant list shows them", name));
  return found;
}

AuditRow PeopleAdmin::Call::audit(TenantId tenant, std::string action, std::string target, std::string what) const {
  return audit_row({Actor::Kind::kCommandLine, 0, who, ""}, tenant, admin.clock_.now(), std::move(action),
                   std::move(target), std::move(what));
}

json::value PeopleAdmin::Call::shown(const Person& person) const {
  json::object tenants;
  for (const auto& [id, membership] : person.memberships)
    if (const auto tenant = admin.directory_.by_id(id)) tenants[tenant->name] = to_string(membership.role);
  const auto second = std::chrono::time_point_cast<std::chrono::seconds>(person.created_at);
  return json::object{{"email", person.email},
                      {"name", person.name},
                      {"platform_admin", person.platform_admin},
                      {"enabled", person.enabled},
                      {"created_at", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", second)},
                      {"tenants", std::move(tenants)}};
}

json::value PeopleAdmin::Call::members(TenantId tenant) const {
  json::array list;
  for (const auto& person : admin.people_.members(tenant))
    list.push_back(
        {{"email", person->email}, {"name", person->name}, {"role", to_string(person->memberships.at(tenant).role)}});
  return list;
}

Task<Result<void>> PeopleAdmin::Call::changed(Result<void> written) {
  if (!written) co_return written;
  co_return co_await admin.people_.reload();
}

PeopleAdmin::Call::Answer PeopleAdmin::Call::create() {
  PersonRow row;
  const auto email = read_email(text("email"));
  if (!email) co_return std::unexpected(email.error());
  const auto name = read_person_name(text("name").empty() ? *email : text("name"));
  if (!name) co_return std::unexpected(name.error());
  auto secret = password();
  if (auto fault = Passwords::fault(secret.expose()); !fault.empty())
    co_return fail(ErrorKind::kInvalid, std::move(fault));
  auto hash = co_await admin.passwords_.hash(std::move(secret));
  if (!hash) co_return std::unexpected(hash.error());
  const auto* wanted = arguments.if_contains("platform_admin");
  row.email = *email;
  row.name = *name;
  row.password = std::move(*hash);
  row.platform_admin = wanted && wanted->is_bool() && wanted->get_bool();
  row.created_at = admin.clock_.now();
  auto entry = audit({}, "person.create", *email, row.platform_admin ? "made a platform admin" : "made a person");
  const auto made = co_await admin.store_.create_person(std::move(row), std::move(entry));
  if (!made) co_return std::unexpected(made.error());
  if (const auto read = co_await admin.people_.reload(); !read) co_return std::unexpected(read.error());
  co_return shown(*admin.people_.by_id(*made));
}

PeopleAdmin::Call::Answer PeopleAdmin::Call::list() {
  json::array all;
  for (const auto& person : admin.people_.all()) all.push_back(shown(*person));
  co_return all;
}

PeopleAdmin::Call::Answer PeopleAdmin::Call::set_enabled(bool enabled) {
  const auto who = person();
  if (!who) co_return std::unexpected(who.error());
  auto entry = audit({}, enabled ? "person.enable" : "person.disable", (*who)->email,
                     enabled ? "let the person sign in again" : "disabled the person and ended all sessions");
  auto written = co_await admin.store_.set_enabled((*who)->id, enabled, std::move(entry));
  if (const auto done = co_await changed(std::move(written)); !done) co_return std::unexpected(done.error());
  co_return shown(*admin.people_.by_id((*who)->id));
}

PeopleAdmin::Call::Answer PeopleAdmin::Call::reset_password() {
  const auto who = person();
  if (!who) co_return std::unexpected(who.error());
  auto secret = password();
  if (auto fault = Passwords::fault(secret.expose()); !fault.empty())
    co_return fail(ErrorKind::kInvalid, std::move(fault));
  auto hash = co_await admin.passwords_.hash(std::move(secret));
  if (!hash) co_return std::unexpected(hash.error());
  auto entry = audit({}, "person.password", (*who)->email, "set a new password and ended all sessions");
  auto written = co_await admin.store_.set_password((*who)->id, std::move(*hash), 0, std::move(entry));
  if (const auto done = co_await changed(std::move(written)); !done) co_return std::unexpected(done.error());
  co_return shown(*admin.people_.by_id((*who)->id));
}

PeopleAdmin::Call::Answer PeopleAdmin::Call::totp_off() {
  const auto who = person();
  if (!who) co_return std::unexpected(who.error());
  auto entry = audit({}, "person.totp_off", (*who)->email, "turned the second factor off");
  const auto off = co_await admin.second_factor_.turn_off((*who)->id, std::move(entry));
  if (!off) co_return std::unexpected(off.error());
  co_return shown(*admin.people_.by_id((*who)->id));
}

PeopleAdmin::Call::Answer PeopleAdmin::Call::setup_link() {
  auto link = co_await admin.setup_link();
  if (!link) co_return std::unexpected(link.error());
  co_return json::object{{"link", std::move(*link)}};
}

PeopleAdmin::Call::Answer PeopleAdmin::Call::add_member() {
  const auto where = tenant();
  if (!where) co_return std::unexpected(where.error());
  const auto who = person();
  if (!who) co_return std::unexpected(who.error());
  const auto role = role_named(text("role"));
  if (!role || *role == Role::kPlatform)
    co_return fail(ErrorKind::kInvalid, "a role is viewer, operator, admin or owner");
  const std::string name(to_string(*role));
  auto written = co_await admin.store_.add_member({(*where)->id, (*who)->id, name, ""},
                                                  audit((*where)->id, "member.add", (*who)->email, "added as " + name));
  if (const auto done = co_await changed(std::move(written)); !done) co_return std::unexpected(done.error());
  co_return members((*where)->id);
}

PeopleAdmin::Call::Answer PeopleAdmin::Call::list_members() {
  const auto where = tenant();
  if (!where) co_return std::unexpected(where.error());
  co_return members((*where)->id);
}

PeopleAdmin::Call::Answer PeopleAdmin::Call::remove_member() {
  const auto where = tenant();
  if (!where) co_return std::unexpected(where.error());
  const auto who = person();
  if (!who) co_return std::unexpected(who.error());
  const auto gone = co_await admin.store_.change_member({(*where)->id, (*who)->id, true},
                                                        audit((*where)->id, "member.remove", (*who)->email, "removed"));
  if (!gone) co_return std::unexpected(gone.error());
  if (const auto read = co_await admin.people_.reload(); !read) co_return std::unexpected(read.error());
  co_return members((*where)->id);
}

bool PeopleAdmin::is_mine(std::string_view command) {
  return command.starts_with("person.") || command.starts_with("member.");
}

Task<Result<std::string>> PeopleAdmin::setup_link() {
  auto code = co_await sign_in_.new_setup_code();
  if (!code) co_return std::unexpected(code.error());
  co_return fmt::format("{}/setup#{}", public_url_, *code);
}

Task<Result<std::string>> PeopleAdmin::run(std::string command, std::string arguments, std::string who) {
  static constexpr std::pair<const char*, Call::Answer (Call::*)()> kCommands[] = {
      {"person.create", &Call::create},
      {"person.list", &Call::list},
      {"person.disable", &Call::disable},
      {"person.enable", &Call::enable},
      {"person.reset_password", &Call::reset_password},
      {"person.setup_link", &Call::setup_link},
      {"person.totp_off", &Call::totp_off},
      {"member.add", &Call::add_member},
      {"member.list", &Call::list_members},
      {"member.remove", &Call::remove_member},
  };
  boost::system::error_code fault;
  auto parsed = json::parse(arguments, fault);
  wipe(arguments);
  if (fault || !parsed.is_object())
    co_return fail(ErrorKind::kInvalid, "the arguments are no JSON object in UTF-8; a value's file must be plain text");
  for (const auto& [name, run] : kCommands) {
    if (command != name) continue;
    Call call{*this, std::move(parsed.get_object()), std::move(who)};
    const auto answer = co_await (call.*run)();
    if (!answer) co_return std::unexpected(answer.error());
    co_return json::serialize(*answer);
  }
  co_return fail(ErrorKind::kInvalid, fmt::format("there is no command \"{}\"", command));
}

}  // namespace claw
