#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace claw {

/// What is wrong with the address of a server that a tenant names; empty: nothing.
[[nodiscard]] inline std::string url_fault(std::string_view url) {
  const bool scheme = url.starts_with("http://") || url.starts_with("https://");
  const bool good = scheme && url.size() > 10 && url.size() < 2000 && !url.ends_with('/') &&
                    std::ranges::all_of(url, [](unsigned char c) { return c > 32 && c < 127; });
  if (!good) return "url must be like https://api.example.org or http://127.0.0.1:8000, without / at the end";
  // Addresses are shown to whoever may see the settings.
  if (url.contains('@')) return "url must have no user name or password: put the key into a secret, key_secret";
  return {};
}

}  // namespace claw
