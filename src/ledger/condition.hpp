#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace claw {

/// Any version of a thing, or one of these.
struct Versions {
  bool any = false;
  std::vector<std::string> versions = {};
};

/// What must hold for a write to happen, looked at inside the write, so that two writers cannot overwrite each other
/// unseen; RFC 9110's If-Match and If-None-Match.
struct Condition {
  std::optional<Versions> match = {};       ///< Set: the thing is there, and is one of these.
  std::optional<Versions> none_match = {};  ///< Set: the thing is not there, or is none of these.

  [[nodiscard]] bool is_asked() const { return match || none_match; }
  /// `version` is the thing's own; nothing where it is not there.
  [[nodiscard]] bool holds(const std::optional<std::string>& version) const {
    const auto names = [&](const Versions& some) {
      return version && (some.any || std::ranges::find(some.versions, *version) != some.versions.end());
    };
    if (match && !names(*match)) return false;
    return !none_match || !names(*none_match);
  }
};

}  // namespace claw
