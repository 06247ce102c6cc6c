#include "simulator/graph_faults.hpp"

#include "simulator/graph_fixture.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class GraphFaultsTest : public GraphWorldTest {
 protected:
  void SetUp() override {
    said_ = say("hello");
    answer(200);
  }
  void set(std::string_view fault) {
    auto read = read_fault(json::parse(fault).as_object(), clock_.now());
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_TRUE(meta_.faults.add(std::move(*read)));
  }
  net::HttpResponse send_text() { return post_message(text_to(kMaria)); }
  std::size_t on_screen() { return meta_.phones.find(kMaria)->messages.size() - 1; }
  json::object last_exchange() { return meta_.journal.read(0, 10'000, {}).at("entries").as_array().back().as_object(); }
  void expect_recovered() {
    const auto before = on_screen();
    const auto answer = send_text();
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_FALSE(answer.drop);
    EXPECT_THAT(answer.body, HasSubstr("wamid."));
    EXPECT_EQ(on_screen(), before + 1);
    EXPECT_EQ(meta_.faults.all().back().struck, 1U);
  }
  std::string said_;
};

TEST_F(GraphFaultsTest, RefusesInGraphsWordsBeforeAnythingHappens) {
  for (const auto& [kind, status, code] :
       std::vector<std::tuple<std::string, int, int>>{{"http_500", 500, 1}, {"http_503", 503, 2}}) {
    set("{\"kind\":\"" + kind + "\"}");
    const auto answer = send_text();
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(code_in(answer), code);
    EXPECT_EQ(on_screen(), 0U);
    EXPECT_EQ(last_exchange().at("outcome"), "refused");
    EXPECT_THAT(std::string(last_exchange().at("reason").as_string()), HasSubstr(kind));
    meta_.phones.find(kMaria)->messages.resize(1);
    expect_recovered();
    meta_.phones.find(kMaria)->messages.resize(1);
  }
}

TEST_F(GraphFaultsTest, AnswersAnyErrorOfMetasListWithItsStatusAndWords) {
  set(R"({"kind":"error","code":131056,"retry_after":30})");
  const auto answer = send_text();
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(code_in(answer), 131056);
  EXPECT_THAT(answer.body, HasSubstr("pair rate limit hit"));
  EXPECT_EQ(net::find_header(answer.headers, "Retry-After"), "30");
  EXPECT_EQ(on_screen(), 0U);
  expect_recovered();
}

TEST_F(GraphFaultsTest, AnErrorsStatusAndWordsCanBeGiven) {
  set(R"({"kind":"error","code":131000,"http":400,"title":"Odd","details":"Very odd."})");
  const auto answer = send_text();
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, testing::AllOf(HasSubstr("(#131000) Odd"), HasSubstr("Very odd.")));
  expect_recovered();
}

TEST_F(GraphFaultsTest, AcceptsAndLosesTheAnswer) {
  set(R"({"kind":"lose_answer"})");
  EXPECT_TRUE(send_text().drop);
  EXPECT_EQ(on_screen(), 1U);
  EXPECT_EQ(last_exchange().at("status"), 0);
  EXPECT_EQ(last_exchange().at("outcome"), "unreachable");
  EXPECT_THAT(statuses(), SizeIs(3)) << "its statuses come";
  expect_recovered();
}

TEST_F(GraphFaultsTest, ClosesTheConnectionBeforeAccepting) {
  set(R"({"kind":"drop_connection"})");
  EXPECT_TRUE(send_text().drop);
  EXPECT_EQ(on_screen(), 0U);
  EXPECT_THAT(statuses(), IsEmpty());
  expect_recovered();
}

TEST_F(GraphFaultsTest, AnswersAProxysPage) {
  set(R"({"kind":"html_error"})");
  const auto answer = send_text();
  EXPECT_EQ(answer.status, 502);
  EXPECT_THAT(answer.content_type, HasSubstr("text/html"));
  EXPECT_THAT(answer.body, HasSubstr("<html>"));
  EXPECT_EQ(on_screen(), 0U);
  expect_recovered();
}

TEST_F(GraphFaultsTest, AcceptsAndAnswersWithoutAnIdOrWithoutABody) {
  set(R"({"kind":"no_id"})");
  auto answer = send_text();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body), (json::object{{"messaging_product", "whatsapp"}}));
  EXPECT_EQ(on_screen(), 1U);
  expect_recovered();

  set(R"({"kind":"empty_body"})");
  answer = send_text();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, IsEmpty());
  EXPECT_EQ(on_screen(), 3U);
  expect_recovered();
}

TEST_F(GraphFaultsTest, KeepsAnAnswerBackBesidesWhatElseGoesWrong) {
  set(R"({"kind":"slow","ms":1500})");
  set(R"({"kind":"http_500"})");
  const auto call = call_of("POST", number().id, "messages", text_to(kMaria));
  const auto faults = strike_graph_call(meta_, call);
  EXPECT_EQ(faults.slow, milliseconds(1500));
  EXPECT_EQ(answer_graph(meta_, call, faults).status, 500);
  EXPECT_EQ(strike_graph_call(meta_, call).slow, milliseconds(0));
  expect_recovered();
}

TEST_F(GraphFaultsTest, AcceptsAndReportsAFailureLater) {
  set(R"({"kind":"failed_status","code":131049})");
  EXPECT_EQ(send(), 0);
  EXPECT_THAT(statuses(), ElementsAre(std::pair("failed", 131049)));
  expect_recovered();
}

TEST_F(GraphFaultsTest, StrikesSendsAndLeavesReadReceiptsAloneUnlessToldOtherwise) {
  const std::string mark =
      json::serialize(json::object{{"messaging_product", "whatsapp"}, {"status", "read"}, {"message_id", said_}});
  set(R"({"kind":"http_500"})");
  EXPECT_EQ(post_message(mark).status, 200);
  EXPECT_EQ(send_text().status, 500);

  set(R"({"kind":"http_500","calls":"mark"})");
  EXPECT_EQ(send_text().status, 200);
  EXPECT_EQ(post_message(mark).status, 500);

  set(R"({"kind":"http_500","calls":"any"})");
  EXPECT_EQ(ask(call_of("GET", number().id)).status, 500);
  expect_recovered();
}

TEST_F(GraphFaultsTest, StrikesOnlyThePersonAndNumberItIsFor) {
  set(R"({"kind":"http_500","phone":"+49 30 111222","number":"100000000000001"})");
  EXPECT_EQ(send(), 0);
  EXPECT_EQ(send("4930111222"), 1);
  EXPECT_EQ(send("4930111222"), 0);
  set(R"({"kind":"http_500","number":"999"})");
  EXPECT_EQ(send(), 0);
}

}  // namespace
}  // namespace claw::sim
