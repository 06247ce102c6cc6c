// What every BlobStore keeps: the one in a folder, and the one in a bucket, which is a program of another make.
#include <filesystem>
#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "media/folder_store.hpp"
#include "media/s3_store.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/await.hpp"
#include "support/bucket.hpp"
#include "support/loopback.hpp"
#include "support/temp_dir.hpp"

namespace claw {
namespace {

using testing::await;

/// A store and what it needs.
class World {
 public:
  virtual ~World() = default;
  virtual BlobStore& store() = 0;
  IoPool io{2};
  testing::TempDir dir;
};

class FolderWorld final : public World {
 public:
  BlobStore& store() override { return store_; }

 private:
  WorkerPool workers_{2, 100};
  FolderStore store_{dir.file("blobs"), workers_};
};

class BucketWorld final : public World {
 public:
  BlobStore& store() override { return store_; }

 private:
  testing::Bucket bucket_;
  net::CurlClient http_{io, testing::loopback()};
  S3Store store_{http_,
                 {bucket_.endpoint(), testing::Bucket::kName, "us-east-1", testing::Bucket::kKeyId,
                  SecretString(std::string(testing::Bucket::kSecret)), dir.path()}};
};

struct Kind {
  const char* name;
  std::function<std::unique_ptr<World>()> make;
};

class BlobStoreTest : public ::testing::TestWithParam<Kind> {
 protected:
  BlobStoreTest() : world_(GetParam().make()) {}

