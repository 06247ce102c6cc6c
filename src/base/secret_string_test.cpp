#include "base/secret_string.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace claw {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Comparable = requires(const T& value) { value == value; };

static_assert(!std::is_copy_constructible_v<SecretString> && !std::is_copy_assignable_v<SecretString>);
static_assert(!std::is_convertible_v<SecretString, std::string> &&
              !std::is_convertible_v<SecretString, std::string_view>);
static_assert(!Printable<SecretString> && !Comparable<SecretString>);

/// Short ones live inside the object, long ones on the heap.
const std::string kTexts[] = {"short", std::string(500, 'x'), ""};

TEST(SecretStringTest, WipesTheStringItCameIn) {
  for (const auto& text : kTexts) {
    std::string bytes = text;
    const SecretString secret(std::move(bytes));
    EXPECT_EQ(secret.expose(), text);
    EXPECT_TRUE(bytes.empty());  // NOLINT(bugprone-use-after-move): it says that it wipes
    EXPECT_EQ(std::string(bytes.data(), std::min<std::size_t>(text.size(), 15)).find_first_not_of('\0'),
              std::string::npos);
  }
}

TEST(SecretStringTest, MovesAndLeavesNothingBehind) {
  for (const auto& text : kTexts) {
    SecretString first{std::string(text)};
    SecretString second(std::move(first));
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(second.expose(), text);
    SecretString third{std::string("what was there before")};
    third = std::move(second);
    EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(third.expose(), text);
    SecretString& same = third;
    third = std::move(same);
    EXPECT_EQ(third.expose(), text);
  }
}

TEST(SecretStringTest, IsCopiedWhereThatIsSaid) {
  const SecretString secret(std::string("hush"));
  EXPECT_EQ(secret.clone().expose(), "hush");
  EXPECT_EQ(secret.expose(), "hush");
}

TEST(SecretStringTest, EqualsTheSameBytesOnly) {
  const SecretString secret(std::string("hush\0hush", 9));
  EXPECT_TRUE(secret.equals(std::string_view("hush\0hush", 9)));
  for (const std::string_view other : {std::string_view(), std::string_view("hush"), std::string_view("hush\0husH", 9),
                                       std::string_view("hush\0hush\0", 10)})
    EXPECT_FALSE(secret.equals(other));
  EXPECT_TRUE(SecretString().equals(""));
}

TEST(SecretStringTest, WipesTheEndOfATextThatShrank) {
  std::string text(100, 'x');
  text.resize(3);
  const char* const bytes = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), bytes);
  EXPECT_EQ(std::string_view(bytes, 100).find('x'), std::string_view::npos);
}

}  // namespace
}  // namespace claw
