#include "simulator/numbers.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace claw::sim {

namespace json = boost::json;

namespace {

/// In the order of TokenState.
constexpr auto kTokenStates =
    std::to_array<std::string_view>({"valid", "expired", "revoked", "no_permission", "wrong_app"});

}  // namespace

Number default_number() {
  Number number;
  number.id = "100000000000001";
  number.display_phone = "15550001001";
  number.waba = "200000000000001";
  return number;
}

Result<void> Numbers::put(Number number) {
  if (const auto old = numbers_.find(number.id); old != numbers_.end()) {
    const auto [first, last] = by_waba_.equal_range(old->second.waba);
    by_waba_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == number.id; }));
    if (const auto token = tokens_.find(old->second.token); --token->second == 0) tokens_.erase(token);
  } else if (numbers_.size() >= kMax) {
    return fail(ErrorKind::kInvalid, fmt::format("there are {} numbers already", kMax));
  }
  by_waba_.emplace(number.waba, number.id);
  ++tokens_[number.token];
  std::string id = number.id;
  numbers_.insert_or_assign(std::move(id), std::move(number));
  return {};
}

const Number* Numbers::find(std::string_view id) const {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? nullptr : &found->second;
}

bool Numbers::knows_token(std::string_view token) const {
  return tokens_.contains(token);
}

const Number* Numbers::with_token(std::string_view token) const {
  const auto found = std::ranges::find_if(numbers_, [&](const auto& entry) { return entry.second.token == token; });
  return found == numbers_.end() ? nullptr : &found->second;
}

std::vector<std::string> Numbers::of_waba(std::string_view waba) const {
  std::vector<std::string> ids;
  const auto [first, last] = by_waba_.equal_range(waba);
  for (auto it = first; it != last; ++it) ids.push_back(it->second);
  return ids;
}

json::object number_json(const Number& number) {
  return {{"id", number.id},
          {"display_phone_number", number.display_phone},
          {"verified_name", number.verified_name},
          {"waba_id", number.waba},
          {"token", number.token},
          {"token_state", kTokenStates.at(static_cast<std::size_t>(number.token_state))},
          {"token_expires_at", number.token_expires ? json::value(to_ms(*number.token_expires)) : json::value(nullptr)},
          {"app_secret", number.app_secret},
          {"verify_token", number.verify_token},
          {"callback", number.callback},
          {"app_id", number.app_id},
          {"quality_rating", number.quality_rating},
          {"tier", number.tier},
          {"status", number.status},
          {"name_status", number.name_status},
          {"platform_type", number.platform_type},
          {"waba_name", number.waba_name},
          {"business_name", number.business_name},
          {"business_verification", number.business_verification},
          {"permissions", json::array(number.permissions.begin(), number.permissions.end())},
          {"subscribed", number.subscribed},
          {"unsubscribed_fields", json::array(number.unsubscribed_fields.begin(), number.unsubscribed_fields.end())},
          {"on_business_app", number.on_business_app},
          {"limits", limits_json(number.limits)},
          {"pricing_model", number.pricing_model},
          {"require_proof", number.require_proof}};
}

