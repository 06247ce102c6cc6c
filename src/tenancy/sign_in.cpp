#include "tenancy/sign_in.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "tenancy/directory.hpp"

namespace claw {
namespace {

std::unexpected<Error> no_invitation() {
  return fail(ErrorKind::kNotFound, "this invitation was used, taken back or has expired; ask for a new one");
}

}  // namespace

std::string random_token(std::string_view prefix) {
  return std::string(prefix) + to_base64url(random_bytes(32));
}

std::optional<std::chrono::seconds> SignIn::refusal(const std::string& email, const Visitor& visitor,
                                                    const Executor& executor) {
  const auto person = people_.by_email(email);
  const bool is_known = person && std::ranges::any_of(people_.sessions(person->id), [&](const SessionRef& session) {
                          return session->from == visitor.from;
                        });
  const auto refused = attempts_.begin(email, visitor.from, is_known);
  if (!refused) return std::nullopt;
  // Nobody waits until it is written: the time would tell that there is such a person.
  if (person && refused->is_first) tasks_.spawn(executor, "sign_in.note_held", note_held(email, visitor.from));
  return refused->retry_after;
}

Task<> SignIn::note_held(std::string email, std::string from) {
  log::warn("sign_in.held from={}", from);
  const auto noted = co_await store_.note(audit_row({Actor::Kind::kSystem, 0, "", std::move(from)}, {}, clock_.now(),
                                                    "person.sign_in_held", std::move(email),
                                                    "held up sign-ins after too many that failed"));
  if (!noted) log::warn("sign_in.held_not_written reason=\"{}\"", noted.error().message);
}

Task<Result<SignIn::Outcome>> SignIn::by_password(std::string email, SecretString password, std::string code,
                                                  Visitor visitor) {
  // What can be nobody's e-mail counts and costs as one that nobody has.
  email = read_email(email).value_or("");
  Outcome outcome;
  outcome.retry_after = refusal(email, visitor, co_await boost::asio::this_coro::executor);
  if (outcome.retry_after) co_return outcome;
  auto row = co_await store_.person_by_email(email);
  if (!row && row.error().kind != ErrorKind::kNotFound) co_return std::unexpected(row.error());
  const auto matches = co_await passwords_.matches(std::move(password), row ? row->password : std::string());
  if (!matches) co_return std::unexpected(matches.error());
  if (!*matches || !row->enabled) co_return outcome;
  if (row->totp_on) {
    outcome.password_right = true;
    if (code.empty()) {
      attempts_.give_back(email, visitor.from);
      co_return outcome;
    }
    const auto accepted = co_await second_factor_.accepts(*row, std::move(code));
    if (!accepted) co_return std::unexpected(accepted.error());
    if (!*accepted) co_return outcome;
  }
  auto token = co_await begin_session(row->id, email, visitor);
  if (!token) co_return std::unexpected(token.error());
  attempts_.give_back(email, visitor.from);
  outcome.token = std::move(*token);
  co_return outcome;
}

Task<Result<SecretString>> SignIn::begin_session(PersonId person, std::string email, Visitor visitor) {
  SecretString token(random_token(""));
  const auto now = clock_.now();
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

Task<Result<PersonId>> SignIn::person_for(std::string email, std::string name, std::string from) {
  const auto person = people_.by_email(email);
  PersonRow row;
  row.id = person ? person->id : PersonId{};
  row.email = email;
  row.name = read_person_name(name).value_or(email);
  row.created_at = clock_.now();
  for (const auto& invitation : people_.invitations_for(email)) {
    const auto joined = co_await store_.accept_invitation(
        invitation.hash, row, clock_.now(),
        audit_row({Actor::Kind::kPerson, row.id.value, email, from}, invitation.tenant, clock_.now(), "member.join",
                  email, "joined as " + invitation.role));
    if (!joined) co_return joined;
    row.id = *joined;
  }
  co_return row.id;
}

Task<Result<SecretString>> SignIn::by_identity(std::string issuer, std::string subject, std::string email,
                                               std::string name, Visitor visitor) {
  auto known = co_await store_.person_of_identity(issuer, subject);
  if (!known && known.error().kind == ErrorKind::kNotFound) {
    const auto address = read_email(email);
    if (!address) co_return fail(ErrorKind::kNotFound, "The provider has not verified an e-mail of yours.");
    known = co_await person_for(*address, name, visitor.from);
    if (!known) co_return std::unexpected(known.error());
    if (!*known)
      co_return fail(ErrorKind::kNotFound, "There is no account for " + *address + " here. Ask for an invitation.");
    const Actor actor{Actor::Kind::kPerson, known->value, *address, visitor.from};
    const auto joined = co_await store_.join_identity(
        issuer, subject, *known,
        audit_row(
            actor, {}, clock_.now(), "person.join_identity", *address,
            "signed in by the OpenID provider for the first time; password and second factor of before are void"));
    if (!joined && joined.error().kind == ErrorKind::kConflict)
      co_return fail(ErrorKind::kNotFound, "Somebody else of the provider signs in here with this e-mail.");
    if (!joined) co_return std::unexpected(joined.error());
    if (const auto read = co_await people_.reload(); !read) co_return std::unexpected(read.error());
  }
  if (!known) co_return std::unexpected(known.error());
  const auto person = people_.by_id(*known);
  if (!person || !person->enabled) co_return fail(ErrorKind::kNotFound, "Your account here is disabled.");
  co_return co_await begin_session(person->id, person->email, std::move(visitor));
}

}  // namespace claw
