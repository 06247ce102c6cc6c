#include "whatsapp/errors.hpp"

#include <gtest/gtest.h>

#include "whatsapp/error_catalogue.hpp"

namespace claw::whatsapp {
namespace {

TEST(Errors, SayWhatMayBeDone) {
  const std::pair<std::int64_t, RetryClass> classes[] = {
      {0, RetryClass::kFix},         {1, RetryClass::kYes},        {4, RetryClass::kLater},
      {100, RetryClass::kFix},       {190, RetryClass::kFix},      {368, RetryClass::kNo},
      {80007, RetryClass::kLater},   {130429, RetryClass::kLater}, {130472, RetryClass::kNo},
      {131000, RetryClass::kYes},    {131026, RetryClass::kNo},    {131047, RetryClass::kFix},
      {131048, RetryClass::kFix},    {131049, RetryClass::kNo},    {131050, RetryClass::kNo},
      {131053, RetryClass::kFix},    {131056, RetryClass::kLater}, {132016, RetryClass::kNo},
      {2494100, RetryClass::kLater}, {2593108, RetryClass::kNo},
  };
  for (const auto& [code, retry] : classes) {
    EXPECT_EQ(error_info(code).retry, retry) << code;
    EXPECT_EQ(error_info(code).code, code);
  }
}

TEST(Errors, WhatMetaForbidsToRepeatIsNeverRepeated) {
  for (const std::int64_t code : {368, 130497, 131031, 131047, 131049, 131050}) {
    EXPECT_NE(error_info(code).retry, RetryClass::kYes) << code;
    EXPECT_NE(error_info(code).retry, RetryClass::kLater) << code;
  }
}

TEST(Errors, TheTwoHundredsAreOnePermissionError) {
  for (const std::int64_t code : {200, 201, 250, 299}) EXPECT_EQ(error_info(code).name, "APIPermission") << code;
  EXPECT_EQ(error_info(199).name, "Unknown");
  EXPECT_EQ(error_info(300).name, "Unknown");
}

TEST(Errors, AnUnknownCodeIsNotRepeated) {
  for (const std::int64_t code : {-1L, -131000L, 5L, 131001L, 999999999L}) {
    EXPECT_EQ(error_info(code).retry, RetryClass::kFix) << code;
    EXPECT_EQ(error_info(code).code, -1) << code;
    EXPECT_FALSE(error_info(code).advice.empty());
  }
}

TEST(Errors, EachIsExplainedInSentences) {
  for (const auto& error : kErrorCatalogue) {
    EXPECT_FALSE(error.name.empty()) << error.code;
    EXPECT_FALSE(error.category.empty()) << error.code;
    EXPECT_GT(error.advice.size(), 30U) << error.code;
    EXPECT_TRUE(error.advice.ends_with('.')) << error.code;
    EXPECT_EQ(&error_info(error.code), &error);
  }
}

TEST(Errors, SayWhoseMoveItIs) {
  const std::pair<std::int64_t, Move> moves[] = {
      {190, Move::kYours},      {131056, Move::kNobodys}, {131000, Move::kNobodys}, {131047, Move::kPersons},
      {131026, Move::kPersons}, {131049, Move::kMetas},   {132016, Move::kYours},   {4711, Move::kYours},
  };
  for (const auto& [code, move] : moves) EXPECT_EQ(whose_move(error_info(code)), move) << code;
  EXPECT_EQ(to_string(Move::kYours), "yours");
  EXPECT_EQ(to_string(Move::kMetas), "metas");
  EXPECT_EQ(to_string(Move::kPersons), "persons");
  EXPECT_EQ(to_string(Move::kNobodys), "nobodys");
}

TEST(Errors, ClassesHaveNames) {
  EXPECT_EQ(to_string(RetryClass::kYes), "yes");
  EXPECT_EQ(to_string(RetryClass::kLater), "later");
  EXPECT_EQ(to_string(RetryClass::kFix), "fix");
  EXPECT_EQ(to_string(RetryClass::kNo), "no");
}

}  // namespace
}  // namespace claw::whatsapp
