#pragma once
// Private to this folder.

#include <string>
#include <string_view>
#include <vector>

namespace claw::whatsapp {

/// A member of a JSON object as it stands in the text.
struct JsonMember {
  std::string_view quoted_key;  ///< With quotes and escapes.
  std::string key;
  std::string_view value;  ///< The value's own bytes, without spaces around it.
};

/// The parts of a JSON text as bytes, so that what is cut out of a webhook stays as Meta wrote it: escapes, digits of
/// numbers, unknown members. Views into `text`, which must outlive them.
///
/// REQUIRES: `text` is an object (array) that parse_json() accepted, or a value these functions returned.
[[nodiscard]] std::vector<JsonMember> json_members(std::string_view text);
[[nodiscard]] std::vector<std::string_view> json_elements(std::string_view text);

}  // namespace claw::whatsapp
