#include "tenancy/routing.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <re2/re2.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "tenancy/tenant.hpp"
#include "whatsapp/address.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> kNames = {"peer",    "peer_prefix", "referral", "keyword",
                                                    "pattern", "number",      "channel"};
constexpr std::size_t kMaxRules = 1'000;
constexpr std::size_t kMaxValueBytes = 1'000;
/// What one compiled pattern may take of memory.
constexpr std::int64_t kMaxPatternBytes = 256 * 1024;
/// Of a long text only this much is looked at.
constexpr std::size_t kMaxTextBytes = 8 * 1024;

std::string member(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool about_first_message(RouteBy by) {
  return by == RouteBy::kReferral || by == RouteBy::kKeyword || by == RouteBy::kPattern;
}

std::shared_ptr<const re2::RE2> compile(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxPatternBytes);
  options.set_case_sensitive(false);
  return std::make_shared<const re2::RE2>(pattern, options);
}

/// Empty if the rule stands by itself.
std::string fault_in(const json::value& value, RoutingRule& rule) {
  if (!value.is_object()) return "is no object";
  const auto& from = value.get_object();
  for (const auto& entry : from) {
    constexpr std::array<std::string_view, 4> kMembers = {"by", "value", "number", "agent"};
    if (std::ranges::find(kMembers, std::string_view(entry.key())) == kMembers.end() || !entry.value().is_string())
      return fmt::format("has a member \"{}\" that is unknown or no text", std::string_view(entry.key()));
  }
  const auto name = std::ranges::find(kNames, member(from, "by"));
  if (name == kNames.end())
    return fmt::format("has by: \"{}\"; there are {}", member(from, "by"), fmt::join(kNames, ", "));
  rule.by = static_cast<RouteBy>(name - kNames.begin());
  rule.value = member(from, "value");
  rule.number = member(from, "number");
  rule.agent = member(from, "agent");
  if (rule.agent.empty()) return "names no agent";
  if (rule.by == RouteBy::kChannel) return rule.value.empty() ? "" : "is about the whole channel and has a value";
  if (rule.value.empty()) return "has no value";
  if (rule.value.size() > kMaxValueBytes) return fmt::format("has a value of more than {} bytes", kMaxValueBytes);
  if (rule.by == RouteBy::kPeer) {
    rule.value = whatsapp::address_of(rule.value);
    return rule.value.empty() ? "wants the phone number or BSUID of somebody, as +49 151 12345678" : "";
  }
  if (rule.by == RouteBy::kPeerPrefix) {
    if (rule.value.starts_with('+')) rule.value.erase(0, 1);
    const bool digits = std::ranges::all_of(rule.value, [](unsigned char c) { return std::isdigit(c); });
    return digits && !rule.value.empty() ? "" : "wants the first digits of phone numbers, as 49 or 4915";
  }
  if (rule.by != RouteBy::kPattern) return {};
  rule.pattern = compile(rule.value);
  return rule.pattern->ok() ? "" : fmt::format("has a pattern that cannot be read: {}", rule.pattern->error());
}

bool fits(const RoutingRule& rule, const RoutingQuestion& question) {
  if (!rule.number.empty() && rule.number != question.number) return false;
  if (about_first_message(rule.by) && !question.first_of_session) return false;
  switch (rule.by) {
    case RouteBy::kPeer:
      return rule.value == question.phone || rule.value == question.bsuid;
    case RouteBy::kPeerPrefix:
      return question.phone.starts_with(rule.value);
    case RouteBy::kReferral:
      return rule.value == question.source_id || rule.value == question.ctwa_clid;
    case RouteBy::kKeyword:
      return same_word(trimmed(rule.value), trimmed(question.text));
    case RouteBy::kPattern: {
      const auto text = question.text.substr(0, kMaxTextBytes);
      return !text.empty() && re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *rule.pattern);
    }
    case RouteBy::kNumber:
      return rule.value == question.number;
    case RouteBy::kChannel:
      return true;
  }
  return false;
}

Result<json::array> array_in(std::string_view text) {
  boost::system::error_code fault;
  auto value = json::parse(text, fault);
  if (fault || !value.is_array()) return fail(ErrorKind::kInvalid, "the rules are no JSON array");
  if (value.get_array().size() > kMaxRules)
    return fail(ErrorKind::kInvalid,
                fmt::format("there are {} rules; {} at most", value.get_array().size(), kMaxRules));
  return std::move(value.get_array());
}

}  // namespace

std::string_view to_string(RouteBy by) {
  return kNames[static_cast<std::size_t>(by)];
}

Result<std::vector<RoutingRule>> parse_routing_rules(std::string_view text, const std::vector<std::string>& agents,
                                                     const std::vector<std::string>& numbers) {
  const auto array = array_in(text);
  if (!array) return std::unexpected(array.error());
  std::vector<RoutingRule> rules;
  for (const auto& value : *array) {
    RoutingRule rule;
    std::string fault = fault_in(value, rule);
    if (fault.empty() && std::ranges::find(agents, rule.agent) == agents.end())
      fault = fmt::format("names the agent \"{}\", which is not there", rule.agent);
    const std::string& number = rule.by == RouteBy::kNumber ? rule.value : rule.number;
    if (fault.empty() && !number.empty() && std::ranges::find(numbers, number) == numbers.end())
      fault = fmt::format("names the phone number id {}, which is not one of yours", number);
    if (!fault.empty()) return fail(ErrorKind::kInvalid, fmt::format("rule {} {}", rules.size() + 1, fault));
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<RoutingRule> read_routing_rules(std::string_view text) {
  std::vector<RoutingRule> rules;
  const auto array = array_in(text);
  if (!array) return rules;
  for (const auto& value : *array) {
    RoutingRule rule;
    if (fault_in(value, rule).empty()) rules.push_back(std::move(rule));
  }
  return rules;
}

std::string routing_rules_json(const std::vector<RoutingRule>& rules) {
  json::array list;
  for (const auto& rule : rules) {
    json::object entry{{"by", to_string(rule.by)}};
    if (!rule.value.empty()) entry["value"] = rule.value;
    if (!rule.number.empty()) entry["number"] = rule.number;
    entry["agent"] = rule.agent;
    list.push_back(std::move(entry));
  }
  return json::serialize(list);
}

RoutingAnswer route(const Tenant& tenant, const RoutingQuestion& question) {
  const RoutingRule* best = nullptr;
  for (const auto& rule : tenant.routing)
    if ((!best || rule.by < best->by) && fits(rule, question)) best = &rule;
  if (best) return {best->agent, std::string(to_string(best->by)), static_cast<int>(best - tenant.routing.data())};
  return {tenant.default_agent, "default", -1};
}

}  // namespace claw
