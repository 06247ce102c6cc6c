#include "net/form_reader.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace claw::net {
namespace {

std::unexpected<Error> no_form() {
  return fail(ErrorKind::kInvalid, "the body is not the multipart/form-data that its Content-Type promises");
}

/// The value of `name="…"` (quotes may be missing) among the parameters of a header; empty where it is missing.
std::string parameter(std::string_view header, std::string_view name) {
  for (auto at = header.find(';'); at != std::string_view::npos;) {
    header = trimmed(header.substr(at + 1));
    const auto equals = header.find('=');
    if (equals == std::string_view::npos) break;
    const bool is_it = same_word(trimmed(header.substr(0, equals)), name);
    header = header.substr(equals + 1);
    std::string value;
    if (header.starts_with('"')) {
      std::size_t i = 1;
      for (; i < header.size() && header[i] != '"'; ++i) {
        if (header[i] == '\\' && i + 1 < header.size()) ++i;
        value.push_back(header[i]);
      }
      header = header.substr(std::min(i + 1, header.size()));
    } else {
      value = trimmed(header.substr(0, header.find(';')));
    }
    if (is_it) return value;
    at = header.find(';');
  }
  return {};
}

}  // namespace

std::optional<std::string> FormReader::boundary_of(std::string_view content_type) {
  constexpr std::size_t kMaxBoundary = 70;  // RFC 2046
  if (!same_word(trimmed(content_type.substr(0, content_type.find(';'))), "multipart/form-data")) return std::nullopt;
  auto boundary = parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kMaxBoundary) return std::nullopt;
  return boundary;
}

// The body begins as if a line had ended before it, so that the first delimiter looks like the others.
FormReader::FormReader(BodyReader& body, std::string boundary)
    : body_(body), delimiter_("\r\n--" + std::move(boundary)), buffer_("\r\n") {}

Task<Result<bool>> FormReader::more() {
  const auto next = co_await body_.next();
  if (!next) co_return std::unexpected(next.error());
  buffer_.append(*next);
  co_return !next->empty();
}

Task<Result<std::string_view>> FormReader::piece() {
  buffer_.erase(0, std::exchange(taken_, 0));
  while (in_field_) {
    const auto at = buffer_.find(delimiter_);
    if (at == 0) {
      in_field_ = false;
      break;
    }
    // The delimiter may have begun at the end of what is there.
    const std::size_t sure = at != std::string::npos              ? at
                             : buffer_.size() > delimiter_.size() ? buffer_.size() - delimiter_.size()
                                                                  : 0;
    if (sure > 0) {
      taken_ = sure;
      co_return std::string_view(buffer_).substr(0, sure);
    }
    const auto read = co_await more();
    if (!read) co_return std::unexpected(read.error());
    if (!*read) co_return no_form();
  }
  co_return std::string_view{};
}

Task<Result<std::optional<FormField>>> FormReader::next_field() {
  for (;;) {
    const auto passed_over = co_await piece();
    if (!passed_over) co_return std::unexpected(passed_over.error());
    if (passed_over->empty()) break;
  }
  for (;;) {
    const std::string_view after = std::string_view(buffer_).substr(delimiter_.size());
    if (after.starts_with("--")) {
      // What follows the last delimiter is nobody's; it is read so that the connection can go on.
      for (;;) {
        buffer_.resize(delimiter_.size() + 2);
        const auto read = co_await more();
        if (!read) co_return std::unexpected(read.error());
        if (!*read) co_return std::nullopt;
      }
    }
    const auto end = after.find("\r\n\r\n");
    if (end != std::string_view::npos) {
      if (++fields_ > kMaxFields) co_return fail(ErrorKind::kInvalid, "the form has too many fields");
      FormField head = read_head(after.substr(0, end));
      buffer_.erase(0, delimiter_.size() + end + 4);
      in_field_ = true;
      co_return head;
    }
    if (after.size() > kMaxHeadBytes) co_return no_form();
    const auto read = co_await more();
    if (!read) co_return std::unexpected(read.error());
    if (!*read) co_return no_form();
  }
}

FormField FormReader::read_head(std::string_view head) {
  FormField field;
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head = end == std::string_view::npos ? std::string_view{} : head.substr(end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto value = trimmed(line.substr(colon + 1));
    if (same_word(line.substr(0, colon), "Content-Type")) field.content_type = value;
    if (!same_word(line.substr(0, colon), "Content-Disposition")) continue;
    field.name = parameter(value, "name");
    field.filename = parameter(value, "filename");
  }
  return field;
}

Task<Result<std::string>> FormReader::text(std::size_t max_bytes) {
  std::string whole;
  for (;;) {
    const auto next = co_await piece();
    if (!next) co_return std::unexpected(next.error());
    if (next->empty()) co_return whole;
    if (whole.size() + next->size() > max_bytes) co_return fail(ErrorKind::kInvalid, "a field of the form is too long");
    whole.append(*next);
  }
}

}  // namespace claw::net
