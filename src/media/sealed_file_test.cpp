#include "media/sealed_file.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.hpp"

namespace claw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SecretString key(char fill = 'k') {
  return SecretString(std::string(32, fill));
}

class SealedFileTest : public ::testing::Test {
 protected:
  SealedContent seal(const std::string& name, const std::string& bytes, std::size_t step = 10'000) {
    auto writer = SealedWriter::create(dir_.file(name), key(), 10'000'000).value();
    for (std::size_t at = 0; at < bytes.size(); at += step) EXPECT_TRUE(writer->write(bytes.substr(at, step)));
    auto content = writer->finish().value();
    writer->keep();
    return content;
  }
  Result<std::string> open(const std::string& name, const std::string& sha256, SecretString with = key()) {
    auto reader = SealedReader::open(Fd(::open(dir_.file(name).c_str(), O_RDONLY)), with, sha256);
    if (!reader) return std::unexpected(reader.error());
    std::string whole;
    for (;;) {
      const auto piece = (*reader)->next();
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) return whole;
      whole.append(*piece);
    }
  }
  std::string bytes_of(const std::string& name) {
    std::ifstream file(dir_.file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_.file(name), std::ios::binary) << bytes;
  }
  static std::string text_of(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
  }
  testing::TempDir dir_;
};

TEST_F(SealedFileTest, GivesBackWhatWasSealedWhateverItsSize) {
  constexpr std::size_t kPiece = SealedWriter::kPieceBytes;
  for (const std::size_t size : {0UL, 1UL, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece, 200'000UL}) {
    const auto name = "f" + std::to_string(size);
    const auto text = text_of(size);
    const auto content = seal(name, text);
    EXPECT_EQ(content.size, std::ssize(text));
    EXPECT_EQ(content.sha256, to_hex(sha256(text)));
    EXPECT_EQ(open(name, content.sha256).value(), text);
  }
}

TEST_F(SealedFileTest, NothingStandsOpenOnTheDisk) {
  seal("f", "a secret of somebody's" + text_of(100'000));
  EXPECT_THAT(bytes_of("f"), Not(HasSubstr("a secret")));
}

TEST_F(SealedFileTest, OpensOnlyUnderItsKeyAndForWhatItHolds) {
  const auto content = seal("f", "one");
  const auto other = seal("g", "two");
  EXPECT_EQ(open("f", content.sha256, key('x')).error().kind, ErrorKind::kFatal);
  EXPECT_EQ(open("f", other.sha256).error().kind, ErrorKind::kFatal) << "one file cannot take another's place";
}

TEST_F(SealedFileTest, EveryChangedOrMissingByteIsSeen) {
  const auto content = seal("f", text_of(70'000));
  const auto whole = bytes_of("f");
  for (const std::size_t at : {0UL, 9UL, 40UL, 60'000UL, whole.size() - 1}) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    put("changed", changed);
    EXPECT_FALSE(open("changed", content.sha256)) << at;
  }
  for (const std::size_t left : {0UL, 8UL, 32UL, 1000UL, whole.size() - 17, whole.size() - 1}) {
    put("cut", whole.substr(0, left));
    EXPECT_FALSE(open("cut", content.sha256)) << left;
  }
  put("longer", whole + "x");
  EXPECT_FALSE(open("longer", content.sha256));
}

TEST_F(SealedFileTest, RefusesMoreThanItMayHoldAndLeavesNothing) {
  {
    auto writer = SealedWriter::create(dir_.file("f"), key(), 10).value();
    EXPECT_TRUE(writer->write("0123456789"));
    const auto more = writer->write("x");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().kind, ErrorKind::kInvalid);
    EXPECT_TRUE(std::filesystem::exists(dir_.file("f")));
  }
  EXPECT_FALSE(std::filesystem::exists(dir_.file("f")));
}

TEST_F(SealedFileTest, IsABodyThatEndsWhereItShould) {
  const auto text = text_of(150'000);
  const auto content = seal("f", text);
  SealedSource source(SealedReader::open(Fd(::open(dir_.file("f").c_str(), O_RDONLY)), key(), content.sha256).value(),
                      content.size);
  EXPECT_EQ(source.size(), text.size());
  std::string read;
  char buffer[1000];
  for (;;) {
    const auto count = source.read(buffer).value();
    if (count == 0) break;
    read.append(buffer, count);
  }
  EXPECT_EQ(read, text);
}

}  // namespace
}  // namespace claw
