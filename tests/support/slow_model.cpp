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

Task<net::HttpResponse> SlowModel::answer(net::HttpRequest& request) {
  ++calls_;
  const auto asked = json::parse(request.body);
  const std::string last(asked.at("messages").as_array().back().at("content").as_string());
  co_await clock_.sleep(std::chrono::milliseconds(random_() % static_cast<unsigned>(slowest_.count() + 1)));
  const json::value message{{"role", "assistant"}, {"content", "re: " + last}};
  const json::array choices{{{"index", 0}, {"message", message}, {"finish_reason", "stop"}}};
  co_return net::json_response(200, json::serialize(json::object{{"object", "chat.completion"}, {"choices", choices}}));
}

}  // namespace claw::testing
