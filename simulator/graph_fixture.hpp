#pragma once

#include <string>
#include <utility>
#include <vector>

#include "simulator/graph.hpp"
#include "simulator/world_fixture.hpp"

namespace claw::sim {

/// A world with a business that calls its Graph API.
class GraphWorldTest : public WorldTest {
 protected:
  using WorldTest::WorldTest;

  const Number& number() { return *meta_.numbers.find(default_number().id); }
  template <class Change>
  void change_number(Change change) {
    Number changed = number();
    change(changed);
    ASSERT_TRUE(meta_.numbers.put(std::move(changed)));
  }

  GraphCall call_of(std::string method, std::string object, std::string edge = {}, std::string body = {}) {
    return {.method = std::move(method),
            .path = "/v25.0/" + object + (edge.empty() ? "" : "/" + edge),
            .version = "v25.0",
            .object = object,
            .edge = edge,
            .fields = {},
            .token = number().token,
            .proof = {},
            .body = std::move(body)};
  }
  static std::string text_to(std::string_view to, std::string_view text = "hello") {
    return boost::json::serialize(boost::json::object{
        {"messaging_product", "whatsapp"}, {"to", to}, {"type", "text"}, {"text", {{"body", text}}}});
  }
  net::HttpResponse post_message(std::string body) {
    return ask(call_of("POST", number().id, "messages", std::move(body)));
  }
  net::HttpResponse ask(const GraphCall& call) { return answer_graph(meta_, call, strike_graph_call(meta_, call)); }

  /// Meta's error code in an answer; 0: it is none.
  static int code_in(const net::HttpResponse& answer) {
    if (answer.status == 200) return 0;
    const auto body = boost::json::parse(answer.body);
    return static_cast<int>(body.at_pointer("/error/code").as_int64());
  }
  /// What the Graph API answers to a text: 0, or Meta's code.
  int send(std::string_view to = kMaria) { return code_in(post_message(text_to(to))); }
  int send_many(int count) {
    int refused = 0;
    for (int i = 0; i < count; ++i) refused += send() != 0;
    return refused;
  }

  /// The change in a webhook's body.
  static boost::json::object change_in(const Attempt& attempt) {
    return boost::json::parse(*attempt.body).at_pointer("/entry/0/changes/0").as_object();
  }
  /// The (status, code) of every status that arrives within a second; all webhooks are answered.
  std::vector<std::pair<std::string, int>> statuses() {
    std::vector<std::pair<std::string, int>> seen;
    for (int i = 0; i < 100; ++i) {
      for (; !attempts_.empty(); answer(200)) {
        const auto value = change_in(attempts_.front()).at("value").as_object();
        if (!value.contains("statuses")) continue;
        const auto& status = value.at("statuses").at(0).as_object();
        seen.emplace_back(status.at("status").as_string(),
                          status.contains("errors") ? status.at("errors").at(0).at("code").as_int64() : 0);
      }
      pass(std::chrono::milliseconds(10));
    }
    return seen;
  }

  static std::string phone(int i) { return "49151000" + std::to_string(10'000 + i); }
};

}  // namespace claw::sim
