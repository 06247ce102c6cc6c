#include "tenancy/speech_settings.hpp"

#include <algorithm>
#include <set>
#include <span>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json_members.hpp"
#include "tenancy/url_rules.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxProviders = 8;
constexpr std::size_t kMaxNameBytes = 40;
constexpr std::int64_t kMaxTimeoutSeconds = 300;
constexpr std::int64_t kMaxVoiceBytes = std::int64_t{64} * 1024 * 1024;
constexpr std::int64_t kMaxAtOnce = 16;
constexpr std::string_view kKinds[] = {"embedded", "openai", "deepgram", "command"};

SpeechProvider provider_in(const json::object& from) {
  SpeechProvider provider{.name = text_member(from, "name"),
                          .kind = text_member(from, "kind"),
                          .url = text_member(from, "url"),
                          .model = text_member(from, "model"),
                          .key_secret = text_member(from, "key_secret"),
                          .command = text_member(from, "command")};
  if (provider.name.empty()) provider.name = provider.kind;
  provider.timeout = std::chrono::seconds(integer_member(from, "timeout", provider.timeout.count()));
  provider.max_bytes =
      static_cast<std::size_t>(integer_member(from, "max_bytes", static_cast<std::int64_t>(provider.max_bytes)));
  return provider;
}

VoiceReplySettings reply_in(const json::object& from) {
  return {.enabled = flag_member(from, "enabled"),
          .url = text_member(from, "url"),
          .model = text_member(from, "model"),
          .voice = text_member(from, "voice"),
          .key_secret = text_member(from, "key_secret")};
}

SpeechSettings settings_in(const json::object& from) {
  SpeechSettings settings;
  if (const auto* list = from.if_contains("providers"); list && list->is_array())
    for (const auto& each : list->get_array())
      if (each.is_object()) settings.providers.push_back(provider_in(each.get_object()));
  settings.at_once =
      static_cast<std::size_t>(integer_member(from, "at_once", static_cast<std::int64_t>(settings.at_once)));
  settings.language = text_member(from, "language");
  settings.echo = flag_member(from, "echo");
  if (const auto* reply = from.if_contains("reply"); reply && reply->is_object())
    settings.reply = reply_in(reply->get_object());
  return settings;
}

enum class Shape { kText, kNumber, kFlag, kList, kObject };

struct Member {
  std::string_view name;
  Shape shape;
};

bool has_shape(const json::value& value, Shape shape) {
  switch (shape) {
    case Shape::kText:
      return value.is_string();
    case Shape::kNumber:
      return value.is_int64() && value.get_int64() > 0;
    case Shape::kFlag:
      return value.is_bool();
    case Shape::kList:
      return value.is_array();
    case Shape::kObject:
      return value.is_object();
  }
  return false;
}

std::string_view words_for(Shape shape) {
  switch (shape) {
    case Shape::kText:
      return "a text";
    case Shape::kNumber:
      return "a whole number above 0";
    case Shape::kFlag:
      return "true or false";
    case Shape::kList:
      return "a list";
    case Shape::kObject:
      return "an object";
  }
  return {};
}

std::string odd_member(const json::object& from, std::span<const Member> known, std::string_view where) {
  for (const auto& [key, value] : from) {
    const auto member = std::ranges::find(known, std::string_view(key), &Member::name);
    if (member == known.end()) return fmt::format("{} has no member {}", where, json::serialize(json::string(key)));
    if (!has_shape(value, member->shape)) return fmt::format("{}: {} must be {}", where, key, words_for(member->shape));
  }
  return {};
}

constexpr Member kSettingsMembers[] = {{"providers", Shape::kList},
                                       {"at_once", Shape::kNumber},
                                       {"language", Shape::kText},
                                       {"echo", Shape::kFlag},
                                       {"reply", Shape::kObject}};
constexpr Member kProviderMembers[] = {{"name", Shape::kText},       {"kind", Shape::kText},
                                       {"url", Shape::kText},        {"model", Shape::kText},
                                       {"key_secret", Shape::kText}, {"command", Shape::kText},
                                       {"timeout", Shape::kNumber},  {"max_bytes", Shape::kNumber}};
constexpr Member kReplyMembers[] = {{"enabled", Shape::kFlag},
                                    {"url", Shape::kText},
                                    {"model", Shape::kText},
                                    {"voice", Shape::kText},
                                    {"key_secret", Shape::kText}};

std::string odd_members(const json::object& from) {
  if (auto wrong = odd_member(from, kSettingsMembers, "speech"); !wrong.empty()) return wrong;
  if (const auto* list = from.if_contains("providers"))
    for (const auto& each : list->get_array()) {
      if (!each.is_object()) return "each of providers must be an object";
      if (auto wrong = odd_member(each.get_object(), kProviderMembers, "a provider"); !wrong.empty()) return wrong;
    }
  if (const auto* reply = from.if_contains("reply")) return odd_member(reply->get_object(), kReplyMembers, "reply");
  return {};
}

