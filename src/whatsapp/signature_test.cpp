#include "whatsapp/signature.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace claw::whatsapp {
namespace {

constexpr std::string_view kSecret = "app-secret";
constexpr std::string_view kBody = R"({"object":"whatsapp_business_account","text":"gr\u00fc\u00dfe"})";

std::string signature(std::string_view secret = kSecret, std::string_view body = kBody) {
  return "sha256=" + to_hex(hmac_sha256(secret, body));
}

TEST(Signature, AcceptsWhatTheSecretSigned) {
  EXPECT_TRUE(is_signed(kSecret, signature(), kBody));
}

TEST(Signature, AcceptsTheVectorOfRfc4231) {
  // Test case 2: pins the algorithm to something that we did not compute ourselves.
  EXPECT_TRUE(is_signed("Jefe", "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                        "what do ya want for nothing?"));
}

TEST(Signature, AcceptsAnEmptyBodyThatWasSigned) {
  EXPECT_TRUE(is_signed(kSecret, signature(kSecret, ""), ""));
}

TEST(Signature, CountsEveryByteOfTheBody) {
  const std::string body(kBody);
  for (std::size_t i = 0; i < body.size(); ++i) {
    auto changed = body;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(is_signed(kSecret, signature(), changed)) << i;
  }
  EXPECT_FALSE(is_signed(kSecret, signature(), body + "\n"));
}

TEST(Signature, CountsEveryByteOfTheSignature) {
  const auto good = signature();
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto changed = good;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(is_signed(kSecret, changed, kBody)) << i;
  }
}

std::string upper_case(std::string text) {
  for (auto& c : text) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

TEST(Signature, RefusesEveryOtherForm) {
  const auto good = signature();
  const std::string hex = good.substr(7);
  const std::pair<const char*, std::string> forms[] = {
      {"missing", ""},
      {"prefix alone", "sha256="},
      {"without prefix", hex},
      {"other algorithm", "sha1=" + hex},
      {"upper-case prefix", "SHA256=" + hex},
      {"upper-case hex", "sha256=" + upper_case(hex)},
      {"cut", good.substr(0, good.size() - 1)},
      {"longer", good + "0"},
      {"space before", " " + good},
      {"space after", good + " "},
      {"two of them", good + "," + good},
      {"other secret", signature("another-secret")},
      {"not hex", "sha256=" + std::string(64, 'z')},
  };
  for (const auto& [what, header] : forms) EXPECT_FALSE(is_signed(kSecret, header, kBody)) << what;
}

TEST(Signature, AnEmptySecretSignsNothing) {
  EXPECT_FALSE(is_signed("", signature(""), kBody));
}

}  // namespace
}  // namespace claw::whatsapp
