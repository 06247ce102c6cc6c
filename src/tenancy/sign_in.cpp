#include "tenancy/sign_in.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "tenancy/directory.hpp"

namespace claw {
namespace {

constexpr std::size_t kMaxAgentBytes = 300;

std::unexpected<Error> no_invitation() {
  return fail(ErrorKind::kNotFound, "this invitation was used, taken back or has expired; ask for a new one");
}

}  // namespace

std::string random_token(std::string_view prefix) {
  return std::string(prefix) + to_base64url(random_bytes(32));
}

Task<Result<bool>> SignIn::may_try(const std::string& email, const Visitor& visitor, Outcome& outcome) {
  const auto person = people_.by_email(email);
  const bool is_known = person && std::ranges::any_of(people_.sessions(person->id), [&](const SessionRef& session) {
                          return session->from == visitor.from;
                        });
  const auto refused = attempts_.begin(email, visitor.from, is_known);
  if (!refused) co_return true;
  outcome.retry_after = refused->retry_after;
  if (!person || !refused->is_first) co_return false;
  log::warn("sign_in.held from={} seconds={}", visitor.from, refused->retry_after.count());
  const auto noted =
      co_await store_.note(audit_row({Actor::Kind::kSystem, 0, "", visitor.from}, {}, clock_.now(),
                                     "person.sign_in_held", email, "held up sign-ins after too many that failed"));
  if (!noted) co_return std::unexpected(noted.error());
  co_return false;
}

Task<Result<SignIn::Outcome>> SignIn::by_password(std::string email, SecretString password, std::string code,
                                                  Visitor visitor) {
  // Whatever was typed counts, also what can be nobody's e-mail.
  if (auto read = read_email(email)) email = std::move(*read);
  Outcome outcome;
  const auto may = co_await may_try(email, visitor, outcome);
  if (!may) co_return std::unexpected(may.error());
  if (!*may) co_return outcome;
  auto row = co_await store_.person_by_email(email);
  if (!row && row.error().kind != ErrorKind::kNotFound) co_return std::unexpected(row.error());
  const auto matches = co_await passwords_.matches(std::move(password), row ? row->password : std::string());
  if (!matches) co_return std::unexpected(matches.error());
  if (!*matches || !row->enabled) co_return outcome;
  auto token = co_await begin_session(row->id, email, visitor);
  if (!token) co_return std::unexpected(token.error());
  attempts_.give_back(email, visitor.from);
  outcome.token = std::move(*token);
  co_return outcome;
}

Task<Result<SecretString>> SignIn::begin_session(PersonId person, std::string email, Visitor visitor) {
  SecretString token(random_token(""));
  const auto now = clock_.now();
  visitor.agent.resize(std::min(visitor.agent.size(), kMaxAgentBytes));
  const Actor actor{Actor::Kind::kPerson, person.value, email, visitor.from};
  SessionRow row{0, token_hash(token.expose()), person, now, now, visitor.from, visitor.agent};
  const auto begun = co_await store_.create_session(std::move(row), people_.sessions_kept(),
                                                    audit_row(actor, {}, now, "person.sign_in", email, "signed in"));
  if (!begun) co_return std::unexpected(begun.error());
  if (const auto read = co_await people_.reload(); !read) co_return std::unexpected(read.error());
  co_return token;
}

Task<Result<std::string>> SignIn::new_setup_code() {
  if (people_.has_platform_admin())
    co_return fail(ErrorKind::kConflict,
                   "there is a platform admin already; clawcentral person reset-password gives one a new password");
  std::string code = random_token("");
  if (const auto kept = co_await store_.put_setup_code(token_hash(code)); !kept)
    co_return std::unexpected(kept.error());
  if (const auto read = co_await people_.reload(); !read) co_return std::unexpected(read.error());
  co_return code;
}

Task<Result<SecretString>> SignIn::set_up(std::string code, std::string email, std::string name, SecretString password,
                                          Visitor visitor) {
  if (people_.has_platform_admin())
    co_return fail(ErrorKind::kConflict, "somebody has set this up already; sign in, or ask for an invitation");
  // Before the work that a password makes, for strangers come here too.
  if (!people_.is_setup_code(code))
    co_return fail(ErrorKind::kNotFound,
                   "this link is not the newest; clawcentral person setup-link prints one that works");
  PersonRow row;
  const auto address = read_email(email);
  const auto called = read_person_name(name);
  if (!address) co_return std::unexpected(address.error());
  if (!called) co_return std::unexpected(called.error());
  if (auto fault = Passwords::fault(password.expose()); !fault.empty())
    co_return fail(ErrorKind::kInvalid, std::move(fault));
  auto hash = co_await passwords_.hash(std::move(password));
  if (!hash) co_return std::unexpected(hash.error());
  row.email = *address;
  row.name = *called;
  row.password = std::move(*hash);
  row.platform_admin = true;
  row.created_at = clock_.now();
  const auto made =
      co_await store_.create_first_admin(std::move(row), token_hash(code),
                                         audit_row({Actor::Kind::kPerson, 0, *address, visitor.from}, {}, clock_.now(),
                                                   "person.set_up", *address, "became the first platform admin"));
  if (!made) co_return std::unexpected(made.error());
  co_return co_await begin_session(*made, *address, std::move(visitor));
}

Task<Result<SecretString>> SignIn::accept(std::string code, std::string name, SecretString password, Visitor visitor) {
  const auto invitation = people_.invitation(code);
  if (!invitation) co_return no_invitation();
  if (people_.by_email(invitation->email))
    co_return fail(ErrorKind::kConflict, "you have an account here: sign in, then open the link again");
  const auto called = read_person_name(name);
  if (!called) co_return std::unexpected(called.error());
  if (auto fault = Passwords::fault(password.expose()); !fault.empty())
    co_return fail(ErrorKind::kInvalid, std::move(fault));
  auto hash = co_await passwords_.hash(std::move(password));
  if (!hash) co_return std::unexpected(hash.error());
  PersonRow row;
  row.name = *called;
  row.password = std::move(*hash);
  row.created_at = clock_.now();
  const auto joined = co_await store_.accept_invitation(
      token_hash(code), std::move(row), clock_.now(),
      audit_row({Actor::Kind::kPerson, 0, invitation->email, visitor.from}, invitation->tenant, clock_.now(),
                "member.join", invitation->email, "joined as " + invitation->role));
  if (!joined) co_return std::unexpected(joined.error());
  co_return co_await begin_session(*joined, invitation->email, std::move(visitor));
}

Task<Result<void>> SignIn::join(std::string code, PersonRef person, std::string from) {
  const auto invitation = people_.invitation(code);
  if (!invitation || invitation->email != person->email) co_return no_invitation();
  PersonRow row;
  row.id = person->id;
  row.email = person->email;
  const auto joined =
      co_await store_.accept_invitation(token_hash(code), std::move(row), clock_.now(),
                                        audit_row(person->actor(std::move(from)), invitation->tenant, clock_.now(),
                                                  "member.join", person->email, "joined as " + invitation->role));
  if (!joined) co_return std::unexpected(joined.error());
  co_return co_await people_.reload();
}

}  // namespace claw