std::string fault_in(const SpeechProvider& provider) {
  const bool by_net = provider.kind == "openai" || provider.kind == "deepgram";
  if (std::ranges::find(kKinds, provider.kind) == std::end(kKinds))
    return fmt::format("there is no kind \"{}\"; there are embedded, openai, deepgram and command", provider.kind);
  if (provider.name.size() > kMaxNameBytes) return fmt::format("a name has {} bytes at most", kMaxNameBytes);
  if (by_net)
    if (auto wrong = url_fault(provider.url); !wrong.empty()) return wrong;
  if (!by_net && !(provider.url.empty() && provider.model.empty() && provider.key_secret.empty()))
    return fmt::format("kind {} has no url, model or key_secret", provider.kind);
  if ((provider.kind == "command") != !provider.command.empty())
    return "command names one of the operator's commands (speech.commands in the configuration), for kind command "
           "alone";
  if (provider.timeout > std::chrono::seconds(kMaxTimeoutSeconds))
    return fmt::format("timeout is at most {} seconds", kMaxTimeoutSeconds);
  if (provider.max_bytes > kMaxVoiceBytes) return fmt::format("max_bytes is at most {}", kMaxVoiceBytes);
  return {};
}

std::string fault_in(const VoiceReplySettings& reply) {
  if (!reply.enabled && reply.url.empty()) return {};
  if (auto wrong = url_fault(reply.url); !wrong.empty()) return "reply: " + wrong;
  return reply.voice.empty() ? "reply: voice must name one of the server's voices" : "";
}

std::string fault_in(const SpeechSettings& settings) {
  if (settings.providers.size() > kMaxProviders) return fmt::format("there are {} providers at most", kMaxProviders);
  std::set<std::string_view> names;
  for (const auto& provider : settings.providers) {
    if (auto wrong = fault_in(provider); !wrong.empty())
      return provider.name.empty() ? wrong : fmt::format("{}: {}", provider.name, wrong);
    if (!names.insert(provider.name).second) return fmt::format("two providers are named \"{}\"", provider.name);
  }
  if (settings.at_once > kMaxAtOnce) return fmt::format("at_once is at most {}", kMaxAtOnce);
  const bool language = settings.language.empty() ||
                        (settings.language.size() == 2 && settings.language[0] >= 'a' && settings.language[0] <= 'z' &&
                         settings.language[1] >= 'a' && settings.language[1] <= 'z');
  if (!language) return "language is two letters, like de or en; empty: whoever transcribes finds out";
  return fault_in(settings.reply);
}

}  // namespace

SpeechSettings default_speech_settings() {
  SpeechSettings settings;
  settings.providers.push_back({.name = "embedded", .kind = "embedded"});
  return settings;
}

SpeechSettings read_speech_settings(std::string_view text) {
  boost::system::error_code fault;
  const auto value = json::parse(text, fault);
  return fault || !value.is_object() ? default_speech_settings() : settings_in(value.get_object());
}

std::string speech_settings_json(const SpeechSettings& settings) {
  json::array providers;
  for (const auto& provider : settings.providers) {
    json::object shown{{"name", provider.name},
                       {"kind", provider.kind},
                       {"timeout", provider.timeout.count()},
                       {"max_bytes", provider.max_bytes}};
    if (!provider.url.empty()) {
      shown["url"] = provider.url;
      shown["model"] = provider.model;
      shown["key_secret"] = provider.key_secret;
    }
    if (!provider.command.empty()) shown["command"] = provider.command;
    providers.push_back(std::move(shown));
  }
  return json::serialize(json::object{{"providers", std::move(providers)},
                                      {"at_once", settings.at_once},
                                      {"language", settings.language},
                                      {"echo", settings.echo},
                                      {"reply",
                                       {{"enabled", settings.reply.enabled},
                                        {"url", settings.reply.url},
                                        {"model", settings.reply.model},
                                        {"voice", settings.reply.voice},
                                        {"key_secret", settings.reply.key_secret}}}});
}

Result<std::string> check_speech_settings(std::string_view text) {
  boost::system::error_code fault;
  const auto value = json::parse(text, fault);
  if (fault || !value.is_object()) return fail(ErrorKind::kInvalid, "the settings are no JSON object");
  if (auto wrong = odd_members(value.get_object()); !wrong.empty()) return fail(ErrorKind::kInvalid, std::move(wrong));
  const auto settings = settings_in(value.get_object());
  if (auto wrong = fault_in(settings); !wrong.empty()) return fail(ErrorKind::kInvalid, std::move(wrong));
  return speech_settings_json(settings);
}

}  // namespace claw
