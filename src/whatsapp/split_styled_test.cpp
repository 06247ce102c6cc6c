#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/markdown.hpp"
#include "whatsapp/shown_text.hpp"
#include "whatsapp/text_limits.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using testing::Shown;
using testing::ShownText;
using ::testing::StartsWith;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string words(int count, const std::string& word = "word") {
  std::string text;
  for (; count > 0; --count) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// What people see of the parts, one after the other.
std::vector<Shown> seen(const std::vector<std::string>& parts) {
  std::vector<Shown> all;
  for (const auto& part : parts) {
    const auto shown = ShownText(part).characters();
    all.insert(all.end(), shown.begin(), shown.end());
  }
  return all;
}

/// Every character is there, in order and in its style, in parts that Meta takes.
void expect_same_text(const std::string& text, std::size_t max) {
  const auto parts = split_styled_text(text, max);
  for (const auto& part : parts) {
    EXPECT_LE(characters(part), max);
    EXPECT_EQ(valid_utf8(part), part);
    EXPECT_FALSE(ShownText(part).characters().empty()) << part;
  }
  EXPECT_EQ(seen(parts), seen({text})) << text << "\n-- in parts of " << max << ":\n"
                                       << ::testing::PrintToString(parts);
}

TEST(SplitStyledText, CutsATextWithoutStylesAsWithoutThem) {
  EXPECT_THAT(split_styled_text("", 64), IsEmpty());
  for (const auto& text : {words(100), std::string(300, 'x'), "a_b 2*3 " + words(40), words(9) + "\n\n" + words(30)})
    EXPECT_EQ(split_styled_text(text, 64), split_text(text, 64));
}

TEST(SplitStyledText, LeavesAloneWhatFits) {
  const std::string text = "*bold* _it_ ```\ncode\n```\n> quote `c` \\* *open";
  EXPECT_THAT(split_styled_text(text, kMinStyledCharacters), ElementsAre(text));
}

TEST(SplitStyledText, ClosesAStyleAtTheCutAndOpensItAgain) {
  EXPECT_THAT(split_styled_text("*" + words(16) + "*", 64), ElementsAre("*" + words(11) + "*", "*" + words(5) + "*"));
  EXPECT_THAT(split_styled_text("a *b _c ~" + words(16) + "~_*", 64),
              ElementsAre("a *b _c ~" + words(10) + "~_*", "*_~" + words(6) + "~_*"));
  EXPECT_THAT(split_styled_text("`" + words(16) + "`", 64), ElementsAre("`" + words(11) + "`", "`" + words(5) + "`"));
  EXPECT_THAT(split_styled_text("> " + words(16), 64), ElementsAre("> " + words(11), "> " + words(5)));
  EXPECT_THAT(split_styled_text("> *" + words(16) + "*", 64),
              ElementsAre("> *" + words(11) + "*", "> *" + words(5) + "*"));
}

TEST(SplitStyledText, KeepsCodeInItsBackticks) {
  EXPECT_THAT(split_styled_text("```\n" + words(8) + "\n    " + words(8) + "\n```\nafter", 64),
              ElementsAre("```\n" + words(8) + "\n```", "```\n    " + words(8) + "\n```\nafter"))
      << "with its indentation";
  EXPECT_THAT(split_styled_text("```" + std::string(100, 'x') + "```", 64),
              ElementsAre("```" + std::string(55, 'x') + "```", "```" + std::string(45, 'x') + "```"));
  EXPECT_THAT(split_styled_text("```\n*" + words(16) + "*\n```", 64),
              ElementsAre("```\n*" + words(10) + "\n```", "```\n" + words(6) + "*\n```"))
      << "a marker in code is code";
}

TEST(SplitStyledText, MakesNoEmptyStyle) {
  const auto fill = [](std::size_t size) { return std::string(size, 'x'); };
  EXPECT_THAT(split_styled_text(fill(50) + " *bold " + words(10) + "*", 64),
              ElementsAre(fill(50) + " *bold*", "*" + words(10) + "*"));
  for (std::size_t before = 40; before < 64; ++before) {
    for (const std::string style : {"*b*", "*_b_*", "```\nb\n```", "`b`", "~b~"}) {
      const auto text = fill(before) + " " + style + " " + words(20);
      const auto parts = split_styled_text(text, 64);
      for (const std::string empty : {"**", "__", "~~", "``", "```\n```", "```\n\n```"})
        if (empty != "``" || style[0] == '`') EXPECT_THAT(parts, Each(::testing::Not(EndsWith(empty + "\n")))) << text;
      expect_same_text(text, 64);
    }
  }
  EXPECT_THAT(split_styled_text(words(8) + "\n> \n> \n> " + words(8), 64), ElementsAre(words(8), "> " + words(8)));
}

TEST(SplitStyledText, LeavesMarkersThatAreTextAlone) {
  EXPECT_THAT(split_styled_text("*" + words(16), 64), ElementsAre("*" + words(12), words(4)));
  EXPECT_THAT(split_styled_text("2*3 " + words(13) + " 4*5", 64), ElementsAre("2*3 " + words(12), "word 4*5"));
  const std::string url = "https://x.org/_a_" + std::string(40, 'b') + "_/";
  EXPECT_THAT(split_styled_text(url + " " + url, 64), ElementsAre(url, url));
}

TEST(SplitStyledText, LosesWhiteSpaceThatIsLongerThanAPart) {
  EXPECT_THAT(split_styled_text("```\n" + std::string(200, ' ') + "x\n```", 64), ElementsAre("```\nx\n```"));
  EXPECT_THAT(split_styled_text("*a" + std::string(200, ' ') + "b*", 64), ElementsAre("*a*", "*b*"));
}

TEST(SplitStyledText, KeepsEachCharacterInItsStyleWhateverTheText) {
  std::mt19937 random(11);
  const std::vector<std::string> texts = {"word",
                                          "a",
                                          "two words",
                                          "ä",
                                          "漢字",
                                          "漢字漢字漢字漢字漢字漢字漢字",
                                          "שלום",
                                          "مرحبا",
                                          "🌻",
                                          "👍🏽",
                                          "👨\u200D👩\u200D👧",
                                          "🇩🇪🇫🇷",
                                          "e\u0301",
                                          "कि",
                                          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                          "1.",
                                          "end!",
                                          "(x)"};
  const auto text_of = [&](std::size_t count) {
    std::string text;
    for (; count > 0; --count) text += (text.empty() ? "" : " ") + texts[random() % texts.size()];
    return text;
  };
  const auto styled = [&](const auto& self, std::string free) -> std::string {
    std::string text = text_of(1 + random() % 8);
    if (free.empty()) return text;
    const auto at = random() % free.size();
    const char marker = free[at];
    free.erase(at, 1);
    std::string inside = marker == '`' ? text_of(1 + random() % 12) : self(self, free);
    return text + " " + marker + inside + marker + " " + text_of(random() % 5);
  };
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (auto lines = 1 + random() % 6; lines > 0; --lines) {
      const auto kind = random() % 8;
      if (kind == 0)
        text += "```\n" + text_of(1 + random() % 20) + "\n  " + text_of(3) + "\n```";
      else if (kind == 1)
        text += text_of(3);
      else
        text += (kind == 2 ? "> " : "") + styled(styled, std::string("*_~`").substr(random() % 4));
      text += random() % 4 == 0 ? "\n\n" : "\n";
    }
    expect_same_text(text, kMinStyledCharacters + random() % 40);
    if (HasFailure()) return;
  }
}

