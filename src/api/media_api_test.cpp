#include "api/media_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_media_store.hpp"
#include "media/folder_store.hpp"
#include "net/server.hpp"
#include "support/http_call.hpp"
#include "support/temp_dir.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::HttpHeaders;
using ::testing::StartsWith;

const std::string kPicture = "\x89PNG\r\n\x1a\n and what makes a picture";

/// Meta is not asked for anything here.
class NoMeta final : public GraphMedia {
  static constexpr const char* kWords = "not here";
  Task<Result<MetaMedia>> facts(TenantRef, std::string, std::string) override {
    co_return fail(ErrorKind::kTransient, kWords);
  }
  Task<Result<void>> download(TenantRef, std::string, std::string, std::shared_ptr<net::BodySink>) override {
    co_return fail(ErrorKind::kTransient, kWords);
  }
  Task<Result<std::string>> upload(TenantRef, std::string, Upload) override {
    co_return fail(ErrorKind::kTransient, kWords);
  }
  Task<Result<void>> remove(TenantRef, std::string, std::string) override {
    co_return fail(ErrorKind::kTransient, kWords);
  }
};

class Moody final : public Scanner {
 public:
  Task<Verdict> scan(std::shared_ptr<SealedReader>) override { co_return verdict; }
  Verdict verdict = Verdict::kClean;
};

class MediaApiTest : public ::testing::Test {
 protected:
  MediaApiTest() {
    const auto acme = tenants_.add("acme", "111");
    const auto beta = tenants_.add("beta", "222");
    tenants_.add_token(acme, "acme-token");
    tenants_.add_token(beta, "beta-token");
    tenants_.add_token(acme, "reader-token", {Permission::kInboxRead});
    tenants_.add_token(acme, "settings-token", {Permission::kSettingsRead});
    api_.add_routes(router_);
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
  }
  HttpAnswer call(const std::string& method, const std::string& target, HttpHeaders headers = {},
                  const std::string& body = "", const std::string& token = "acme-token") {
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
    return testing::http_call(server_.port(), method, target, headers, body);
  }
  HttpAnswer upload(const std::string& bytes, const std::string& type, const std::string& filename = "") {
    return call("POST", "/api/v1/media" + (filename.empty() ? "" : "?filename=" + net::percent_encode(filename)),
                {{"Content-Type", type}}, bytes);
  }
  static boost::json::object object_of(const HttpAnswer& answer) { return boost::json::parse(answer.body).as_object(); }
  static std::string text_of(const HttpAnswer& answer, const char* name) {
    return std::string(object_of(answer).at(name).as_string());
  }
  std::string link_of(const std::string& id) { return text_of(call("GET", "/api/v1/media/" + id + "/link"), "url"); }
  HttpAnswer open(const std::string& url, HttpHeaders headers = {}, const std::string& method = "GET") {
    return call(method, url, std::move(headers), "", "");
  }

  testing::OpenLedger world_;
  testing::TestTenants tenants_{world_};
  testing::TempDir dir_;
  Metrics metrics_;
  NoMeta meta_;
  Moody scanner_;
  WorkerPool workers_{2, 100};
  sqlite::SqliteMediaStore store_{*world_.store};
  FolderStore blobs_{dir_.file("files"), workers_};
  const PublicIds ids_{tenants_.vault.derive("public ids")};
  FileLibrary library_{
      {store_, blobs_, meta_, workers_, world_.clock, metrics_, &scanner_}, tenants_.vault, ids_, dir_.file("tmp")};
  testing::TestPeople people_{world_};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, net::NetworkSet::make({}).value()};
  MediaApi api_{library_, guard_, world_.clock, FileLinks(tenants_.vault.derive("file links"), ids_)};
  net::Router router_;
  net::Server server_{world_.io, router_, {}};
};

TEST_F(MediaApiTest, AFileIsBroughtLookedUpAndListed) {
  const auto made = upload(kPicture, "image/png", "Zoë.png");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto id = text_of(made, "id");
  EXPECT_EQ(made.header("location"), "/api/v1/media/" + id);
  EXPECT_EQ(text_of(made, "filename"), "Zoë.png");
  const auto shown = call("GET", "/api/v1/media/" + id);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(object_of(shown), object_of(made));
  const auto list = object_of(call("GET", "/api/v1/media"));
  EXPECT_EQ(list.at("files").as_array().size(), 1U);
  EXPECT_EQ(call("GET", "/api/v1/media?before=x").status, 400);
}

TEST_F(MediaApiTest, AFormIsTakenAsWellAsBareBytes) {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhi\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../a.png\"\r\nContent-Type: "
      "image/png\r\n\r\n" +
      kPicture + "\r\n--b--\r\n";
  const auto made = upload(body, "multipart/form-data; boundary=b");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(text_of(made, "filename"), "a.png");
  EXPECT_EQ(object_of(made).at("size").as_int64(), std::ssize(kPicture));
  EXPECT_EQ(upload("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nhi\r\n--b--\r\n",
                   "multipart/form-data; boundary=b")
                .status,
            400);
}

