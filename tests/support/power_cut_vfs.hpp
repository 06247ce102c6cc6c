#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace claw::testing {

/// A disk that can lose power: an SQLite VFS over the default one that remembers what was written and not synced.
///
/// kill -9 cannot tell `synchronous=OFF` from `FULL`, for the kernel still writes what it was given. This can.
/// Only one may live at a time. Safe from any thread.
class PowerCutVfs {
 public:
  /// Registers the VFS under name().
  PowerCutVfs();
  /// Unregisters it. REQUIRES: no file is open through it.
  ~PowerCutVfs();
  PowerCutVfs(const PowerCutVfs&) = delete;
  PowerCutVfs& operator=(const PowerCutVfs&) = delete;

  [[nodiscard]] std::string name() const { return "power-cut"; }

  /// Lets `writes` more writes happen; with the last of them the power goes, so that the cut falls between a write and
  /// its sync. From then on nothing reaches the disk: writes, syncs, deletions and openings fail.
  void cut_after(std::size_t writes);

  enum class Unsynced {
    kAllLost,   ///< Nothing that was not synced is there.
    kSomeLost,  ///< Each single write that was not synced is there or not, by chance: what a real disk may do.
  };
  /// Power is back: brings the files to what a disk could hold after the cut. REQUIRES: cut, and all files are closed.
  void restore(Unsynced unsynced, std::uint32_t seed);

  /// Writes that were undone by restore() so far: a cut that loses nothing tests nothing.
  [[nodiscard]] std::size_t writes_lost() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace claw::testing
