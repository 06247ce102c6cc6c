#include "api/admin_page.hpp"

#include <string>

namespace claw {
namespace {

/// The addresses of web/src/admin/routes.ts. Those of a tenant are named one by one, so that a mistake in a webhook's
/// address, which begins the same, stays a 404.
constexpr const char* kAddresses[] = {"/", "/sign-in", "/setup", "/join", "/account", "/platform/{page...}"};
constexpr const char* kSections[] = {"overview", "conversations", "channels", "agents",
                                     "routing",  "pairing",       "users",    "settings"};

Task<net::HttpResponse> answer_page(net::HttpRequest& request) {
  co_return net::answer_page_file(admin_page_files(), "/", request);
}

}  // namespace

void add_admin_page_routes(net::Router& router) {
  router.add("GET", "/assets/{name...}", [](net::HttpRequest& request) -> Task<net::HttpResponse> {
    co_return net::answer_page_file(admin_page_files(), request.path, request);
  });
  for (const char* address : kAddresses) router.add("GET", address, answer_page);
  for (const std::string section : kSections) {
    router.add("GET", "/t/{tenant}/" + section, answer_page);
    router.add("GET", "/t/{tenant}/" + section + "/{page...}", answer_page);
  }
}

}  // namespace claw
