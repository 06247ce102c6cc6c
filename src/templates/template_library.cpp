#include "templates/template_library.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json_members.hpp"
#include "base/log.hpp"
#include "tenancy/connection_notes.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {
namespace {

constexpr const char* kNoAccount =
    "No WhatsApp account is known: set WHATSAPP_WABA_ID under Channels, with a phone number and its access token.";

/// A failure of Meta's for whoever wanted a change.
std::unexpected<Error> failure_of(const GraphFailure& failure) {
  switch (failure.kind) {
    case GraphFailure::Kind::kRefused:
      return fail(ErrorKind::kInvalid, failure.reason);
    case GraphFailure::Kind::kNoToken:
      return fail(ErrorKind::kConflict, failure.reason);
    default:
      return fail(ErrorKind::kAmbiguous, failure.reason + ".");
  }
}

std::string lock_key(TenantId tenant, const std::string& waba_id) {
  return fmt::format("{}/{}", tenant.value, waba_id);
}

/// What was asked for, with what Meta answered.
whatsapp::MessageTemplate made_of(const std::string& request, whatsapp::MessageTemplate made) {
  const auto asked = boost::json::parse(request).as_object();
  made.name = text_member(asked, "name");
  made.language = text_member(asked, "language");
  if (made.category.empty()) made.category = text_member(asked, "category");
  if (made.status.empty()) made.status = "PENDING";
  made.named = text_member(asked, "parameter_format") == "NAMED";
  made.components = boost::json::serialize(asked.at("components"));
  return made;
}

}  // namespace

std::vector<TemplateLibrary::Account> TemplateLibrary::accounts_of(const Tenant& tenant) {
  std::vector<Account> accounts;
  for (const auto& number : tenant.phone_number_ids)
    for (auto& waba : wabas_of(tenant, number))
      if (std::ranges::find(accounts, waba, &Account::waba_id) == accounts.end())
        accounts.push_back({std::move(waba), number});
  return accounts;
}

Result<TemplateLibrary::Account> TemplateLibrary::account_named(const Tenant& tenant,
                                                                const std::string& waba_id) const {
  const auto accounts = accounts_of(tenant);
  if (accounts.empty()) return fail(ErrorKind::kConflict, kNoAccount);
  if (waba_id.empty() && accounts.size() == 1) return accounts.front();
  const auto found = std::ranges::find(accounts, waba_id, &Account::waba_id);
  if (found != accounts.end()) return *found;
  std::vector<std::string> ids;
  for (const auto& account : accounts) ids.push_back(account.waba_id);
  return fail(ErrorKind::kConflict, fmt::format("waba_id: say in which account: {}", fmt::join(ids, ", ")));
}

void TemplateLibrary::start() {
  tasks_.spawn(io_.next(), "templates", run());
}

void TemplateLibrary::stop() {
  tasks_.cancel();
  tasks_.join();
}

Task<> TemplateLibrary::run() {
  for (;;) {
    co_await clock_.sleep(kLookEvery);
    for (const auto& tenant : directory_.all()) {
      if (!tenant->enabled) continue;
      const auto known = co_await store_.syncs(tenant->id);
      if (!known) break;
      for (const auto& account : accounts_of(*tenant)) {
        const auto last = std::ranges::find(*known, account.waba_id, &TemplateSync::waba_id);
        if (last != known->end() && clock_.now() - last->tried_at < kSyncEvery) continue;
        if (!tenant->access_token_for(account.number).empty()) (void)co_await sync_account(tenant, account);
      }
    }
  }
}

Task<Result<std::string>> TemplateLibrary::read_list(TenantRef tenant, Account account, TimePoint begun) {
  std::string after;
  for (std::size_t seen = 0; seen < kMaxTemplates;) {
    const auto asked_at = clock_.now();
    auto page = co_await meta_.page(tenant, account.number, account.waba_id, after);
    if (!page) co_return page.error().reason;
    std::vector<TemplateRow> rows;
    for (auto& found : page->templates) rows.push_back({tenant->id, account.waba_id, std::move(found), asked_at});
    seen += rows.size();
    const auto put = co_await changing(tenant->id, store_.put(std::move(rows), asked_at));
    if (!put) co_return std::unexpected(put.error());
    // A cursor that stands still would never end.
    if (page->after.empty() || page->after == after || page->templates.empty()) break;
    after = std::move(page->after);
  }
  for (std::size_t gone = kSweepStep; gone >= kSweepStep;) {
    const auto swept = co_await changing(tenant->id, store_.sweep(tenant->id, account.waba_id, begun, kSweepStep));
    if (!swept) co_return std::unexpected(swept.error());
    gone = *swept;
  }
  co_return std::string();
}

