#include "whatsapp/wire_text.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.hpp"

namespace claw::whatsapp {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kHidden = "…";
/// A secret that is this short is no secret, and its bytes may stand anywhere.
constexpr std::size_t kShortestSecret = 6;

/// Members whose text names a person or a message.
constexpr std::string_view kNaming[] = {"from",
                                        "to",
                                        "wa_id",
                                        "recipient_id",
                                        "user_id",
                                        "from_user_id",
                                        "to_user_id",
                                        "recipient_user_id",
                                        "recipient",
                                        "message_id",
                                        "fbtrace_id",
                                        "biz_opaque_callback_data",
                                        "recipient_participant_id",
                                        "recipient_participant_user_id"};
constexpr std::string_view kSecret[] = {"access_token",     "input_token",  "appsecret_proof",  "app_secret",
                                        "client_secret",    "verify_token", "hub.verify_token", "pin",
                                        "password",         "api_key",      "secret",           "token",
                                        "code_verification"};
constexpr std::string_view kWords[] = {
    "body",        "caption", "text",        "name",     "formatted_name", "first_name",    "last_name",
    "middle_name", "title",   "description", "filename", "payload",        "address",       "street",
    "city",        "email",   "phone",       "username", "emoji",          "response_json", "header",
    "footer",      "url",     "link",        "company",  "birthday",       "subject",       "sections"};

template <std::size_t N>
bool is_one_of(const std::string_view (&list)[N], std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

/// The quote that ends the text which begins at `at`; kNone: it is cut off.
std::size_t end_of_text(std::string_view body, std::size_t at) {
  for (; at < body.size(); ++at) {
    if (body[at] == '\\')
      ++at;
    else if (body[at] == '"')
      return at;
  }
  return kNone;
}

/// A member whose value is a text or a plain value; views of the body.
struct Member {
  std::string_view key;
  std::string_view value;  ///< Of a text what stands between its quotes, escapes and all.
  bool is_text = false;
  std::size_t begin = 0, end = 0;  ///< Of `value` in the body.
};

/// Goes from member to member, whatever they are nested in.
class Members {
 public:
  explicit Members(std::string_view body) : body_(body) {}

  bool next(Member& member) {
    for (;;) {
      const auto open = body_.find('"', at_);
      if (open == kNone) return false;
      const auto close = end_of_text(body_, open + 1);
      if (close == kNone) return false;
      at_ = close + 1;
      auto after = skip_blanks(at_);
      if (after >= body_.size() || body_[after] != ':') continue;
      after = skip_blanks(after + 1);
      if (after >= body_.size()) return false;
      member.key = body_.substr(open + 1, close - open - 1);
      if (body_[after] == '"') {
        const auto end = end_of_text(body_, after + 1);
        // Cut off: what there is counts, so that nothing of a secret is left standing.
        member.begin = after + 1;
        member.end = end == kNone ? body_.size() : end;
        at_ = end == kNone ? body_.size() : end + 1;
        member.is_text = true;
      } else {
        member.begin = after;
        member.end = std::min(body_.find_first_of(",}] \r\n\t\"", after), body_.size());
        at_ = std::max(at_, after);
        member.is_text = false;
      }
      member.value = body_.substr(member.begin, member.end - member.begin);
      return true;
    }
  }

 private:
  [[nodiscard]] std::size_t skip_blanks(std::size_t at) const {
    while (at < body_.size() && is_white_space(body_[at])) ++at;
    return at;
  }
  const std::string_view body_;
  std::size_t at_ = 0;
};

/// The text with each member's value that `instead` gives something for in its place.
template <class Instead>
std::string rewritten(std::string_view text, Instead instead) {
  std::string out;
  out.reserve(text.size());
  std::size_t copied = 0;
  Members members(text);
  for (Member member; members.next(member);) {
    const auto other = instead(member);
    if (!other) continue;
    out.append(text.substr(copied, member.begin - copied));
    out += member.is_text ? *other : '"' + *other + '"';
    copied = member.end;
  }
  return out.append(text.substr(copied));
}

std::size_t characters_of(std::string_view escaped) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    if (escaped[at] == '\\') at += at + 1 < escaped.size() && escaped[at + 1] == 'u' ? 5 : 1;
    if (at >= escaped.size() || (static_cast<unsigned char>(escaped[at]) & 0xC0) != 0x80) ++count;
  }
  return count;
}

}  // namespace

