#pragma once

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/result.hpp"
#include "net/http.hpp"

namespace claw {

/// An error as RFC 9457 has it: application/problem+json with status, title and a detail that says whose move it is.
[[nodiscard]] net::HttpResponse problem(int status, std::string_view title, std::string_view detail);

/// The same with members of its own beside them.
[[nodiscard]] net::HttpResponse problem(int status, std::string_view title, std::string_view detail,
                                        const boost::json::object& more);

/// The problem for an error of ours: 400, 404, 409, 412, 401, else 503 with Retry-After. The message is passed on only
/// for the kinds that are about the caller's own input.
[[nodiscard]] net::HttpResponse problem_of(const Error& error);

}  // namespace claw
