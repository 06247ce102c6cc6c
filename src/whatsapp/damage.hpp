#pragma once
// For tests: damages a JSON text in every way that a small generator thinks of. It is seeded, so that a failure comes
// back.

#include <random>
#include <string>
#include <vector>

namespace claw::whatsapp {

class Damage {
 public:
  explicit Damage(unsigned seed) : random_(seed) {}

  std::string operator()(std::string text) {
    for (auto count = 1 + random_() % 3; count > 0 && !text.empty(); --count) once(text);
    return text;
  }

 private:
  std::size_t place(const std::string& text) { return random_() % text.size(); }

  void once(std::string& text) {
    static const std::vector<std::string> kPieces = {
        "null", "7",       "-1",      "1e999", "{}",           "[]", "\"\"",
        "true", "\\u0000", "\\ud800", "\xff",  "\xed\xa0\x80", "{",  "}",
        "[",    "]",       ",",       ":",     "\"",           "\\", "99999999999999999999999",
    };
    switch (random_() % 6) {
      case 0:
        text[place(text)] = static_cast<char>(random_());
        break;
      case 1:
        text.erase(place(text), 1 + random_() % 20);
        break;
      case 2:
        text.insert(place(text), kPieces[random_() % kPieces.size()]);
        break;
      case 3:
        text.resize(place(text));
        break;
      case 4:
        text.insert(place(text), text.substr(place(text), random_() % 60));
        break;
      default:
        replace_value(text);
        break;
    }
  }

  /// Puts another value where a string stands: what stays valid JSON reaches deeper than what does not.
  void replace_value(std::string& text) {
    static const std::vector<std::string> kValues = {"null", "7",     "-1.5",        "{}",    "[]",
                                                     "[{}]", "\"x\"", "{\"id\":{}}", "[[[]]]"};
    const auto begin = text.find(":\"", place(text));
    const auto end = begin == std::string::npos ? begin : text.find('"', begin + 2);
    if (end == std::string::npos) return;
    text.replace(begin + 1, end - begin, kValues[random_() % kValues.size()]);
  }

  std::mt19937 random_;
};

}  // namespace claw::whatsapp
