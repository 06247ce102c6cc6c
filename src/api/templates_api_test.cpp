#include "api/templates_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_template_store.hpp"
#include "net/server.hpp"
#include "support/fake_templates.hpp"
#include "support/http_call.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

namespace json = boost::json;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::named;

/// Has one file, f_1.
class OneFile final : public MediaLibrary {
  Task<Result<StoredFile>> fetch(TenantRef, std::string, whatsapp::Media) override { co_return none(); }
  Task<Result<StoredFile>> keep(TenantRef, net::BodyReader&, std::string, std::string) override { co_return none(); }
  Task<Result<StoredFile>> find(TenantId, std::string id) override {
    if (id != "f_1") co_return none();
    StoredFile file;
    file.id = std::move(id);
    file.mime_type = "image/png";
    file.size = 5;
    co_return file;
  }
  Task<Result<std::string>> read(TenantId, std::string, std::size_t) override { co_return std::string("bytes"); }
  Task<Result<void>> stream(TenantId, std::string, FileSpan, net::BodyWriter&) override { co_return none(); }
  Task<Result<std::string>> meta_id(TenantRef, std::string, std::string) override { co_return none(); }
  Task<Result<void>> remove(TenantId, std::string) override { co_return none(); }
  static std::unexpected<Error> none() { return fail(ErrorKind::kNotFound, "there is no such file"); }
};

class TemplatesApiTest : public ::testing::Test {
 protected:
  TemplatesApiTest() {
    const auto beta = tenants_.add("beta", "333");
    tenants_.set(acme_, kWabaId, "222");
    tenants_.add_token(acme_, "acme-token");
    tenants_.add_token(beta, "beta-token");
    tenants_.add_token(acme_, "reader-token", {Permission::kInboxRead});
    auto order = named("order", "1");
    order.category = "UTILITY";
    order.components = R"([{"type":"BODY","text":"Hello {{1}}, it is ready.","example":{"body_text":[["Ada"]]}}])";
    meta_.has = {{"1", std::move(order)}, {"2", named("sale", "2", "PAUSED")}, {"3", named("thanks", "3")}};
    api_.add_routes(router_);
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
  }
  HttpAnswer call(const std::string& method, const std::string& target, const std::string& body = "",
                  const std::string& token = "acme-token") {
    return testing::http_call(server_.port(), method, "/api/v1/templates" + target,
                              {{"Authorization", "Bearer " + token}}, body);
  }
  static json::object object_of(const HttpAnswer& answer) { return json::parse(answer.body).as_object(); }
  std::vector<std::string> names(const std::string& query = "") {
    std::vector<std::string> found;
    const auto list = object_of(call("GET", query));
    for (const auto& each : list.at("templates").as_array()) found.emplace_back(each.at("name").as_string());
    return found;
  }

  testing::OpenLedger world_;
  testing::TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  testing::TestPeople people_{world_};
  testing::FakeTemplates meta_;
  sqlite::SqliteTemplateStore store_{*world_.store};
  sqlite::SqliteAuditLog audit_{*world_.store};
  OneFile files_;
  TemplateLibrary library_{world_.io, store_, meta_, tenants_.directory, world_.clock};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, net::NetworkSet::make({}).value()};
  TemplatesApi api_{library_, store_, files_, audit_, guard_, world_.clock};
  net::Router router_;
  net::Server server_{world_.io, router_, {}};
};

TEST_F(TemplatesApiTest, ListsWhatMetaHasOnceItWasAsked) {
  EXPECT_THAT(names(), ElementsAre());
  EXPECT_TRUE(object_of(call("GET", "")).at("accounts").at(0).at("read_at").is_null());
  const auto synced = call("POST", "/sync", "", "reader-token");
  ASSERT_EQ(synced.status, 200) << synced.body;
  EXPECT_EQ(object_of(synced).at("accounts").at(0).at("waba_id"), "222");
  EXPECT_TRUE(object_of(synced).at("accounts").at(0).at("fault").is_null());
  EXPECT_THAT(names(), ElementsAre("order", "sale", "thanks"));
  EXPECT_THAT(names("?status=PAUSED"), ElementsAre("sale"));
  EXPECT_THAT(names("?search=ORD"), ElementsAre("order"));
  EXPECT_EQ(call("GET", "/1", "", "beta-token").status, 404) << "nobody else has them";
}

TEST_F(TemplatesApiTest, PagesLeaveNothingOut) {
  ASSERT_EQ(call("POST", "/sync").status, 200);
  const auto first = object_of(call("GET", "?limit=2"));
  EXPECT_EQ(first.at("templates").as_array().size(), 2U);
  const std::string next(first.at("next").as_string());
  EXPECT_THAT(names("?limit=2&after=" + next), ElementsAre("thanks"));
  EXPECT_TRUE(object_of(call("GET", "?limit=2&after=" + next)).at("next").is_null());
  EXPECT_EQ(call("GET", "?after=x").status, 400);
}

