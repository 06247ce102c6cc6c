#include "tenancy/account.hpp"

namespace claw {

Task<Result<Account::Outcome>> Account::check_password(const Person& person, SecretString password, std::string from) {
  if (!person.has_password) co_return Outcome::kDone;
  // From where the person is signed in, only the tries from there count.
  if (attempts_.begin(person.email, from, true)) co_return Outcome::kTooMany;
  const auto row = co_await store_.person(person.id);
  if (!row) co_return std::unexpected(row.error());
  const auto matches = co_await passwords_.matches(std::move(password), row->password);
  if (!matches) co_return std::unexpected(matches.error());
  if (!*matches) co_return Outcome::kWrongPassword;
  attempts_.give_back(person.email, from);
  co_return Outcome::kDone;
}

Task<Result<Account::Outcome>> Account::set_password(SessionRef session, SecretString old, SecretString fresh,
                                                     std::string from) {
  const Person& person = *session->person;
  if (auto fault = Passwords::fault(fresh.expose()); !fault.empty())
    co_return fail(ErrorKind::kInvalid, std::move(fault));
  const auto checked = co_await check_password(person, std::move(old), from);
  if (!checked || *checked != Outcome::kDone) co_return checked;
  auto hash = co_await passwords_.hash(std::move(fresh));
  if (!hash) co_return std::unexpected(hash.error());
  const auto kept =
      co_await store_.set_password(person.id, std::move(*hash), session->id,
                                   audit_row(person.actor(std::move(from)), {}, clock_.now(), "person.password",
                                             person.email, "changed the password, which ended all other sessions"));
  if (!kept) co_return std::unexpected(kept.error());
  if (const auto read = co_await people_.reload(); !read) co_return std::unexpected(read.error());
  co_return Outcome::kDone;
}

Task<Result<Account::Outcome>> Account::turn_totp_off(SessionRef session, SecretString password, std::string from) {
  const Person& person = *session->person;
  const auto checked = co_await check_password(person, std::move(password), from);
  if (!checked || *checked != Outcome::kDone) co_return checked;
  const auto off = co_await second_factor_.turn_off(
      person.id, audit_row(person.actor(std::move(from)), {}, clock_.now(), "person.totp_off", person.email,
                           "turned the second factor off"));
  if (!off) co_return std::unexpected(off.error());
  co_return Outcome::kDone;
}

Task<Result<void>> Account::set_name(SessionRef session, std::string name) {
  auto called = read_person_name(name);
  if (!called) co_return std::unexpected(called.error());
  const auto kept = co_await store_.set_name(session->person->id, std::move(*called));
  if (!kept) co_return kept;
  co_return co_await people_.reload();
}

Task<Result<void>> Account::sign_out(SessionRef session) {
  const auto ended = co_await store_.end_session(session->id);
  if (!ended) co_return ended;
  co_return co_await people_.reload();
}

Task<Result<void>> Account::sign_out_everywhere(SessionRef session, std::string from) {
  const Person& person = *session->person;
  const auto ended =
      co_await store_.end_sessions(person.id, audit_row(person.actor(std::move(from)), {}, clock_.now(),
                                                        "person.sign_out", person.email, "signed out everywhere"));
  if (!ended) co_return ended;
  co_return co_await people_.reload();
}

}  // namespace claw
