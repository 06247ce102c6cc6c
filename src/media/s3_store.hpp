#pragma once

#include "media/blob_store.hpp"
#include "net/client.hpp"

namespace claw {

/// Blobs as objects of a bucket that is spoken to as Amazon's S3, with the bucket in the path.
class S3Store final : public BlobStore {
 public:
  struct Options {
    std::string endpoint;  ///< "https://s3.eu-central-1.amazonaws.com", without a path.
    std::string bucket;
    std::string region;
    std::string key_id;
    SecretString secret;
    std::string temp_folder;  ///< Where an object is put while it is read.
  };
  /// `http` must outlive this object.
  S3Store(net::HttpClient& http, Options options) : http_(http), options_(std::move(options)) {}

  [[nodiscard]] Task<Result<void>> put(std::string name, std::string path) override;
  [[nodiscard]] Task<Result<Fd>> open(std::string name) override;
  [[nodiscard]] Task<Result<void>> remove(std::string name) override;

 private:
  [[nodiscard]] net::ClientRequest request(std::string method, std::string_view name) const;
  net::HttpClient& http_;
  const Options options_;
};

}  // namespace claw
