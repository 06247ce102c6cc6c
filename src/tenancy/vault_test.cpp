#include "tenancy/vault.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/temp_dir.hpp"

namespace claw {
namespace {

using claw::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

SecretString secret(std::string text) {
  return SecretString(std::move(text));
}

Vault vault(char digit = 'a') {
  return Vault::from_hex_key(secret(std::string(64, digit))).value();
}

TEST(VaultTest, OpensWhatItSealedForThisTenantNameAndKeyOnly) {
  const TenantId acme{1};
  const std::string sealed = vault().seal(acme, "TOKEN", secret("hush"));
  EXPECT_THAT(sealed, Not(HasSubstr("hush")));
  EXPECT_EQ(vault().open(acme, "TOKEN", sealed).value().expose(), "hush");
  EXPECT_EQ(vault().open(TenantId{2}, "TOKEN", sealed).error().kind, ErrorKind::kFatal);
  EXPECT_EQ(vault().open(acme, "OTHER", sealed).error().kind, ErrorKind::kFatal);
  EXPECT_EQ(vault('b').open(acme, "TOKEN", sealed).error().kind, ErrorKind::kFatal);
}

TEST(VaultTest, SealsTheSameSecretDifferentlyEachTime) {
  EXPECT_NE(vault().seal(TenantId{1}, "T", secret("x")), vault().seal(TenantId{1}, "T", secret("x")));
}

TEST(VaultTest, OpensNothingThatWasDamagedOrCut) {
  const std::string sealed = vault().seal(TenantId{1}, "T", secret("hush"));
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string damaged = sealed;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(vault().open(TenantId{1}, "T", damaged)) << at;
    EXPECT_FALSE(vault().open(TenantId{1}, "T", sealed.substr(0, at))) << at;
  }
}

TEST(VaultTest, SealsTheEmptyAndTheLong) {
  for (const std::string& text : {std::string(), std::string(100'000, '\0')}) {
    const auto sealed = vault().seal(TenantId{1}, "T", secret(std::string(text)));
    EXPECT_EQ(vault().open(TenantId{1}, "T", sealed).value().expose(), text);
  }
}

TEST(VaultTest, DerivesAKeyForEachPurpose) {
  EXPECT_EQ(vault().derive("ids").expose().size(), 32U);
  EXPECT_TRUE(vault().derive("ids").equals(vault().derive("ids").expose()));
  EXPECT_FALSE(vault().derive("ids").equals(vault().derive("cookies").expose()));
  EXPECT_FALSE(vault().derive("ids").equals(vault('b').derive("ids").expose()));
}

TEST(VaultTest, TakesAKeyOf64LowerCaseHexDigitsOnly) {
  for (const std::string& bad : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(66, 'a'),
                                 std::string(64, 'g'), std::string(64, 'A')})
    EXPECT_EQ(Vault::from_hex_key(secret(std::string(bad))).error().kind, ErrorKind::kInvalid) << bad;
}

class VaultFileTest : public ::testing::Test {
 protected:
  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  TempDir dir_;
  std::string path_ = dir_.file("master.key");
};

TEST_F(VaultFileTest, MakesAKeyThatOnlyItsOwnerReadsAndFindsItAgain) {
  const auto made = Vault::from_file(path_, true);
  ASSERT_TRUE(made) << made.error().message;
  struct stat facts{};
  ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  const auto sealed = made->seal(TenantId{1}, "T", secret("hush"));
  EXPECT_EQ(Vault::from_file(path_, false).value().open(TenantId{1}, "T", sealed).value().expose(), "hush");
  const TempDir other;
  EXPECT_FALSE(Vault::from_file(other.file("k"), true).value().open(TenantId{1}, "T", sealed))
      << "each file its own key";
}

TEST_F(VaultFileTest, RefusesAFileThatIsNotThereWhereItMayNotMakeOne) {
  const auto refused = Vault::from_file(path_, false);
  EXPECT_EQ(refused.error().kind, ErrorKind::kFatal);
  EXPECT_THAT(refused.error().message, HasSubstr(path_));
  EXPECT_FALSE(Vault::from_file(dir_.file("no/folder/key"), true));
}

TEST_F(VaultFileTest, RefusesAFileThatOthersMayReadAndSaysWhatToDo) {
  for (const mode_t mode : {0640U, 0604U, 0644U}) {
    write(std::string(64, 'a') + "\n", mode);
    EXPECT_THAT(Vault::from_file(path_, true).error().message, HasSubstr("chmod 600"));
  }
  ::chmod(path_.c_str(), 0400);
  EXPECT_TRUE(Vault::from_file(path_, true)) << "and recovers";
}

TEST_F(VaultFileTest, RefusesADamagedFileAndNeverWritesOverIt) {
  for (const std::string& text : {std::string(), std::string("\n"), std::string(63, 'a'), std::string(64, 'x'),
                                  std::string(65, 'a'), std::string(70, 'a')}) {
    write(text);
    EXPECT_EQ(Vault::from_file(path_, true).error().kind, ErrorKind::kFatal) << text;
    std::ifstream file(path_);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
  }
  write(std::string(64, 'a'));
  EXPECT_TRUE(Vault::from_file(path_, true)) << "and recovers";
}

}  // namespace
}  // namespace claw
