#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace claw {

/// Which hosts are sent a tenant's token when a file is fetched: Meta's (lookaside.fbsbx.com, *.fbcdn.net,
/// *.whatsapp.net, over https on its own port), the Graph API's own origin, and what the operator adds.
///
/// Constant after construction.
class MediaHosts {
 public:
  /// `base_url` is the Graph API's. `more` are origins: "https://media.example.org", "http://127.0.0.1:8091".
  MediaHosts(std::string_view base_url, const std::vector<std::string>& more);

  /// kInvalid, in words, for a URL that gets no token.
  [[nodiscard]] Result<void> check(std::string_view url) const;

 private:
  std::vector<std::string> origins_;
};

/// "https://host:443" of a URL; empty where it is none, or names a user.
[[nodiscard]] std::string origin_of(std::string_view url);

/// Where a redirect from `url` leads; empty where that cannot be said.
[[nodiscard]] std::string redirect_target(std::string_view url, std::string_view location);

}  // namespace claw