namespace {

std::string* text_member(Number& number, std::string_view name) {
  if (name == "id") return &number.id;
  if (name == "display_phone_number") return &number.display_phone;
  if (name == "verified_name") return &number.verified_name;
  if (name == "waba_id") return &number.waba;
  if (name == "token") return &number.token;
  if (name == "app_secret") return &number.app_secret;
  if (name == "verify_token") return &number.verify_token;
  if (name == "callback") return &number.callback;
  if (name == "app_id") return &number.app_id;
  if (name == "quality_rating") return &number.quality_rating;
  if (name == "tier") return &number.tier;
  if (name == "status") return &number.status;
  if (name == "name_status") return &number.name_status;
  if (name == "platform_type") return &number.platform_type;
  if (name == "waba_name") return &number.waba_name;
  if (name == "business_name") return &number.business_name;
  if (name == "business_verification") return &number.business_verification;
  if (name == "pricing_model") return &number.pricing_model;
  return nullptr;
}

bool read_token_state(const json::value& value, Number& number) {
  const auto found =
      value.is_string() ? std::ranges::find(kTokenStates, std::string_view(value.get_string())) : kTokenStates.end();
  if (found == kTokenStates.end()) return false;
  number.token_state = static_cast<TokenState>(found - kTokenStates.begin());
  return true;
}

bool read_names(const json::value& value, std::vector<std::string>& names) {
  if (!value.is_array()) return false;
  names.clear();
  for (const auto& name : value.get_array()) {
    if (!name.is_string()) return false;
    names.emplace_back(name.get_string());
  }
  return true;
}

bool* flag_member(Number& number, std::string_view name) {
  if (name == "require_proof") return &number.require_proof;
  if (name == "subscribed") return &number.subscribed;
  if (name == "on_business_app") return &number.on_business_app;
  return nullptr;
}

bool read_token_end(const json::value& value, Number& number) {
  if (!value.is_null() && !value.is_int64()) return false;
  number.token_expires = value.is_null() ? std::nullopt : std::optional(from_ms(value.get_int64()));
  return true;
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() <= 32 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<Number> completed(Number number) {
  if (!is_digits(number.id)) return fail(ErrorKind::kInvalid, "\"id\" must be digits: the phone number id");
  // The digits of the id make a phone and an account where none are given: enough for a test that needs many.
  if (number.display_phone.empty())
    number.display_phone = "1555" + number.id.substr(number.id.size() > 7 ? number.id.size() - 7 : 0);
  if (number.waba.empty()) number.waba = "2" + number.id;
  if (!is_digits(number.display_phone)) return fail(ErrorKind::kInvalid, "\"display_phone_number\" must be digits");
  if (!is_digits(number.waba)) return fail(ErrorKind::kInvalid, "\"waba_id\" must be digits");
  if (number.pricing_model != "PMP" && number.pricing_model != "CBP")
    return fail(ErrorKind::kInvalid, "\"pricing_model\" must be PMP or CBP");
  if (number.token.empty()) return fail(ErrorKind::kInvalid, "\"token\" must not be empty");
  if (number.app_secret.empty()) return fail(ErrorKind::kInvalid, "\"app_secret\" must not be empty");
  return number;
}

}  // namespace

Result<Number> read_number(const json::object& object, Number number) {
  if (object.contains("token")) {
    number.token_state = TokenState::kValid;
    number.token_expires.reset();
  }
  for (const auto& [name, value] : object) {
    if (std::string* text = text_member(number, name)) {
      if (!value.is_string())
        return fail(ErrorKind::kInvalid, fmt::format("\"{}\" must be a string", std::string_view(name)));
      *text = std::string_view(value.get_string());
    } else if (name == "limits") {
      auto limits = read_limits(value, number.limits);
      if (!limits) return std::unexpected(limits.error());
      number.limits = *limits;
    } else if (name == "token_state") {
      if (!read_token_state(value, number))
        return fail(ErrorKind::kInvalid, fmt::format("\"token_state\" is one of {}", fmt::join(kTokenStates, ", ")));
    } else if (name == "token_expires_at") {
      if (!read_token_end(value, number))
        return fail(ErrorKind::kInvalid, "\"token_expires_at\" is milliseconds since 1970, or null");
    } else if (name == "permissions") {
      if (!read_names(value, number.permissions))
        return fail(ErrorKind::kInvalid, "\"permissions\" is a list of permissions' names");
    } else if (name == "unsubscribed_fields") {
      if (!read_names(value, number.unsubscribed_fields))
        return fail(ErrorKind::kInvalid, "\"unsubscribed_fields\" is a list of webhook fields' names");
    } else if (bool* flag = flag_member(number, name)) {
      if (!value.is_bool())
        return fail(ErrorKind::kInvalid, fmt::format("\"{}\" must be true or false", std::string_view(name)));
      *flag = value.get_bool();
    } else {
      return fail(ErrorKind::kInvalid, fmt::format("a number has no \"{}\"", std::string_view(name)));
    }
  }
  return completed(std::move(number));
}

}  // namespace claw::sim
