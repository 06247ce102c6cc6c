#include "simulator/graph_error.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/media.hpp"
#include "simulator/wire.hpp"

namespace claw::sim {

std::string error_body(const GraphError& error, std::string_view trace) {
  boost::json::object object{{"message", error.message}, {"type", error.type}, {"code", error.code}};
  if (error.subcode != 0) object["error_subcode"] = error.subcode;
  if (!error.details.empty()) object["error_data"] = {{"messaging_product", "whatsapp"}, {"details", error.details}};
  object["fbtrace_id"] = trace;
  return wire_json(boost::json::object{{"error", std::move(object)}});
}

namespace errors {

GraphError no_token() {
  return {.http = 401, .code = 190, .message = "An access token is required to request this resource.", .details = {}};
}

GraphError bad_token() {
  return {.http = 401, .code = 190, .message = "Invalid OAuth access token - Cannot parse access token", .details = {}};
}

GraphError bad_proof() {
  return {
      .message = "Invalid appsecret_proof provided in the API argument", .details = {}, .type = "GraphMethodException"};
}

GraphError missing_proof() {
  return {.message = "API calls from the server require an appsecret_proof argument",
          .details = {},
          .type = "GraphMethodException"};
}

GraphError unknown_object(std::string_view verb, std::string_view id) {
  return {.message = fmt::format("Unsupported {} request. Object with ID '{}' does not exist, cannot be loaded due to "
                                 "missing permissions, or does not support this operation",
                                 verb, id),
          .details = {},
          .type = "GraphMethodException",
          .subcode = 33};
}

GraphError unknown_path(std::string_view path) {
  return {.code = 2500, .message = fmt::format("Unknown path components: {}", path), .details = {}};
}

GraphError missing(std::string_view parameter) {
  return {.message = fmt::format("(#100) The parameter {} is required.", parameter), .details = {}};
}

GraphError missing_inside(std::string_view parameter) {
  return {.code = 131008,
          .message = "(#131008) Required parameter is missing",
          .details = fmt::format("The parameter {} is required.", parameter)};
}

GraphError invalid(std::string details) {
  return {.message = "(#100) Invalid parameter", .details = std::move(details)};
}

GraphError bad_value(std::string details) {
  return {.code = 131009, .message = "(#131009) Parameter value is not valid", .details = std::move(details)};
}

GraphError own_number() {
  return {.code = 131021,
          .message = "(#131021) Recipient cannot be sender",
          .details = "Recipient phone number and sender phone number are the same."};
}

GraphError wrong_file_type(std::string_view mime_type) {
  return {.message = fmt::format("(#100) Param file must be a file with one of the following types: {}. Received file "
                                 "of type '{}'.",
                                 media_types(), mime_type.empty() ? "application/octet-stream" : mime_type),
          .details = {}};
}

GraphError wrong_file(std::string details) {
  return {.code = 131053, .message = "(#131053) Media upload error", .details = std::move(details)};
}

GraphError unsupported_type(std::string_view type) {
  return {.code = 131051,
          .message = "(#131051) Unsupported message type",
          .details = fmt::format("The simulator does not carry messages of type {} yet.", type)};
}

GraphError callback_not_verified(std::string_view reason) {
  return {.code = 2200, .message = fmt::format("(#2200) Callback verification failed: {}", reason), .details = {}};
}

}  // namespace errors
}  // namespace claw::sim
