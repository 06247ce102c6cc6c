#pragma once

#include <string>

#include "base/result.hpp"

namespace claw {

/// The right to work on a data folder: one process at a time.
class DataFolderLock {
 public:
  /// Makes the folder (0700) where there is none, proves that it can be written, and takes the lock. kConflict, naming
  /// the process, if another one holds it; kFatal, saying why, if the folder cannot be used.
  [[nodiscard]] static Result<DataFolderLock> take(const std::string& folder, const std::string& lock_path);

  DataFolderLock(DataFolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DataFolderLock& operator=(DataFolderLock&&) = delete;
  /// Gives it back; so does the end of the process, however it comes.
  ~DataFolderLock();

 private:
  explicit DataFolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace claw
