#include "whatsapp/template_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace claw::whatsapp {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(' ');
  return from == std::string_view::npos ? std::string_view{} : text.substr(from, text.find_last_not_of(' ') - from + 1);
}

/// Calls `each` with the name of every variable and where it stands in `text`, with its braces.
template <class Each>
void for_variables(std::string_view text, Each each) {
  for (auto at = text.find(kOpen); at != std::string_view::npos;) {
    const auto end = text.find(kClose, at);
    if (end == std::string_view::npos) return;
    const auto length = end + kClose.size() - at;
    each(trimmed(text.substr(at + kOpen.size(), end - at - kOpen.size())), at, length);
    at = text.find(kOpen, at + length);
  }
}

}  // namespace

bool is_position(std::string_view name) {
  constexpr std::size_t kMostDigits = 4;  // more variables than a text has characters
  return !name.empty() && name.size() <= kMostDigits && name.front() != '0' &&
         std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> variables_in(std::string_view text) {
  std::vector<std::string> names;
  for_variables(text, [&](std::string_view name, std::size_t, std::size_t) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  });
  if (std::ranges::all_of(names, is_position))
    std::ranges::sort(names, {}, [](const std::string& name) { return std::pair(name.size(), name); });
  return names;
}

std::string with_values(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string out;
  std::size_t from = 0;
  for_variables(text, [&](std::string_view name, std::size_t at, std::size_t length) {
    const auto value = values.find(std::string(name));
    if (value == values.end()) return;
    out.append(text.substr(from, at - from)).append(value->second);
    from = at + length;
  });
  return out.append(text.substr(from));
}

std::string capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

}  // namespace claw::whatsapp
