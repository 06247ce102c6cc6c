#pragma once

#include <cstddef>
#include <string_view>

namespace claw {

/// How far a transcript is from what was said.
struct WordErrors {
  std::size_t errors = 0;  ///< Words that were replaced, left out or put in: the fewest that explain the difference.
  std::size_t words = 0;   ///< Words that were said.

  /// errors / words: 0 is perfect; it can exceed 1, where more was heard than said. 0 of nothing is 0.
  [[nodiscard]] double rate() const {
    if (words == 0) return errors == 0 ? 0 : 1;
    return static_cast<double>(errors) / static_cast<double>(words);
  }
  WordErrors& operator+=(const WordErrors& other) {
    errors += other.errors;
    words += other.words;
    return *this;
  }
  friend bool operator==(const WordErrors&, const WordErrors&) = default;
};

/// Compares word by word, as speech recognition is measured: case, punctuation and hyphens do not count, and "Mr." is
/// "mister". Pure.
[[nodiscard]] WordErrors word_errors(std::string_view said, std::string_view heard);

}  // namespace claw
