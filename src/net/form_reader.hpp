#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace claw::net {

/// What stands before a part of a form. Names are as they came, hostile ones too.
struct FormField {
  std::string name;
  std::string filename;
  std::string content_type;
};

/// The fields of a form that comes as multipart/form-data (RFC 7578), read piece by piece: a file in it is never whole
/// in memory.
class FormReader {
 public:
  static constexpr std::size_t kMaxHeadBytes = 8 * 1024;  ///< Before a part.
  static constexpr std::size_t kMaxFields = 32;

  /// The boundary that a Content-Type names; nothing where it is no form of this kind.
  [[nodiscard]] static std::optional<std::string> boundary_of(std::string_view content_type);

  /// `body` must outlive this object.
  FormReader(BodyReader& body, std::string boundary);

  /// The next field; nothing after the last one. What was not read of the one before is passed over. Fails with
  /// kInvalid for what is no form, else as the body does.
  [[nodiscard]] Task<Result<std::optional<FormField>>> next_field();

  /// The bytes of the field that next_field() returned last.
  [[nodiscard]] BodyReader& field() { return field_; }
  /// The same as a whole, for a field that is no file. kInvalid for more than `max_bytes`.
  [[nodiscard]] Task<Result<std::string>> text(std::size_t max_bytes);

 private:
  class Field final : public BodyReader {
   public:
    explicit Field(FormReader& form) : form_(form) {}
    Task<Result<std::string_view>> next() override { return form_.piece(); }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }

   private:
    FormReader& form_;
  };

  Task<Result<std::string_view>> piece();
  /// Reads on; false at the end of the body.
  Task<Result<bool>> more();
  [[nodiscard]] static FormField read_head(std::string_view head);

  BodyReader& body_;
  const std::string delimiter_;  ///< CRLF, "--", boundary.
  std::string buffer_;
  std::size_t taken_ = 0;  ///< Of the buffer's front: what the last piece() gave.
  bool in_field_ = true;   ///< Before the first delimiter there is a preamble, which is passed over as a field is.
  std::size_t fields_ = 0;
  Field field_{*this};
};

}  // namespace claw::net
