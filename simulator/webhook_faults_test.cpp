#include "simulator/webhook_faults.hpp"

#include "simulator/batch.hpp"
#include "simulator/world_fixture.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class WebhookFaultsTest : public WorldTest {
 protected:
  /// Nothing but what is said arrives.
  WebhookFaultsTest() : WorldTest({.statuses = {}}) {}

  void set(std::string_view fault) {
    auto read = read_fault(json::parse(fault).as_object(), clock_.now());
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_TRUE(meta_.faults.add(std::move(*read)));
  }
  std::uint64_t struck() { return meta_.faults.all().back().struck; }

  static json::array changes_in(const Attempt& attempt) {
    json::array all;
    for (const auto& entry : json::parse(*attempt.body).at("entry").as_array())
      for (const auto& change : entry.at("changes").as_array()) all.push_back(change);
    return all;
  }
  static std::vector<std::string> texts_in(const Attempt& attempt) {
    std::vector<std::string> texts;
    for (const auto& change : changes_in(attempt))
      for (const auto& message : change.at_pointer("/value/messages").as_array())
        texts.emplace_back(message.at_pointer("/text/body").as_string());
    return texts;
  }
  /// The texts of all attempts that wait, in the order they were started; all are answered.
  std::vector<std::string> arrived() {
    std::vector<std::string> texts;
    for (; !attempts_.empty(); answer(200))
      for (auto& text : texts_in(attempts_.front())) texts.push_back(std::move(text));
    return texts;
  }
  void expect_recovered() {
    const std::string id = say("and recovers");
    EXPECT_THAT(arrived(), ElementsAre("and recovers"));
    EXPECT_EQ(meta_.phones.find_message(id).message->tick, Tick::kSent);
    EXPECT_EQ(meta_.webhooks_open(), 0U);
  }
};

TEST_F(WebhookFaultsTest, DeliversTheSameBytesTwice) {
  set(R"({"kind":"duplicate"})");
  say("hello");
  ASSERT_THAT(attempts_, SizeIs(2));
  EXPECT_EQ(*attempts_[0].body, *attempts_[1].body);
  answer(200);
  answer(200);
  EXPECT_EQ(struck(), 1U);
  expect_recovered();
}

TEST_F(WebhookFaultsTest, HoldsAWebhookBackForItsTimeOnTheMovableClock) {
  set(R"({"kind":"delay","ms":60000})");
  say("late");
  say("on time");
  EXPECT_THAT(arrived(), ElementsAre("on time"));
  leap(seconds(60) - milliseconds(1));
  EXPECT_THAT(attempts_, IsEmpty());
  EXPECT_EQ(meta_.webhooks_open(), 1U);
  leap(milliseconds(1));
  EXPECT_THAT(arrived(), ElementsAre("late"));
  expect_recovered();
}

TEST_F(WebhookFaultsTest, DeliversTheLastOneFirst) {
  set(R"({"kind":"reorder","size":3})");
  say("one");
  say("two");
  EXPECT_THAT(attempts_, IsEmpty());
  say("three");
  EXPECT_THAT(arrived(), ElementsAre("three", "two", "one"));
  EXPECT_EQ(struck(), 1U);
  expect_recovered();
}

TEST_F(WebhookFaultsTest, HoldsNobodyBackForOthersThatDoNotCome) {
  for (const char* fault : {R"({"kind":"reorder","size":3,"ms":500})", R"({"kind":"batch","size":3,"ms":500})"}) {
    set(fault);
    say("alone");
    leap(milliseconds(499));
    EXPECT_THAT(attempts_, IsEmpty());
    leap(milliseconds(1));
    EXPECT_THAT(arrived(), ElementsAre("alone"));
    expect_recovered();
  }
}

TEST_F(WebhookFaultsTest, AGroupsTimeIsItsOwn) {
  set(R"({"kind":"reorder","size":2,"ms":1000,"count":2})");
  say("one");
  leap(milliseconds(600));
  say("two");
  EXPECT_THAT(arrived(), ElementsAre("two", "one"));
  say("three");
  leap(milliseconds(600));
  EXPECT_THAT(attempts_, IsEmpty()) << "the first group's time is over, the second's is not";
  leap(milliseconds(400));
  EXPECT_THAT(arrived(), ElementsAre("three"));
  expect_recovered();
}

