#include "net/form_source.hpp"

#include <algorithm>
#include <cstring>

#include "base/crypto.hpp"

namespace claw::net {
namespace {

constexpr std::size_t kBoundaryBytes = 16;

std::string for_a_head(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c == '"' || c == '\\' || c == 0x7f; }, '_');
  return text;
}

}  // namespace

FormSource::FormSource(const std::vector<std::pair<std::string, std::string>>& fields, File file)
    : boundary_("claw-" + to_hex(random_bytes(kBoundaryBytes))), file_(std::move(file.bytes)) {
  for (const auto& [name, value] : fields)
    head_ += "--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"" + for_a_head(name) + "\"\r\n\r\n" +
             value + "\r\n";
  head_ += "--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"" + for_a_head(file.field) +
           "\"; filename=\"" + for_a_head(file.filename) + "\"\r\nContent-Type: " + for_a_head(file.content_type) +
           "\r\n\r\n";
  tail_ = "\r\n--" + boundary_ + "--\r\n";
}

Result<std::size_t> FormSource::read(std::span<char> to) {
  const auto copy = [&](const std::string& from, std::uint64_t begin) {
    const auto offset = static_cast<std::size_t>(at_ - begin);
    const std::size_t bytes = std::min(to.size(), from.size() - offset);
    std::memcpy(to.data(), from.data() + offset, bytes);
    at_ += bytes;
    return bytes;
  };
  const std::uint64_t tail_begins = head_.size() + file_->size();
  if (at_ < head_.size()) return copy(head_, 0);
  if (at_ >= tail_begins) return copy(tail_, tail_begins);
  const auto most = std::min<std::uint64_t>(to.size(), tail_begins - at_);
  auto filled = file_->read(to.first(static_cast<std::size_t>(most)));
  if (filled) at_ += *filled;
  return filled;
}

}  // namespace claw::net
