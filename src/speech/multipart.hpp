#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// One field of a form that is sent as multipart/form-data (RFC 7578).
struct FormPart {
  std::string name;
  std::string_view content;
  std::string filename = {};      ///< Where not empty, the part is a file of that name,
  std::string content_type = {};  ///< and of that type.
};

/// The body of such a form. `boundary` must not occur in any content: random_boundary() does not, for all practical
/// purposes. Names, file names and types must hold no quotes and no line breaks: they are ours. Pure.
[[nodiscard]] std::string multipart_body(const std::vector<FormPart>& parts, std::string_view boundary);

/// 128 random bits in letters that a header takes.
[[nodiscard]] std::string random_boundary();

/// A type's first part as a header may hold it, "audio/ogg" of "audio/ogg; codecs=opus"; application/octet-stream where
/// it is none. Pure.
[[nodiscard]] std::string media_type(std::string_view content_type);

/// A file name whose ending says what the audio is, "voice.ogg": servers and programs go by it. Pure.
[[nodiscard]] std::string audio_file_name(std::string_view content_type);

}  // namespace claw
