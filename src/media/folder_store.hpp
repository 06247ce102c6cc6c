#pragma once

#include "base/worker_pool.hpp"
#include "media/blob_store.hpp"

namespace claw {

/// Blobs as files below a folder. A file is synced before it gets its name, and its folder after that.
class FolderStore final : public BlobStore {
 public:
  /// `folder` is made where it is missing (0700); the files that put() takes must be on its file system. `workers` must
  /// outlive this object.
  FolderStore(std::string folder, WorkerPool& workers) : folder_(std::move(folder)), workers_(workers) {}

  [[nodiscard]] Task<Result<void>> put(std::string name, std::string path) override;
  [[nodiscard]] Task<Result<Fd>> open(std::string name) override;
  [[nodiscard]] Task<Result<void>> remove(std::string name) override;

 private:
  const std::string folder_;
  WorkerPool& workers_;
};

}  // namespace claw
