#pragma once

#include <string>
#include <string_view>

namespace claw {

/// A type's first part as a header may hold it, "audio/ogg" of "audio/ogg; codecs=opus"; application/octet-stream where
/// it is none. Pure.
[[nodiscard]] std::string media_type(std::string_view content_type);

/// A file name whose ending says what the audio is, "voice.ogg": servers and programs go by it. Pure.
[[nodiscard]] std::string audio_file_name(std::string_view content_type);

}  // namespace claw
