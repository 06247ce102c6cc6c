#include "ops/health.hpp"

#include <fmt/format.h>

namespace claw {

void add_operator_routes(net::Router& router, const Metrics& metrics, std::vector<Check> checks,
                         std::function<std::string()> more) {
  router.add("GET", "/healthz",
             [](net::HttpRequest&) -> Task<net::HttpResponse> { co_return net::text_response(200, "ok\n"); });
  router.add("GET", "/readyz", [checks = std::move(checks)](net::HttpRequest&) -> Task<net::HttpResponse> {
    std::string told;
    bool ready = true;
    for (const auto& check : checks) {
      const std::string trouble = check.run();
      ready = ready && trouble.empty();
      told += fmt::format("{}: {}\n", check.name, trouble.empty() ? "ok" : trouble);
    }
    co_return net::text_response(ready ? 200 : 503, told);
  });
  router.add("GET", "/metrics", [&metrics, more = std::move(more)](net::HttpRequest&) -> Task<net::HttpResponse> {
    auto response = net::text_response(200, metrics.page() + more());
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    co_return response;
  });
}

}  // namespace claw
