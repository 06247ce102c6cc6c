#include "simulator/multipart.hpp"

#include <algorithm>
#include <cctype>

namespace claw::sim {

namespace {

constexpr std::size_t kMaxParts = 100;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// The value of `; name=value` or `; name="value"` in a header; empty where it is missing.
std::string parameter(std::string_view header, std::string_view name) {
  for (auto at = header.find(';'); at != std::string_view::npos; at = header.find(';', at)) {
    at = header.find_first_not_of(" ;", at);
    const auto equals = header.find('=', at);
    if (at == std::string_view::npos || equals == std::string_view::npos) break;
    const std::string key = lower(header.substr(at, equals - at));
    at = equals + 1;
    std::string value;
    const bool quoted = at < header.size() && header[at] == '"';
    for (at += quoted; at < header.size() && header[at] != (quoted ? '"' : ';'); ++at) {
      if (quoted && header[at] == '\\' && at + 1 < header.size()) ++at;
      value += header[at];
    }
    if (key == name) return value;
  }
  return {};
}

FormPart read_head(std::string_view head) {
  FormPart part;
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name = lower(line.substr(0, colon));
    const auto begin = line.find_first_not_of(' ', colon + 1);
    const auto value = begin == std::string_view::npos ? std::string_view() : line.substr(begin);
    if (name == "content-disposition") {
      part.name = parameter(value, "name");
      part.filename = parameter(value, "filename");
    } else if (name == "content-type") {
      part.content_type = value;
    }
  }
  return part;
}

}  // namespace

Result<std::vector<FormPart>> read_form(std::string_view content_type, std::string_view body) {
  if (!lower(content_type).starts_with("multipart/form-data"))
    return fail(ErrorKind::kInvalid, "the body is no multipart/form-data");
  const std::string boundary = parameter(content_type, "boundary");
  if (boundary.empty()) return fail(ErrorKind::kInvalid, "the Content-Type has no boundary");
  const std::string first = "--" + boundary;
  const std::string next = "\r\n" + first;
  std::vector<FormPart> parts;
  auto at = body.starts_with(first) ? first.size() : body.find(next);
  if (at == std::string_view::npos) return fail(ErrorKind::kInvalid, "the boundary is not in the body");
  if (!body.starts_with(first)) at += next.size();
  while (body.substr(at, 2) != "--") {
    const auto line = body.find("\r\n", at);  // blanks may follow a boundary
    const auto head = line == std::string_view::npos ? line : line + 2;
    const auto head_end = head == std::string_view::npos ? head : body.find("\r\n\r\n", line);
    const auto end = head_end == std::string_view::npos ? head_end : body.find(next, head_end + 2);
    if (end == std::string_view::npos) return fail(ErrorKind::kInvalid, "a part has no end");
    if (parts.size() == kMaxParts) return fail(ErrorKind::kInvalid, "there are too many parts");
    FormPart part = read_head(head_end > head ? body.substr(head, head_end - head) : std::string_view());
    if (part.name.empty()) return fail(ErrorKind::kInvalid, "a part has no name");
    part.bytes = end > head_end + 4 ? body.substr(head_end + 4, end - head_end - 4) : std::string_view();
    parts.push_back(std::move(part));
    at = end + next.size();
  }
  return parts;
}

}  // namespace claw::sim
