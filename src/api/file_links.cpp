#include "api/file_links.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw {
namespace {

constexpr char kTenant = 'n';

}  // namespace

std::string FileLinks::signature(std::string_view words) const {
  return to_hex(hmac_sha256(key_.expose(), words));
}

FileLinks::Link FileLinks::make(TenantId tenant, std::string_view file, TimePoint now) const {
  constexpr std::chrono::milliseconds kStep = std::chrono::minutes(1);
  const auto since = now.time_since_epoch();
  const TimePoint end(since - since % kStep + kStep + kLives);
  const auto words = fmt::format("{}.{}.{}", ids_.name(kTenant, tenant.value), file, to_ms(end) / 1000);
  return {fmt::format("/files/{}.{}", words, signature(words)), end};
}

std::optional<FileLinks::Named> FileLinks::read(std::string_view words, TimePoint now) const {
  const auto cut = words.rfind('.');
  if (cut == std::string_view::npos) return std::nullopt;
  const auto signed_words = words.substr(0, cut);
  if (!equal_in_constant_time(words.substr(cut + 1), signature(signed_words))) return std::nullopt;
  const auto first = signed_words.find('.');
  const auto last = signed_words.rfind('.');
  if (first == last) return std::nullopt;
  std::int64_t end = 0;
  const auto end_text = signed_words.substr(last + 1);
  std::from_chars(end_text.data(), end_text.data() + end_text.size(), end);
  const auto tenant = ids_.number(kTenant, signed_words.substr(0, first));
  if (!tenant || to_ms(now) >= end * 1000) return std::nullopt;
  return Named{TenantId{*tenant}, std::string(signed_words.substr(first + 1, last - first - 1))};
}

}  // namespace claw
