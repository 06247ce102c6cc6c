#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "simulator/content_check.hpp"
#include "simulator/graph_error.hpp"

namespace claw::sim {

/// A file that a message names by its id.
struct MediaUse {
  std::string id;
  std::string kind;  ///< image | video | audio | document | sticker
  std::string path;  ///< Where in the request: "image['id']".
  bool voice = false;
};

/// What a message of another type than text holds.
struct SendContent {
  boost::json::value content;  ///< As in the request: an object, or the array of `contacts`.
  bool voice = false;          ///< It is a recording.
  std::vector<MediaUse> media;
};

/// Reads and checks request[type] as Meta's documents describe it; lengths, counts and ranges are Meta's. `type` in
/// lower case: image, video, audio, document, sticker, reaction, location, contacts, interactive. Pure.
[[nodiscard]] std::expected<SendContent, GraphError> read_content(const boost::json::object& request,
                                                                  std::string_view type);

/// Checks `interactive`; files in headers are added to `media`.
void check_interactive(const ContentNode& interactive, std::vector<MediaUse>& media);
/// Checks the media object at `node`, which is sent as `kind`.
void check_media(const ContentNode& node, std::string_view kind, bool with_caption, std::vector<MediaUse>& media);

}  // namespace claw::sim
