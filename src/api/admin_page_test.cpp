#include "api/admin_page.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/await.hpp"

namespace claw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class AdminPageTest : public ::testing::Test {
 protected:
  AdminPageTest() {
    router_.add("GET", "/t/{tenant}/webhooks/whatsapp",
                [](net::HttpRequest&) -> Task<net::HttpResponse> { co_return net::text_response(200, "the webhook"); });
    add_admin_page_routes(router_);
  }

  net::HttpResponse get(std::string path) {
    net::HttpRequest request;
    request.method = "GET";
    request.path = std::move(path);
    return testing::await(io_, router_.dispatch(request));
  }

  IoPool io_{1};
  net::Router router_;
};

TEST_F(AdminPageTest, StandsAtEveryAddressOfItsOwn) {
  for (const char* address : {"/", "/sign-in", "/setup", "/join", "/account", "/platform/tenants",
                              "/platform/tenants/acme", "/platform/address", "/t/acme/overview",
                              "/t/acme/conversations/c1", "/t/acme/channels/whatsapp", "/t/acme/settings/secrets"}) {
    const auto answer = get(address);
    EXPECT_EQ(answer.status, 200) << address;
    EXPECT_THAT(answer.body, HasSubstr("<claw-app>")) << address;
  }
}

TEST_F(AdminPageTest, LeavesTheRestToOthers) {
  EXPECT_EQ(get("/t/acme/webhooks/whatsapp").body, "the webhook");
  for (const char* address :
       {"/t/acme/webhooks/whatsap", "/t/acme", "/api/v1/none", "/webhooks/whatsapp", "/favicon.ico", "/assets/none.js"})
    EXPECT_EQ(get(address).status, 404) << address;
}

TEST_F(AdminPageTest, ServesWhatThePageAsksFor) {
  ASSERT_GE(admin_page_files().size(), 3U);
  for (const auto& file : admin_page_files()) {
    EXPECT_EQ(get(std::string(file.path)).body, file.bytes) << file.path;
    EXPECT_THAT(file.gzip, StartsWith("\x1f\x8b")) << file.path;
    EXPECT_THAT(file.path, Not(HasSubstr("phone")));
  }
}

}  // namespace
}  // namespace claw
