#include "simulator/page.hpp"

namespace claw::sim {

void add_page_routes(net::Router& router) {
  for (const char* pattern : {"/", "/assets/{name...}"}) {
    router.add("GET", pattern, [](net::HttpRequest& request) -> Task<net::HttpResponse> {
      co_return net::answer_page_file(page_files(), request.path, request);
    });
  }
}

}  // namespace claw::sim
