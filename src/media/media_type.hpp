#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace claw {

/// "image/jpeg" of "Image/JPEG; x=y". Empty for what is no type.
[[nodiscard]] std::string essence_of(std::string_view mime_type);

/// The most bytes that Meta takes of such a file (cloud-api 2.3): 5 MB of a picture, 16 MB of sound and film, 100 MB of
/// all else. What has a file name was sent as a document, whatever it is.
[[nodiscard]] std::int64_t max_bytes_of(std::string_view mime_type, bool is_document);

/// Holds a file's first bytes to the type it is said to be, where the type is one that others open by themselves:
/// pictures, sound, film, PDF. kInvalid, in words, for anything else in such clothes: a page as a picture runs scripts
/// where it is shown. Of other types nothing is demanded. Pure.
[[nodiscard]] Result<void> check_first_bytes(std::string_view mime_type, std::string_view first);

/// True for what a browser may show by itself: the pictures, sounds and films that WhatsApp sends. All else is for
/// saving.
[[nodiscard]] bool is_shown_inline(std::string_view mime_type);

/// The last part of a name, without what no file system or header should hold; 240 bytes at most, cut between
/// characters. "../../etc/passwd" is "passwd". May be empty. Pure.
[[nodiscard]] std::string safe_filename(std::string_view name);

}  // namespace claw
