#include "speech/word_error_rate.hpp"

#include <gtest/gtest.h>

namespace claw {
namespace {

TEST(WordErrorRate, CountsReplacedMissingAndAddedWords) {
  EXPECT_EQ(word_errors("he was not an ill disposed young man", "he was not an ill disposed young man"),
            (WordErrors{0, 8}));
  EXPECT_EQ(word_errors("the cat sat", "the bat sat"), (WordErrors{1, 3}));
  EXPECT_EQ(word_errors("the cat sat", "the sat"), (WordErrors{1, 3}));
  EXPECT_EQ(word_errors("the cat sat", "so the cat sat down"), (WordErrors{2, 3}));
  EXPECT_EQ(word_errors("one two three four", "two three four one"), (WordErrors{2, 4}));
}

TEST(WordErrorRate, DoesNotMindHowWordsAreWritten) {
  EXPECT_EQ(word_errors("and mister dashwood cold hearted", "And, Mr. Dashwood: cold-hearted!"), (WordErrors{0, 5}));
  EXPECT_EQ(word_errors("don't", "Don't?"), (WordErrors{0, 1}));
  EXPECT_EQ(word_errors("don't", "dont"), (WordErrors{1, 1}));
  EXPECT_EQ(word_errors("grüße aus köln", "grüße, aus köln."), (WordErrors{0, 3}));
}

TEST(WordErrorRate, IsOneWhereNothingWasUnderstoodAndMoreWhereTooMuchWas) {
  EXPECT_DOUBLE_EQ(word_errors("two words", "").rate(), 1);
  EXPECT_DOUBLE_EQ(word_errors("two words", "four others that differ").rate(), 2);
  EXPECT_DOUBLE_EQ(word_errors("", "").rate(), 0);
  EXPECT_DOUBLE_EQ(word_errors("", "made up").rate(), 1);
}

TEST(WordErrorRate, AddsUpOverSamples) {
  WordErrors all = word_errors("a b c", "a b c");
  all += word_errors("d", "e");
  EXPECT_DOUBLE_EQ(all.rate(), 0.25);
}

}  // namespace
}  // namespace claw
