#include "media/media_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using ::testing::HasSubstr;

const std::string kJpeg = "\xff\xd8\xff\xe0 and so on";
const std::string kPage = "\n <!DOCTYPE html><script>alert(1)</script>";

bool fits(std::string_view type, std::string_view bytes) {
  return check_first_bytes(type, bytes).has_value();
}

TEST(MediaTypeTest, TheFirstBytesFitTheDeclaredType) {
  EXPECT_TRUE(fits("image/jpeg", kJpeg));
  EXPECT_TRUE(fits("Image/JPEG; q=1", kJpeg));
  EXPECT_TRUE(fits("image/png", "\x89PNG\r\n\x1a\n..."));
  EXPECT_TRUE(fits("image/webp", "RIFF\x10\x20\x30\x40WEBPVP8 "));
  EXPECT_TRUE(fits("audio/ogg; codecs=opus", "OggS..."));
  EXPECT_TRUE(fits("audio/mpeg", "ID3..."));
  EXPECT_TRUE(fits("audio/mpeg", "\xff\xfb\x90"));
  EXPECT_TRUE(fits("audio/aac", "\xff\xf1\x50"));
  EXPECT_TRUE(fits("audio/amr", "#!AMR\n"));
  EXPECT_TRUE(fits("video/mp4", std::string("\0\0\0\x18"
                                            "ftypmp42",
                                            12)));
  EXPECT_TRUE(fits("application/pdf", "%PDF-1.7"));
}

TEST(MediaTypeTest, APageAsAPictureIsRefusedWithTheReason) {
  for (const char* type : {"image/jpeg", "image/png", "image/webp", "image/svg+xml", "image/x-new", "audio/ogg",
                           "audio/mpeg", "video/mp4", "video/x-new", "application/pdf"})
    EXPECT_FALSE(fits(type, kPage)) << type;
  const auto refused = check_first_bytes("image/jpeg", kPage);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(refused.error().message,
            "the file is said to be image/jpeg, and its bytes are a page or another text with markup");
  EXPECT_THAT(check_first_bytes("image/png", kJpeg).error().message, HasSubstr("its bytes are image/jpeg"));
  EXPECT_THAT(check_first_bytes("image/png", "PK\x03\x04").error().message, HasSubstr("ZIP"));
  EXPECT_FALSE(fits("image/jpeg", ""));
}

TEST(MediaTypeTest, OfDocumentsNothingIsDemanded) {
  EXPECT_TRUE(fits("text/plain", kPage));
  EXPECT_TRUE(fits("application/zip", "anything"));
  EXPECT_TRUE(fits("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04"));
  EXPECT_FALSE(fits("no type", "x"));
  EXPECT_FALSE(fits("", "x"));
}

TEST(MediaTypeTest, TheLimitsAreMetas) {
  EXPECT_EQ(max_bytes_of("image/jpeg", false), 5 * 1024 * 1024);
  EXPECT_EQ(max_bytes_of("audio/ogg; codecs=opus", false), 16 * 1024 * 1024);
  EXPECT_EQ(max_bytes_of("video/mp4", false), 16 * 1024 * 1024);
  EXPECT_EQ(max_bytes_of("video/mp4", true), 100 * 1024 * 1024);
  EXPECT_EQ(max_bytes_of("application/pdf", false), 100 * 1024 * 1024);
}

TEST(MediaTypeTest, OnlyPicturesSoundAndFilmAreShownByABrowserItself) {
  for (const char* shown : {"image/png", "audio/ogg; codecs=opus", "video/mp4"})
    EXPECT_TRUE(is_shown_inline(shown)) << shown;
  for (const char* saved : {"image/svg+xml", "text/html", "application/pdf", "text/plain", "", "application/xhtml+xml"})
    EXPECT_FALSE(is_shown_inline(saved)) << saved;
}

TEST(MediaTypeTest, AFileNameIsAName) {
  EXPECT_EQ(safe_filename("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_filename("C:\\Windows\\win.ini"), "win.ini");
  EXPECT_EQ(safe_filename(".."), "");
  EXPECT_EQ(safe_filename("...hidden"), "hidden");
  EXPECT_EQ(safe_filename("a\r\nb\".pdf"), "ab_.pdf");
  EXPECT_EQ(safe_filename("Rechnung für Zoë.pdf"), "Rechnung für Zoë.pdf");
  EXPECT_EQ(safe_filename(std::string(239, 'a') + "é").size(), 239U) << "cut between characters";
}

}  // namespace
}  // namespace claw