Task<Result<void>> TemplateLibrary::sync_account(TenantRef tenant, Account account) {
  const auto held = co_await one_at_a_time_.hold(lock_key(tenant->id, account.waba_id));
  const auto before = co_await store_.syncs(tenant->id);
  if (!before) co_return std::unexpected(before.error());
  const auto now = clock_.now();
  const auto last = std::ranges::find(*before, account.waba_id, &TemplateSync::waba_id);
  if (last != before->end() && last->fault.empty() && now - last->tried_at < kJustRead) co_return Result<void>();
  auto fault = co_await read_list(tenant, account, now);
  if (!fault) co_return std::unexpected(fault.error());
  if (!fault->empty())
    log::warn("templates.not_read tenant={} waba={} reason=\"{}\"", tenant->name, account.waba_id, *fault);
  TemplateSync sync{account.waba_id, fault->empty() ? now : TimePoint(), now, std::move(*fault)};
  const auto noted = co_await store_.note_sync(tenant->id, std::move(sync));
  tell(tenant->id);
  co_return noted;
}

Task<Result<std::vector<TemplateSync>>> TemplateLibrary::sync(TenantRef tenant) {
  for (auto& account : accounts_of(*tenant))
    if (const auto done = co_await sync_account(tenant, std::move(account)); !done)
      co_return std::unexpected(done.error());
  co_return co_await syncs(tenant);
}

Task<Result<std::vector<TemplateSync>>> TemplateLibrary::syncs(TenantRef tenant) {
  const auto known = co_await store_.syncs(tenant->id);
  if (!known) co_return std::unexpected(known.error());
  std::vector<TemplateSync> found;
  for (auto& account : accounts_of(*tenant)) {
    const auto last = std::ranges::find(*known, account.waba_id, &TemplateSync::waba_id);
    found.push_back(last == known->end() ? TemplateSync{std::move(account.waba_id), {}, {}, {}} : *last);
  }
  co_return found;
}

Task<Result<TemplateRow>> TemplateLibrary::create(TenantRef tenant, std::string waba_id, std::string request) {
  if (const auto fault = whatsapp::fault_in_new_template(request)) co_return fail(ErrorKind::kInvalid, fault->words());
  auto account = account_named(*tenant, waba_id);
  if (!account) co_return std::unexpected(account.error());
  const auto asked_at = clock_.now();
  auto made = co_await meta_.create(tenant, account->number, account->waba_id, request);
  if (!made) co_return failure_of(made.error());
  TemplateRow row{tenant->id, std::move(account->waba_id), made_of(request, std::move(*made)), asked_at};
  std::vector<TemplateRow> rows;
  rows.push_back(row);
  const auto put = co_await changing(tenant->id, store_.put(std::move(rows), asked_at));
  if (!put) co_return std::unexpected(put.error());
  tell(tenant->id);
  co_return row;
}

Task<Result<std::string>> TemplateLibrary::sample(TenantRef tenant, std::string waba_id, GraphTemplates::Sample file) {
  const auto account = account_named(*tenant, waba_id);
  if (!account) co_return std::unexpected(account.error());
  auto app = id_for(*tenant, kAppId, account->number);
  if (app.empty() && tenant->is_claimed(account->number)) {
    const auto platform = directory_.platform();
    const auto set = platform->settings.find(kPlatformAppId);
    if (set != platform->settings.end()) app = set->second;
  }
  if (app.empty())
    co_return fail(ErrorKind::kConflict,
                   "WHATSAPP_APP_ID is not set, and Meta takes examples of files for an app: set it under Channels.");
  auto handle = co_await meta_.sample(tenant, account->number, std::move(app), std::move(file));
  if (!handle) co_return failure_of(handle.error());
  co_return std::move(*handle);
}

