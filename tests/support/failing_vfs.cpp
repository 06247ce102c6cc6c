#include "support/failing_vfs.hpp"

#include <atomic>
#include <map>
#include <mutex>

#include <sqlite3.h>

namespace claw::testing {
namespace {

// SQLite's callbacks carry no place for a context: there is one such disk in a process.
sqlite3_vfs our_vfs{};
sqlite3_vfs* real_vfs = nullptr;
std::atomic<const sqlite3_io_methods*> real_methods = nullptr;  // any of them: all share write and sync
std::mutex methods_mutex;
// Guarded by methods_mutex: ours by the default VFS' own. It has one for each way of locking; ours never move or go.
std::map<const sqlite3_io_methods*, sqlite3_io_methods> our_methods;
std::atomic<FailingVfs::Fault> current_fault = FailingVfs::Fault::kNone;
std::atomic<std::size_t> refusals = 0;

int on_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  if (current_fault == FailingVfs::Fault::kWritesFail) {
    ++refusals;
    return SQLITE_FULL;
  }
  return real_methods.load()->xWrite(file, from, size, at);
}

int on_sync(sqlite3_file* file, int flags) {
  if (current_fault != FailingVfs::Fault::kNone) {
    ++refusals;
    return SQLITE_IOERR_FSYNC;
  }
  return real_methods.load()->xSync(file, flags);
}

int on_open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  const int code = real_vfs->xOpen(real_vfs, path, file, flags, out_flags);
  if (!file->pMethods) return code;
  // The file stays the default VFS' own; only its two ways to the disk lead through us.
  std::scoped_lock lock(methods_mutex);
  const auto [ours, is_new] = our_methods.try_emplace(file->pMethods, *file->pMethods);
  if (is_new) {
    real_methods = file->pMethods;
    ours->second.xWrite = on_write;
    ours->second.xSync = on_sync;
  }
  file->pMethods = &ours->second;
  return code;
}

}  // namespace

FailingVfs::FailingVfs() {
  current_fault = Fault::kNone;
  refusals = 0;
  real_vfs = sqlite3_vfs_find(nullptr);
  our_vfs = *real_vfs;
  our_vfs.pNext = nullptr;
  our_vfs.zName = "failing";
  our_vfs.xOpen = on_open;
  sqlite3_vfs_register(&our_vfs, 0);
}

FailingVfs::~FailingVfs() {
  sqlite3_vfs_unregister(&our_vfs);
}

void FailingVfs::set(Fault fault) {
  current_fault = fault;
}

std::size_t FailingVfs::refused() const {
  return refusals;
}

}  // namespace claw::testing
