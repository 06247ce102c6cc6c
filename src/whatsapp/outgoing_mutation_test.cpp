// What programs hand us to send may be damaged in any way: it is refused with words, or it is what Meta is sent.
#include <random>

#include <gtest/gtest.h>

#include "whatsapp/damage.hpp"
#include "whatsapp/json.hpp"
#include "whatsapp/outgoing.hpp"
#include "whatsapp/outgoing_examples.hpp"

namespace claw::whatsapp {
namespace {

void check(const std::string& text) {
  const auto read = read_outgoing(text);
  if (!read) {
    EXPECT_FALSE(read.error().field.empty());
    EXPECT_FALSE(read.error().limit.empty());
    EXPECT_TRUE(parse_json(write_json(json::string(read.error().words()))).has_value()) << "valid Unicode";
    return;
  }
  EXPECT_TRUE(parse_json(read->view.data).has_value());
  const auto sent = message_json({.phone = "49155", .bsuid = ""}, *read, "");
  ASSERT_TRUE(parse_json(sent).has_value());
  const auto again = read_outgoing(sent);
  ASSERT_TRUE(again.has_value()) << again.error().words();
  // The callback data is ours on the way out.
  EXPECT_EQ(again->view.text, read->view.text);
  EXPECT_EQ(message_json({.phone = "49155", .bsuid = ""}, *again, ""), sent);
  auto files = *read;
  replace_file_ids(files, [](const std::string& id) { return id + "x"; });
}

class OutgoingMutation : public testing::TestWithParam<OutgoingExample> {};

TEST_P(OutgoingMutation, IsRefusedInWordsOrSentAsItReads) {
  const std::string whole(GetParam().json);
  check(whole);
  Damage damage(static_cast<unsigned>(whole.size()));
  for (int round = 0; round < 400; ++round) {
    const auto text = damage(whole);
    check(text);
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "round " << round << ": " << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Examples, OutgoingMutation, testing::ValuesIn(outgoing_examples()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace claw::whatsapp
