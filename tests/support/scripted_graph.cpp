#include "support/scripted_graph.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace claw::testing {
namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string ScriptedGraph::Call::text() const {
  const auto* content = body.if_contains("text");
  return content && content->is_object() ? text_at(content->get_object(), "body") : std::string();
}

std::string ScriptedGraph::Call::to() const {
  const auto phone = text_at(body, "to");
  return phone.empty() ? text_at(body, "recipient") : phone;
}

std::string ScriptedGraph::Call::callback_data() const {
  return text_at(body, "biz_opaque_callback_data");
}

ScriptedGraph::ScriptedGraph() : server_(io_, router_, {}) {
  router_.add("POST", "/v25.0/{number}/messages", [this](net::HttpRequest& request) { return take(request); });
  for (const char* path : {"/v25.0/{id}", "/v25.0/{id}/message_templates"})
    for (const char* method : {"GET", "POST", "DELETE"})
      router_.add(method, path, [this](net::HttpRequest& request) { return take_other(request); });
  if (const auto bound = server_.listen("127.0.0.1:0"); !bound) throw std::runtime_error(bound.error().message);
}

ScriptedGraph::~ScriptedGraph() {
  release();
  server_.stop(std::chrono::seconds(1));
}

std::string ScriptedGraph::base_url() const {
  return fmt::format("http://127.0.0.1:{}", server_.port());
}

void ScriptedGraph::answer_next(Answer answer) {
  std::scoped_lock lock(mutex_);
  script_.push_back(std::move(answer));
}

void ScriptedGraph::refuse_next(int status, int code) {
  answer_next({status, fmt::format(R"({{"error":{{"message":"(#{}) refused","type":"OAuthException","code":{},)"
                                   R"("error_data":{{"messaging_product":"whatsapp","details":"as the script says"}},)"
                                   R"("fbtrace_id":"Ascript"}}}})",
                                   code, code)});
}

void ScriptedGraph::answer_at(const std::string& call, Answer answer) {
  std::scoped_lock lock(mutex_);
  pages_[call] = std::move(answer);
}

std::vector<std::string> ScriptedGraph::other_calls() const {
  std::scoped_lock lock(mutex_);
  return others_;
}

void ScriptedGraph::hold_sends() {
  std::scoped_lock lock(mutex_);
  holds_sends_ = true;
}

void ScriptedGraph::hold_marks() {
  std::scoped_lock lock(mutex_);
  holds_marks_ = true;
}

void ScriptedGraph::release() {
  std::vector<Completion<int>> waiting;
  {
    std::scoped_lock lock(mutex_);
    holds_sends_ = holds_marks_ = false;
    waiting.swap(waiting_);
  }
  for (auto& go_on : waiting) go_on(0);
}

std::vector<ScriptedGraph::Call> ScriptedGraph::calls() const {
  std::scoped_lock lock(mutex_);
  return calls_;
}

std::vector<ScriptedGraph::Call> ScriptedGraph::sends() const {
  auto all = calls();
  std::erase_if(all, [](const Call& call) { return call.is_mark(); });
  return all;
}

std::vector<std::string> ScriptedGraph::texts() const {
  std::vector<std::string> said;
  for (const auto& call : sends()) said.push_back(call.text());
  return said;
}

Task<> ScriptedGraph::wait_while_held(bool mark) {
  co_await complete_with<int>([this, mark](Completion<int> go_on) {
    {
      std::scoped_lock lock(mutex_);
      if (mark ? holds_marks_ : holds_sends_) {
        waiting_.push_back(std::move(go_on));
        return;
      }
    }
    go_on(0);
  });
}

Task<net::HttpResponse> ScriptedGraph::take_other(net::HttpRequest& request) {
  Answer answer{404, ""};
  std::scoped_lock lock(mutex_);
  others_.push_back(request.method + " " + request.target);
  // With the token that the call came with where there is one for it alone.
  const auto bearer = request.header("Authorization");
  for (const auto& key : {request.method + " " + request.path + " " + std::string(bearer.substr(bearer.find(' ') + 1)),
                          request.method + " " + request.path})
    if (const auto found = pages_.find(key); found != pages_.end()) {
      answer = found->second;
      break;
    }
  net::HttpResponse response;
  response.status = answer.status;
  response.content_type = std::move(answer.content_type);
  response.body = std::move(answer.body);
  co_return response;
}

Task<net::HttpResponse> ScriptedGraph::take(net::HttpRequest& request) {
  Call call;
  call.number = request.param("number");
  call.authorization = request.header("Authorization");
  call.appsecret_proof = request.query_value("appsecret_proof").value_or("");
  call.body = json::parse(request.body).as_object();
  const bool mark = call.is_mark();
  auto answer = Answer{200, R"({"success":true})"};
  {
    std::scoped_lock lock(mutex_);
    if (!mark) {
      call.wamid = fmt::format("wamid.out{}", calls_.size());
      answer.body = fmt::format(R"({{"messaging_product":"whatsapp","contacts":[{{"input":"{}","wa_id":"{}"}}],)"
                                R"("messages":[{{"id":"{}"}}]}})",
                                call.to(), call.to(), call.wamid);
      if (!script_.empty()) {
        answer = std::move(script_.front());
        script_.pop_front();
      }
    }
    calls_.push_back(std::move(call));
  }
  co_await wait_while_held(mark);
  net::HttpResponse response;
  response.status = answer.status;
  response.content_type = std::move(answer.content_type);
  response.body = std::move(answer.body);
  co_return response;
}

}  // namespace claw::testing
