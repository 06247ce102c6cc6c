#include "media/s3_store.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/crypto.hpp"
#include "base/log.hpp"

namespace claw {
namespace {

/// For a whole object; one that stands still ends sooner.
constexpr std::chrono::minutes kTotalTimeout{10};
constexpr std::chrono::seconds kStallTimeout{20};
/// The largest document with its seal; an object that is larger is none of ours.
constexpr std::size_t kMaxObject = 128 * 1024 * 1024;

/// A local file as a body.
class FileSource final : public net::BodySource {
 public:
  FileSource(Fd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] Result<std::size_t> read(std::span<char> to) override {
    const auto count = ::read(fd_.get(), to.data(), to.size());
    if (count < 0)
      return fail(ErrorKind::kTransient, fmt::format("a file could not be read: {}", std::strerror(errno)));
    return static_cast<std::size_t>(count);
  }

 private:
  Fd fd_;
  const std::uint64_t size_;
};

/// A file without a name, which is gone when it is closed.
class NamelessFile final : public net::BodySink {
 public:
  explicit NamelessFile(Fd fd) : fd_(std::move(fd)) {}
  [[nodiscard]] Result<void> write(std::string_view bytes) override {
    if (write_all(fd_.get(), bytes)) return {};
    return fail(ErrorKind::kTransient, fmt::format("a file could not be written: {}", std::strerror(errno)));
  }
  Fd take() { return std::move(fd_); }

 private:
  Fd fd_;
};

std::unexpected<Error> no_answer(const Error& error) {
  return fail(ErrorKind::kTransient, "the bucket cannot be reached: " + error.message);
}

std::unexpected<Error> refused(const net::ClientResponse& answer) {
  constexpr std::size_t kShown = 300;
  log::warn("media.bucket_refused status={} answer=\"{}\"", answer.status,
            log::one_line(std::string_view(answer.body).substr(0, kShown)));
  return fail(ErrorKind::kTransient,
              fmt::format("the bucket answered {}: the operator finds out why in the log", answer.status));
}

}  // namespace

net::ClientRequest S3Store::request(std::string method, std::string_view name) const {
  net::ClientRequest made;
  made.method = std::move(method);
  made.url = fmt::format("{}/{}/{}", options_.endpoint, options_.bucket, name);
  made.aws.emplace(options_.region, "s3", options_.key_id, options_.secret.clone());
  // The seal vouches for the bytes, and the connection for the way.
  made.headers.push_back({"x-amz-content-sha256", made.method == "PUT" ? "UNSIGNED-PAYLOAD" : to_hex(sha256(""))});
  made.total_timeout = kTotalTimeout;
  made.stall_timeout = kStallTimeout;
  return made;
}

Task<Result<void>> S3Store::put(std::string name, std::string path) {
  struct Gone {
    const std::string& path;
    ~Gone() { ::unlink(path.c_str()); }
  } const gone{path};
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts{};
  if (fd.get() < 0 || ::fstat(fd.get(), &facts) != 0)
    co_return fail(ErrorKind::kTransient, fmt::format("a file could not be read: {}", std::strerror(errno)));
  auto call = request("PUT", name);
  call.headers.push_back({"Content-Type", "application/octet-stream"});
  call.source = std::make_shared<FileSource>(std::move(fd), static_cast<std::uint64_t>(facts.st_size));
  const auto answer = co_await http_.send(std::move(call));
  if (!answer) co_return no_answer(answer.error());
  if (answer->status != 200) co_return refused(*answer);
  co_return Result<void>{};
}

Task<Result<Fd>> S3Store::open(std::string name) {
  Fd fd(::open(options_.temp_folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
  if (fd.get() < 0)
    co_return fail(ErrorKind::kTransient, fmt::format("a file could not be made: {}", std::strerror(errno)));
  auto file = std::make_shared<NamelessFile>(std::move(fd));
  auto call = request("GET", name);
  call.sink = file;
  call.max_response_bytes = kMaxObject;
  const auto answer = co_await http_.send(std::move(call));
  if (!answer) co_return no_answer(answer.error());
  if (answer->status == 404) co_return fail(ErrorKind::kNotFound, "the file is not in the store any more");
  if (answer->status != 200) co_return refused(*answer);
  Fd whole = file->take();
  ::lseek(whole.get(), 0, SEEK_SET);
  co_return whole;
}

Task<Result<void>> S3Store::remove(std::string name) {
  const auto answer = co_await http_.send(request("DELETE", name));
  if (!answer) co_return no_answer(answer.error());
  if (answer->status / 100 != 2 && answer->status != 404) co_return refused(*answer);
  co_return Result<void>{};
}

}  // namespace claw
