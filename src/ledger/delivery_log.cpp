#include "ledger/delivery_log.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw {
namespace {

constexpr std::size_t kTraceDigits = 32;
constexpr std::string_view kMessageName = "message:";

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string_view to_string(ExchangeKind kind) {
  return kind == ExchangeKind::kWebhook ? "webhook" : "graph";
}

std::optional<ExchangeKind> exchange_kind_named(std::string_view name) {
  for (const auto kind : {ExchangeKind::kWebhook, ExchangeKind::kGraph})
    if (to_string(kind) == name) return kind;
  return std::nullopt;
}

std::string log_name_of(MessageId message) {
  return fmt::format("{}{}", kMessageName, message.value);
}

std::optional<MessageId> message_named(std::string_view log_name) {
  if (!log_name.starts_with(kMessageName)) return std::nullopt;
  log_name.remove_prefix(kMessageName.size());
  MessageId message;
  const auto [end, fault] = std::from_chars(log_name.data(), log_name.data() + log_name.size(), message.value);
  if (fault != std::errc{} || end != log_name.data() + log_name.size()) return std::nullopt;
  return message;
}

std::string trace_of_message(std::string_view wamid, std::string_view came) {
  if (!came.empty()) return std::string(came);
  const auto hash = hash128(fmt::format("trace {}", wamid));
  return to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

std::string trace_in(std::string_view traceparent) {
  // version "-" trace-id "-" parent-id "-" flags; later versions may say more behind it.
  constexpr std::size_t kShortest = 55;
  if (traceparent.size() < kShortest || !is_hex(traceparent.substr(0, 2)) || traceparent.starts_with("ff")) return {};
  if (traceparent.size() > kShortest && (traceparent.starts_with("00") || traceparent[kShortest] != '-')) return {};
  if (traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-') return {};
  const auto trace = traceparent.substr(3, kTraceDigits);
  const auto parent = traceparent.substr(36, 16);
  const auto is_zero = [](std::string_view digits) { return digits.find_first_not_of('0') == std::string_view::npos; };
  if (!is_hex(trace) || !is_hex(parent) || is_zero(trace) || is_zero(parent)) return {};
  return std::string(trace);
}

std::string traceparent_of(std::string_view trace) {
  return fmt::format("00-{}-{}-01", trace, to_hex(random_bytes(8)));
}

}  // namespace claw
