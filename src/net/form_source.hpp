#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/client.hpp"

namespace claw::net {

/// A form with one file, sent as multipart/form-data (RFC 7578) while the file is read.
class FormSource final : public BodySource {
 public:
  struct File {
    std::string field;
    std::string filename;
    std::string content_type;
    std::shared_ptr<BodySource> bytes;  ///< Never null; shared as a request's source is.
  };
  /// Characters of names that a head cannot hold become `_`.
  FormSource(const std::vector<std::pair<std::string, std::string>>& fields, File file);

  /// For the request's header.
  [[nodiscard]] std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }
  [[nodiscard]] std::uint64_t size() const override { return head_.size() + file_->size() + tail_.size(); }
  [[nodiscard]] Result<std::size_t> read(std::span<char> to) override;

 private:
  const std::string boundary_;
  std::string head_, tail_;  // constant after construction
  std::shared_ptr<BodySource> file_;
  std::uint64_t at_ = 0;
};

}  // namespace claw::net
