#include "support/power_cut_vfs.hpp"

#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <random>
#include <unistd.h>
#include <vector>

#include <sqlite3.h>

namespace claw::testing {
namespace {

/// One write or truncation since the last sync.
struct Change {
  std::int64_t offset;
  std::string before;  ///< What stood there; shorter than `after` where the file grew.
  std::string after;
  std::int64_t size_before;  ///< Of the file.
  bool truncation = false;
};

struct Track {
  std::vector<Change> unsynced;
};

PowerCutVfs::State* current = nullptr;

}  // namespace

struct PowerCutVfs::State {
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  std::mutex mutex;
  std::map<std::string, Track> tracks;  // guarded by mutex, by path
  bool is_cut = false;                  // guarded by mutex
  std::size_t writes_left = 0;          // guarded by mutex; 0: the power stays
  std::size_t lost = 0;                 // guarded by mutex
};

namespace {

/// Our file, with the real one behind it in the same memory.
struct File {
  sqlite3_file base;
  const char* path;  ///< SQLite keeps it while the file is open; null for temporary files.
  [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* ours(sqlite3_file* file) {
  return reinterpret_cast<File*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
  return ours(file)->real();
}
const sqlite3_io_methods* methods(sqlite3_file* file) {
  return real(file)->pMethods;
}

std::string read_range(sqlite3_file* file, std::int64_t offset, std::int64_t size) {
  sqlite3_int64 whole = 0;
  methods(file)->xFileSize(real(file), &whole);
  const std::int64_t there = std::max<std::int64_t>(0, std::min<std::int64_t>(whole - offset, size));
  std::string bytes(static_cast<std::size_t>(there), '\0');
  if (there > 0) methods(file)->xRead(real(file), bytes.data(), static_cast<int>(there), offset);
  return bytes;
}

int on_close(sqlite3_file* file) {
  return methods(file)->xClose(real(file));
}
int on_read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  return methods(file)->xRead(real(file), to, size, at);
}

int on_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  std::scoped_lock lock(current->mutex);
  if (current->is_cut) return SQLITE_IOERR_WRITE;
  if (ours(file)->path) {
    sqlite3_int64 size_before = 0;
    methods(file)->xFileSize(real(file), &size_before);
    current->tracks[ours(file)->path].unsynced.push_back(
        {at, read_range(file, at, size), std::string(static_cast<const char*>(from), static_cast<std::size_t>(size)),
         size_before});
  }
  if (current->writes_left > 0 && --current->writes_left == 0) current->is_cut = true;
  return methods(file)->xWrite(real(file), from, size, at);
}

int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
  std::scoped_lock lock(current->mutex);
  if (current->is_cut) return SQLITE_IOERR_TRUNCATE;
  if (ours(file)->path) {
    sqlite3_int64 size_before = 0;
    methods(file)->xFileSize(real(file), &size_before);
    current->tracks[ours(file)->path].unsynced.push_back(
        {size, read_range(file, size, size_before - size), "", size_before, true});
  }
  return methods(file)->xTruncate(real(file), size);
}

int on_sync(sqlite3_file* file, int flags) {
  std::scoped_lock lock(current->mutex);
  if (current->is_cut) return SQLITE_IOERR_FSYNC;
  if (ours(file)->path) current->tracks[ours(file)->path].unsynced.clear();
  return methods(file)->xSync(real(file), flags);
}

int on_size(sqlite3_file* file, sqlite3_int64* size) {
  return methods(file)->xFileSize(real(file), size);
}
int on_lock(sqlite3_file* file, int level) {
  return methods(file)->xLock(real(file), level);
}
int on_unlock(sqlite3_file* file, int level) {
  return methods(file)->xUnlock(real(file), level);
}
int on_check(sqlite3_file* file, int* out) {
  return methods(file)->xCheckReservedLock(real(file), out);
}
int on_control(sqlite3_file* file, int op, void* arg) {
  return methods(file)->xFileControl(real(file), op, arg);
}
int on_sector(sqlite3_file* file) {
  return methods(file)->xSectorSize(real(file));
}
int on_traits(sqlite3_file* file) {
  return methods(file)->xDeviceCharacteristics(real(file));
}
int on_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return methods(file)->xShmMap(real(file), page, size, extend, out);
}
int on_shm_lock(sqlite3_file* file, int offset, int n, int flags) {
  return methods(file)->xShmLock(real(file), offset, n, flags);
}
void on_shm_barrier(sqlite3_file* file) {
  methods(file)->xShmBarrier(real(file));
}
int on_shm_unmap(sqlite3_file* file, int remove) {
  return methods(file)->xShmUnmap(real(file), remove);
}

