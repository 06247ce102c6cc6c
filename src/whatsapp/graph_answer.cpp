#include "whatsapp/graph_answer.hpp"

#include <fmt/format.h>

namespace claw::whatsapp {
namespace {

void read_error(const json::object& error, GraphError& out) {
  out.has_error_object = true;
  out.code = number_at(error, "code").value_or(0);
  out.subcode = number_at(error, "error_subcode").value_or(0);
  out.message = text_at(error, "message");
  out.fbtrace_id = text_at(error, "fbtrace_id");
  out.is_transient = is_true(error, "is_transient");
  // error_data is an object in messaging answers and a plain string in some others.
  const auto* data = find(error, "error_data");
  const auto* object = data ? data->if_object() : nullptr;
  out.details = object ? text_at(*object, "details") : text_of(data);
  if (out.details.empty()) out.details = text_at(error, "error_user_msg");
}

}  // namespace

GraphError error_of(int http_status, const json::object* answer, std::string_view without_error_object) {
  GraphError out;
  out.http_status = http_status;
  if (const auto* error = answer ? find_object(*answer, "error") : nullptr) {
    read_error(*error, out);
  } else {
    out.message = fmt::format("HTTP {}: {}", http_status, without_error_object);
  }
  return out;
}

}  // namespace claw::whatsapp
