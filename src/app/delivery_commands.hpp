#pragma once

#include "app/asked.hpp"

namespace claw {

/// `dead-letters`: what ended badly, and running it again.
void add_dead_letter_commands(Asked& asked, CLI::App& app);

/// `webhooks`: where a tenant's programs are told what happens.
void add_webhook_commands(Asked& asked, CLI::App& app);

}  // namespace claw
