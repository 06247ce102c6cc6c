#include "whatsapp/json_slice.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "whatsapp/json.hpp"

namespace claw::whatsapp {
namespace {

/// Walks over a text that is known to be JSON.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  /// Steps over `mark` and the spaces after it if it is next.
  bool take(char mark) {
    if (at_ >= text_.size() || text_[at_] != mark) return false;
    ++at_;
    space();
    return true;
  }

  /// Steps over one value and returns its bytes.
  std::string_view value() {
    const auto begin = at_;
    if (at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '[')) {
      nested();
    } else if (at_ < text_.size() && text_[at_] == '"') {
      string();
    } else {
      at_ = std::min(text_.find_first_of(",]} \n\r\t", at_), text_.size());
    }
    const auto bytes = text_.substr(begin, at_ - begin);
    space();
    return bytes;
  }

 private:
  void string() {
    while (true) {
      at_ = text_.find('"', at_ + 1);
      if (at_ == std::string_view::npos) break;
      auto first_escape = at_;
      while (text_[first_escape - 1] == '\\') --first_escape;
      if ((at_ - first_escape) % 2 == 0) break;  // the quote is not escaped, only backslashes are
    }
    at_ = at_ == std::string_view::npos ? text_.size() : at_ + 1;
  }

  void nested() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      switch (text_[at_]) {
        case '"':
          string();
          continue;
        case '{':
        case '[':
          ++depth;
          break;
        case '}':
        case ']':
          if (--depth == 0) {
            ++at_;
            return;
          }
          break;
        default:
          break;
      }
      ++at_;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string unquoted(std::string_view quoted) {
  if (quoted.size() < 2) return {};
  if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
  const auto parsed = parse_json(quoted);
  return parsed ? text_of(&*parsed) : std::string();
}

/// Finds a member by its name: one by one among few, as in every envelope, and by hash among many, for an object of a
/// hundred thousand names must not take the square of that.
class MemberIndex {
 public:
  std::optional<std::size_t> find(const std::vector<JsonMember>& members, const std::string& key) {
    constexpr std::size_t kFew = 32;
    if (members.size() <= kFew) {
      const auto found = std::ranges::find(members, key, &JsonMember::key);
      return found == members.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - members.begin()));
    }
    while (places_.size() < members.size()) places_.emplace(members[places_.size()].key, places_.size());
    const auto found = places_.find(key);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::unordered_map<std::string, std::size_t> places_;  // names do not change, so neither does their place
};

}  // namespace

std::vector<JsonMember> json_members(std::string_view text) {
  std::vector<JsonMember> members;
  MemberIndex index;
  Walker walker(text);
  walker.space();
  if (!walker.take('{') || walker.take('}')) return members;
  do {
    const auto quoted = walker.value();
    if (!walker.take(':')) break;
    JsonMember member{quoted, unquoted(quoted), walker.value()};
    // Of two members with one name the last counts, as in the parsed value.
    if (const auto same = index.find(members, member.key)) {
      members[*same] = std::move(member);
    } else {
      members.push_back(std::move(member));
    }
  } while (walker.take(','));
  return members;
}

std::vector<std::string_view> json_elements(std::string_view text) {
  std::vector<std::string_view> elements;
  Walker walker(text);
  walker.space();
  if (!walker.take('[') || walker.take(']')) return elements;
  do {
    elements.push_back(walker.value());
  } while (walker.take(','));
  return elements;
}

}  // namespace claw::whatsapp