TEST_F(WebhookFaultsTest, PutsItemsChangesOrEntriesIntoOneBody) {
  const std::pair<const char*, std::pair<std::size_t, std::size_t>> shapes[] = {
      {"items", {1, 1}}, {"changes", {1, 3}}, {"entries", {3, 3}}};
  for (const auto& [shape, counts] : shapes) {
    set(R"({"kind":"batch","size":3,"as":")" + std::string(shape) + "\"}");
    const std::vector<std::string> ids{say("Grüße"), say("two"), say("three")};
    ASSERT_THAT(attempts_, SizeIs(1)) << shape;
    EXPECT_EQ(json::parse(*attempts_[0].body).at("entry").as_array().size(), counts.first) << shape;
    EXPECT_EQ(changes_in(attempts_[0]).size(), counts.second) << shape;
    EXPECT_EQ(changes_in(attempts_[0]).at(0).at_pointer("/value/contacts").as_array().size(), 1U) << "one person";
    EXPECT_EQ(attempts_[0].signature, signature_of("sim-app-secret", *attempts_[0].body));
    EXPECT_THAT(*attempts_[0].body, testing::HasSubstr("Gr\\u00fc\\u00dfe")) << "escaped as Meta does";
    EXPECT_THAT(arrived(), ElementsAre("Grüße", "two", "three"));
    for (const auto& id : ids) EXPECT_EQ(meta_.phones.find_message(id).message->tick, Tick::kSent) << shape;
    expect_recovered();
  }
}

TEST_F(WebhookFaultsTest, ARefusedBatchIsRepeatedWholeAndShownAtEachOfItsMessages) {
  set(R"({"kind":"batch"})");
  const auto one = say("one"), two = say("two");
  answer(503, "it answered 503");
  for (const auto& id : {one, two})
    EXPECT_EQ(meta_.phones.find_message(id).message->delivery.reason, "it answered 503");
  leap(seconds(1));
  EXPECT_THAT(arrived(), ElementsAre("one", "two"));
  expect_recovered();
}

TEST_F(WebhookFaultsTest, NeverMixesNumbersOrKindsInOneChange) {
  Number other = default_number();
  other.id = "100000000000002";
  const auto body = [](std::string text) { return std::make_shared<const std::string>(std::move(text)); };
  const Sender maria{kMaria, "DE.1", "Maria"};
  const std::shared_ptr<const std::string> bodies[] = {
      body(text_webhook(default_number(), maria, "wamid.1", clock_.now(), "one", {})),
      body(text_webhook(other, maria, "wamid.2", clock_.now(), "two", {})),
      body(status_webhook(default_number(), maria, {.id = "wamid.3", .status = "sent"}))};
  const auto merged = json::parse(merged_webhook(bodies, BatchShape::kItems));
  const auto& entries = merged.at("entry").as_array();
  ASSERT_EQ(entries.size(), 1U) << "the same WABA";
  const auto& changes = entries[0].at("changes").as_array();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].at_pointer("/value/messages").as_array().size(), 1U);
  EXPECT_EQ(changes[0].at_pointer("/value/statuses").as_array().size(), 1U);
  EXPECT_EQ(changes[1].at_pointer("/value/metadata/phone_number_id"), "100000000000002");
}

TEST_F(WebhookFaultsTest, ClosesTheFirstAttemptsConnectionAndRepeatsIt) {
  set(R"({"kind":"drop_delivery"})");
  say("hello");
  ASSERT_THAT(attempts_, SizeIs(1));
  EXPECT_TRUE(attempts_[0].drop);
  answer(0, "a fault");
  leap(seconds(1));
  ASSERT_THAT(attempts_, SizeIs(1));
  EXPECT_FALSE(attempts_[0].drop);
  EXPECT_THAT(arrived(), ElementsAre("hello"));
  expect_recovered();
}

TEST_F(WebhookFaultsTest, StrikesOnlyWhomItIsFor) {
  set(R"({"kind":"delay","phone":"4930111222","ms":1000})");
  say("from Maria");
  EXPECT_THAT(arrived(), ElementsAre("from Maria"));
  ASSERT_TRUE(meta_.say("4930111222", {.text = "from another", .number = {}, .name = {}, .reply_to = {}}));
  EXPECT_THAT(attempts_, IsEmpty());
  leap(seconds(1));
  EXPECT_THAT(arrived(), ElementsAre("from another"));
}

}  // namespace
}  // namespace claw::sim
