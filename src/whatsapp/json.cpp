#include "whatsapp/json.hpp"

#include <charconv>
#include <cmath>

#include <boost/json/basic_parser_impl.hpp>

#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

/// Builds a value as boost::json::parser does, except that fractions are read with std::from_chars: Boost 1.81 is off
/// by the last digit for one in eight of the longest fractions, which is how phones send where they are, and a location
/// would come out of the gateway other than it came in.
class Builder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  Builder(json::storage_ptr memory, unsigned char* scratch, std::size_t scratch_size)
      : stack_(json::storage_ptr(), scratch, scratch_size) {
    stack_.reset(std::move(memory));
  }
  json::value release() { return stack_.release(); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_object_end(std::size_t n, json::error_code&) { return stack_.push_object(n), true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t n, json::error_code&) { return stack_.push_array(n), true; }
  bool on_key_part(json::string_view s, std::size_t, json::error_code&) { return stack_.push_chars(s), true; }
  bool on_key(json::string_view s, std::size_t, json::error_code&) { return stack_.push_key(s), true; }
  bool on_string_part(json::string_view s, std::size_t, json::error_code&) { return stack_.push_chars(s), true; }
  bool on_string(json::string_view s, std::size_t, json::error_code&) { return stack_.push_string(s), true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t i, json::string_view, json::error_code&) { return stack_.push_int64(i), true; }
  bool on_uint64(std::uint64_t u, json::string_view, json::error_code&) { return stack_.push_uint64(u), true; }
  bool on_double(double d, json::string_view s, json::error_code&) {
    double exact = d;
    const auto [end, fault] = std::from_chars(s.data(), s.data() + s.size(), exact);
    const bool whole = fault == std::errc() && end == s.data() + s.size();
    return stack_.push_double(whole ? exact : d), true;
  }
  bool on_bool(bool b, json::error_code&) { return stack_.push_bool(b), true; }
  bool on_null(json::error_code&) { return stack_.push_null(), true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  json::value_stack stack_;
};

std::expected<json::value, json::error_code> build(std::string_view text, const json::storage_ptr& memory) {
  unsigned char scratch[4096];
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<Builder> parser(options, memory, scratch, sizeof scratch);
  json::error_code code;
  const auto used = parser.write_some(false, text.data(), text.size(), code);
  if (!code && used < text.size()) code = json::error::extra_data;
  if (code) return std::unexpected(code);
  return parser.handler().release();
}

/// The code unit of the escape `\uXXXX` at `at`; nothing for all else.
std::optional<unsigned> escape_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kSize = 6;
  if (text.substr(at, 2) != "\\u" || text.size() < at + kSize) return std::nullopt;
  unsigned unit = 0;
  const char* end = text.data() + at + kSize;
  const auto [stop, fault] = std::from_chars(end - 4, end, unit, 16);
  return fault == std::errc() && stop == end ? std::optional(unit) : std::nullopt;
}

/// The text with `\ufffd` for each half of a surrogate pair that stands alone: a name cut inside an emoji, which would
/// else cost the whole webhook. Nothing if there is none.
std::optional<std::string> with_whole_pairs(std::string_view text) {
  std::optional<std::string> out;
  for (std::size_t at = text.find('\\'); at != std::string_view::npos;) {
    const auto unit = escape_at(text, at);
    const bool is_high = unit && *unit >= 0xD800 && *unit < 0xDC00;
    const bool is_low = unit && *unit >= 0xDC00 && *unit < 0xE000;
    const auto next = is_high ? escape_at(text, at + 6) : std::nullopt;
    const bool is_pair = next && *next >= 0xDC00 && *next < 0xE000;
    if ((is_high && !is_pair) || is_low) {
      if (!out) out = text;
      out->replace(at, 6, "\\ufffd");
    }
    at = text.find('\\', at + (is_pair ? 12 : unit ? 6 : 2));
  }
  return out;
}

JsonFault fault_of(const json::error_code& code, std::string_view text) {
  if (code == json::error::too_deep) return JsonFault::kDepth;
  return valid_utf8(text) == text ? JsonFault::kSyntax : JsonFault::kUtf8;
}