WireNames names_in(std::string_view body) {
  WireNames found;
  std::unordered_set<std::string_view> seen;
  bool in_error = false;
  Members members(body);
  for (Member member; members.next(member);) {
    const auto& [key, value, is_text, begin, end] = member;
    if (key == "error" || key == "errors") in_error = true;
    if (key == "code" && in_error && !is_text && found.error_code == 0)
      std::from_chars(value.data(), value.data() + value.size(), found.error_code);
    if (!is_text || value.empty()) continue;
    if (key == "phone_number_id" && found.phone_number_id.empty()) found.phone_number_id = value;
    if (key == "fbtrace_id" && found.fbtrace_id.empty()) found.fbtrace_id = value;
    if (!is_one_of(kNaming, key) && !(key == "id" && value.starts_with("wamid."))) continue;
    if (found.names.size() < kMaxWireNames && seen.insert(value).second) found.names.emplace_back(value);
  }
  return found;
}

bool brings_message(std::string_view body, std::string_view wamid) {
  // Under which key each object and array stands that is open; what stands in an array has none.
  std::vector<std::string_view> open;
  std::string_view key, text;
  bool is_value = false;
  for (std::size_t at = 0; at < body.size(); ++at) {
    switch (body[at]) {
      case '"': {
        const auto end = end_of_text(body, at + 1);
        if (end == kNone) return false;
        text = body.substr(at + 1, end - at - 1);
        at = end;
        if (is_value && key == "id" && text == wamid && open.size() > 1 && open.back().empty() &&
            open[open.size() - 2] == "messages")
          return true;
        break;
      }
      case ':':
        key = text;
        is_value = true;
        break;
      case '{':
      case '[':
        open.push_back(is_value ? key : std::string_view());
        is_value = false;
        break;
      case '}':
      case ']':
        if (!open.empty()) open.pop_back();
        is_value = false;
        break;
      case ',':
        is_value = false;
        break;
      default:
        break;
    }
  }
  return false;
}

std::string without_secrets(std::string_view text, std::span<const std::string_view> known) {
  std::string out = rewritten(text, [](const Member& member) -> std::optional<std::string> {
    if (!is_one_of(kSecret, member.key) || member.value.empty()) return std::nullopt;
    if (!member.is_text && (member.value.front() == '{' || member.value.front() == '[')) return std::nullopt;
    return std::string(kHidden);
  });
  for (const auto secret : known) {
    if (secret.size() < kShortestSecret) continue;
    for (auto at = out.find(secret); at != std::string::npos; at = out.find(secret, at + kHidden.size()))
      out.replace(at, secret.size(), kHidden);
  }
  return out;
}

std::string without_words(std::string_view text) {
  return rewritten(text, [](const Member& member) -> std::optional<std::string> {
    if (!member.is_text || member.value.empty() || !is_one_of(kWords, member.key)) return std::nullopt;
    return fmt::format("({} characters)", characters_of(member.value));
  });
}

std::string path_without_secrets(std::string_view url) {
  constexpr std::string_view kPlain[] = {"fields",          "limit", "after",    "before",
                                         "phone_number_id", "name",  "language", "status"};
  if (const auto scheme = url.find("://"); scheme != kNone) {
    const auto path = url.find('/', scheme + 3);
    url = path == kNone ? std::string_view("/") : url.substr(path);
  }
  const auto mark = url.find('?');
  std::string out(url.substr(0, mark));
  if (mark == kNone) return out;
  char between = '?';
  for (auto rest = url.substr(mark + 1); !rest.empty();) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto name = pair.substr(0, pair.find('='));
    out += between;
    between = '&';
    if (is_one_of(kPlain, name))
      out += pair;
    else
      out.append(name).append("=").append(kHidden);
  }
  return out;
}

}  // namespace claw::whatsapp
