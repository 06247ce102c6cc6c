#pragma once
// Private to this folder: the variables in a template's text.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace claw::whatsapp {

/// The names between {{ and }}, each once: numbers in their order, all else as they stand.
[[nodiscard]] std::vector<std::string> variables_in(std::string_view text);

/// True for 1, 2, …
[[nodiscard]] bool is_position(std::string_view name);

/// `text` with values in the place of its variables, by their names; one without a value stays. What stands in a value
/// is never read as a variable.
[[nodiscard]] std::string with_values(std::string_view text, const std::map<std::string, std::string>& values);

/// ASCII letters in capitals: Meta writes types both ways.
[[nodiscard]] std::string capitals(std::string text);

}  // namespace claw::whatsapp
