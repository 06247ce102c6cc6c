#include "support/slow_model.hpp"

#include <stdexcept>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace claw::testing {

namespace json = boost::json;

SlowModel::SlowModel(std::chrono::milliseconds slowest)
    : slowest_(slowest), random_(static_cast<unsigned>(std::random_device{}())), server_(io_, router_, {}) {
  router_.add("POST", "/v1/chat/completions", [this](net::HttpRequest& request) { return answer(request); });
  if (const auto bound = server_.listen("127.0.0.1:0"); !bound) throw std::runtime_error(bound.error().message);
}

SlowModel::~SlowModel() {
  server_.stop(std::chrono::seconds(0));
}

std::string SlowModel::url() const {
  return fmt::format("http://127.0.0.1:{}", server_.port());
}

std::vector<SlowModel::Call> SlowModel::shown() const {
  std::scoped_lock lock(mutex_);
  return shown_;
}

Task<net::HttpResponse> SlowModel::answer(net::HttpRequest& request) {
  constexpr std::chrono::milliseconds kLook{5};
  ++calls_;
  if (broken_) co_return net::text_response(500, "broken");
  const auto asked = json::parse(request.body);
  Call call{std::string(asked.at("model").as_string()), {}, {}};
  if (const auto* user = asked.as_object().if_contains("user")) call.user = std::string(user->as_string());
  std::string last;
  for (const auto& each : asked.at("messages").as_array()) {
    last = std::string(each.at("content").as_string());
    call.shown.push_back(std::string(each.at("role").as_string()) + ": " + last);
  }
  const std::string answer = call.model + ": " + last;
  {
    std::scoped_lock lock(mutex_);
    shown_.push_back(std::move(call));
  }
  co_await clock_.sleep(std::chrono::milliseconds(random_() % static_cast<unsigned>(slowest_.count() + 1)));
  if (last.starts_with("slow")) {
    ++held_;
    while (holds_) co_await clock_.sleep(kLook);
    --held_;
  }
  const json::value message{{"role", "assistant"}, {"content", answer}};
  const json::array choices{{{"index", 0}, {"message", message}, {"finish_reason", "stop"}}};
  co_return net::json_response(200, json::serialize(json::object{{"object", "chat.completion"}, {"choices", choices}}));
}

}  // namespace claw::testing
