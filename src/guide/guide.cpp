#include "guide/guide.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/log.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {
namespace {

constexpr std::string_view kCheck = "guide.check.";
constexpr std::string_view kAnswered = "guide.answered.";
constexpr const char* kPeopleLimit = "limits.unique_users_per_month";
/// The newest messages that are looked through for what went wrong.
constexpr std::size_t kNewest = 50;
/// Entries of the caches: more numbers than one gateway has; a bound all the same.
constexpr std::size_t kMaxRemembered = 10'000;

std::string setting(const Tenant& tenant, const std::string& name) {
  const auto found = tenant.settings.find(name);
  return found == tenant.settings.end() ? std::string() : found->second;
}

std::optional<TimePoint> set_at(const Tenant& tenant, const char* name, const std::string& number) {
  const auto* facts = secret_for(tenant, name, number);
  return facts ? std::optional(facts->set_at) : std::nullopt;
}

std::string key_of(TenantId tenant, const std::string& number) {
  return fmt::format("{}/{}", tenant.value, number);
}

TimePoint month_of(TimePoint now) {
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  return std::chrono::sys_days(today.year() / today.month() / 1);
}

/// What is wrong with the newest of a number's messages; nothing where it is answered, or under way.
std::optional<TurnTrouble> trouble_of(const Page<MessageRecord>& newest, const std::string& number) {
  for (const auto& message : newest) {
    if (message.phone_number_id != number) continue;
    switch (message.state) {
      case MessageState::kAgentFailed:
      case MessageState::kFailed:
        return TurnTrouble{true, message.reason};
      case MessageState::kIgnored:
        return TurnTrouble{true, fmt::format("it was kept and not processed ({}); write again", message.reason)};
      case MessageState::kNoReply:
        return TurnTrouble{true, "the agent had nothing to say"};
      case MessageState::kUnknown:
        return TurnTrouble{true, "Meta's answer to the send was lost; write again"};
      case MessageState::kQueued:
        if (!message.reason.empty()) return TurnTrouble{false, message.reason};
        return std::nullopt;
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;
}

template <class T>
Answered<T> answered(GraphRead<T> read, MetaCheck& check) {
  if (read) return {std::move(*read), {}};
  // Whose move it is does not follow from a call that Meta never answered.
  if (read.error().kind != GraphFailure::Kind::kRefused && read.error().kind != GraphFailure::Kind::kNoToken) {
    check.unreachable = read.error().reason + ".";
    return {};
  }
  return {{}, read.error().reason};
}

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

/// The account to ask about where none is set: the webhook's, else the only one the token was given.
std::string likely_account(const GuideFacts& facts, const MetaCheck& check) {
  if (!check.waba_of_number.empty()) return check.waba_of_number;
  if (facts.first_webhook && !facts.first_webhook->waba_id.empty()) return facts.first_webhook->waba_id;
  const auto& token = check.token.facts;
  return token && token->waba_ids.size() == 1 ? token->waba_ids.front() : std::string();
}

std::optional<std::int64_t> limit_of(const Tenant& tenant, const GuideFacts& facts) {
  const std::string set = setting(tenant, kPeopleLimit);
  std::int64_t people = 0;
  if (std::from_chars(set.data(), set.data() + set.size(), people).ec == std::errc() && people > 0) return people;
  if (!facts.meta) return std::nullopt;
  const auto& waba = facts.meta->waba.facts;
  if (waba && !waba->business_verification.empty() && waba->business_verification != "verified")
    return Guide::kUnverifiedPeople;
  if (facts.meta->number.facts) people = whatsapp::people_of_limit(facts.meta->number.facts->messaging_limit);
  return people > 0 ? std::optional(people) : std::nullopt;
}

}  // namespace

Guide::Guide(IoPool& io, GraphAccount& meta, Directory& directory, Ledger& ledger, NumberFigures& figures,
             ConnectionNotes& notes, Clock& clock, Options options)
    : io_(io),
      meta_(meta),
      directory_(directory),
      ledger_(ledger),
      figures_(figures),
      notes_(notes),
      clock_(clock),
      options_(std::move(options)) {}

Result<std::string> Guide::own_number(const Tenant& tenant, std::string number) const {
  if (number.empty()) return tenant.phone_number_ids.empty() ? std::string() : tenant.phone_number_ids.front();
  if (!tenant.owns_number(number)) return fail(ErrorKind::kNotFound, "This tenant has no such phone number id.");
  return number;
}

void Guide::come_by_platform(GuideFacts& facts) const {
  facts.platform_callback_url = fmt::format("{}/webhooks/whatsapp", options_.public_url);
  const auto platform = directory_.platform();
  // With an app of its own the number may come either way.
  if (!platform || facts.app_secret_set) return;
  const auto of_platform = [&](const char* name) -> std::optional<TimePoint> {
    const auto found = platform->secrets_set.find(name);
    return found == platform->secrets_set.end() ? std::nullopt : std::optional(found->second.set_at);
  };
  facts.callback_url = facts.platform_callback_url;
  facts.app_secret_set = of_platform(kPlatformAppSecret);
  facts.verify_token_set = of_platform(kPlatformVerifyToken);
  facts.last_verification = last_verification(*platform);
  facts.verified_at = verified_at(*platform);
  facts.unsigned_requests = notes_.unsigned_requests(platform->id);
  if (facts.app_id.empty()) facts.app_id = setting(*platform, kPlatformAppId);
}

GuideFacts Guide::facts_of(const Tenant& tenant, const std::string& number) const {
  GuideFacts facts;
  facts.now = clock_.now();
  facts.number = number;
  facts.waba_id = id_for(tenant, kWabaId, number);
  facts.app_id = id_for(tenant, kAppId, number);
  facts.token_set = set_at(tenant, kAccessToken, number);
  facts.app_secret_set = set_at(tenant, kAppSecret, number);
  facts.verify_token_set = set_at(tenant, kVerifyToken, number);
  facts.channel_open = tenant.policy_of(number) != ChannelPolicy::kDisabled;
  facts.has_agent = tenant.agents.contains(tenant.default_agent);
  facts.tenant = tenant.name;
  facts.callback_url = fmt::format("{}/t/{}/webhooks/whatsapp", options_.public_url, tenant.name);
  if (!options_.base_domain.empty())
    facts.host_callback_url = fmt::format("https://{}.{}/webhooks/whatsapp", tenant.name, options_.base_domain);
  facts.last_verification = last_verification(tenant);
  facts.verified_at = verified_at(tenant);
  facts.unsigned_requests = notes_.unsigned_requests(tenant.id);
  facts.public_url_is_set = options_.public_url_is_set;
  if (number.empty()) return facts;
  if (tenant.is_claimed(number)) come_by_platform(facts);
  facts.first_webhook = first_webhook(tenant, number);
  facts.meta = read_check(setting(tenant, std::string(kCheck) + number));
  facts.answered_at = read_note_time(setting(tenant, std::string(kAnswered) + number));
  return facts;
}

Task<std::optional<TimePoint>> Guide::find_answer(TenantId tenant, std::string number) {
  const auto first = co_await figures_.first_answer(tenant, number);
  if (!first || !*first) co_return std::nullopt;
  // Not looked for again; where it could not be kept, the next one finds it anew.
  const std::string at = note_time(**first);
  (void)co_await notes_.keep(tenant, std::string(kAnswered) + number, at);
  co_return read_note_time(at);
}

Task<> Guide::look_for_answer(TenantId tenant, std::string number) {
  (void)co_await find_answer(tenant, number);
  std::scoped_lock lock(mutex_);
  looking_.erase(key_of(tenant, number));
}

void Guide::sent(TenantId tenant, const std::string& number) {
  const auto known = directory_.by_id(tenant);
  if (!known || !known->owns_number(number) || known->settings.contains(std::string(kAnswered) + number)) return;
  {
    std::scoped_lock lock(mutex_);
    if (!looking_.insert(key_of(tenant, number)).second) return;
  }
  tasks_.spawn(io_.next(), "guide.answer", look_for_answer(tenant, number));
}

Task<> Guide::add_messages(const Tenant& tenant, GuideFacts& facts) {
  if (facts.number.empty()) co_return;
  if (!facts.first_webhook) {
    const auto foreign = co_await ledger_.events(tenant.id, {.limit = 1, .before = 0, .kind = "foreign"});
    if (foreign && !foreign->empty()) facts.foreign_number = foreign->front().phone_number_id;
  }
  if (facts.answered_at) co_return;
  facts.answered_at = co_await find_answer(tenant.id, facts.number);
  if (facts.answered_at) co_return;
  MessageFilter filter;
  filter.limit = kNewest;
  const auto newest = co_await ledger_.messages(tenant.id, std::move(filter));
  if (newest) facts.trouble = trouble_of(*newest, facts.number);
}

Task<std::optional<std::int64_t>> Guide::people(TenantId tenant, const std::string& number) {
  const auto now = clock_.now();
  const std::string key = key_of(tenant, number);
  {
    std::scoped_lock lock(mutex_);
    const auto found = counts_.find(key);
    if (found != counts_.end() && now - found->second.at < kCountFor && month_of(found->second.at) == month_of(now))
      co_return found->second.people;
  }
  const auto counted = co_await figures_.people_since(tenant, number, month_of(now));
  if (!counted) co_return std::nullopt;
  std::scoped_lock lock(mutex_);
  if (counts_.size() >= kMaxRemembered) counts_.clear();
  counts_[key] = {now, *counted};
  co_return *counted;
}

Task<Result<GuideView>> Guide::read(TenantRef tenant, std::string number) {
  const auto own = own_number(*tenant, std::move(number));
  if (!own) co_return std::unexpected(own.error());
  GuideView view;
  view.facts = facts_of(*tenant, *own);
  co_await add_messages(*tenant, view.facts);
  view.steps = guide_steps(view.facts);
  view.people_limit = limit_of(*tenant, view.facts);
  if (!own->empty()) view.people_this_month = co_await people(tenant->id, *own);
  const GuideFacts& facts = view.facts;
  const std::string account = likely_account(facts, facts.meta.value_or(MetaCheck()));
  if (!account.empty() && account != facts.waba_id) view.learned_waba_id = account;
  if (facts.meta && facts.meta->token.facts && facts.meta->token.facts->app_id != facts.app_id)
    view.learned_app_id = facts.meta->token.facts->app_id;
  co_return view;
}

Task<> Guide::ask_account(TenantRef tenant, const std::string& number, MetaCheck& check) {
  const auto facts = facts_of(*tenant, number);
  // Where the number is, is found among the accounts that the token was given.
  for (std::size_t i = 0; i < std::min(check.token.facts->waba_ids.size(), kMaxAccounts); ++i) {
    const std::string candidate = check.token.facts->waba_ids[i];
    auto numbers = co_await meta_.numbers_of(tenant, number, candidate);
    if (!numbers || !has(*numbers, number)) continue;
    check.waba_of_number = candidate;
    check.numbers_of_waba.facts = std::move(*numbers);
    break;
  }
  check.waba_id = facts.waba_id.empty() ? likely_account(facts, check) : facts.waba_id;
  if (check.waba_id.empty()) co_return;
  if (check.waba_id != check.waba_of_number)
    check.numbers_of_waba = answered(co_await meta_.numbers_of(tenant, number, check.waba_id), check);
  if (check.unreachable.empty()) check.waba = answered(co_await meta_.waba(tenant, number, check.waba_id), check);
  if (check.unreachable.empty())
    check.apps = answered(co_await meta_.subscribed_apps(tenant, number, check.waba_id), check);
}

Task<MetaCheck> Guide::ask(TenantRef tenant, std::string number) {
  MetaCheck check;
  check.at = clock_.now();
  check.waba_id = id_for(*tenant, kWabaId, number);
  check.token = answered(co_await meta_.token(tenant, number), check);
  const auto& token = check.token.facts;
  // What a token that is no good is refused for says nothing about the rest.
  if (!token || !token->valid || (token->expires_s != 0 && from_ms(token->expires_s * 1'000) <= check.at))
    co_return check;
  check.number = answered(co_await meta_.number(tenant, number), check);
  if (check.unreachable.empty()) co_await ask_account(tenant, number, check);
  co_return check;
}

bool Guide::may_ask(const Tenant& tenant, const std::string& number) {
  const auto now = clock_.now();
  TimePoint changed{};
  for (const auto& [name, facts] : tenant.secrets_set) changed = std::max(changed, facts.set_at);
  std::scoped_lock lock(mutex_);
  if (asked_.size() >= kMaxRemembered) asked_.clear();
  const auto [entry, first] = asked_.try_emplace(key_of(tenant.id, number), now);
  if (!first && now - entry->second < kCheckEvery && changed < entry->second) return false;
  entry->second = now;
  return true;
}

Task<Result<void>> Guide::check(TenantRef tenant, std::string number) {
  const auto own = own_number(*tenant, std::move(number));
  if (!own) co_return std::unexpected(own.error());
  if (own->empty() || tenant->access_token_for(*own).empty() || !may_ask(*tenant, *own)) co_return Result<void>();
  const MetaCheck check = co_await ask(tenant, *own);
  log::info("guide.checked tenant={} phone_number_id={} token={} number={} apps={}{}", tenant->name, *own,
            check.token.facts && check.token.facts->valid, check.number.facts.has_value(), check.apps.facts.has_value(),
            check.unreachable.empty() ? "" : " unreachable");
  co_return co_await notes_.keep(tenant->id, std::string(kCheck) + *own, write_check(check));
}

Task<Result<std::string>> Guide::subscribe(TenantRef tenant, std::string number) {
  const auto own = own_number(*tenant, std::move(number));
  if (!own) co_return std::unexpected(own.error());
  const auto facts = facts_of(*tenant, *own);
  const auto known = facts.meta.value_or(MetaCheck());
  const std::string account = facts.waba_id.empty() ? likely_account(facts, known) : facts.waba_id;
  if (account.empty())
    co_return fail(ErrorKind::kConflict,
                   "It is not known which WhatsApp account the number belongs to. Set WHATSAPP_WABA_ID, or press Check "
                   "first.");
  const auto apps = co_await meta_.subscribed_apps(tenant, *own, account);
  if (!apps) co_return fail(ErrorKind::kConflict, apps.error().reason);
  std::string app = facts.app_id;
  if (const auto token = co_await meta_.token(tenant, *own)) app = token->app_id;
  // A second subscription would clear a callback of the account's own.
  const bool is_there = !app.empty() && std::ranges::any_of(*apps, [&](const auto& each) { return each.id == app; });
  if (!is_there)
    if (const auto done = co_await meta_.subscribe(tenant, *own, account); !done)
      co_return fail(ErrorKind::kConflict, done.error().reason);
  {
    std::scoped_lock lock(mutex_);
    asked_.erase(key_of(tenant->id, *own));
  }
  if (const auto checked = co_await check(tenant, *own); !checked) co_return std::unexpected(checked.error());
  co_return is_there ? std::string() : account;
}

}  // namespace claw
