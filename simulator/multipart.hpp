#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace claw::sim {

/// One part of a form. Views into the body it was read from.
struct FormPart {
  std::string name;
  std::string filename;      ///< Empty where it is no file.
  std::string content_type;  ///< Empty where it is not told.
  std::string_view bytes;
};

/// The parts of a multipart/form-data body (RFC 7578). `content_type` is the request's header with its boundary.
///
/// Fails with kInvalid and what is wrong in words. `body` must outlive what is returned.
[[nodiscard]] Result<std::vector<FormPart>> read_form(std::string_view content_type, std::string_view body);

}  // namespace claw::sim
