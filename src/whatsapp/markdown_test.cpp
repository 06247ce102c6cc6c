#include "whatsapp/markdown.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/shown_text.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::shown;

std::string converted(std::string_view markdown) {
  return to_whatsapp_text(markdown).text;
}

/// The guards made visible.
std::string guards_of(std::string text) {
  for (std::size_t at; (at = text.find("\u200A")) != std::string::npos;) text.replace(at, 3, "|");
  return text;
}
std::string guarded(std::string_view markdown) {
  return guards_of(converted(markdown));
}

TEST(ToWhatsAppText, WritesStylesInWhatsAppsMarkers) {
  EXPECT_EQ(converted("**b** and __b__"), "*b* and *b*");
  EXPECT_EQ(converted("*i* and _i_"), "_i_ and _i_");
  for (const char* both : {"***x***", "___x___", "**_x_**", "_**x**_", "__*x*__", "*__x__*"})
    EXPECT_EQ(converted(both), "*_x_*") << both;
  EXPECT_EQ(converted("~~s~~"), "~s~");
  EXPECT_EQ(converted("~s~"), "~s~") << "as GitHub and WhatsApp do";
  EXPECT_EQ(converted("**a *b* ~~c~~**, *a **b***"), "*a _b_ ~c~*, _a *b*_");
  EXPECT_EQ(converted("# A *b* `c`\nText\n\nSetext\n==="), "*A _b_ `c`*\nText\n\n*Setext*");
  EXPECT_EQ(converted("# **All** bold"), "*All bold*");
}

TEST(ToWhatsAppText, KeepsCodeAsItIs) {
  EXPECT_EQ(converted("`a_b_c` and `*x*`"), "`a_b_c` and `*x*`");
  EXPECT_EQ(converted("**see `code`**"), "*see `code`*");
  EXPECT_EQ(converted("```python\ndef f():\n    return \"*x*\"\n\n\nf()\n```"),
            "```\ndef f():\n    return \"*x*\"\n\n\nf()\n```");
  EXPECT_EQ(converted("~~~\nhttps://x.org/_a_ &amp; <b>\n~~~"), "```\nhttps://x.org/_a_ &amp; <b>\n```");
  EXPECT_EQ(converted("```\nnever ended"), "```\nnever ended\n```");
  EXPECT_EQ(converted("a\n```\n```\nb"), "a\nb") << "code without any";
  EXPECT_EQ(converted("``a`b``"), "```a`b```") << "one backtick cannot hold another";
  EXPECT_EQ(guarded("````\n```\ninner\n```\n````"), "```\n|``|`\ninner\n``|`|\n```") << "code does not end itself";
}

TEST(ToWhatsAppText, WritesLinksWithTheirAddress) {
  EXPECT_EQ(converted("[our page](https://x.org/a_b_c)"), "our page (https://x.org/a_b_c)");
  EXPECT_EQ(converted("[https://x.org/_a_](https://x.org/_a_)"), "https://x.org/_a_");
  EXPECT_EQ(converted("[**bold** *it*](https://x.org)"), "*bold* _it_ (https://x.org)");
  EXPECT_EQ(converted("**[t](https://x.org)**"), "*t (https://x.org)*");
  EXPECT_EQ(converted("[](https://x.org)"), "https://x.org");
  EXPECT_EQ(converted("[t]() [t](/p \"title\")"), "t t (/p)");
  EXPECT_EQ(converted("Fact [1], **more**[^n].\n\n[1]: https://x.org/_1_\n[^n]: note"),
            "Fact [1], *more*[^n].\n\n[1]: https://x.org/_1_\n[^n]: note")
      << "a list of sources does not vanish";
  EXPECT_EQ(converted("[a\\\\]: b"), "[a\\]: b") << "nor one whose name ends with a backslash";
  EXPECT_EQ(converted("<https://x.org/_a_b_> <me@x.org> [me@x.org](mailto:me@x.org)"),
            "https://x.org/_a_b_ me@x.org me@x.org");
  EXPECT_EQ(converted("<https://x.org/?a&amp;b>"), "https://x.org/?a&amp;b");
}

