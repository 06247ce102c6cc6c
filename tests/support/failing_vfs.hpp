#pragma once

#include <string>

namespace claw::testing {

/// A disk that can be full: an SQLite VFS over the default one whose writes and syncs fail while it is told so.
/// Only one may live at a time. Safe from any thread.
class FailingVfs {
 public:
  /// Registers the VFS under name().
  FailingVfs();
  /// Unregisters it. REQUIRES: no file is open through it.
  ~FailingVfs();
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  [[nodiscard]] std::string name() const { return "failing"; }

  enum class Fault {
    kNone,
    kWritesFail,  ///< SQLITE_FULL: nothing more is taken.
    kSyncsFail,   ///< Writes are taken, and the disk will not promise to keep them.
  };
  void set(Fault fault);
  /// Calls that failed so far: a fault that hits nothing tests nothing.
  [[nodiscard]] std::size_t refused() const;
};

}  // namespace claw::testing
