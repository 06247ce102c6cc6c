// The largest document that Meta takes, on its whole way: from Meta into the library, to a browser, from a program, and
// back to Meta. Everything speaks real HTTP, and nothing of it is ever whole in memory; that is what is measured, so
// this is a program of its own.
#include <atomic>
#include <fstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/media_api.hpp"
#include "graph/media_client.hpp"
#include "ledger/sqlite/sqlite_media_store.hpp"
#include "media/folder_store.hpp"
#include "net/curl_client.hpp"
#include "net/form_reader.hpp"
#include "net/server.hpp"
#include "support/loopback.hpp"
#include "support/open_ledger.hpp"
#include "support/temp_dir.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

constexpr std::size_t kDocument = 100 * 1024 * 1024;
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::int64_t kMayGrowKiB = 20 * 1024;

/// The most memory that this process has had, in KiB.
std::int64_t most_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6));
  return 0;
}

/// The document's bytes at a place: no two pieces are alike.
void fill(std::span<char> to, std::uint64_t at) {
  for (auto& byte : to) byte = static_cast<char>((at++ * 2654435761U) >> 13);
}

class DocumentSource final : public net::BodySource {
 public:
  [[nodiscard]] std::uint64_t size() const override { return kDocument; }
  Result<std::size_t> read(std::span<char> to) override {
    const auto part = to.first(std::min<std::size_t>(to.size(), kDocument - at_));
    fill(part, at_);
    at_ += part.size();
    return part.size();
  }

 private:
  std::size_t at_ = 0;
};

std::string document_sha256() {
  DocumentSource source;
  Sha256 hash;
  std::string piece(kPiece, '\0');
  while (const auto count = *source.read(piece)) hash.add(std::string_view(piece).substr(0, count));
  return to_hex(hash.finish());
}

/// Counts and hashes what it gets.
struct Measure final : net::BodySink {
  Result<void> write(std::string_view bytes) override {
    hash.add(bytes);
    size += bytes.size();
    return {};
  }
  Sha256 hash;
  std::size_t size = 0;
};

class LargeFileTest : public ::testing::Test {
 protected:
  LargeFileTest() {
    acme_ = tenants_.add("acme", "111");
    tenants_.set_access_token(acme_, "acme-token");
    tenants_.add_token(acme_, "api-token");
    meta_.add("GET", "/v25.0/{media}", [this](net::HttpRequest&) -> Task<net::HttpResponse> {
      co_return net::json_response(200,
                                   boost::json::serialize(boost::json::object{{"url", base() + "/document"},
                                                                              {"mime_type", "application/octet-stream"},
                                                                              {"sha256", sha256_},
                                                                              {"file_size", kDocument}}));
    });
    meta_.add("GET", "/document", [](net::HttpRequest&) -> Task<net::HttpResponse> {
      net::HttpResponse response;
      response.stream_size = kDocument;
      response.stream = [](net::BodyWriter& to) -> Task<> {
        DocumentSource source;
        std::string piece(kPiece, '\0');
        while (const auto count = *source.read(piece))
          if (!co_await to.write(std::string_view(piece).substr(0, count))) co_return;
      };
      co_return response;
    });
    meta_.add(
        "POST", "/v25.0/{number}/media",
        [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
          net::FormReader form(*request.body_reader, *net::FormReader::boundary_of(request.header("Content-Type")));
          for (;;) {
            const auto field = co_await form.next_field();
            if (!field || !*field) break;
            if ((*field)->name != "file") continue;
            Sha256 hash;
            for (;;) {
              const auto piece = co_await form.field().next();
              if (!piece || piece->empty()) break;
              hash.add(*piece);
            }
            uploaded_ = to_hex(hash.finish());
          }
          co_return net::json_response(200, R"({"id":"900"})");
        },
        net::BodyMode::kStreamed);
    EXPECT_TRUE(meta_server_.listen("127.0.0.1:0"));
    library_.emplace(FileLibrary::Parts{store_, blobs_, *graph(), workers_, world_.clock, metrics_, nullptr},
                     tenants_.vault, ids_, dir_.file("tmp"));
    api_.emplace(*library_, guard_, world_.clock, FileLinks(tenants_.vault.derive("file links"), ids_));
    api_->add_routes(router_);
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
  }
  [[nodiscard]] std::string base() const { return "http://127.0.0.1:" + std::to_string(meta_server_.port()); }
  GraphMedia* graph() {
    if (!graph_)
      graph_.emplace(http_, metrics_, GraphClient::Options{.base_url = base(), .version = "v25.0"},
                     MediaHosts(base(), {}));
    return &*graph_;
  }
  net::ClientRequest request(std::string method, const std::string& path) {
    net::ClientRequest made;
    made.method = std::move(method);
    made.url = "http://127.0.0.1:" + std::to_string(server_.port()) + path;
    made.bearer = SecretString(std::string("api-token"));
    made.total_timeout = std::chrono::minutes(2);
    made.max_response_bytes = kDocument;
    return made;
  }
  boost::json::object object_of(const Result<net::ClientResponse>& answer) {
    return boost::json::parse(answer.value().body).as_object();
  }

