#include "tenancy/delivery_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using ::testing::HasSubstr;

TEST(DeliverySettingsTest, RefuseAndHoldWhereNothingIsSet) {
  for (const char* stored : {"", "{}", "[]", "no json"}) {
    const auto settings = read_delivery_settings(stored);
    EXPECT_EQ(settings.outside_window, OutsideWindow::kRefuse) << stored;
    EXPECT_EQ(settings.on_unknown, OnUnknown::kHold) << stored;
    EXPECT_EQ(settings.log_days, 7) << stored;
  }
}

TEST(DeliverySettingsTest, ComeBackAsTheyWereSet) {
  const DeliverySettings set{.outside_window = OutsideWindow::kTemplate,
                             .template_name = "we_have_news",
                             .template_language = "en_US",
                             .template_takes_text = true,
                             .on_unknown = OnUnknown::kResend,
                             .log_days = 30};
  const auto stored = check_delivery_settings(delivery_settings_json(set));
  ASSERT_TRUE(stored.has_value()) << stored.error().message;
  EXPECT_EQ(read_delivery_settings(*stored), set);
}

TEST(DeliverySettingsTest, TellTheAdminWhatIsWrong) {
  const struct {
    const char* text;
    const char* words;
  } rows[] = {
      {"[]", "no JSON object"},
      {R"({"outside_window":"wait"})", "refuse, template or park"},
      {R"({"outside_window":1})", "must be a text"},
      {R"({"outside_window":"template"})", "template_name and template_language"},
      {R"({"outside_window":"template","template_name":"news"})", "template_name and template_language"},
      {R"({"template_name":"Big News"})", "lower case"},
      {R"({"template_language":"en-US"})", "like en_US"},
      {R"({"template_takes_text":"yes"})", "true or false"},
      {R"({"on_unknown":"retry"})", "hold or resend"},
      {R"({"log_days":0})", "1 to 90"},
      {R"({"log_days":91})", "1 to 90"},
      {R"({"log_days":"7"})", "whole number"},
      {R"({"colour":"red"})", "no member \"colour\""},
  };
  for (const auto& row : rows) {
    const auto checked = check_delivery_settings(row.text);
    ASSERT_FALSE(checked.has_value()) << row.text;
    EXPECT_EQ(checked.error().kind, ErrorKind::kInvalid);
    EXPECT_THAT(checked.error().message, HasSubstr(row.words));
  }
}

}  // namespace
}  // namespace claw
