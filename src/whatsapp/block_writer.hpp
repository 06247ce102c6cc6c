#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace claw::whatsapp {

/// Writes the blocks of a message below each other: blank lines between them, the `> ` of quotes, the marks of list
/// items and the indentation below these. Quotes and items deeper than kMaxLevels are written as that deep.
class BlockWriter {
 public:
  void enter_quote() { ++quotes_; }
  void leave_quote();
  /// `mark` stands before the first line written in the item.
  void enter_item(std::string mark);
  void leave_item();
  [[nodiscard]] bool in_quote() const { return quotes_ > 0; }

  /// `blank_before`: a blank line stands before it, in the quotes that are around both. `indented`: below an item, two
  /// spaces more for each level; code is not moved to the right.
  void write(const std::vector<std::string>& lines, bool blank_before, bool indented = true);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::size_t quotes_ = 0;
  std::size_t common_quotes_ = 0;  // around all that came since the last line
  std::size_t items_ = 0;
  std::vector<std::string> marks_;  // of the innermost items, until a line has them
};

}  // namespace claw::whatsapp