void write_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      break;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      break;
    case json::kind::int64:
      out += std::to_string(value.get_int64());
      break;
    case json::kind::uint64:
      out += std::to_string(value.get_uint64());
      break;
    case json::kind::double_: {
      char buffer[32];
      if (!std::isfinite(value.get_double())) {
        out += "null";  // 1e999 is syntax that no number holds
        break;
      }
      out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value.get_double()).ptr);
      break;
    }
    case json::kind::string:
      write_string(out, value.get_string());
      break;
    case json::kind::array: {
      char mark = '[';
      for (const auto& element : value.get_array()) {
        out += std::exchange(mark, ',');
        write(out, element);
      }
      out += mark == '[' ? "[]" : "]";
      break;
    }
    case json::kind::object: {
      char mark = '{';
      for (const auto& member : value.get_object()) {
        out += std::exchange(mark, ',');
        write_string(out, member.key());
        out += ':';
        write(out, member.value());
      }
      out += mark == '{' ? "{}" : "}";
      break;
    }
  }
}

}  // namespace

std::string_view to_string(JsonFault fault) {
  switch (fault) {
    case JsonFault::kSyntax:
      return "not JSON";
    case JsonFault::kUtf8:
      return "not valid Unicode";
    case JsonFault::kDepth:
      return "nested too deep";
  }
  return "not JSON";
}

std::expected<json::value, JsonFault> parse_json(std::string_view text, json::storage_ptr memory) {
  auto built = build(text, memory);
  if (built) return std::move(*built);
  if (const auto mended = with_whole_pairs(text)) {
    if (auto again = build(*mended, memory)) return std::move(*again);
  }
  return std::unexpected(fault_of(built.error(), text));
}

std::string write_json(const json::value& value) {
  std::string out;
  write(out, value);
  return out;
}

const json::value* find(const json::object& in, std::string_view key) {
  const auto* found = in.if_contains(key);
  return found && !found->is_null() ? found : nullptr;
}

const json::value* find(const json::value& in, std::string_view key) {
  const auto* object = in.if_object();
  return object ? find(*object, key) : nullptr;
}

const json::value* find_path(const json::object& in, std::initializer_list<std::string_view> keys) {
  const json::object* object = &in;
  const json::value* found = nullptr;
  for (const auto key : keys) {
    found = object ? find(*object, key) : nullptr;
    if (!found) return nullptr;
    object = found->if_object();
  }
  return found;
}

const json::object* find_object(const json::object& in, std::string_view key) {
  const auto* found = find(in, key);
  return found ? found->if_object() : nullptr;
}

const json::array* find_array(const json::object& in, std::string_view key) {
  const auto* found = find(in, key);
  return found ? found->if_array() : nullptr;
}

std::string text_of(const json::value* value) {
  if (!value || value->is_null() || value->is_structured()) return {};
  if (const auto* text = value->if_string()) return std::string(text->data(), text->size());
  return write_json(*value);
}

std::string text_at(const json::object& in, std::string_view key) {
  return text_of(find(in, key));
}

std::optional<std::int64_t> number_at(const json::object& in, std::string_view key) {
  const auto* found = find(in, key);
  if (!found) return std::nullopt;
  if (const auto* i = found->if_int64()) return *i;
  if (const auto* d = found->if_double()) {
    constexpr double kExact = 9007199254740992.0;  // 2^53: every whole number up to here is a double
    if (std::fabs(*d) <= kExact) return static_cast<std::int64_t>(*d);
    return std::nullopt;
  }
  if (const auto* text = found->if_string()) {
    std::int64_t number = 0;
    const char* end = text->data() + text->size();
    const auto [stop, fault] = std::from_chars(text->data(), end, number);
    if (fault == std::errc() && stop == end) return number;
  }
  return std::nullopt;
}

bool is_true(const json::object& in, std::string_view key) {
  const auto* found = find(in, key);
  return found && found->is_bool() && found->get_bool();
}

json::object pick(const json::object& in, std::initializer_list<std::string_view> keys) {
  json::object out;
  for (const auto key : keys) {
    if (const auto* found = find(in, key)) out[key] = *found;
  }
  return out;
}

}  // namespace claw::whatsapp
