#include "whatsapp/text_limits.hpp"

#include <algorithm>

#include "whatsapp/text_cut.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {

std::vector<std::string> split_text(std::string_view utf8, std::size_t max_characters) {
  const auto valid = valid_utf8(utf8);
  std::string_view rest = valid;
  std::vector<std::string> parts;
  while (!rest.empty()) {
    if (!parts.empty() && rest.find_first_not_of(" \t\r\n") == std::string_view::npos) break;
    const auto limit = bytes_of(rest, max_characters);
    if (limit == rest.size()) {
      parts.emplace_back(rest);
      break;
    }
    const auto cut = best_cut(rest, limit);
    if (cut.end > 0) parts.emplace_back(rest.substr(0, cut.end));
    rest.remove_prefix(cut.begin);
  }
  return parts;
}

}  // namespace claw::whatsapp