  std::string file(const std::string& bytes) {
    const auto path = world_->dir.file("in" + std::to_string(++files_));
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  Result<void> put(const std::string& name, const std::string& bytes) {
    return await(world_->io, world_->store().put(name, file(bytes)));
  }
  Result<std::string> get(const std::string& name) {
    const auto fd = await(world_->io, world_->store().open(name));
    if (!fd) return std::unexpected(fd.error());
    return all_of(*fd);
  }
  static std::string all_of(const Fd& fd) {
    std::string whole;
    char buffer[4096];
    for (;;) {
      const auto count = ::read(fd.get(), buffer, sizeof buffer);
      if (count <= 0) return whole;
      whole.append(buffer, static_cast<std::size_t>(count));
    }
  }
  std::unique_ptr<World> world_;
  int files_ = 0;
};

TEST_P(BlobStoreTest, GivesBackWhatItTook) {
  const std::string large(3'000'000, 'x');
  ASSERT_TRUE(put("ab/abc1", "small"));
  ASSERT_TRUE(put("cd/cde2", large));
  EXPECT_EQ(get("ab/abc1").value(), "small");
  EXPECT_EQ(get("cd/cde2").value(), large);
}

TEST_P(BlobStoreTest, TakesTheFileAway) {
  const auto path = file("bytes");
  ASSERT_TRUE(await(world_->io, world_->store().put("ab/abc1", path)));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_P(BlobStoreTest, PuttingTheSameAgainIsNoFault) {
  ASSERT_TRUE(put("ab/abc1", "same"));
  ASSERT_TRUE(put("ab/abc1", "same"));
  EXPECT_EQ(get("ab/abc1").value(), "same");
}

TEST_P(BlobStoreTest, SaysWhatIsNotThereAndForgetsWhatIsRemoved) {
  EXPECT_EQ(get("ab/none").error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(put("ab/abc1", "bytes"));
  ASSERT_TRUE(await(world_->io, world_->store().remove("ab/abc1")));
  EXPECT_EQ(get("ab/abc1").error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(await(world_->io, world_->store().remove("ab/abc1")));
}

TEST_P(BlobStoreTest, WhatIsOpenCanBeReadThoughItIsRemoved) {
  ASSERT_TRUE(put("ab/abc1", "bytes"));
  const auto open = await(world_->io, world_->store().open("ab/abc1"));
  ASSERT_TRUE(open);
  ASSERT_TRUE(await(world_->io, world_->store().remove("ab/abc1")));
  EXPECT_EQ(all_of(*open), "bytes");
}

INSTANTIATE_TEST_SUITE_P(Stores, BlobStoreTest,
                         ::testing::Values(Kind{"Folder", [] { return std::make_unique<FolderWorld>(); }},
                                           Kind{"Bucket", [] { return std::make_unique<BucketWorld>(); }}),
                         [](const auto& info) { return std::string(info.param.name); });

/// The signature that Amazon's documents ask for (Signature Version 4), made of what came; the bucket above looks at
/// the key's name alone.
std::string expected_signature(const net::HttpRequest& request, const std::string& secret) {
  const auto raw = [](const Digest256& digest) {
    return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
  };
  const std::string authorization(request.header("Authorization"));
  const auto between = [&](std::string_view from, char to) {
    const auto begin = authorization.find(from) + from.size();
    return authorization.substr(begin, authorization.find(to, begin) - begin);
  };
  const std::string names = between("SignedHeaders=", ',');
  std::string canonical = request.method + "\n" + request.path + "\n\n";
  for (std::size_t at = 0; at < names.size();) {
    const auto end = std::min(names.find(';', at), names.size());
    const auto name = names.substr(at, end - at);
    canonical += name + ":" + std::string(request.header(name)) + "\n";
    at = end + 1;
  }
  canonical += "\n" + names + "\n" + std::string(request.header("x-amz-content-sha256"));
  const std::string time(request.header("x-amz-date"));
  const std::string day = time.substr(0, 8);
  const std::string scope = day + "/eu-central-1/s3/aws4_request";
  const std::string text = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + to_hex(sha256(canonical));
  std::string key = "AWS4" + secret;
  for (const auto& part : {day, std::string("eu-central-1"), std::string("s3"), std::string("aws4_request")})
    key = raw(hmac_sha256(key, part));
  return "AWS4-HMAC-SHA256 Credential=the-key/" + scope + ", SignedHeaders=" + names +
         ", Signature=" + to_hex(hmac_sha256(key, text));
}

TEST(S3StoreTest, SignsAsAmazonsDocumentsAsk) {
  IoPool io{2};
  testing::TempDir dir;
  net::Router router;
  std::vector<std::string> wrong;
  int calls = 0;
  const auto check = [&](net::HttpRequest& request) -> Task<net::HttpResponse> {
    ++calls;
    const auto expected = expected_signature(request, "the-secret");
    if (request.header("Authorization") != expected)
      wrong.push_back(request.method + ": " + std::string(request.header("Authorization")) + " and not " + expected);
    co_return net::text_response(200, "bytes");
  };
  for (const char* method : {"PUT", "GET", "DELETE"}) router.add(method, "/{all...}", check);
  net::Server server(io, router, {});
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  net::CurlClient::Options options;
  options.addresses = net::AddressPolicy(*net::NetworkSet::make({"127.0.0.0/8"}));
  net::CurlClient http(io, std::move(options));
  S3Store store(http, {"http://127.0.0.1:" + std::to_string(server.port()), "files", "eu-central-1", "the-key",
                       SecretString(std::string("the-secret")), dir.path()});
  std::ofstream(dir.file("in")) << "bytes";
  EXPECT_TRUE(await(io, store.put("ab/abc1", dir.file("in"))));
  EXPECT_TRUE(await(io, store.open("ab/abc1")));
  EXPECT_TRUE(await(io, store.remove("ab/abc1")));
  EXPECT_EQ(calls, 3);
  EXPECT_THAT(wrong, ::testing::IsEmpty());
}

TEST(S3StoreTest, ABucketThatRefusesOrIsAwayIsTriedAgainLater) {
  IoPool io{1};
  testing::TempDir dir;
  testing::Bucket bucket;
  net::CurlClient::Options options;
  options.addresses = net::AddressPolicy(*net::NetworkSet::make({"127.0.0.0/8"}));
  net::CurlClient http(io, std::move(options));
  const auto store_of = [&](const char* key_id) {
    return S3Store(http, {bucket.endpoint(), testing::Bucket::kName, "us-east-1", key_id,
                          SecretString(std::string(testing::Bucket::kSecret)), dir.path()});
  };
  auto wrong = store_of("somebody-else");
  auto right = store_of(testing::Bucket::kKeyId);
  const auto put = [&](S3Store& store) {
    std::ofstream(dir.file("in")) << "bytes";
    return await(io, store.put("ab/abc1", dir.file("in")));
  };
  EXPECT_EQ(put(wrong).error().kind, ErrorKind::kTransient);
  EXPECT_EQ(await(io, right.open("ab/abc1")).error().kind, ErrorKind::kNotFound) << "nothing was kept";
  bucket.stop();
  EXPECT_EQ(put(right).error().kind, ErrorKind::kTransient);
  EXPECT_FALSE(std::filesystem::exists(dir.file("in")));
  bucket.start();
  EXPECT_TRUE(put(right)) << "and recovers";
}

}  // namespace
}  // namespace claw
