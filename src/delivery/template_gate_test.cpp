#include "delivery/template_gate.hpp"

#include <gtest/gtest.h>

#include "support/await.hpp"

namespace claw {
namespace {

using claw::testing::await;

class FakeJudge final : public TemplateJudge {
 public:
  Task<std::optional<whatsapp::TemplateRefusal>> refusal(TenantRef, std::string number, std::string name,
                                                         std::string language) override {
    asked.push_back(number + " " + name + " " + language);
    if (name == "paused") co_return whatsapp::TemplateRefusal{132015, "It is paused."};
    co_return std::nullopt;
  }
  [[nodiscard]] bool may_ask(const Tenant&, const std::string&, const std::string& name,
                             const std::string&) const override {
    return name == "unknown";
  }
  std::vector<std::string> asked;
};

class CountingFiles final : public OutgoingFiles {
 public:
  Task<Result<whatsapp::Outgoing>> ready(TenantRef, std::string, whatsapp::Outgoing message) override {
    ++calls;
    co_return message;
  }
  [[nodiscard]] bool may_last(const Tenant&, const std::string&, const whatsapp::Outgoing&) const override {
    return false;
  }
  int calls = 0;
};

class TemplateGateTest : public ::testing::Test {
 protected:
  auto ready(const std::string& message) {
    return await(io_, gate_.ready(std::make_shared<Tenant>(), "111", whatsapp::read_outgoing(message).value()));
  }
  static std::string send_of(const std::string& name) {
    return R"({"type":"template","template":{"name":")" + name + R"(","language":{"code":"en"}}})";
  }
  IoPool io_{1};
  FakeJudge judge_;
  CountingFiles files_;
  TemplateGate gate_{judge_, files_};
};

TEST_F(TemplateGateTest, WhatMetaWouldRefuseGoesNoFurther) {
  const auto refused = ready(send_of("paused"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(refused.error().message, "It is paused.");
  EXPECT_EQ(files_.calls, 0);
}

TEST_F(TemplateGateTest, EverythingElseGoesOnAsItIs) {
  ASSERT_TRUE(ready(send_of("order")));
  EXPECT_EQ(judge_.asked, std::vector<std::string>{"111 order en"});
  const auto picture = R"({"type":"image","image":{"link":"https://a.example/b.png"}})";
  EXPECT_EQ(ready(picture).value(), whatsapp::read_outgoing(picture).value());
  EXPECT_EQ(judge_.asked.size(), 1U) << "nobody is asked about a picture";
  EXPECT_EQ(files_.calls, 2);
}

TEST_F(TemplateGateTest, MayLastWhereMetaMayHaveToBeAskedAboutTheTemplate) {
  const auto may_last = [&](const std::string& message) {
    return gate_.may_last(Tenant(), "111", whatsapp::read_outgoing(message).value());
  };
  EXPECT_TRUE(may_last(send_of("unknown")));
  EXPECT_FALSE(may_last(send_of("known")));
  EXPECT_FALSE(may_last(R"({"type":"text","text":{"body":"unknown"}})"));
}

}  // namespace
}  // namespace claw
