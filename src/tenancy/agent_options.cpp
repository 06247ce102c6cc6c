#include "tenancy/agent_options.hpp"

#include <algorithm>
#include <cctype>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxPromptBytes = 64 * 1024;

constexpr std::pair<TextFormat, std::string_view> kFormats[] = {
    {TextFormat::kMarkdown, "markdown"}, {TextFormat::kWhatsApp, "whatsapp"}, {TextFormat::kPlain, "plain"}};

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
  if (const auto* stream = from.if_contains("stream"); stream && stream->is_bool()) options.stream = stream->get_bool();
  return options;
}

/// What is wrong with the members themselves: an option that the kind has not, or one of another type.
std::string odd_member(std::string_view kind, const json::object& from) {
  constexpr std::string_view kTexts[] = {"url", "model", "key_secret", "system_prompt", "apology"};
  constexpr std::string_view kNumbers[] = {"history_turns", "history_tokens", "timeout"};
  const auto is_one_of = [](const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != std::end(names);
  };
  for (const auto& [key, value] : from) {
    const std::string_view name = key;
    if (name == "format") continue;
    const bool is_text = is_one_of(kTexts, name);
    const bool is_number = is_one_of(kNumbers, name);
    if (kind == "echo" || (!is_text && !is_number && name != "stream"))
      return fmt::format("an agent of kind {} has no option {}", kind, json::serialize(json::string(name)));
    if (is_text && !value.is_string()) return fmt::format("{} must be a text", name);
    if (is_number && !(value.is_int64() && value.get_int64() > 0))
      return fmt::format("{} must be a whole number above 0", name);
    if (name == "stream" && !value.is_bool()) return "stream must be true or false";
  }
  TextFormat format{};
  return read_format(from, format) ? "" : "format is markdown, whatsapp or plain";
}

bool is_url(std::string_view text) {
  const bool scheme = text.starts_with("http://") || text.starts_with("https://");
  return scheme && text.size() > 10 && text.size() < 2000 && !text.ends_with('/') &&
         std::ranges::all_of(text, [](unsigned char c) { return c > 32 && c < 127; });
}

std::string fault_in(const AgentOptions& options) {
  if (!is_url(options.url))
    return "url must be like https://api.example.org or http://127.0.0.1:8000, without / at the end";
  // Addresses are shown to whoever may see the settings.
  if (options.url.contains('@')) return "url must have no user name or password: put the key into a secret, key_secret";
  if (options.model.empty() || options.model.size() > 200) return "model must name a model of the server";
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
  json::object shown{{"format", name_of(options.format)}};
  if (kind != "echo") {
    shown["url"] = options.url;
    shown["model"] = options.model;
    shown["key_secret"] = options.key_secret;
    shown["system_prompt"] = options.system_prompt;
    shown["apology"] = options.apology;
    shown["stream"] = options.stream;
    shown["history_turns"] = options.history_turns;
    shown["history_tokens"] = options.history_tokens;
    shown["timeout"] = options.timeout.count();
  }
  return json::serialize(shown);
}

Result<std::string> check_agent_options(std::string_view kind, std::string_view text) {
  if (kind != "echo" && kind != "openai")
    return fail(ErrorKind::kInvalid, fmt::format("there is no agent kind \"{}\"; there are echo and openai", kind));
  boost::system::error_code fault;
  const auto value = json::parse(text, fault);
  if (fault || !value.is_object()) return fail(ErrorKind::kInvalid, "the options are no JSON object");
  if (const auto wrong = odd_member(kind, value.get_object()); !wrong.empty()) return fail(ErrorKind::kInvalid, wrong);
  const AgentOptions options = options_in(kind, value.get_object());
  if (const auto wrong = kind == "echo" ? std::string() : fault_in(options); !wrong.empty())
    return fail(ErrorKind::kInvalid, wrong);
  return agent_options_json(kind, options);
}

}  // namespace claw
