#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "tenancy/admin.hpp"
#include "whatsapp/address.hpp"

namespace claw {
namespace {

/// A whole number among the settings, and what it may be.
struct Range {
  const char* setting;
  std::optional<std::int64_t> ConversationChange::* wanted;
  std::int64_t least, most;
  std::int64_t (*now)(const Tenant&);

  /// As the API names it.
  [[nodiscard]] std::string_view name() const {
    const std::string_view whole(setting);
    return whole.substr(whole.find('.') + 1);
  }
};

constexpr std::int64_t kLastMinuteOfTheDay = 24 * 60 - 1;

constexpr Range kRanges[] = {
    {"session.debounce_ms", &ConversationChange::debounce_ms, 0, Admin::kMaxDebounceMs,
     [](const Tenant& tenant) -> std::int64_t { return tenant.session.debounce.count(); }},
    {"session.max_merged", &ConversationChange::max_merged, 1, Admin::kMaxMerged,
     [](const Tenant& tenant) { return static_cast<std::int64_t>(tenant.session.max_merged); }},
    {"session.idle_reset_minutes", &ConversationChange::idle_reset_minutes, 0, Admin::kMaxIdleMinutes,
     [](const Tenant& tenant) -> std::int64_t { return tenant.session.idle_reset.count(); }},
    {"session.daily_reset_minute", &ConversationChange::daily_reset_minute, -1, kLastMinuteOfTheDay,
     [](const Tenant& tenant) -> std::int64_t { return tenant.session.daily_reset_minute; }},
    {"session.take_over_minutes", &ConversationChange::take_over_minutes, 1, Admin::kMaxTakeOverMinutes,
     [](const Tenant& tenant) -> std::int64_t { return tenant.session.take_over.count(); }},
    {"access.max_pending", &ConversationChange::max_pending, 0, Admin::kMaxPending,
     [](const Tenant& tenant) { return static_cast<std::int64_t>(tenant.access.max_pending); }},
};

/// What of a change is one: settings that get another value, and what is said of it.
struct SettingChanges {
  const Tenant& tenant;
  std::vector<SettingRow> rows = {};
  std::string said = {};

