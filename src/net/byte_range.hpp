#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace claw::net {

/// What a Range header asks of something with `size` bytes.
struct ByteRange {
  enum class Kind {
    kWhole,          ///< No header, one that asks for several parts, or no range of bytes: answer with everything.
    kPart,           ///< 206 with bytes first … last.
    kUnsatisfiable,  ///< 416.
  };
  Kind kind = Kind::kWhole;
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< The last one itself.
};

/// Reads "bytes=0-99", "bytes=100-" or "bytes=-100" (RFC 9110, 14.2). Pure.
[[nodiscard]] ByteRange read_range(std::string_view header, std::uint64_t size);

}  // namespace claw::net
