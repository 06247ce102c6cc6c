#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "base/worker_pool.hpp"
#include "media/sealed_file.hpp"

namespace claw {

/// Looks at files before anybody gets them. Safe to call from any coroutine.
class Scanner {
 public:
  enum class Verdict {
    kClean,
    kInfected,
    kUnknown,  ///< It could not be scanned now.
  };
  virtual ~Scanner() = default;
  [[nodiscard]] virtual Task<Verdict> scan(std::shared_ptr<SealedReader> file) = 0;
};

/// A virus scanner that is a program: `{file}` among its words becomes the path of the file, opened for its time in a
/// folder that only we can read. Exit code 0: clean; 1: infected; all else, also no end within kLimit: unknown.
class CommandScanner final : public Scanner {
 public:
  static constexpr std::chrono::seconds kLimit{60};
  static constexpr std::size_t kThreads = 2;
  static constexpr std::size_t kMaxQueued = 64;  ///< More are kUnknown.

  /// `clock` must outlive this object. REQUIRES: `words` is not empty.
  CommandScanner(Clock& clock, std::vector<std::string> words, std::string temp_folder)
      : clock_(clock), words_(std::move(words)), temp_folder_(std::move(temp_folder)), pool_(kThreads, kMaxQueued) {}
  ~CommandScanner() override { stop(); }

  [[nodiscard]] Task<Verdict> scan(std::shared_ptr<SealedReader> file) override;
  /// Ends what runs; from then on everything is unknown. Idempotent. Not to be called from an io thread.
  void stop();

 private:
  Clock& clock_;
  const std::vector<std::string> words_;
  const std::string temp_folder_;
  std::stop_source stop_;
  WorkerPool pool_;
  TaskGroup limits_;
};

}  // namespace claw
