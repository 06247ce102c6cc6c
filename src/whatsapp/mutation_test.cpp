// Nothing that arrives may crash the gateway, lose an item or be read differently twice: every fixture, damaged in
// every way a small generator thinks of.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/damage.hpp"
#include "whatsapp/fixture_files.hpp"
#include "whatsapp/json.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {
namespace {

void check(const std::string& body) {
  const auto items = split_webhook(body);
  ASSERT_FALSE(items.empty());
  if (items.size() == 1) EXPECT_EQ(items[0].raw, body);
  for (const auto& item : items) {
    const auto event = parse_item(item.kind, item.raw);
    EXPECT_EQ(event.kind, item.kind);
    EXPECT_FALSE(event.dedupe_key.empty());
    EXPECT_EQ(event.dedupe_key, parse_item(item.kind, item.raw).dedupe_key);
    if (item.kind != ItemKind::kUnparsed) {
      EXPECT_EQ(event.phone_number_id, item.phone_number_id);
      EXPECT_EQ(event.waba_id, item.waba_id);
      const auto again = split_webhook(item.raw);
      ASSERT_EQ(again.size(), 1U);
      EXPECT_EQ(again[0].kind, item.kind);
    }
    const auto* message = std::get_if<Message>(&event.what);
    if (message) EXPECT_TRUE(parse_json(message->view.data).has_value());
    const auto* change = std::get_if<Change>(&event.what);
    if (change) EXPECT_TRUE(parse_json(change->view.data).has_value());
    for (auto kind = 0; kind <= 5; ++kind) (void)parse_item(static_cast<ItemKind>(kind), item.raw);
  }
}

class MutationTest : public testing::TestWithParam<std::string> {};

TEST_P(MutationTest, ADamagedWebhookIsStillKeptAndReadTheSameTwice) {
  const auto whole = fixture(GetParam());
  Damage damage(static_cast<unsigned>(whole.size()));
  for (int round = 0; round < 300; ++round) {
    const auto body = damage(whole);
    check(body);
    if (HasFatalFailure() || HasNonfatalFailure()) {
      FAIL() << "round " << round << ": " << body;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, MutationTest, testing::ValuesIn(fixture_names()),
                         [](const auto& info) { return info.param; });

TEST(Mutation, EveryBeginOfABatchIsKept) {
  const auto whole = fixture("batch");
  for (std::size_t size = 0; size < whole.size(); ++size) check(whole.substr(0, size));
}

TEST(Mutation, NoiseIsKept) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string noise(random() % 200, '\0');
    for (auto& c : noise) c = static_cast<char>(random());
    check(noise);
  }
}

}  // namespace
}  // namespace claw::whatsapp