  testing::OpenLedger world_;
  testing::TestTenants tenants_{world_};
  testing::TempDir dir_;
  TenantId acme_;
  Metrics metrics_;
  net::Router meta_, router_;
  net::Server meta_server_{world_.io, meta_, {}};
  net::Server server_{world_.io, router_, {}};
  net::CurlClient http_{world_.io, testing::loopback()};
  std::optional<GraphMediaClient> graph_;
  WorkerPool workers_{2, 100};
  sqlite::SqliteMediaStore store_{*world_.store};
  FolderStore blobs_{dir_.file("files"), workers_};
  const PublicIds ids_{tenants_.vault.derive("public ids")};
  std::optional<FileLibrary> library_;
  testing::TestPeople people_{world_};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, net::NetworkSet::make({}).value()};
  std::optional<MediaApi> api_;
  const std::string sha256_ = document_sha256();
  std::string uploaded_;
};

TEST_F(LargeFileTest, GoesInAndOutWithoutStandingInMemory) {
  const auto before = most_memory();
  ASSERT_GT(before, 0);

  whatsapp::Media media;
  media.id = "1";
  media.mime_type = "application/octet-stream";
  media.filename = "large.bin";
  const auto fetched = world_.run(library_->fetch(tenants_.directory.by_id(acme_), "111", media));
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->sha256, sha256_);
  std::printf("after the fetch: %+ld KiB\n", most_memory() - before);

  const auto link = object_of(world_.run(http_.send(request("GET", "/api/v1/media/" + fetched->id + "/link"))));
  auto shown = request("GET", std::string(link.at("url").as_string()));
  auto browser = std::make_shared<Measure>();
  shown.sink = browser;
  const auto downloaded = world_.run(http_.send(std::move(shown)));
  ASSERT_TRUE(downloaded) << downloaded.error().message;
  EXPECT_EQ(browser->size, kDocument);
  EXPECT_EQ(to_hex(browser->hash.finish()), sha256_);
  std::printf("after a browser had it: %+ld KiB\n", most_memory() - before);

  auto brought = request("POST", "/api/v1/media?filename=brought.bin");
  brought.headers.push_back({"Content-Type", "application/octet-stream"});
  brought.source = std::make_shared<DocumentSource>();
  const auto made = world_.run(http_.send(std::move(brought)));
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->status, 201) << made->body;
  std::printf("after a program brought it: %+ld KiB\n", most_memory() - before);

  const auto id = std::string(object_of(made).at("id").as_string());
  EXPECT_EQ(world_.run(library_->meta_id(tenants_.directory.by_id(acme_), "111", id)).value(), "900");
  EXPECT_EQ(uploaded_, sha256_);
  const auto grown = most_memory() - before;
  std::printf("after Meta had it: %+ld KiB\n", grown);
  EXPECT_LE(grown, kMayGrowKiB);
}

}  // namespace
}  // namespace claw
