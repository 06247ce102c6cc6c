#pragma once

#include <string>

#include "base/task.hpp"

namespace claw::sim {

/// POSTs the first half of `body` to an http:// URL, with a head that promises all of it, and closes the connection.
/// Ends within some seconds; what goes wrong is no failure, for a broken request is what is wanted.
[[nodiscard]] Task<> send_half(std::string url, std::string body);

}  // namespace claw::sim