TEST(ToWhatsAppText, LeavesUrlsAlone) {
  for (const std::string url : {"https://x.org/_a_/b_c", "https://x.org/*a*/~b~", "http://localhost:9500/_a_",
                                "https://x.org/?q=*b*&c=_d_;e#f_g", "https://en.wikipedia.org/wiki/A_(b)_c_",
                                "https://x.org/%20_a_/@_b_", "HTTPS://X.ORG/_A_", "https://x.org/_a_)_"})
    EXPECT_EQ(converted("see " + url + " now"), "see " + url + " now");
  EXPECT_EQ(converted("(https://x.org/_a_)"), "(https://x.org/_a_)");
  EXPECT_EQ(converted("**https://x.org/a_b**, and *https://x.org*."), "*https://x.org/a_b*, and _https://x.org_.");
  EXPECT_EQ(converted("*https://x.org/a_b*"), "https://x.org/a_b") << "its own marker inside: no style";
  EXPECT_EQ(converted("见https://x.org/_a_/，**好**"), "见https://x.org/_a_/，*好*");
  EXPECT_EQ(converted("|a|\n|---|\n|https://x.org/_a_|"), "*https://x.org/_a_*");
}

TEST(ToWhatsAppText, GivesPicturesAsUrlAndReportsThem) {
  const auto result = to_whatsapp_text(
      "Look: ![a *red* `cat`](https://x.org/c_1_.png \"t\")\n\n[![alt](https://i)](https://l) ![none]()");
  EXPECT_EQ(result.text, "Look: https://x.org/c_1_.png\n\nhttps://i (https://l) none");
  EXPECT_THAT(result.pictures,
              ElementsAre(Picture{"a red cat", "https://x.org/c_1_.png"}, Picture{"alt", "https://i"}));
}

TEST(ToWhatsAppText, WritesLists) {
  EXPECT_EQ(converted("- a\n- b\n  - c\n    - d\n- e"), "• a\n• b\n  • c\n    • d\n• e");
  EXPECT_EQ(converted("* a\n\n+ b"), "• a\n\n• b");
  EXPECT_EQ(converted("1. a\n1. b\n1. c"), "1. a\n2. b\n3. c") << "renumbered";
  EXPECT_EQ(converted("3) a\n9) b\n   - c\n1) d"), "3. a\n4. b\n  • c\n5. d");
  EXPECT_EQ(converted("- [x] done\n- [ ] todo\n  - [X] deep"), "[x] done\n[ ] todo\n  [x] deep");
  EXPECT_EQ(converted("Items:\n- a\n  more\n\n  para\n- b\n\nEnd"), "Items:\n• a\n  more\n\n  para\n• b\n\nEnd");
  EXPECT_EQ(converted("-\n- b\n- - c"), "•\n• b\n• • c");
  EXPECT_EQ(converted("1. a\n   ```sh\n   x\n     y\n   ```\n2. b"), "1. a\n```\nx\n  y\n```\n2. b")
      << "code is not moved to the right";
}

TEST(ToWhatsAppText, WritesQuotesOnEachLine) {
  EXPECT_EQ(converted("> q1\n> q2\nlazy\n>\n> q3\n\nafter"), "> q1\n> q2\n> lazy\n> \n> q3\n\nafter");
  EXPECT_EQ(converted("> a\n\n> b"), "> a\n\n> b");
  EXPECT_EQ(converted("> a\n> > b\n> >\n> > c\n>\n> d"), "> a\n> > b\n> > \n> > c\n> \n> d");
  EXPECT_EQ(converted("> - a **b**\n>   - c"), "> • a *b*\n>   • c");
  EXPECT_EQ(converted("- a\n  > q"), "• a\n>   q") << "WhatsApp knows a quote at the begin of a line only";
  EXPECT_EQ(converted("> ```py\n> a\n>\n>   b\n> ```"), "> ```a```\n> \n> ```  b```") << "its marks are no code";
}

TEST(ToWhatsAppText, WritesATableRowByRow) {
  EXPECT_EQ(converted("| Name | Age | City |\n|---|:-:|--:|\n| **Al** | 30 | *Rome* |\n| Bo | | `x\\|y` |"),
            "*Al*\n• Age: 30\n• City: _Rome_\n\n*Bo*\n• City: `x|y`");
  EXPECT_EQ(converted("Prices:\n\n|a|b|\n|---|---|\n| |2|\n\nEnd"), "Prices:\n\n• b: 2\n\nEnd");
  EXPECT_EQ(converted("|a|b|\n|---|---|"), "*a*\n• b") << "nothing is lost of a table without rows";
  EXPECT_EQ(converted("|a||\n|---|---|\n|1|2|"), "*1*\n• 2");
  EXPECT_EQ(converted("> |a|b|\n> |---|---|\n> |1|2|\n> |3|4|"), "> *1*\n> • b: 2\n> \n> *3*\n> • b: 4");
}