TEST(SplitStyledText, LosesNothingOfARandomText) {
  std::mt19937 random(5);
  const std::vector<std::string> pieces = {"a",
                                           "word ",
                                           " ",
                                           "\n",
                                           "\n\n",
                                           "*",
                                           "_",
                                           "~",
                                           "`",
                                           "```",
                                           "```\n",
                                           "> ",
                                           "• ",
                                           "ä",
                                           "🌻",
                                           "漢",
                                           "ש",
                                           "**",
                                           ".",
                                           "\u0301",
                                           "\u200D",
                                           "\u200A",
                                           "https://x.org/_a_ ",
                                           std::string(90, 'y')};
  const auto letters = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      if (std::string_view(" \n*_~`>").find(c) == std::string_view::npos) out += c;
    return out;
  };
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto count = random() % 60; count > 0; --count) text += pieces[random() % pieces.size()];
    const std::size_t max = kMinStyledCharacters + random() % 30;
    std::string all;
    for (const auto& part : split_styled_text(text, max)) {
      EXPECT_LE(characters(part), max);
      EXPECT_FALSE(part.empty());
      EXPECT_EQ(valid_utf8(part), part);
      all += part;
    }
    ASSERT_EQ(letters(all), letters(text));
  }
}

TEST(SplitStyledText, CutsBetweenCharactersAsPeopleSeeThem) {
  std::mt19937 random(9);
  const std::vector<std::string> joined = {"👨\u200D👩\u200D👧", "👍🏽", "🇩🇪", "e\u0301\u0323", "क्षि", "בְּ", "مُ", "กำ้",
                                           "1\uFE0F\u20E3",      "漢"};
  for (int round = 0; round < 300; ++round) {
    std::string text = "*";
    for (int count = 0; count < 200; ++count) text += joined[random() % joined.size()];
    text += "*";
    for (const auto& part : split_styled_text(text, kMinStyledCharacters)) {
      EXPECT_THAT(part, ::testing::AllOf(StartsWith("*"), EndsWith("*")));
      std::string_view rest = std::string_view(part).substr(1, part.size() - 2);
      while (!rest.empty()) {
        const auto whole = std::ranges::find_if(joined, [&](const auto& one) { return rest.starts_with(one); });
        ASSERT_NE(whole, joined.end()) << part;
        rest.remove_prefix(whole->size());
      }
    }
  }
}

TEST(SplitStyledText, TakesLongLinesOfAnyKind) {
  // Quadratic work would run into the time limit of the test.
  for (const std::string piece : {"x", "*", "*a* ", "*a _b_ ", "`", "`a` ", "```", "``` ", "> ", "\n> ", "_a*", " ",
                                  "\n", "漢", "👍🏽", "\u0301", "https://a_ "}) {
    std::string text = "*start ";
    while (text.size() < 2'000'000) text += piece;
    text += " end*";
    std::size_t all = 0;
    for (const auto& part : split_styled_text(text, kMaxTextCharacters)) {
      EXPECT_LE(characters(part), kMaxTextCharacters);
      all += part.size();
    }
    EXPECT_LT(all, text.size() * 11 / 10) << piece;
  }
}

TEST(SplitStyledText, SplitsWhatMarkdownBecame) {
  std::string markdown = "# Report\n\n";
  for (int i = 0; i < 100; ++i)
    markdown += "- **Item " + std::to_string(i) + "**: `code` and *" + words(20) + "*\n> quote **" + words(90) +
                "**\n\n```sh\n" + words(120) + "\n```\n\n";
  expect_same_text(to_whatsapp_text(markdown).text, kMaxTextCharacters);
  EXPECT_GT(split_styled_text(to_whatsapp_text(markdown).text, kMaxTextCharacters).size(), 20U);
}

}  // namespace
}  // namespace claw::whatsapp
