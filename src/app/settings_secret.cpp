#include "app/settings_secret.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace claw {

Result<SecretString> secret_of(const char* setting, const std::string& path, const std::string& value) {
  if (path.empty()) return SecretString(std::string(value));
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) return fail(ErrorKind::kFatal, fmt::format("{} cannot be read: {}", setting, path));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return SecretString(std::move(text));
}

}  // namespace claw