constexpr sqlite3_io_methods kMethods = {2,         on_close,   on_read,     on_write,       on_truncate,  on_sync,
                                         on_size,   on_lock,    on_unlock,   on_check,       on_control,   on_sector,
                                         on_traits, on_shm_map, on_shm_lock, on_shm_barrier, on_shm_unmap, nullptr,
                                         nullptr};

int on_open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  ours(file)->base.pMethods = nullptr;
  {
    std::scoped_lock lock(current->mutex);
    if (current->is_cut) return SQLITE_CANTOPEN;
  }
  ours(file)->path = path;
  const int code = current->real->xOpen(current->real, path, real(file), flags, out_flags);
  if (real(file)->pMethods) ours(file)->base.pMethods = &kMethods;
  return code;
}

int on_delete(sqlite3_vfs*, const char* path, int sync) {
  std::scoped_lock lock(current->mutex);
  if (current->is_cut) return SQLITE_IOERR_DELETE;
  current->tracks.erase(path);
  return current->real->xDelete(current->real, path, sync);
}

/// Undoes the changes from the last to the first, then, where wanted, does some of the writes again.
std::size_t undo(const std::string& path, const std::vector<Change>& changes, PowerCutVfs::Unsynced unsynced,
                 std::minstd_rand& random) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return 0;
  const auto put = [fd](std::int64_t at, const std::string& bytes) {
    return ::pwrite(fd, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size());
  };
  bool well = true;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    well = put(change->offset, change->before) && well;
    well = ::ftruncate(fd, change->size_before) == 0 && well;
  }
  std::size_t lost = changes.size();
  if (unsynced == PowerCutVfs::Unsynced::kSomeLost) {
    for (const auto& change : changes) {
      if (change.truncation || random() % 2 == 0) continue;
      well = put(change.offset, change.after) && well;
      --lost;
    }
  }
  ::close(fd);
  if (!well) std::abort();  // the test's own disk failed
  return lost;
}

}  // namespace

PowerCutVfs::PowerCutVfs() : state_(std::make_unique<State>()) {
  current = state_.get();
  state_->real = sqlite3_vfs_find(nullptr);
  state_->vfs = *state_->real;
  state_->vfs.pNext = nullptr;
  state_->vfs.zName = "power-cut";
  state_->vfs.szOsFile = static_cast<int>(sizeof(File)) + state_->real->szOsFile;
  state_->vfs.xOpen = on_open;
  state_->vfs.xDelete = on_delete;
  sqlite3_vfs_register(&state_->vfs, 0);
}

PowerCutVfs::~PowerCutVfs() {
  sqlite3_vfs_unregister(&state_->vfs);
  current = nullptr;
}

void PowerCutVfs::cut_after(std::size_t writes) {
  std::scoped_lock lock(state_->mutex);
  state_->writes_left = writes;
}

void PowerCutVfs::restore(Unsynced unsynced, std::uint32_t seed) {
  std::scoped_lock lock(state_->mutex);
  std::minstd_rand random(seed);
  for (const auto& [path, track] : state_->tracks) {
    state_->lost += undo(path, track.unsynced, unsynced, random);
    // The index of the log lives in shared memory, which a power cut takes with it.
    if (path.ends_with("-wal")) ::unlink((path.substr(0, path.size() - 4) + "-shm").c_str());
  }
  state_->tracks.clear();
  state_->is_cut = false;
}

std::size_t PowerCutVfs::writes_lost() const {
  std::scoped_lock lock(state_->mutex);
  return state_->lost;
}

}  // namespace claw::testing