TEST(ToWhatsAppText, KeepsTheLinesOfAChat) {
  EXPECT_EQ(converted("one\ntwo  \nthree\\\nfour"), "one\ntwo\nthree\nfour");
  EXPECT_EQ(converted("\n\none\n\n\n\ntwo\r\n\r\nthree\n"), "one\n\ntwo\n\nthree");
  EXPECT_EQ(converted("a\n\n---\n\nb\n***\nc"), "a\n\n───\n\nb\n\n───\n\nc");
  EXPECT_EQ(converted("**over\ntwo lines**"), "*over*\n*two lines*") << "WhatsApp's styles end with the line";
  EXPECT_EQ(converted("    indented\n#hashtag"), "indented\n#hashtag");
  EXPECT_EQ(converted(""), "");
  EXPECT_EQ(converted(" \n\n "), "");
}

TEST(ToWhatsAppText, LeavesAloneWhatIsNoMarkdown) {
  for (const char* text : {"snake_case_name and __x",
                           "2*3*4 = 24",
                           "a_b_c",
                           "x**2",
                           "*5 for two",
                           "5 * 3 and 2 * 4",
                           "*/5 * * * *",
                           "<3",
                           "<b>bold</b> <br> <div>",
                           "AT&T &nosuchthing; & more",
                           "🎉 emoji 👨‍👩‍👧 👍🏽",
                           "שלום עולם",
                           "漢字かな交じり文",
                           "100% (or so) [sic] {x}",
                           "10~20, 30~40",
                           "3시~5시, 7시~9시",
                           "~/a and ~/b",
                           "it's `one backtick",
                           "C:\\dir\\file",
                           "a | b",
                           "1.5 and 2.",
                           "~5 €"})
    EXPECT_EQ(converted(text), text);
}

TEST(ToWhatsAppText, DecodesTheCommonEntities) {
  EXPECT_EQ(converted("a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#x27; &hellip; &#x1F33B; &#0;"),
            "a & b <c> \"d\" 'e' … 🌻 \uFFFD");
  EXPECT_EQ(converted("[t](/?a=1&amp;b=2)"), "t (/?a=1&b=2)");
}

TEST(ToWhatsAppText, ShowsMarkersThatAreTextAsText) {
  EXPECT_EQ(guarded("\\*x\\*"), "*|x*");
  EXPECT_EQ(shown(converted("\\*x\\*")), "*x*");
  EXPECT_EQ(shown(converted("\\_x\\_ \\~x\\~ \\*\\*x\\*\\*")), "_x_~x~**x**");
  EXPECT_EQ(shown(converted("`_x_` is code")), "<c>_x_</c>iscode");
  EXPECT_EQ(shown(converted("\\`x\\`")), "ˋxˋ") << "a guard does not help there";
  EXPECT_EQ(shown(converted("don\\`t use `code`")), "donˋtuse<c>code</c>");
  EXPECT_EQ(shown(converted("x**2 + y**2 = z**2")), "x**2+y**2=z**2");
  EXPECT_EQ(shown(converted("\\*a **b**")), "*a<b>b</b>");
  EXPECT_EQ(guarded("**5 * 3 = 15**"), "5 * 3 = 15") << "its own marker inside: no style";
  EXPECT_EQ(guarded("**unclosed and *more"), "**unclosed and *more") << "nothing to pair with";
}

TEST(ToWhatsAppText, SetsAStyleOffFromTheLettersItTouches) {
  EXPECT_EQ(guarded("这是**重点**内容"), "这是|*重点*|内容");
  EXPECT_EQ(guarded("**C**all"), "*C*|all");
  EXPECT_EQ(guarded("`x`s"), "`x`|s");
  EXPECT_EQ(guarded("**Note**: (**x**) “**y**”"), "*Note*: (*x*) “*y*”") << "only where there is need";
}

TEST(ToWhatsAppText, KeepsItsMarkersAwayFromWhiteSpace) {
  EXPECT_EQ(converted("**&nbsp;a&#32;** b"), "\u00A0*a*  b");
}

