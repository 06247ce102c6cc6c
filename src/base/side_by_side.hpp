#pragma once

#include <vector>

#include "base/task.hpp"

namespace claw {

/// Runs `tasks` on the executor of whoever awaits, and ends when the last of them has. They may refer to the awaiting
/// task, which stays where it is meanwhile. An exception that leaves one does not end the others; the first is thrown
/// here at the end. Cannot be cancelled: give the tasks an end of their own.
///
/// REQUIRES: the executor is one io thread.
[[nodiscard]] Task<> side_by_side(std::vector<Task<>> tasks);

}  // namespace claw
