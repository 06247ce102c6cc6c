#include "api/session_cookie.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw {

std::string_view cookie_in(const net::HttpRequest& request, std::string_view name) {
  for (std::string_view left = request.header("Cookie"); !left.empty();) {
    const auto end = left.find(';');
    std::string_view pair = left.substr(0, end);
    left = end == std::string_view::npos ? std::string_view{} : left.substr(end + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
  }
  return {};
}

net::HttpHeader set_cookie(std::string_view name, std::string_view value, std::chrono::seconds life, bool secure) {
  return {"Set-Cookie", fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", name, value, life.count(),
                                    secure ? "; Secure" : "")};
}

std::string csrf_token(std::string_view session_token) {
  const auto digest = sha256(fmt::format("csrf {}", session_token));
  return to_base64url(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace claw
