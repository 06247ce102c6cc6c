#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/graph_error.hpp"
#include "simulator/templates.hpp"

namespace claw::sim {

/// A template message as the text that stands on the person's screen.
struct TemplateSend {
  std::string body;      ///< The request, as one that sends this text.
  std::string category;  ///< Of the template, lower-case: what the message is charged as.
};

/// Reads the body of a messages call that sends a template; nothing where it sends something else. The refusals are
/// Meta's: 132001 (no such name and language, or not approved), 132015 (paused), 132016 (disabled), 132000 (another
/// number of parameters), 132012 (a parameter of another kind), 131008 (a parameter is missing). Pure.
[[nodiscard]] std::expected<std::optional<TemplateSend>, GraphError> read_template_send(const Templates& templates,
                                                                                        std::string_view waba,
                                                                                        std::string_view body);

}  // namespace claw::sim
