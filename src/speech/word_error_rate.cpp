#include "speech/word_error_rate.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace claw {
namespace {

/// What is written short and spoken long.
std::string spoken(std::string word) {
  static constexpr std::pair<std::string_view, std::string_view> kTitles[] = {
      {"mr", "mister"}, {"mrs", "missus"}, {"dr", "doctor"}};
  for (const auto& [written, said] : kTitles)
    if (word == written) return std::string(said);
  return word;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(spoken(std::exchange(word, "")));
  };
  for (const unsigned char c : text) {
    // Bytes of other scripts are letters; an apostrophe is part of its word.
    if (c >= 'A' && c <= 'Z')
      word += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' || c >= 0x80)
      word += static_cast<char>(c);
    else
      end_word();
  }
  end_word();
  return words;
}

}  // namespace

WordErrors word_errors(std::string_view said, std::string_view heard) {
  const auto from = words_of(said);
  const auto to = words_of(heard);
  // Levenshtein's distance over words, one row at a time.
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const auto replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return {row[to.size()], from.size()};
}

}  // namespace claw
