#include "conversation/access.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace claw {
namespace {

constexpr std::string_view kCodeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
static_assert(kCodeLetters.size() == 32, "a random byte's 5 low bits choose one, each as likely as the others");

/// A code that somebody else has is made again; with 32^8 of them twice is never.
constexpr int kCodeTries = 3;

constexpr std::array<std::string_view, 3> kDecisions = {"approve", "reject", "block"};

std::string key_of(TenantId tenant, std::string_view number, std::string_view address) {
  return fmt::format("{}/{}/{}", tenant.value, number, address);
}

std::vector<std::string> addresses_of(const PendingMessage& message) {
  const Author sender = sender_of(message);
  return access_addresses(sender.user, sender.phone, sender.bsuid);
}

void add(Sender& sender, Standing standing, bool opted_out) {
  // A block outweighs an allowance, and both what is only asked for.
  constexpr auto kWeight = [](Standing each) {
    constexpr std::array<int, 4> kWeights = {0, 2, 1, 3};
    return kWeights[static_cast<std::size_t>(each)];
  };
  if (kWeight(standing) > kWeight(sender.standing)) sender.standing = standing;
  sender.opted_out |= opted_out;
}

std::string code_reply(const AccessRow& request) {
  return fmt::format(
      "Hello! This number does not know you yet, so nobody reads your messages so far.\n\n"
      "Your code: *{}*\n\n"
      "Give it to the people who run this number. Once they approve it, within an hour from now, what you wrote is "
      "answered.",
      request.code);
}

}  // namespace

std::string_view to_string(Admission admission) {
  constexpr std::array<std::string_view, 3> kNames = {"admit", "ignore", "hold"};
  return kNames[static_cast<std::size_t>(admission)];
}

std::string_view to_string(PairingDecision decision) {
  return kDecisions[static_cast<std::size_t>(decision)];
}

std::optional<PairingDecision> pairing_decision_named(std::string_view name) {
  const auto found = std::ranges::find(kDecisions, name);
  if (found == kDecisions.end()) return std::nullopt;
  return static_cast<PairingDecision>(found - kDecisions.begin());
}

AuditRow audit_of(const Actor& actor, TenantId tenant, TimePoint at, PairingDecision decision) {
  constexpr std::array<const char*, 3> kDone = {"let in", "turned away", "blocked"};
  return audit_row(actor, tenant, at, fmt::format("access.{}", to_string(decision)), "",
                   kDone[static_cast<std::size_t>(decision)]);
}

AuditRow audit_of(const Actor& actor, TenantId tenant, TimePoint at, Standing standing, const std::string& address) {
  const bool removes = standing == Standing::kUnknown;
  const bool allows = standing == Standing::kAllowed;
  std::string done = removes ? "forgot the decision about" : allows ? "allowed" : "blocked";
  if (!address.empty()) done += " " + address;
  return audit_row(actor, tenant, at,
                   removes  ? "access.remove"
                   : allows ? "access.allow"
                            : "access.block",
                   address, std::move(done));
}

Verdict judge(ChannelPolicy policy, const Sender& sender) {
  if (policy == ChannelPolicy::kDisabled) return {Admission::kIgnore, "channel_disabled"};
  if (sender.standing == Standing::kBlocked) return {Admission::kIgnore, "blocked"};
  if (sender.opted_out) return {Admission::kIgnore, "opted_out"};
  if (sender.standing == Standing::kAllowed || policy == ChannelPolicy::kOpen) return {Admission::kAdmit, {}};
  if (policy == ChannelPolicy::kPairing) return {Admission::kHold, "waits_for_approval"};
  return {Admission::kIgnore, "not_on_allowlist"};
}

std::string search_words(std::string_view written) {
  std::string digits;
  for (const char c : trimmed(written)) {
    if (c >= '0' && c <= '9')
      digits += c;
    else if (std::string_view("+ -.()").find(c) == std::string_view::npos)
      return std::string(trimmed(written));
  }
  return digits.empty() ? std::string(trimmed(written)) : digits;
}

std::string make_pairing_code() {
  std::string code;
  for (const unsigned char byte : random_bytes(8)) code += kCodeLetters[byte & 31U];
  return code;
}

OptWord opt_word(const Tenant& tenant, std::string_view text) {
  text = trimmed(text);
  const auto says = [text](const std::vector<std::string>& words) {
    return std::ranges::any_of(words, [text](const std::string& word) { return same_word(word, text); });
  };
  if (says(tenant.access.opt_out_words)) return OptWord::kOut;
  return says(tenant.access.opt_in_words) ? OptWord::kIn : OptWord::kNone;
}

bool Access::recall(const std::vector<std::string>& keys, Sender& sender) {
  std::scoped_lock lock(mutex_);
  for (const auto& key : keys) {
    const auto found = known_.find(key);
    if (found == known_.end()) return false;
    recent_.splice(recent_.begin(), recent_, found->second);
    add(sender, found->second->standing, found->second->opted_out);
  }
  return true;
}