TEST(ToWhatsAppText, BoundsWhatDeepNestingShows) {
  const auto deep = [](std::string_view mark) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += mark;
    return text + "x\n" + std::string(30'000, 'y') + "\n";
  };
  EXPECT_THAT(converted(deep("> ")), ::testing::StartsWith("> > > > > > > > x\n> > > > > > > > yyy"));
  EXPECT_LT(converted(deep("- ")).size(), 40'000U);
  std::string lazy = std::string(1000, '>') + "\n";
  for (int i = 0; i < 20'000; ++i) lazy += "a\n";
  EXPECT_LT(converted(lazy).size(), 20 * lazy.size()) << "the prefix stands on each line";
}

TEST(ToWhatsAppText, LeavesATableThatWouldGrowBeyondMeasure) {
  const auto repeated = [](std::string_view text, int count) {
    std::string out;
    for (; count > 0; --count) out += text;
    return out;
  };
  const auto many_cells = repeated("|a", 5000) + "|\n" + repeated("|---", 5000) + "|\n" + repeated("|\n", 30'000);
  EXPECT_EQ(converted(many_cells), many_cells);
  const auto long_name = "|a|" + std::string(50'000, 'b') + "|\n|---|---|\n" + repeated("|c|d|\n", 10'000);
  EXPECT_EQ(converted(long_name), long_name);
  EXPECT_EQ(converted("|a|b|\n|---|---|\n|c|d|"), "*c*\n• b: d") << "and goes on with the next";
}

TEST(ToWhatsAppText, LeavesATextOverWhichTheParserStumbles) {
  EXPECT_EQ(converted("**a** ![]([)]() b"), "**a** ![]([)]() b") << "it would lose a part of it";
}

TEST(ToWhatsAppText, TakesAsMuchAsItDoesOfAnyKind) {
  // Work without bound would run into the time limit of the test.
  for (const std::string piece : {"x",  "*",  "**a** ",   "*a ",   "[",          "[a](b) ",  "`",           "`a ",
                                  "<",  "~a", "\\*x\\* ", "1*2*3", "***a* b** ", "![a](b) ", "https://a_ ", "(https://",
                                  "> ", "- ", "|a",       "🌻",    "&amp;",      "_a*",      "[a\nb](c\n) "}) {
    std::string text;
    while (text.size() + piece.size() <= kMaxMarkdownBytes) text += piece;
    EXPECT_LT(converted(text).size(), 8 * text.size()) << piece;
  }
}

TEST(ToWhatsAppText, LeavesATextThatIsLongerThanAnybodyReads) {
  std::string text;
  while (text.size() <= kMaxMarkdownBytes) text += "[a\nb](c\n) ";
  EXPECT_EQ(converted(text + "\xff"), text + "\uFFFD");
}

TEST(ToWhatsAppText, IsAlwaysValidAndShowsTheLettersInOrder) {
  std::mt19937 random(3);
  const std::vector<std::string> pieces = {
      "a",    "b ",   "7",  " ",      "\n",     "\n\n",    "*",      "**",     "_",      "~",
      "~~",   "`",    "``", "```\n",  "> ",     "- ",      "1. ",    "# ",     "[",      "](",
      ")",    "![",   "<",  ">",      "|",      "|---|\n", "\\",     "&lt;",   "&",      "https://x.org/_a_",
      "ä",    "漢",   "🌻", "\u0301", "\u200D", "\xff",    "\uFDD0", "\uFDD1", "\u200A", "\t",
      "\r\n", "---\n"};
  const auto letters = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      if (c == 'a' || c == 'b') out += c;
    return out;
  };
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto count = random() % 40; count > 0; --count) {
      text += pieces[random() % pieces.size()];
    }
    // Languages of fences, titles and definitions of links, and names of first columns are meant to go.
    const bool lossless = text.find_first_of("`[|~") == std::string::npos;
    const auto result = converted(text);
    EXPECT_EQ(valid_utf8(result), result);
    if (lossless) {
      std::string expected = letters(text);
      EXPECT_EQ(letters(result), expected) << text << "\n--\n" << result;
    }
  }
}

TEST(ToWhatsAppText, LeavesATextOfWhichNothingWouldBeShown) {
  EXPECT_EQ(to_whatsapp_text("```hello").text, "```hello");
  EXPECT_EQ(to_whatsapp_text("#").text, "#");
  EXPECT_EQ(to_whatsapp_text("").text, "");
}

}  // namespace
}  // namespace claw::whatsapp
