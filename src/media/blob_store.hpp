#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

/// Keeps sealed files by name: in the data folder, or in a bucket. Knows nothing of what is in them.
/// blob_store_contract_test.cpp runs against every implementation.
///
/// Names have lower-case letters, digits and `/`, 200 characters at most. Each fails with kTransient where the store
/// cannot be reached, the same call may be repeated. Safe to call from any coroutine.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  /// Takes the file at `path`, which is gone afterwards, also after a failure; once this returns the blob would survive
  /// a power cut. What stood under the name before is the same content, and stays whole until then.
  [[nodiscard]] virtual Task<Result<void>> put(std::string name, std::string path) = 0;

  /// The blob, open at its beginning; it can be read to its end though it is removed meanwhile. kNotFound.
  [[nodiscard]] virtual Task<Result<Fd>> open(std::string name) = 0;

  /// Nothing happens where there is none.
  [[nodiscard]] virtual Task<Result<void>> remove(std::string name) = 0;
};

}  // namespace claw
