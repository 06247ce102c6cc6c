#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace claw {

/// The right to work on a data folder: one process at a time.
class DataFolderLock {
 public:
  /// Makes the folder (0700) where there is none, proves that it can be written, and takes the lock. kConflict, naming
  /// the process, if another one holds it; kFatal, saying why, if the folder cannot be used.
  [[nodiscard]] static Result<DataFolderLock> take(const std::string& folder, const std::string& lock_path);

 private:
  explicit DataFolderLock(int fd) : file_(fd) {}
  Fd file_;  ///< Closed, it gives the lock back; so does the end of the process, however it comes.
};

}  // namespace claw
