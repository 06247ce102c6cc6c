#include "net/byte_range.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace claw::net {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ByteRange read_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  header = trimmed(header);
  if (!header.starts_with(kUnit) || header.contains(',')) return {};
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return {};
  const auto from = number(header.substr(0, dash));
  const auto to = number(header.substr(dash + 1));
  if (dash == 0) {
    if (!to) return {};
    if (*to == 0 || size == 0) return {.kind = ByteRange::Kind::kUnsatisfiable};
    return {ByteRange::Kind::kPart, size - std::min(*to, size), size - 1};
  }
  if (!from || (dash + 1 < header.size() && (!to || *to < *from))) return {};
  if (*from >= size) return {.kind = ByteRange::Kind::kUnsatisfiable};
  return {ByteRange::Kind::kPart, *from, to ? std::min(*to, size - 1) : size - 1};
}

}  // namespace claw::net
