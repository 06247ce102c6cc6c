#include "tenancy/agent_options.hpp"

#include <algorithm>
#include <cctype>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "tenancy/url_rules.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxPromptBytes = 64 * 1024;

constexpr std::pair<TextFormat, std::string_view> kFormats[] = {
    {TextFormat::kMarkdown, "markdown"}, {TextFormat::kWhatsApp, "whatsapp"}, {TextFormat::kPlain, "plain"}};

constexpr std::pair<std::string_view, bool AgentOptions::*> kFlags[] = {
    {"stream", &AgentOptions::stream}, {"tools", &AgentOptions::tools}, {"pictures", &AgentOptions::pictures}};

/// What each kind has beside `format`, or instead of it.
struct Kind {
  std::string_view name;
  std::vector<std::string_view> options;
  bool has_format = true;

  [[nodiscard]] bool has(std::string_view option) const {
    return option == "format" ? has_format : std::ranges::find(options, option) != options.end();
  }
};
const Kind kKinds[] = {
    {"echo", {}},
    {"openai",
     {"url", "model", "key_secret", "system_prompt", "apology", "stream", "tools", "pictures", "history_turns",
      "history_tokens", "timeout"}},
    {"http", {"url", "key_secret", "apology", "timeout"}},
    {"cloud-api", {"url", "key_secret", "apology", "timeout"}, false},
};
const Kind* kind_named(std::string_view name) {
  const auto* const found = std::ranges::find(kKinds, name, &Kind::name);
  return found == std::end(kKinds) ? nullptr : found;
}

bool read_format(const json::object& from, TextFormat& into) {
  const auto* value = from.if_contains("format");
  if (!value) return true;
  for (const auto& [format, name] : kFormats) {
    if (!value->is_string() || value->get_string() != name) continue;
    into = format;
    return true;
  }
  return false;
}

void read(const json::object& from, const char* name, std::string& into) {
  if (const auto* value = from.if_contains(name); value && value->is_string()) into = value->get_string();
}

template <class T>
void read(const json::object& from, const char* name, T& into) {
  if (const auto* value = from.if_contains(name); value && value->is_int64() && value->get_int64() > 0)
    into = T(value->get_int64());
}

AgentOptions options_in(std::string_view kind, const json::object& from) {
  AgentOptions options;
  if (kind == "echo") options.format = TextFormat::kPlain;
  read_format(from, options.format);
  read(from, "url", options.url);
  read(from, "model", options.model);
  read(from, "key_secret", options.key_secret);
  read(from, "system_prompt", options.system_prompt);
  read(from, "apology", options.apology);
  read(from, "history_turns", options.history_turns);
  read(from, "history_tokens", options.history_tokens);
  read(from, "timeout", options.timeout);
  for (const auto& [name, flag] : kFlags)
    if (const auto* value = from.if_contains(name); value && value->is_bool()) options.*flag = value->get_bool();
  return options;
}

/// What is wrong with the members themselves: an option that the kind has not, or one of another type.
std::string odd_member(const Kind& kind, const json::object& from) {
  constexpr std::string_view kTexts[] = {"url", "model", "key_secret", "system_prompt", "apology"};
  constexpr std::string_view kNumbers[] = {"history_turns", "history_tokens", "timeout"};
  const auto is_one_of = [](const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != std::end(names);
  };
  for (const auto& [key, value] : from) {
    const std::string_view name = key;
    if (!kind.has(name))
      return fmt::format("an agent of kind {} has no option {}", kind.name, json::serialize(json::string(name)));
    if (is_one_of(kTexts, name) && !value.is_string()) return fmt::format("{} must be a text", name);
    if (is_one_of(kNumbers, name) && !(value.is_int64() && value.get_int64() > 0))
      return fmt::format("{} must be a whole number above 0", name);
    const bool is_flag = std::ranges::any_of(kFlags, [name](const auto& flag) { return flag.first == name; });
    if (is_flag && !value.is_bool()) return fmt::format("{} must be true or false", name);
  }
  TextFormat format{};
  return read_format(from, format) ? "" : "format is markdown, whatsapp or plain";
}

std::string fault_in(const Kind& kind, const AgentOptions& options) {
  if (!kind.has("url")) return {};
  if (auto wrong = url_fault(options.url); !wrong.empty()) return wrong;
  if (kind.has("model") && (options.model.empty() || options.model.size() > 200))
    return "model must name a model of the server";
  if (options.system_prompt.size() > kMaxPromptBytes) return "system_prompt has at most 64 KiB";
  if (options.apology.size() > 4096) return "apology has at most 4096 bytes";
  if (options.history_turns > 500) return "history_turns is at most 500";
  if (options.history_tokens > 1'000'000) return "history_tokens is at most 1000000";
  if (options.timeout > std::chrono::minutes(10)) return "timeout is at most 600 seconds";
  return {};
}

}  // namespace

AgentOptions read_agent_options(std::string_view kind, std::string_view text) {
  boost::system::error_code fault;
  const auto value = json::parse(text, fault);
  return options_in(kind, fault || !value.is_object() ? json::object{} : value.get_object());
}

std::string_view name_of(TextFormat format) {
  return std::ranges::find(kFormats, format, &std::pair<TextFormat, std::string_view>::first)->second;
}

std::string agent_options_json(std::string_view kind, const AgentOptions& options) {
  const json::object all{{"format", name_of(options.format)},
                         {"url", options.url},
                         {"model", options.model},
                         {"key_secret", options.key_secret},
                         {"system_prompt", options.system_prompt},
                         {"apology", options.apology},
                         {"stream", options.stream},
                         {"tools", options.tools},
                         {"pictures", options.pictures},
                         {"history_turns", options.history_turns},
                         {"history_tokens", options.history_tokens},
                         {"timeout", options.timeout.count()}};
  const Kind* const known = kind_named(kind);
  json::object shown;
  for (const auto& [name, value] : all)
    if (known && known->has(name)) shown[name] = value;
  return json::serialize(shown);
}

Result<std::string> check_agent_options(std::string_view kind, std::string_view text) {
  const Kind* const known = kind_named(kind);
  if (!known)
    return fail(ErrorKind::kInvalid,
                fmt::format("there is no agent kind \"{}\"; there are echo, openai, http and cloud-api", kind));
  boost::system::error_code fault;
  const auto value = json::parse(text, fault);
  if (fault || !value.is_object()) return fail(ErrorKind::kInvalid, "the options are no JSON object");
  if (const auto wrong = odd_member(*known, value.get_object()); !wrong.empty())
    return fail(ErrorKind::kInvalid, wrong);
  const AgentOptions options = options_in(kind, value.get_object());
  if (const auto wrong = fault_in(*known, options); !wrong.empty()) return fail(ErrorKind::kInvalid, wrong);
  return agent_options_json(kind, options);
}

}  // namespace claw