Task<Result<TemplateRow>> TemplateLibrary::remove(TenantRef tenant, std::string id) {
  auto row = co_await store_.find(tenant->id, id);
  if (!row) co_return row;
  const auto account = account_named(*tenant, row->waba_id);
  if (!account) co_return std::unexpected(account.error());
  const auto gone = co_await meta_.remove(tenant, account->number, row->waba_id, row->what.name, id);
  // One that Meta has not any more is what was wanted.
  constexpr std::int64_t kNoSuchName = 2593002;
  if (!gone && !(gone.error().kind == GraphFailure::Kind::kRefused && gone.error().error.subcode == kNoSuchName))
    co_return failure_of(gone.error());
  const auto removed = co_await changing(tenant->id, store_.remove(tenant->id, std::move(id)));
  if (!removed) co_return std::unexpected(removed.error());
  tell(tenant->id);
  co_return row;
}

Task<Result<void>> TemplateLibrary::read_one(TenantRef tenant, Account account, std::string id) {
  const auto asked_at = clock_.now();
  auto found = co_await meta_.find(tenant, account.number, std::move(id));
  if (!found) co_return failure_of(found.error());
  std::vector<TemplateRow> rows;
  rows.push_back({tenant->id, std::move(account.waba_id), std::move(*found), asked_at});
  co_return co_await changing(tenant->id, store_.put(std::move(rows), asked_at));
}

bool TemplateLibrary::may_ask(const Tenant& tenant, const std::string& phone_number_id, const std::string& name,
                              const std::string& language) const {
  auto wabas = wabas_of(tenant, phone_number_id);
  return !wabas.empty() && !sendable_.has({tenant.id, std::move(wabas.front()), name, language}, clock_.now());
}

Task<std::optional<whatsapp::TemplateRefusal>> TemplateLibrary::refusal(TenantRef tenant, std::string phone_number_id,
                                                                        std::string name, std::string language) {
  auto wabas = wabas_of(*tenant, phone_number_id);
  if (wabas.empty()) co_return std::nullopt;
  const auto begun = clock_.now();
  SendableTemplates::Name named{tenant->id, std::move(wabas.front()), std::move(name), std::move(language)};
  if (sendable_.has(named, begun)) co_return std::nullopt;
  const auto as_of = sendable_.changes();
  const auto row = co_await store_.find_named(named.tenant, named.waba_id, named.name, named.language);
  if (!row && row.error().kind != ErrorKind::kNotFound) co_return std::nullopt;
  auto refused = row ? refusal_of(row->what) : std::nullopt;
  if (!refused) sendable_.remember(std::move(named), begun, as_of);
  if (!refused || clock_.now() - row->seen_at < kFresh) co_return refused;
  const auto asked = co_await read_one(tenant, {row->waba_id, phone_number_id}, row->what.id);
  if (!asked) {
    // A token that may not look says nothing new; of no answer at all Meta decides about the send itself.
    const auto kind = asked.error().kind;
    co_return kind == ErrorKind::kInvalid || kind == ErrorKind::kConflict ? refused : std::nullopt;
  }
  const auto now = co_await store_.find(tenant->id, row->what.id);
  if (!now) co_return std::nullopt;
  auto still = refusal_of(now->what);
  if (now->what.status != row->what.status) tell(tenant->id);
  co_return still;
}

void TemplateLibrary::heard(TenantId tenant, std::string waba_id, whatsapp::TemplateNews news, TimePoint told_at) {
  tasks_.spawn(io_.next(), "templates.heard", take_in(tenant, std::move(waba_id), std::move(news), told_at));
}

Task<> TemplateLibrary::take_in(TenantId id, std::string waba_id, whatsapp::TemplateNews news, TimePoint told_at) {
  const auto held = co_await one_at_a_time_.hold(lock_key(id, news.id));
  const auto tenant = directory_.by_id(id);
  if (!tenant) co_return;
  const bool says_it_all = news.gone || !news.status.empty() || !news.quality.empty();
  const auto known = co_await changing(id, store_.hear(id, news, told_at, clock_.now()));
  if (!known) {
    // The list is read again now and then, and has it.
    log::warn("templates.not_kept tenant={} template={} reason=\"{}\"", tenant->name, news.id, known.error().message);
    co_return;
  }
  const auto accounts = accounts_of(*tenant);
  const auto account = std::ranges::find(accounts, waba_id, &Account::waba_id);
  if (account != accounts.end() && !news.gone && (!*known || !says_it_all)) {
    const auto read = co_await read_one(tenant, *account, news.id);
    if (!read)
      log::warn("templates.not_read tenant={} template={} reason=\"{}\"", tenant->name, news.id, read.error().message);
  }
  tell(id);
}

}  // namespace claw
