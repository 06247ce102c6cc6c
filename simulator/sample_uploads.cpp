#include "simulator/sample_uploads.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/media.hpp"
#include "simulator/words.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

using Answer = std::expected<json::object, GraphError>;
using Refusal = std::unexpected<GraphError>;

constexpr std::string_view kSession = "upload:";
constexpr std::size_t kMaxOpen = 1'000;  ///< Sessions that nobody finishes go, the first ones first.

/// The number whose app and token these are; nullptr where the token does not reach the app.
const Number* number_of(const Meta& meta, const GraphCall& call, std::string_view app) {
  for (const auto& [id, number] : meta.numbers.all())
    if (number.app_id == app && call.token == number.token) return &number;
  return nullptr;
}

Answer begin(Meta& meta, const GraphCall& call) {
  if (!number_of(meta, call, call.object)) return Refusal(errors::unknown_object("post", call.object));
  std::size_t length = 0;
  const auto told = call.param("file_length");
  std::from_chars(told.data(), told.data() + told.size(), length);
  if (length == 0) return Refusal(errors::missing("file_length"));
  const std::string type(call.param("file_type"));
  if (media_kind(type).empty()) return Refusal(errors::wrong_file_type(type));
  if (meta.samples.open.size() >= kMaxOpen) meta.samples.open.erase(meta.samples.open.begin());
  const std::string id = fmt::format("{}{}", kSession, meta.ids.digits());
  meta.samples.open[id] = {call.object, length, type};
  return json::object{{"id", fmt::format("{}?sig=AR{}", id, meta.ids.digits())}};
}

Answer finish(Meta& meta, const GraphCall& call) {
  const auto session = meta.samples.open.find(call.object);
  if (session == meta.samples.open.end() || call.param("sig").empty() || !number_of(meta, call, session->second.app))
    return Refusal(errors::unknown_object("post", call.object));
  if (call.file_offset != "0") return Refusal(errors::invalid("The header file_offset must be 0."));
  if (call.body.size() != session->second.length)
    return Refusal(errors::invalid(
        fmt::format("The file has {} bytes, and {} were announced.", call.body.size(), session->second.length)));
  meta.samples.open.erase(session);
  const std::string handle = fmt::format("4::{}:ARY{}", meta.ids.digits(), meta.ids.digits());
  meta.samples.handles.insert(handle);
  return json::object{{"h", handle}};
}

/// The first example of a file; empty where there is none.
std::string handle_of(const json::object& component) {
  const auto* example = component.if_contains("example");
  const auto* handles = example && example->is_object() ? example->get_object().if_contains("header_handle") : nullptr;
  const auto* list = handles ? handles->if_array() : nullptr;
  const auto* first = list && !list->empty() ? list->front().if_string() : nullptr;
  return first ? std::string(*first) : std::string();
}

}  // namespace

bool is_sample_upload(const GraphCall& call) {
  return call.method == "POST" && (call.edge == "uploads" || (call.edge.empty() && call.object.starts_with(kSession)));
}

Answer answer_sample_upload(Meta& meta, const GraphCall& call) {
  if (!call.token || call.token->empty()) return Refusal(errors::no_token());
  if (!meta.numbers.knows_token(*call.token)) return Refusal(errors::bad_token());
  return call.edge == "uploads" ? begin(meta, call) : finish(meta, call);
}

std::optional<GraphError> sample_refusal(const Meta& meta, const json::value* components) {
  if (!components || !components->is_array()) return std::nullopt;
  for (const auto& entry : components->get_array()) {
    const auto* component = entry.if_object();
    if (!component) continue;
    const auto format = upper_case(member_text(*component, "format"));
    if (format == "IMAGE" || format == "VIDEO" || format == "DOCUMENT" || format == "GIF") {
      const auto handle = handle_of(*component);
      if (handle.empty()) return errors::missing("components['example']['header_handle']");
      if (!meta.samples.handles.contains(handle))
        return errors::invalid(fmt::format("\"{}\" is no handle of an uploaded file.", handle.substr(0, 60)));
    }
    const auto* cards = component->if_contains("cards");
    if (!cards || !cards->is_array()) continue;
    for (const auto& card : cards->get_array())
      if (card.is_object())
        if (auto refused = sample_refusal(meta, card.get_object().if_contains("components"))) return refused;
  }
  return std::nullopt;
}

}  // namespace claw::sim
