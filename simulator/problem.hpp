#pragma once

#include <string_view>

#include "base/result.hpp"
#include "net/http.hpp"

namespace claw::sim {

/// An error of the control API: application/problem+json as in RFC 9457.
[[nodiscard]] net::HttpResponse problem(int status, std::string_view title, std::string_view detail);
/// The problem for a failure: kInvalid 400, kNotFound 404, kTransient 503 with Retry-After, anything else 500.
[[nodiscard]] net::HttpResponse problem(const Error& error);

}  // namespace claw::sim
