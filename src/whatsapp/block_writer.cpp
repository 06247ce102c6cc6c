#include "whatsapp/block_writer.hpp"

#include <algorithm>

#include "whatsapp/markdown.hpp"

namespace claw::whatsapp {
namespace {

std::string quote(std::size_t level) {
  std::string prefix;
  for (level = std::min(level, kMaxLevels); level > 0; --level) prefix += "> ";
  return prefix;
}

}  // namespace

void BlockWriter::leave_quote() {
  common_quotes_ = std::min(common_quotes_, --quotes_);
}

void BlockWriter::enter_item(std::string mark) {
  ++items_;
  marks_.push_back(std::move(mark));
}

void BlockWriter::leave_item() {
  if (!marks_.empty()) write({""}, false);  // there was nothing in it
  --items_;
}

void BlockWriter::write(const std::vector<std::string>& lines, bool blank_before, bool indented) {
  if (blank_before && !out_.empty()) out_.append("\n").append(quote(common_quotes_));
  for (const auto& line : lines) {
    if (!out_.empty()) out_ += '\n';
    out_ += quote(quotes_);
    const std::size_t level = std::min(items_ - marks_.size(), kMaxLevels);
    if (indented || !marks_.empty()) out_.append(2 * level, ' ');
    for (const auto& mark : marks_) out_ += mark;
    if (line.empty() && !marks_.empty()) out_.pop_back();  // the space of the mark
    marks_.clear();
    out_ += line;
  }
  common_quotes_ = quotes_;
}

}  // namespace claw::whatsapp
