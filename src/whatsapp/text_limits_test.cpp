#include "whatsapp/text_limits.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(" \t\r\n").find(c) == std::string_view::npos) out += c;
  }
  return out;
}

TEST(SplitText, LeavesAloneWhatFits) {
  EXPECT_THAT(split_text("", 10), IsEmpty());
  EXPECT_THAT(split_text("  a \n", 10), ElementsAre("  a \n"));
  EXPECT_THAT(split_text("äöüßäöüßäö", 10), ElementsAre("äöüßäöüßäö"));
  EXPECT_THAT(split_text(std::string(kMaxTextCharacters, 'x'), kMaxTextCharacters), testing::SizeIs(1));
  EXPECT_THAT(split_text(std::string(kMaxTextCharacters + 1, 'x'), kMaxTextCharacters), testing::SizeIs(2));
}

TEST(SplitText, PrefersParagraphThenLineThenSentenceThenWord) {
  EXPECT_THAT(split_text("One two.\n\nThree. Four\nfive six", 24), ElementsAre("One two.\n\nThree. Four", "five six"));
  EXPECT_THAT(split_text("One two three.\n\nFour. Five\nsix", 26), ElementsAre("One two three.", "Four. Five\nsix"));
  EXPECT_THAT(split_text("One two three. Four five\nsix seven", 30),
              ElementsAre("One two three. Four five", "six seven"));
  EXPECT_THAT(split_text("One two three. Four five six", 24), ElementsAre("One two three.", "Four five six"));
  EXPECT_THAT(split_text("One two three four five six", 24), ElementsAre("One two three four five", "six"));
}

TEST(SplitText, MakesNoTinyPartForTheSakeOfAParagraph) {
  EXPECT_THAT(split_text("Hi\n\nthis is a long line of words", 20),
              ElementsAre("Hi\n\nthis is a long", "line of words"));
}

TEST(SplitText, CutsAWordThatDoesNotFitBetweenCharacters) {
  EXPECT_THAT(split_text("abcdefghij", 4), ElementsAre("abcd", "efgh", "ij"));
  EXPECT_THAT(split_text("äöüäöü", 4), ElementsAre("äöüä", "öü"));
  EXPECT_THAT(split_text("🌻🌻🌻", 1), ElementsAre("🌻", "🌻", "🌻"));
}

TEST(SplitText, KeepsJoinedCharactersTogether) {
  EXPECT_THAT(split_text("abc👍🏽d", 4), ElementsAre("abc", "👍🏽d"));
  EXPECT_THAT(split_text("ab👨\u200D👩\u200D👧c", 5), ElementsAre("ab", "👨\u200D👩\u200D👧", "c"));
  EXPECT_THAT(split_text("abe\u0301", 3), ElementsAre("ab", "e\u0301"));
}

TEST(SplitText, CutsEvenWhereEverythingIsJoined) {
  std::string marks = "a";
  for (int i = 0; i < 100; ++i) marks += "\u0301";
  const auto parts = split_text(marks, 10);
  std::string all;
  for (const auto& part : parts) {
    EXPECT_LE(characters(part), 10U);
    all += part;
  }
  EXPECT_EQ(all, marks);
}

TEST(SplitText, LosesAtACutTheWhiteSpaceOfThatCutOnly) {
  EXPECT_THAT(split_text("one two   three", 9), ElementsAre("one two", "three"));
  EXPECT_THAT(split_text("first line  \n\n \n    indented code", 20), ElementsAre("first line", "    indented code"));
  EXPECT_THAT(split_text("exactly ten chars", 7), ElementsAre("exactly", "ten", "chars"));
}

TEST(SplitText, MakesNoPartOfWhiteSpace) {
  EXPECT_THAT(split_text("word" + std::string(20, ' '), 5), ElementsAre("word"));
  EXPECT_THAT(split_text("word" + std::string(20, '\n') + "next", 5), ElementsAre("word", "next"));
  EXPECT_THAT(split_text("word\n   ", 5), ElementsAre("word"));
}

TEST(SplitText, ReplacesWhatIsNoUtf8) {
  EXPECT_THAT(split_text("a\xff"
                         "b\xc3",
                         10),
              ElementsAre("a\uFFFDb\uFFFD"));
}

TEST(SplitText, LosesNothingButWhiteSpaceWhateverTheText) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"a",  "word", " ",  "  ",     "\n",   "\n\n", ".",
                                           "! ", "ä",    "🌻", "\u0301", "👍🏽", "\t",   "\u200D"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (auto count = random() % 80; count > 0; --count) text += pieces[random() % pieces.size()];
    const std::size_t max = 1 + random() % 20;
    std::string all;
    for (const auto& part : split_text(text, max)) {
      EXPECT_LE(characters(part), max);
      EXPECT_FALSE(part.empty());
      EXPECT_EQ(valid_utf8(part), part);
      all += part;
    }
    EXPECT_EQ(without_space(all), without_space(text));
  }
}

TEST(ValidUtf8, ReplacesEachBrokenSequenceOnce) {
  const std::pair<std::string, std::string> texts[] = {
      {"plain", "plain"},
      {"grüße 🌻", "grüße 🌻"},
      {"\x80", "\uFFFD"},
      {"\xC0\xAF", "\uFFFD\uFFFD"},                      // overlong
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},            // a surrogate
      {"\xF0\x9F\x8C", "\uFFFD"},                        // broken off at the end
      {"\xF0\x9F\x8C!", "\uFFFD!"},                      // broken off by another character
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // beyond U+10FFFF
      {"\xE2\x82\xE2\x82\xAC", "\uFFFD€"},
  };
  for (const auto& [text, valid] : texts) EXPECT_EQ(valid_utf8(text), valid);
}

}  // namespace
}  // namespace claw::whatsapp
