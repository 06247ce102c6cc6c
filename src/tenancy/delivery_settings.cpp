#include "tenancy/delivery_settings.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json_members.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMaxLogDays = 90;
/// Meta's limits: lower case letters, digits and underscores; a language as "de" or "en_US".
constexpr std::size_t kMaxTemplateName = 512;
constexpr std::size_t kMaxLanguage = 15;
constexpr std::string_view kTexts[] = {"outside_window", "template_name", "template_language", "on_unknown"};

bool is_template_name(std::string_view name) {
  return name.size() <= kMaxTemplateName &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool is_language(std::string_view name) {
  return name.size() <= kMaxLanguage && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

DeliverySettings settings_in(const json::object& from) {
  DeliverySettings settings;
  settings.outside_window = outside_window_named(text_member(from, "outside_window")).value_or(settings.outside_window);
  settings.template_name = text_member(from, "template_name");
  settings.template_language = text_member(from, "template_language");
  settings.template_takes_text = flag_member(from, "template_takes_text");
  settings.on_unknown = on_unknown_named(text_member(from, "on_unknown")).value_or(settings.on_unknown);
  settings.log_days = integer_member(from, "log_days", settings.log_days);
  return settings;
}

std::string odd_member(const json::object& from) {
  for (const auto& [name, value] : from) {
    const std::string_view key = name;
    if (std::ranges::find(kTexts, key) != std::end(kTexts)) {
      if (!value.is_string()) return fmt::format("{} must be a text", key);
    } else if (key == "template_takes_text") {
      if (!value.is_bool()) return fmt::format("{} must be true or false", key);
    } else if (key == "log_days") {
      if (!value.is_int64()) return fmt::format("{} must be a whole number", key);
    } else {
      return fmt::format("the settings have no member {}", json::serialize(json::string(key)));
    }
  }
  const auto outside = from.if_contains("outside_window");
  if (outside && !outside_window_named(text_member(from, "outside_window")))
    return "outside_window must be refuse, template or park";
  const auto unknown = from.if_contains("on_unknown");
  if (unknown && !on_unknown_named(text_member(from, "on_unknown"))) return "on_unknown must be hold or resend";
  return {};
}

std::string fault_in(const DeliverySettings& settings) {
  if (!is_template_name(settings.template_name))
    return "template_name: Meta's names of templates have lower case letters, digits and underscores";
  if (!is_language(settings.template_language)) return "template_language: write it as Meta does, like en_US or de";
  if (settings.outside_window == OutsideWindow::kTemplate &&
      (settings.template_name.empty() || settings.template_language.empty()))
    return "outside_window is template: say which, with template_name and template_language";
  if (settings.log_days < 1 || settings.log_days > kMaxLogDays)
    return fmt::format("log_days must be 1 to {}", kMaxLogDays);
  return {};
}

}  // namespace

std::string_view to_string(OutsideWindow what) {
  switch (what) {
    case OutsideWindow::kRefuse:
      return "refuse";
    case OutsideWindow::kTemplate:
      return "template";
    case OutsideWindow::kPark:
      return "park";
  }
  return "refuse";
}

std::optional<OutsideWindow> outside_window_named(std::string_view name) {
  for (const auto what : {OutsideWindow::kRefuse, OutsideWindow::kTemplate, OutsideWindow::kPark})
    if (to_string(what) == name) return what;
  return std::nullopt;
}

std::string_view to_string(OnUnknown what) {
  return what == OnUnknown::kResend ? "resend" : "hold";
}

std::optional<OnUnknown> on_unknown_named(std::string_view name) {
  for (const auto what : {OnUnknown::kHold, OnUnknown::kResend})
    if (to_string(what) == name) return what;
  return std::nullopt;
}

DeliverySettings read_delivery_settings(std::string_view text) {
  boost::system::error_code fault;
  const auto value = json::parse(text, fault);
  return fault || !value.is_object() ? DeliverySettings{} : settings_in(value.get_object());
}

std::string delivery_settings_json(const DeliverySettings& settings) {
  return json::serialize(json::object{{"outside_window", to_string(settings.outside_window)},
                                      {"template_name", settings.template_name},
                                      {"template_language", settings.template_language},
                                      {"template_takes_text", settings.template_takes_text},
                                      {"on_unknown", to_string(settings.on_unknown)},
                                      {"log_days", settings.log_days}});
}

Result<std::string> check_delivery_settings(std::string_view text) {
  boost::system::error_code fault;
  const auto value = json::parse(text, fault);
  if (fault || !value.is_object()) return fail(ErrorKind::kInvalid, "the settings are no JSON object");
  if (auto wrong = odd_member(value.get_object()); !wrong.empty()) return fail(ErrorKind::kInvalid, std::move(wrong));
  const auto settings = settings_in(value.get_object());
  if (auto wrong = fault_in(settings); !wrong.empty()) return fail(ErrorKind::kInvalid, std::move(wrong));
  return delivery_settings_json(settings);
}

}  // namespace claw
