#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/public_id.hpp"
#include "base/secret_string.hpp"

namespace claw {

/// Addresses of files that work by themselves for a short time, so that a page can show a picture or play a voice
/// message: `{tenant}.{file}.{end}.{signature}`. Whoever has one can read that file until then, and nothing else.
///
/// Constant after construction.
class FileLinks {
 public:
  static constexpr std::chrono::minutes kLives{
      5};  ///< At least; a minute more at most, so that a list is the same twice.

  FileLinks(SecretString key, PublicIds ids) : key_(std::move(key)), ids_(std::move(ids)) {}

  struct Link {
    std::string path;  ///< "/files/…"
    TimePoint expires_at;
  };
  [[nodiscard]] Link make(TenantId tenant, std::string_view file, TimePoint now) const;

  struct Named {
    TenantId tenant;
    std::string file;
  };
  /// What stands behind /files/; nothing for what was not made here, or is over.
  [[nodiscard]] std::optional<Named> read(std::string_view words, TimePoint now) const;

 private:
  [[nodiscard]] std::string signature(std::string_view words) const;
  SecretString key_;  // constant after construction
  PublicIds ids_;
};

}  // namespace claw
