#include "base/crypto.hpp"

#include <set>

#include <gtest/gtest.h>

namespace claw {
namespace {

std::string bytes(std::string_view hex) {
  return from_hex(hex).value();
}

TEST(CryptoTest, MakesTheHmacsOfRfc4231) {
  const struct {
    std::string key, data;
    const char* digest;
  } rows[] = {
      {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
       "hashed "
       "before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
      {"", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
  };
  for (const auto& row : rows) EXPECT_EQ(to_hex(hmac_sha256(row.key, row.data)), row.digest) << row.data;
}

TEST(CryptoTest, MakesKnownSha256Digests) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(CryptoTest, ReadsBackTheHexItWritesAndNothingElse) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  EXPECT_EQ(from_hex(to_hex(all)), all);
  EXPECT_EQ(to_hex(std::string_view("\x00\x0f\xff", 3)), "000fff");
  EXPECT_EQ(from_hex(""), "");
  for (const char* bad : {"0", "0g", "AB", " 0", "0x", "00 ", "0\n"}) EXPECT_FALSE(from_hex(bad)) << bad;
}

TEST(CryptoTest, MakesTheBase64OfRfc4648) {
  const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : rows) {
    EXPECT_EQ(to_base64(plain), coded);
    EXPECT_EQ(to_base64url(plain), std::string(coded).substr(0, std::string(coded).find('=')));
  }
  EXPECT_EQ(to_base64("\xfb\xff"), "+/8=");
  EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
}

TEST(CryptoTest, ReadsBackTheBase64ThatItMakesAndNothingElse) {
  for (const char* plain : {"", "f", "fo", "foo", "foob", "\xfb\xff\x01"})
    EXPECT_EQ(from_base64(to_base64(plain)), std::string(plain));
  for (const char* bad : {"Zg", "Zg=", "Zg==x", "Z", "-_8=", "Zm 9v", "Zm9v\n", "===="})
    EXPECT_FALSE(from_base64(bad)) << bad;
}

TEST(CryptoTest, ComparesBytes) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  for (const char* other : {"", "ab", "abd", "abcd", "Abc"})
    EXPECT_FALSE(equal_in_constant_time("abc", other)) << other;
}

TEST(CryptoTest, HashesTheSameBytesToTheSameNumber) {
  EXPECT_EQ(hash64("1/491511"), hash64("1/491511"));
  EXPECT_NE(hash64("1/491511"), hash64("1/491512"));
  EXPECT_EQ(hash128("x"), hash128("x"));
  EXPECT_NE(hash128("x"), hash128(""));
}

TEST(CryptoTest, MakesRandomBytesOfTheLengthThatWasAskedFor) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(seen.insert(random_bytes(16)).second);
  for (const std::size_t count : {0UL, 1UL, 33UL}) EXPECT_EQ(random_bytes(count).size(), count);
}

}  // namespace
}  // namespace claw