  void set(std::string setting, std::string value, std::string_view words) {
    said += fmt::format("{}{} {}", said.empty() ? "set " : ", ", setting.substr(setting.find('.') + 1), words);
    rows.push_back({tenant.id, std::move(setting), std::move(value)});
  }
};

Result<void> add_numbers(SettingChanges& changes, const ConversationChange& wanted) {
  for (const auto& range : kRanges) {
    const auto& value = wanted.*range.wanted;
    if (!value) continue;
    if (*value < range.least || *value > range.most)
      return fail(ErrorKind::kInvalid,
                  range.least < 0
                      ? fmt::format("{} is a minute of the day, 0 to {} (UTC), or none", range.name(), range.most)
                      : fmt::format("{} is {} to {}", range.name(), range.least, range.most));
    if (*value == range.now(changes.tenant)) continue;
    if (*value < 0)
      changes.set(range.setting, "", "to never");
    else
      changes.set(range.setting, std::to_string(*value), fmt::format("to {}", *value));
  }
  return {};
}

Result<std::vector<std::string>> owners_in(const std::vector<std::string>& written) {
  if (written.size() > Admin::kMaxOwners)
    return fail(ErrorKind::kInvalid, fmt::format("there are {} owners at most", Admin::kMaxOwners));
  std::vector<std::string> owners;
  std::vector<std::string> wrong;
  for (const auto& each : written) {
    auto address = whatsapp::address_of(each);
    if (address.empty())
      wrong.push_back(fmt::format("\"{}\"", each));
    else if (std::ranges::find(owners, address) == owners.end())
      owners.push_back(std::move(address));
  }
  if (wrong.empty()) return owners;
  return fail(ErrorKind::kInvalid,
              fmt::format("an owner is a phone number or a BSUID, not {}", fmt::join(wrong, ", ")));
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::any_of(words, [word](const std::string& each) { return same_word(each, word); });
}

Result<std::vector<std::string>> words_in(std::string_view name, const std::vector<std::string>& written) {
  if (written.empty() || written.size() > Admin::kMaxOptWords)
    return fail(ErrorKind::kInvalid, fmt::format("{} are 1 to {} words", name, Admin::kMaxOptWords));
  std::vector<std::string> words;
  for (const auto& each : written) {
    const std::string word(trimmed(each));
    const bool odd = word.empty() || word.size() > Admin::kMaxOptWordBytes || word.starts_with('/') ||
                     std::ranges::any_of(word, [](unsigned char c) { return c == ',' || c < ' ' || c == 0x7f; });
    if (odd)
      return fail(ErrorKind::kInvalid,
                  fmt::format("{}: \"{}\" cannot be one; a word has 1 to {} bytes, no comma, and no / in front", name,
                              each, Admin::kMaxOptWordBytes));
    if (!has(words, word)) words.push_back(word);
  }
  return words;
}

Result<void> add_words(SettingChanges& changes, const ConversationChange& wanted) {
  const AccessSettings& now = changes.tenant.access;
  std::vector<std::string> in_force[] = {now.opt_out_words, now.opt_in_words};
  const struct {
    const char* setting;
    const std::optional<std::vector<std::string>>& wanted;
    std::vector<std::string>& words;
  } lists[] = {{"access.opt_out_words", wanted.opt_out_words, in_force[0]},
               {"access.opt_in_words", wanted.opt_in_words, in_force[1]}};
  for (const auto& list : lists) {
    if (!list.wanted) continue;
    auto words = words_in(std::string_view(list.setting).substr(7), *list.wanted);
    if (!words) return std::unexpected(words.error());
    if (*words == list.words) continue;
    list.words = std::move(*words);
    const std::string joined = fmt::format("{}", fmt::join(list.words, ","));
    changes.set(list.setting, joined, "to " + joined);
  }
  for (const auto& word : in_force[0])
    if (has(in_force[1], word))
      return fail(ErrorKind::kInvalid, fmt::format("\"{}\" cannot be a word for out and for in", word));
  return {};
}

Result<void> add_others(SettingChanges& changes, const ConversationChange& wanted) {
  const Tenant& tenant = changes.tenant;
  if (wanted.queue) {
    const auto mode = queue_mode_named(*wanted.queue);
    if (!mode)
      return fail(ErrorKind::kInvalid,
                  fmt::format("there is no queue \"{}\"; use collect, followup or interrupt", *wanted.queue));
    if (*mode != tenant.session.queue) changes.set("session.queue", *wanted.queue, "to " + *wanted.queue);
  }
  if (wanted.approval_notice && *wanted.approval_notice != tenant.access.approval_notice) {
    const std::string value = *wanted.approval_notice ? "true" : "false";
    changes.set("access.approval_notice", value, "to " + value);
  }
  if (!wanted.owners) return {};
  const auto owners = owners_in(*wanted.owners);
  if (!owners) return std::unexpected(owners.error());
  if (*owners == tenant.session.owners) return {};
  const std::string joined = fmt::format("{}", fmt::join(*owners, ","));
  changes.set("session.owners", joined, owners->empty() ? "to nobody" : "to " + joined);
  return {};
}

}  // namespace

Task<Result<TenantRef>> Admin::change_conversations(By by, TenantRef tenant, ConversationChange wanted) {
  SettingChanges changes{*tenant};
  for (const auto add : {&add_numbers, &add_words, &add_others})
    if (const auto added = add(changes, wanted); !added) co_return std::unexpected(added.error());
  for (auto& row : changes.rows) {
    row.set_at = clock_.now();
    row.set_by = by.actor.name;
  }
  auto changed = change(by, tenant->id, "conversations.set", "conversations",
                        changes.said.empty() ? std::string("changed nothing") : std::move(changes.said));
  co_return co_await change_settings(tenant, "conversation-settings", std::move(changes.rows), std::move(changed));
}

Task<Result<TenantRef>> Admin::set_speech(By by, TenantRef tenant, std::string settings) {
  auto checked = check_speech_settings(settings);
  if (!checked) co_return std::unexpected(checked.error());
  for (const auto& provider : read_speech_settings(*checked).providers)
    if (!provider.key_secret.empty() && !tenant->secrets.contains(provider.key_secret))
      co_return fail(ErrorKind::kInvalid,
                     fmt::format("{}: the secret {} is not set: set it first", provider.name, provider.key_secret));
  std::vector<SettingRow> rows{{tenant->id, kSpeech, std::move(*checked)}};
  rows.front().set_at = clock_.now();
  rows.front().set_by = by.actor.name;
  auto changed = change(by, tenant->id, "speech.set", "speech", "set how voice messages are transcribed");
  co_return co_await change_settings(tenant, "speech", std::move(rows), std::move(changed));
}

Task<Result<TenantRef>> Admin::set_delivery(By by, TenantRef tenant, std::string settings) {
  auto checked = check_delivery_settings(settings);
  if (!checked) co_return std::unexpected(checked.error());
  std::vector<SettingRow> rows{{tenant->id, kDelivery, std::move(*checked)}};
  rows.front().set_at = clock_.now();
  rows.front().set_by = by.actor.name;
  auto changed = change(by, tenant->id, "delivery.set", "delivery", "set how messages are delivered");
  co_return co_await change_settings(tenant, "delivery", std::move(rows), std::move(changed));
}

std::string conversation_settings_json(const Tenant& tenant) {
  namespace json = boost::json;
  const SessionSettings& session = tenant.session;
  const AccessSettings& access = tenant.access;
  return json::serialize(json::object{{"queue", to_string(session.queue)},
                                      {"debounce_ms", session.debounce.count()},
                                      {"max_merged", session.max_merged},
                                      {"idle_reset_minutes", session.idle_reset.count()},
                                      {"daily_reset_minute", session.daily_reset_minute},
                                      {"take_over_minutes", session.take_over.count()},
                                      {"owners", json::value_from(session.owners)},
                                      {"opt_out_words", json::value_from(access.opt_out_words)},
                                      {"opt_in_words", json::value_from(access.opt_in_words)},
                                      {"max_pending", access.max_pending},
                                      {"approval_notice", access.approval_notice}});
}

}  // namespace claw
