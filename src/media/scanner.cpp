#include "media/scanner.hpp"

#include <fcntl.h>

#include "base/log.hpp"
#include "base/run_command.hpp"

namespace claw {
namespace {

constexpr std::size_t kMaxOutput = 64 * 1024;
constexpr std::size_t kNameBytes = 12;

/// The file as the scanner reads it; gone with this object.
class OpenCopy {
 public:
  OpenCopy(const std::string& folder, SealedReader& from)
      : path_(folder + "/scan-" + to_hex(random_bytes(kNameBytes))),
        fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    whole_ = fd_.get() >= 0 && copy(from);
    fd_.close();
  }
  ~OpenCopy() { ::unlink(path_.c_str()); }
  OpenCopy(const OpenCopy&) = delete;
  OpenCopy& operator=(const OpenCopy&) = delete;
  [[nodiscard]] bool is_whole() const { return whole_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  bool copy(SealedReader& from) {
    for (;;) {
      const auto piece = from.next();
      if (!piece) return false;
      if (piece->empty()) return true;
      if (!write_all(fd_.get(), *piece)) return false;
    }
  }
  const std::string path_;
  Fd fd_;
  bool whole_ = false;
};

Scanner::Verdict run(std::vector<std::string> words, const std::string& folder, SealedReader& file,
                     std::stop_token stop) {
  constexpr std::string_view kPlace = "{file}";
  const OpenCopy copy(folder, file);
  if (!copy.is_whole()) {
    log::warn("media.not_scanned reason=\"the file could not be laid open for the scanner: is the disk full?\"");
    return Scanner::Verdict::kUnknown;
  }
  for (auto& word : words)
    if (const auto at = word.find(kPlace); at != std::string::npos) word.replace(at, kPlace.size(), copy.path());
  const auto output = run_command(words, kMaxOutput, std::move(stop));
  if (!output) {
    log::warn("media.not_scanned reason=\"{}\"", output.error().message);
    return Scanner::Verdict::kUnknown;
  }
  if (output->exit_code == 0) return Scanner::Verdict::kClean;
  if (output->exit_code == 1) return Scanner::Verdict::kInfected;
  log::warn("media.not_scanned exit_code={} reason=\"{}\"", output->exit_code, log::one_line(output->err));
  return Scanner::Verdict::kUnknown;
}

Task<> ask_to_stop(Clock& clock, std::stop_source stop) {
  co_await clock.sleep(CommandScanner::kLimit);
  stop.request_stop();
}

}  // namespace

Task<Scanner::Verdict> CommandScanner::scan(std::shared_ptr<SealedReader> file) {
  std::stop_source stop;
  limits_.spawn(co_await boost::asio::this_coro::executor, "media.scan_limit", ask_to_stop(clock_, stop));
  const auto verdict =
      co_await pool_.run<Verdict>([this, stop, file = std::move(file)](std::size_t) -> Result<Verdict> {
        const std::stop_callback all(stop_.get_token(), [&stop]() mutable { stop.request_stop(); });
        return run(words_, temp_folder_, *file, stop.get_token());
      });
  co_return verdict.value_or(Verdict::kUnknown);
}

void CommandScanner::stop() {
  stop_.request_stop();
  pool_.stop();
  limits_.cancel();
}

}  // namespace claw
