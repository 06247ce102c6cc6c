#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/secret_string.hpp"
#include "net/client.hpp"

namespace claw {

/// What is sealed in a file.
struct SealedContent {
  std::string sha256;  ///< In hex.
  std::int64_t size = 0;
};

/// Seals bytes into a file as they come (libsodium's secretstream, XChaCha20-Poly1305, in pieces of 64 KiB): nothing of
/// them ever stands open on a disk. The last piece vouches for the SHA-256 of the whole, so that one file cannot take
/// another's place.
///
/// Not for two threads at once. The file is deleted with this object unless keep() was called.
class SealedWriter final : public net::BodySink {
 public:
  static constexpr std::size_t kPieceBytes = 64 * 1024;
  /// Of the beginning, which says what a file is.
  static constexpr std::size_t kHeadBytes = 1024;

  /// Makes the file (0600). More than `max_bytes` are refused. kTransient where it cannot be made. `key` has 32 bytes.
  [[nodiscard]] static Result<std::shared_ptr<SealedWriter>> create(std::string path, const SecretString& key,
                                                                    std::int64_t max_bytes);
  ~SealedWriter() override;

  /// kInvalid for more than may be, kTransient where the disk takes nothing.
  [[nodiscard]] Result<void> write(std::string_view bytes) override;
  /// After the last byte. The file is not synced yet.
  [[nodiscard]] Result<SealedContent> finish();
  /// The first bytes, kHeadBytes at most.
  [[nodiscard]] const std::string& head() const { return head_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The file is another's from now on.
  void keep() { path_.clear(); }

 private:
  struct Stream;
  SealedWriter(std::string path, Fd fd, std::int64_t max_bytes);
  Result<void> seal(std::string_view piece, bool last, std::string_view vouched);

  std::string path_;
  Fd fd_;
  const std::int64_t max_bytes_;
  std::unique_ptr<Stream> stream_;
  Sha256 hash_;
  std::int64_t size_ = 0;
  std::string head_, piece_;
};

/// Opens what SealedWriter sealed, from the beginning to the end. Not for two threads at once.
class SealedReader {
 public:
  /// Takes the file. kFatal if it is none of ours, or sealed under another key. `sha256` is what it must hold.
  [[nodiscard]] static Result<std::shared_ptr<SealedReader>> open(Fd fd, const SecretString& key, std::string sha256);
  ~SealedReader();

  /// The next piece, SealedWriter::kPieceBytes at most, which lives until the next call; empty at the end. kFatal where
  /// the file was changed or cut: nothing of the piece is given out then.
  [[nodiscard]] Result<std::string_view> next();

 private:
  struct Stream;
  SealedReader(Fd fd, std::string sha256);

  Fd fd_;
  const std::string sha256_;
  std::unique_ptr<Stream> stream_;
  std::int64_t left_ = 0;  ///< Bytes of the file that were not read.
  bool at_end_ = false;
  std::string sealed_, opened_;
};

/// A sealed file as the body of a request.
class SealedSource final : public net::BodySource {
 public:
  SealedSource(std::shared_ptr<SealedReader> reader, std::int64_t size)
      : reader_(std::move(reader)), size_(static_cast<std::uint64_t>(size)) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] Result<std::size_t> read(std::span<char> to) override;

 private:
  std::shared_ptr<SealedReader> reader_;
  const std::uint64_t size_;
  std::string_view rest_;
};

}  // namespace claw
