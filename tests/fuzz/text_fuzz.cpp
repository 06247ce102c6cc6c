#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "whatsapp/markdown.hpp"
#include "whatsapp/text_limits.hpp"
#include "whatsapp/utf8.hpp"

namespace {

void check(std::string_view text, std::size_t max) {
  for (const auto& part : claw::whatsapp::split_styled_text(text, max))
    if (part.empty() || claw::whatsapp::split_text(part, max).size() > 1 || claw::whatsapp::valid_utf8(part) != part)
      std::abort();
}

}  // namespace

/// Whatever an agent writes: it becomes valid text in parts that fit, as Markdown and as it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto converted = claw::whatsapp::to_whatsapp_text(text);
  if (claw::whatsapp::valid_utf8(converted.text) != converted.text) std::abort();
  check(converted.text, claw::whatsapp::kMinStyledCharacters);
  check(text, claw::whatsapp::kMinStyledCharacters);
  return 0;
}