TEST_F(TemplatesApiTest, SaysWhyOneCannotBeSentAndWhichVariablesOneHas) {
  ASSERT_EQ(call("POST", "/sync").status, 200);
  EXPECT_THAT(std::string(object_of(call("GET", "/2")).at("why_not").as_string()), HasSubstr("is paused by Meta"));
  const auto order = object_of(call("GET", "/1"));
  EXPECT_TRUE(order.at("why_not").is_null());
  EXPECT_EQ(order.at("variables"),
            json::parse(R"([{"key":"body.1","label":"{{1}}","kind":"text","needed":true,"example":"Ada"}])"));
}

TEST_F(TemplatesApiTest, ShowsHowItReadsWithValuesAndWhatMisses) {
  ASSERT_EQ(call("POST", "/sync").status, 200);
  const auto good = object_of(call("POST", "/1/preview", R"({"values":{"body.1":"Zoë"}})", "reader-token"));
  EXPECT_EQ(good.at("shown").at("body"), "Hello Zoë, it is ready.");
  EXPECT_TRUE(good.at("problems").as_array().empty());
  EXPECT_EQ(good.at("message").at("template").at("name"), "order");
  const auto bad = object_of(call("POST", "/1/preview", R"({"values":{}})"));
  EXPECT_EQ(bad.at("problems"), json::parse(R"([{"variable":"body.1","words":"{{1}} has no value."}])"));
  EXPECT_EQ(call("POST", "/1/preview", R"({"values":{"body.1":7}})").status, 400);
  EXPECT_EQ(call("POST", "/1/preview", R"({"valeus":{}})").status, 400);
  EXPECT_EQ(call("POST", "/9/preview", R"({"values":{}})").status, 404);
}

TEST_F(TemplatesApiTest, WhoMaySetThingsMakesAndDeletesThemAndItIsNoted) {
  const std::string request =
      R"({"name":"fresh","language":"en","category":"UTILITY","components":[{"type":"BODY","text":"Hello."}]})";
  EXPECT_EQ(call("POST", "", request, "reader-token").status, 403);
  const auto made = call("POST", "", request);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.header("location"), "/api/v1/templates/99");
  EXPECT_EQ(object_of(made), object_of(call("GET", "/99")));
  EXPECT_EQ(call("DELETE", "/99", "", "reader-token").status, 403);
  EXPECT_EQ(call("DELETE", "/99").status, 204);
  EXPECT_EQ(call("DELETE", "/99").status, 404);
  const auto notes = people_.audit();
  EXPECT_THAT(std::vector<std::string>(notes.end() - 2, notes.end()),
              ElementsAre("template.create fresh", "template.delete fresh"));
}

TEST_F(TemplatesApiTest, AFileOfOursIsGivenToMetaAsAnExample) {
  const auto with = [](const std::string& handle) {
    return R"({"name":"fresh","language":"en","category":"MARKETING","components":[{"type":"HEADER","format":"IMAGE",
      "example":{"header_handle":[")" +
           handle + R"("]}},{"type":"BODY","text":"Look."}]})";
  };
  EXPECT_EQ(call("POST", "", with("f_1")).status, 409);
  EXPECT_THAT(call("POST", "", with("f_1")).body, HasSubstr("WHATSAPP_APP_ID is not set"));
  tenants_.set(acme_, kAppId, "777");
  EXPECT_EQ(call("POST", "", with("f_2")).status, 400);
  ASSERT_EQ(call("POST", "", with("f_1")).status, 201);
  EXPECT_THAT(meta_.samples, ElementsAre("777 image/png bytes"));
  EXPECT_THAT(meta_.request, HasSubstr("4::bytes"));
  ASSERT_EQ(call("POST", "", with("4::elsewhere")).status, 201);
  EXPECT_EQ(meta_.samples.size(), 1U) << "a handle of Meta's stays";
}

TEST_F(TemplatesApiTest, WhatMetaDoesNotTakeIsSaidInItsWords) {
  const auto faulty = call("POST", "", R"({"name":"No","language":"en","category":"UTILITY","components":[]})");
  EXPECT_EQ(faulty.status, 400);
  EXPECT_THAT(faulty.body, HasSubstr("components: at least 1 element"));
  const std::string request =
      R"({"name":"fresh","language":"en","category":"UTILITY","components":[{"type":"BODY","text":"Hello."}]})";
  meta_.refuse(GraphFailure::Kind::kRefused, "There is one of this name.");
  EXPECT_THAT(call("POST", "", request).body, HasSubstr("There is one of this name."));
  meta_.refuse(GraphFailure::Kind::kAmbiguous, "No answer came from Meta");
  const auto silent = call("POST", "", request);
  EXPECT_EQ(silent.status, 503);
  EXPECT_THAT(silent.body, HasSubstr("Read the list again"));
  const auto synced = object_of(call("POST", "/sync"));
  EXPECT_EQ(synced.at("accounts").at(0).at("fault"), "No answer came from Meta");
}

}  // namespace
}  // namespace claw