void Access::remember(Known known, std::uint64_t as_of) {
  std::scoped_lock lock(mutex_);
  if (as_of != changes_) return;
  if (known_.contains(known.key)) return;
  recent_.push_front(std::move(known));
  known_.emplace(recent_.front().key, recent_.begin());
  if (recent_.size() <= kMaxRemembered) return;
  known_.erase(recent_.back().key);
  recent_.pop_back();
}

void Access::forget_key(const std::string& key) {
  std::scoped_lock lock(mutex_);
  ++changes_;
  const auto found = known_.find(key);
  if (found == known_.end()) return;
  recent_.erase(found->second);
  known_.erase(found);
}

void Access::forget(TenantId tenant, const AccessRow& row) {
  forget_key(key_of(tenant, row.number, row.address));
}

void Access::forget_tenant(TenantId tenant) {
  const std::string whose = fmt::format("{}/", tenant.value);
  std::scoped_lock lock(mutex_);
  ++changes_;
  std::erase_if(known_, [&whose](const auto& each) { return each.first.starts_with(whose); });
  std::erase_if(recent_, [&whose](const Known& each) { return each.key.starts_with(whose); });
}

void Access::tell(Changed changed) const {
  if (changed_) changed_(std::move(changed));
}

std::size_t Access::remembered() const {
  std::scoped_lock lock(mutex_);
  return recent_.size();
}

Task<Result<Sender>> Access::look_up(const Tenant& tenant, const std::string& number,
                                     std::vector<std::string> addresses) {
  std::vector<std::string> keys;
  for (const std::string& at : {number, std::string()})
    for (const auto& address : addresses) keys.push_back(key_of(tenant.id, at, address));
  Sender sender;
  if (recall(keys, sender)) co_return sender;
  std::uint64_t as_of = 0;
  {
    std::scoped_lock lock(mutex_);
    as_of = changes_;
  }
  const auto rows = co_await store_.find(tenant.id, number, std::move(addresses));
  if (!rows) co_return std::unexpected(rows.error());
  sender = {};
  for (const auto& row : *rows) add(sender, row.standing, row.opted_out > TimePoint{});
  for (auto& key : keys) {
    Known known{.key = std::move(key)};
    for (const auto& row : *rows)
      if (key_of(tenant.id, row.number, row.address) == known.key) {
        known.standing = row.standing;
        known.opted_out = row.opted_out > TimePoint{};
      }
    remember(std::move(known), as_of);
  }
  co_return sender;
}

Task<Result<Access::Decision>> Access::hold(const Tenant& tenant, const PendingMessage& message) {
  Decision decision{{Admission::kHold, "waits_for_approval"}, {}};
  const TimePoint now = clock_.now();
  for (int left = kCodeTries;; --left) {
    AccessRow request{.tenant = tenant.id,
                      .number = message.phone_number_id,
                      .address = addresses_of(message).front(),
                      .standing = Standing::kPending,
                      .name = message.name,
                      .by = {},
                      .since = now,
                      .opted_out = {},
                      .code = make_pairing_code(),
                      .expires = now + kCodeLife,
                      .asked_by = message.id};
    auto asked = co_await store_.ask(std::move(request), tenant.access.max_pending, now);
    if (!asked && asked.error().kind == ErrorKind::kConflict && left > 0) continue;
    if (!asked) co_return std::unexpected(asked.error());
    forget(tenant.id, asked->row);
    if (asked->kind == PairingAsked::Kind::kDecided) co_return co_await decide(tenant, message);
    if (asked->kind == PairingAsked::Kind::kNew) {
      decision.reply = code_reply(asked->row);
      tell({tenant.id, {}, {}});
    }
    co_return decision;
  }
}

Task<Result<Access::Decision>> Access::decide(const Tenant& tenant, const PendingMessage& message) {
  const ChannelPolicy policy = tenant.policy_of(message.phone_number_id);
  const bool group = is_group(message.user);
  const auto addresses = addresses_of(message);
  auto sender = co_await look_up(tenant, message.phone_number_id, addresses);
  if (!sender) co_return std::unexpected(sender.error());
  const OptWord word = message.type == "text" && !group ? opt_word(tenant, message.view.text) : OptWord::kNone;
  // Only of somebody who would be let in: a stranger's word changes nothing and costs nothing.
  Sender willing = *sender;
  willing.opted_out = false;
  if (word != OptWord::kNone && judge(policy, willing).admission == Admission::kAdmit) {
    const bool out = word == OptWord::kOut;
    if (out == sender->opted_out) co_return Decision{out ? judge(policy, *sender) : Verdict{Admission::kAdmit, {}}, {}};
    // Who comes back may have gone under any of their addresses.
    for (std::size_t i = 0; i < (out ? 1 : addresses.size()); ++i) {
      const auto kept =
          co_await store_.set_opted_out(tenant.id, addresses[i], message.name, out ? clock_.now() : TimePoint{});
      if (!kept) co_return std::unexpected(kept.error());
      forget_key(key_of(tenant.id, {}, addresses[i]));
    }
    tell({tenant.id, {}, {}});
    const auto& words = tenant.access.opt_in_words;
    const std::string in = words.empty() ? "" : words.front();
    co_return Decision{{Admission::kIgnore, out ? "opted_out" : "opted_in"},
                       out ? fmt::format("You will get no more messages from us. Write {} if you want them again.", in)
                           : std::string("Welcome back: we answer you again.")};
  }
  const Verdict verdict = judge(policy, *sender);
  if (verdict.admission != Admission::kHold) co_return Decision{verdict, {}};
  // Everybody in the group would read a code.
  if (group) co_return Decision{{Admission::kIgnore, "not_on_allowlist"}, {}};
  co_return co_await hold(tenant, message);
}

