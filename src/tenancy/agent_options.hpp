#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "tenancy/tenant.hpp"

namespace claw {

/// Reads what check_agent_options() gave; members that are missing or odd keep the defaults of the kind.
[[nodiscard]] AgentOptions read_agent_options(std::string_view kind, std::string_view json);

/// As it is stored and shown: markdown, whatsapp, plain.
[[nodiscard]] std::string_view name_of(TextFormat format);

/// As check_agent_options() gives them.
[[nodiscard]] std::string agent_options_json(std::string_view kind, const AgentOptions& options);

/// Checks the options of a new agent, given as a JSON object of strings, numbers and booleans under the names of
/// AgentOptions (`timeout` in seconds, `format` by name) and no others, and gives them in the form that is stored.
/// Fails with kInvalid, saying which one is wrong and how it should be.
[[nodiscard]] Result<std::string> check_agent_options(std::string_view kind, std::string_view json);

}  // namespace claw
