#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "simulator/graph.hpp"

namespace claw::sim {

/// Answers Meta's resumable upload, which a template's example of a file is brought by: POST {app}/uploads with
/// ?file_length and ?file_type gives a session "upload:…?sig=…", POST {session} with the bytes behind the header
/// file_offset a handle "h". All in one piece: an offset but 0 is refused. The token may stand behind "OAuth " too.
[[nodiscard]] std::expected<boost::json::object, GraphError> answer_sample_upload(Meta& meta, const GraphCall& call);

/// True for the calls above.
[[nodiscard]] bool is_sample_upload(const GraphCall& call);

/// A header of a template that shows a file needs an example: a handle that was given out. `components` may be of any
/// shape.
[[nodiscard]] std::optional<GraphError> sample_refusal(const Meta& meta, const boost::json::value* components);

}  // namespace claw::sim
