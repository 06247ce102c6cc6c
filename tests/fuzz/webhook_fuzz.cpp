#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "whatsapp/webhook.hpp"

/// Whatever bytes a signed webhook holds: it is cut without a fault, at least into one item, and each item can be read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto items = claw::whatsapp::split_webhook({reinterpret_cast<const char*>(data), size});
  if (items.empty()) std::abort();
  for (const auto& item : items) {
    const auto event = claw::whatsapp::parse_item(item.kind, item.raw);
    if (event.dedupe_key.empty()) std::abort();
  }
  return 0;
}