TEST_F(MediaApiTest, WhatIsNotWhatItSaysIsRefusedInWords) {
  const auto page = upload("<html><script>", "image/png");
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(page.body, HasSubstr("its bytes are a page"));
  EXPECT_EQ(upload(kPicture, "").status, 400);
  EXPECT_EQ(upload("", "text/plain").status, 400);
  EXPECT_EQ(upload(kPicture, "image/png").status, 201) << "and recovers";
}

TEST_F(MediaApiTest, NobodyButTheTenantHasItsFiles) {
  const auto id = text_of(upload(kPicture, "image/png"), "id");
  for (const auto* path : {"", "/link"}) {
    const auto target = "/api/v1/media/" + id + path;
    EXPECT_EQ(call("GET", target, {}, "", "beta-token").status, 404) << path;
    EXPECT_EQ(call("GET", target, {}, "", "").status, 401) << path;
    EXPECT_EQ(call("GET", target, {}, "", "settings-token").status, 403) << path;
    EXPECT_EQ(call("GET", target, {}, "", "reader-token").status, 200) << path;
  }
  EXPECT_EQ(call("POST", "/api/v1/media", {{"Content-Type", "image/png"}}, kPicture, "reader-token").status, 403);
  EXPECT_EQ(object_of(call("GET", "/api/v1/media", {}, "", "beta-token")).at("files").as_array().size(), 0U);
}

TEST_F(MediaApiTest, ALinkShowsOneFileForAFewMinutesAndNothingElse) {
  const auto id = text_of(upload(kPicture, "image/png"), "id");
  const auto other = text_of(upload(kPicture + "2", "image/png"), "id");
  const auto url = link_of(id);
  EXPECT_EQ(open(url).body, kPicture);
  for (const std::size_t at : {9UL, url.size() / 2, url.size() - 1}) {
    auto changed = url;
    changed[at] = changed[at] == 'a' ? 'b' : 'a';
    EXPECT_EQ(open(changed).status, 404) << at;
  }
  auto exchanged = url;
  exchanged.replace(exchanged.find(id), id.size(), other);
  EXPECT_EQ(open(exchanged).status, 404);
  EXPECT_EQ(open("/files/x").status, 404);
  EXPECT_EQ(open("/files/..").status, 404);
  world_.clock.advance(FileLinks::kLives);
  EXPECT_EQ(open(url).status, 200);
  world_.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(open(url).status, 404);
  EXPECT_EQ(open(link_of(id)).status, 200) << "a new one shows it again";
}

TEST_F(MediaApiTest, WhatABrowserGetsCannotHurtIt) {
  const auto picture = open(link_of(text_of(upload(kPicture, "image/png", "a \"b\".png"), "id")));
  EXPECT_EQ(picture.header("content-type"), "image/png");
  EXPECT_EQ(picture.header("content-disposition"), "inline; filename*=UTF-8''a%20_b_.png");
  const auto page = open(link_of(text_of(upload("<script>alert(1)</script>", "text/html", "x.html"), "id")));
  EXPECT_EQ(page.header("content-type"), "application/octet-stream");
  EXPECT_THAT(page.header("content-disposition"), StartsWith("attachment"));
  for (const auto& answer : {picture, page}) {
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.header("content-security-policy"), "sandbox; default-src 'none'");
    EXPECT_EQ(answer.header("cache-control"), "private, no-store");
    EXPECT_EQ(answer.header("cross-origin-resource-policy"), "same-origin");
  }
}

TEST_F(MediaApiTest, APlayerMayAskForAPart) {
  const auto url = link_of(text_of(upload("0123456789", "text/plain"), "id"));
  const auto part = open(url, {{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(part.header("content-range"), "bytes 2-4/10");
  EXPECT_EQ(open(url, {{"Range", "bytes=-3"}}).body, "789");
  const auto outside = open(url, {{"Range", "bytes=10-"}});
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.header("content-range"), "bytes */10");
  EXPECT_EQ(open(url).header("accept-ranges"), "bytes");
}

TEST_F(MediaApiTest, WhatCouldNotBeScannedIsSeenAndNotOpened) {
  scanner_.verdict = Scanner::Verdict::kUnknown;
  const auto made = upload(kPicture, "image/png");
  ASSERT_EQ(made.status, 201);
  EXPECT_FALSE(object_of(made).at("scanned").as_bool());
  const auto url = link_of(text_of(made, "id"));
  const auto kept = open(url);
  EXPECT_EQ(kept.status, 409);
  EXPECT_THAT(kept.body, HasSubstr("scanned"));
  scanner_.verdict = Scanner::Verdict::kClean;
  EXPECT_EQ(open(url).body, kPicture) << "and recovers";
}

}  // namespace
}  // namespace claw
