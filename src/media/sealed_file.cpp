#include "media/sealed_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>

namespace claw {
namespace {

/// Says what the file is, and in which form.
constexpr std::string_view kMagic = "CLAWFIL1";
constexpr std::size_t kOverhead = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t kStreamHead = crypto_secretstream_xchacha20poly1305_HEADERBYTES;

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Result<void> append(const Fd& file, std::string_view bytes) {
  if (write_all(file.get(), bytes)) return {};
  return fail(ErrorKind::kTransient, fmt::format("the file could not be written: {}", std::strerror(errno)));
}

/// False at the end of the file.
bool read_all(int fd, std::string& to) {
  std::size_t at = 0;
  while (at < to.size()) {
    const auto count = ::read(fd, to.data() + at, to.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += static_cast<std::size_t>(count);
  }
  return true;
}

std::unexpected<Error> damaged() {
  return fail(ErrorKind::kFatal, "the stored file is damaged, or was sealed under another master key");
}

}  // namespace

struct SealedWriter::Stream {
  crypto_secretstream_xchacha20poly1305_state state;
  ~Stream() { sodium_memzero(&state, sizeof state); }
};
struct SealedReader::Stream {
  crypto_secretstream_xchacha20poly1305_state state;
  ~Stream() { sodium_memzero(&state, sizeof state); }
};

SealedWriter::SealedWriter(std::string path, Fd fd, std::int64_t max_bytes)
    : path_(std::move(path)), fd_(std::move(fd)), max_bytes_(max_bytes), stream_(std::make_unique<Stream>()) {}

SealedWriter::~SealedWriter() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<std::shared_ptr<SealedWriter>> SealedWriter::create(std::string path, const SecretString& key,
                                                           std::int64_t max_bytes) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd.get() < 0)
    return fail(ErrorKind::kTransient, fmt::format("a file could not be made: {}", std::strerror(errno)));
  std::shared_ptr<SealedWriter> writer(new SealedWriter(std::move(path), std::move(fd), max_bytes));
  std::string head(kMagic);
  head.resize(kMagic.size() + kStreamHead);
  crypto_secretstream_xchacha20poly1305_init_push(&writer->stream_->state, bytes_of(head) + kMagic.size(),
                                                  bytes_of(key.expose()));
  if (auto written = append(writer->fd_, head); !written) return std::unexpected(written.error());
  return writer;
}

Result<void> SealedWriter::seal(std::string_view piece, bool last, std::string_view vouched) {
  std::string sealed(piece.size() + kOverhead, '\0');
  crypto_secretstream_xchacha20poly1305_push(&stream_->state, bytes_of(sealed), nullptr, bytes_of(piece), piece.size(),
                                             bytes_of(vouched), vouched.size(),
                                             last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
  return append(fd_, sealed);
}

Result<void> SealedWriter::write(std::string_view bytes) {
  size_ += static_cast<std::int64_t>(bytes.size());
  if (size_ > max_bytes_)
    return fail(ErrorKind::kInvalid,
                fmt::format("the file is larger than {} bytes, the most that is taken", max_bytes_));
  if (head_.size() < kHeadBytes) head_.append(bytes.substr(0, kHeadBytes - head_.size()));
  hash_.add(bytes);
  while (!bytes.empty()) {
    const auto taken = bytes.substr(0, kPieceBytes - piece_.size());
    piece_.append(taken);
    bytes.remove_prefix(taken.size());
    if (piece_.size() < kPieceBytes) break;
    if (auto sealed = seal(piece_, false, {}); !sealed) return sealed;
    piece_.clear();
  }
  return {};
}

Result<SealedContent> SealedWriter::finish() {
  if (!piece_.empty())
    if (auto sealed = seal(piece_, false, {}); !sealed) return std::unexpected(sealed.error());
  SealedContent content{to_hex(hash_.finish()), size_};
  if (auto sealed = seal({}, true, content.sha256); !sealed) return std::unexpected(sealed.error());
  return content;
}

SealedReader::SealedReader(Fd fd, std::string sha256)
    : fd_(std::move(fd)), sha256_(std::move(sha256)), stream_(std::make_unique<Stream>()) {}

SealedReader::~SealedReader() = default;

Result<std::shared_ptr<SealedReader>> SealedReader::open(Fd fd, const SecretString& key, std::string sha256) {
  std::shared_ptr<SealedReader> reader(new SealedReader(std::move(fd), std::move(sha256)));
  std::string head(kMagic.size() + kStreamHead, '\0');
  struct stat facts{};
  if (::fstat(reader->fd_.get(), &facts) != 0 || !read_all(reader->fd_.get(), head) || !head.starts_with(kMagic))
    return damaged();
  reader->left_ = facts.st_size - static_cast<std::int64_t>(head.size());
  if (crypto_secretstream_xchacha20poly1305_init_pull(&reader->stream_->state, bytes_of(head) + kMagic.size(),
                                                      bytes_of(key.expose())) != 0)
    return damaged();
  return reader;
}

Result<std::string_view> SealedReader::next() {
  if (at_end_) return std::string_view{};
  constexpr auto kLast = static_cast<std::int64_t>(kOverhead);
  constexpr auto kFull = static_cast<std::int64_t>(SealedWriter::kPieceBytes + kOverhead);
  const bool is_last = left_ == kLast;
  const std::int64_t bytes = is_last ? kLast : std::min(kFull, left_ - kLast);
  if (bytes < kLast) return damaged();
  sealed_.resize(static_cast<std::size_t>(bytes));
  opened_.resize(sealed_.size() - kOverhead);
  if (!read_all(fd_.get(), sealed_)) return damaged();
  left_ -= bytes;
  const std::string_view vouched = is_last ? std::string_view(sha256_) : std::string_view{};
  unsigned char tag = 0;
  const int opened =
      crypto_secretstream_xchacha20poly1305_pull(&stream_->state, bytes_of(opened_), nullptr, &tag, bytes_of(sealed_),
                                                 sealed_.size(), bytes_of(vouched), vouched.size());
  if (opened != 0 || is_last != (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL)) return damaged();
  at_end_ = is_last;
  return std::string_view(opened_);
}

Result<std::size_t> SealedSource::read(std::span<char> to) {
  if (rest_.empty()) {
    const auto next = reader_->next();
    if (!next) return std::unexpected(next.error());
    rest_ = *next;
  }
  const auto taken = rest_.substr(0, to.size());
  std::ranges::copy(taken, to.begin());
  rest_.remove_prefix(taken.size());
  return taken.size();
}

}  // namespace claw
