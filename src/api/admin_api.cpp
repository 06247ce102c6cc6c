#include "api/admin_api.hpp"

#include "api/problem.hpp"

namespace claw {

void add_admin_routes(net::Router& router, RunCommand run) {
  router.add("POST", "/admin/{command}", [run = std::move(run)](net::HttpRequest& request) -> Task<net::HttpResponse> {
    auto answer = co_await run(std::string(request.param("command")), std::move(request.body),
                               std::string(request.header("X-Claw-Operator")));
    if (!answer) co_return problem_of(answer.error());
    co_return net::json_response(200, std::move(*answer));
  });
}

}  // namespace claw
