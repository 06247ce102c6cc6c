#pragma once
// Files have public ids too, below the API.

#include "base/public_id.hpp"  // IWYU pragma: export
