#pragma once

#include <string>

#include "base/result.hpp"
#include "base/secret_string.hpp"

namespace claw {

/// A secret of a setting: out of its file where one is named, without the line's end. kFatal where it cannot be read.
[[nodiscard]] Result<SecretString> secret_of(const char* setting, const std::string& path, const std::string& value);

}  // namespace claw
