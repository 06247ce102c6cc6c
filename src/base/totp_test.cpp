#include "base/totp.hpp"

#include <gtest/gtest.h>

namespace claw {
namespace {

constexpr std::string_view kSecret = "12345678901234567890";  // RFC 6238, appendix B

TimePoint at(std::int64_t second) {
  return from_ms(second * 1000);
}

TEST(TotpTest, GivesTheCodesOfRfc6238) {
  const std::pair<std::int64_t, const char*> rows[] = {{59, "94287082"},         {1111111109, "07081804"},
                                                       {1111111111, "14050471"}, {1234567890, "89005924"},
                                                       {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [second, code] : rows) {
    EXPECT_EQ(totp_code(kSecret, totp_step(at(second)), 8), code);
    EXPECT_EQ(match_totp(kSecret, std::string(code).substr(2), at(second), 0), totp_step(at(second)));
  }
}

TEST(TotpTest, TakesTheCodeOfOneStepBesideForClocksDiffer) {
  const auto code = totp_code(kSecret, 1000);
  EXPECT_EQ(match_totp(kSecret, code, at(999 * 30), 0), 1000);
  EXPECT_EQ(match_totp(kSecret, code, at(1001 * 30 + 29), 0), 1000);
  EXPECT_EQ(match_totp(kSecret, code, at(998 * 30 + 29), 0), std::nullopt);
  EXPECT_EQ(match_totp(kSecret, code, at(1002 * 30), 0), std::nullopt);
}

TEST(TotpTest, TakesACodeOnceAndNoOlderOneAfterIt) {
  EXPECT_EQ(match_totp(kSecret, totp_code(kSecret, 1000), at(30'000), 1000), std::nullopt);
  EXPECT_EQ(match_totp(kSecret, totp_code(kSecret, 999), at(30'000), 1000), std::nullopt);
  EXPECT_EQ(match_totp(kSecret, totp_code(kSecret, 1001), at(30'000), 1000), 1001);
}

TEST(TotpTest, TakesNothingThatIsNoCode) {
  for (const char* wrong : {"", "1", "000000 ", "１２３４５６"})
    EXPECT_EQ(match_totp(kSecret, wrong, at(30'000), 0), std::nullopt) << wrong;
}

TEST(TotpTest, WritesSecretsAsRfc4648AndAuthenticatorsReadThem) {
  const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                      {"f", "MY"},
                                                      {"fo", "MZXQ"},
                                                      {"foo", "MZXW6"},
                                                      {"foob", "MZXW6YQ"},
                                                      {"fooba", "MZXW6YTB"},
                                                      {"foobar", "MZXW6YTBOI"}};
  for (const auto& [bytes, text] : rows) EXPECT_EQ(to_base32(bytes), text);
  EXPECT_EQ(totp_uri("Claw Central", "ada@acme.example", "foobar"),
            "otpauth://totp/Claw%20Central:ada@acme.example?secret=MZXW6YTBOI&issuer=Claw%20Central");
}

}  // namespace
}  // namespace claw