Task<Result<Access::Standpoint>> Access::explain(const Tenant& tenant, const std::string& number,
                                                 std::vector<std::string> addresses) {
  auto sender = co_await look_up(tenant, number, std::move(addresses));
  if (!sender) co_return std::unexpected(sender.error());
  co_return Standpoint{*sender, judge(tenant.policy_of(number), *sender)};
}

Task<Result<AccessDecisions>> Access::decide(TenantId tenant, std::vector<std::int64_t> ids, PairingDecision decision,
                                             AuditRow audit) {
  constexpr std::array kStandings = {Standing::kAllowed, Standing::kUnknown, Standing::kBlocked};
  const Standing standing = kStandings[static_cast<std::size_t>(decision)];
  AccessDecisions all;
  for (std::size_t done = 0; done < ids.size(); done += kChunk) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(done);
    const auto last = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), done + kChunk));
    auto decided = co_await store_.decide(tenant, {first, last}, standing, clock_.now(), audit);
    if (!decided) co_return std::unexpected(decided.error());
    for (const auto& row : decided->rows) forget(tenant, row);
    if (!decided->rows.empty())
      tell({tenant, standing == Standing::kAllowed ? decided->rows : std::vector<AccessRow>{}, decided->released});
    std::ranges::move(decided->rows, std::back_inserter(all.rows));
    std::ranges::move(decided->released, std::back_inserter(all.released));
    all.gone += decided->gone;
  }
  co_return all;
}

Task<Result<AccessDecided>> Access::decide(TenantId tenant, std::int64_t id, PairingDecision decision, AuditRow audit) {
  std::vector<std::int64_t> one(1, id);
  auto decided = co_await decide(tenant, std::move(one), decision, std::move(audit));
  if (!decided) co_return std::unexpected(decided.error());
  if (decided->rows.empty())
    co_return fail(ErrorKind::kNotFound, "there is no such request, or it has expired; the sender may ask again");
  co_return AccessDecided{std::move(decided->rows.front()), std::move(decided->released)};
}

Task<Result<AccessDecisions>> Access::decide_all(TenantId tenant, std::string number, PairingDecision decision,
                                                 AuditRow audit) {
  AccessDecisions all;
  AccessFilter filter{.limit = kChunk, .standing = Standing::kPending, .number = std::move(number)};
  for (;;) {
    const auto page = co_await list(tenant, filter);
    if (!page) co_return std::unexpected(page.error());
    std::vector<std::int64_t> ids;
    for (const auto& row : *page) ids.push_back(row.id);
    auto decided = co_await decide(tenant, std::move(ids), decision, audit);
    if (!decided) co_return std::unexpected(decided.error());
    std::ranges::move(decided->rows, std::back_inserter(all.rows));
    std::ranges::move(decided->released, std::back_inserter(all.released));
    all.gone += decided->gone;
    if (page->next == 0) co_return all;
    filter.before = page->next;
  }
}

Task<Result<AccessDecided>> Access::put(AccessRow row, AuditRow audit) {
  const TenantId tenant = row.tenant;
  auto decided = co_await store_.put(std::move(row), std::move(audit));
  if (!decided) co_return decided;
  forget(tenant, decided->row);
  tell({tenant, {}, decided->released});
  co_return decided;
}

Task<Result<AccessRow>> Access::remove(TenantId tenant, std::int64_t id, AuditRow audit) {
  auto gone = co_await store_.remove(tenant, id, std::move(audit));
  if (!gone) co_return gone;
  forget(tenant, *gone);
  tell({tenant, {}, {}});
  co_return gone;
}

Task<Result<AccessRow>> Access::pending_by_code(TenantId tenant, std::string code) {
  std::erase_if(code, [](unsigned char c) { return !std::isalnum(c); });
  std::ranges::transform(code, code.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  co_return co_await store_.pending_by_code(tenant, std::move(code), clock_.now());
}

Task<Result<Page<AccessRow>>> Access::list(TenantId tenant, AccessFilter filter) {
  filter.now = clock_.now();
  co_return co_await store_.list(tenant, std::move(filter));
}

}  // namespace claw
