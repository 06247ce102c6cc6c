#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace claw {

/// The cookie that holds the token of a person's session, as no script can read it. Pure.
inline constexpr std::string_view kSessionCookie = "claw_session";

/// The value of the cookie `name` in a request; empty if there is none.
[[nodiscard]] std::string_view cookie_in(const net::HttpRequest& request, std::string_view name);

/// How a cookie is set on every path of ours: HttpOnly, SameSite=Lax, and Secure where `secure`. A `life` of 0 deletes
/// it.
[[nodiscard]] net::HttpHeader set_cookie(std::string_view name, std::string_view value, std::chrono::seconds life,
                                         bool secure);

/// What a page sends as X-CSRF-Token beside the cookie: made from the session's token, which it does not tell. Another
/// site's page, whose requests carry the cookie, cannot know it.
[[nodiscard]] std::string csrf_token(std::string_view session_token);

}  // namespace claw
