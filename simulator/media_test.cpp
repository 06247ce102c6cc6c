#include "simulator/media.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/multipart.hpp"

namespace claw::sim {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class MediaStoreTest : public testing::Test {
 protected:
  std::string add(std::string bytes) {
    return store_
        .add({.id = {},
              .number = "1",
              .waba = "2",
              .mime_type = "image/png",
              .sha256 = {},
              .bytes = std::make_shared<const std::string>(std::move(bytes)),
              .until = now_ + std::chrono::hours(1)})
        .id;
  }
  struct Url {
    std::string mid, ext, hash;
  };
  Url url_of(const std::string& id) {
    const std::string path = store_.url_path(*store_.find(id, now_), now_);
    EXPECT_THAT(path, StartsWith("/whatsapp_business/attachments?mid="));
    const auto part = [&](const std::string& name) {
      const auto at = path.find(name + "=") + name.size() + 1;
      return path.substr(at, path.find('&', at) - at);
    };
    return {part("mid"), part("ext"), part("hash")};
  }

  TimePoint now_ = from_ms(1'790'000'000'000);
  MediaStore store_{7};
};

TEST_F(MediaStoreTest, KeepsAFileUntilItsTimeIsOver) {
  const auto id = add("abc");
  const Media* media = store_.find(id, now_);
  ASSERT_TRUE(media);
  EXPECT_EQ(*media->bytes, "abc");
  EXPECT_EQ(media->sha256, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_TRUE(store_.find(id, now_ + std::chrono::hours(1) - seconds(1)));
  EXPECT_FALSE(store_.find(id, now_ + std::chrono::hours(1)));
}

TEST_F(MediaStoreTest, DropsTheOldestWhereTheBytesAreTooMany) {
  const std::string half(MediaStore::kMaxBytes / 2, 'x');
  const auto first = add(half);
  const auto second = add(half);
  const auto third = add("one more");
  EXPECT_FALSE(store_.find(first, now_));
  EXPECT_TRUE(store_.find(second, now_));
  EXPECT_TRUE(store_.find(third, now_));
  EXPECT_LE(store_.bytes(), MediaStore::kMaxBytes);
}

TEST_F(MediaStoreTest, CountsWhatWasErasedNoLonger) {
  const auto id = add("abc");
  store_.erase(id);
  store_.erase(id);
  EXPECT_EQ(store_.bytes(), 0U);
  EXPECT_FALSE(store_.find(id, now_));
}

TEST_F(MediaStoreTest, AUrlIsGoodForFiveMinutesAndForItsFileOnly) {
  const auto url = url_of(add("abc"));
  EXPECT_TRUE(store_.is_good_url(url.mid, url.ext, url.hash, now_ + seconds(299)));
  EXPECT_FALSE(store_.is_good_url(url.mid, url.ext, url.hash, now_ + seconds(300)));
  EXPECT_FALSE(store_.is_good_url(url.mid + "0", url.ext, url.hash, now_));
  EXPECT_FALSE(store_.is_good_url(url.mid, url.ext + "0", url.hash, now_)) << "nobody prolongs it";
  EXPECT_FALSE(store_.is_good_url(url.mid, url.ext, "", now_));
}

TEST(MediaKindTest, KnowsTheTypesOfMetaAndTheirLimits) {
  EXPECT_EQ(media_kind("audio/ogg; codecs=opus"), "audio");
  EXPECT_EQ(media_kind("image/png"), "image");
  EXPECT_EQ(media_kind("image/webp"), "sticker");
  EXPECT_EQ(media_kind("application/pdf"), "document");
  EXPECT_EQ(media_kind("image/svg+xml"), "");
  EXPECT_EQ(media_kind("image/png; a=\r\nSet-Cookie: b"), "") << "it becomes a header";
  EXPECT_TRUE(is_media_type("application/x-anything; version=2"));
  for (const char* bad : {"", "png", "/png", "image/png\n", "image/\x7f"}) EXPECT_FALSE(is_media_type(bad)) << bad;
  EXPECT_THAT(media_types(), HasSubstr("video/mp4, video/3gpp"));
  EXPECT_EQ(media_limit("image", ""), 5U * 1024 * 1024);
  EXPECT_EQ(media_limit("video", ""), 16U * 1024 * 1024);
  EXPECT_EQ(media_limit("document", ""), 100U * 1024 * 1024);
  const std::string moving = std::string("RIFF\x10\0\0\0WEBPVP8X\x0a\0\0\0", 20) + '\x02' + std::string(9, '\0');
  EXPECT_EQ(media_limit("sticker", moving), 500U * 1024);
  EXPECT_EQ(media_limit("sticker", std::string(30, 'x')), 100U * 1024);
}

constexpr const char* kForm = "multipart/form-data; boundary=\"B-1\"";

TEST(FormTest, ReadsPartsWithTheirBytesUntouched) {
  const std::string bytes("\r\n--B\0\r\n\r\nB-1--", 16);
  const auto parts =
      read_form(kForm,
                "preamble\r\n--B-1\r\ncontent-disposition: form-data; name=\"file\"; "
                "filename=\"a \\\"b\\\".png\"\r\nContent-Type: image/png\r\n\r\n" +
                    bytes + "\r\n--B-1\r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n--B-1--\r\n");
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ(parts->at(0).name, "file");
  EXPECT_EQ(parts->at(0).filename, "a \"b\".png");
  EXPECT_EQ(parts->at(0).content_type, "image/png");
  EXPECT_EQ(parts->at(0).bytes, bytes);
  EXPECT_EQ(parts->at(1).name, "empty");
  EXPECT_EQ(parts->at(1).bytes, "");
}

TEST(FormTest, IsNotFooledByAFileName) {
  const auto parts = read_form(kForm,
                               "--B-1\r\nContent-Disposition: form-data; filename=\"a; name=other; b\"; "
                               "name=\"file\"\r\n\r\nx\r\n--B-1--");
  ASSERT_TRUE(parts) << parts.error().message;
  EXPECT_EQ(parts->at(0).name, "file");
  EXPECT_EQ(parts->at(0).filename, "a; name=other; b");
}

TEST(FormTest, RefusesWhatIsNoForm) {
  const auto why = [](std::string_view type, std::string_view body) {
    const auto parts = read_form(type, body);
    return parts ? "nothing" : parts.error().message;
  };
  EXPECT_THAT(why("application/json", "{}"), HasSubstr("multipart"));
  EXPECT_THAT(why("multipart/form-data", ""), HasSubstr("boundary"));
  EXPECT_THAT(why(kForm, ""), HasSubstr("boundary"));
  for (const char* body : {"--B-1", "--B-1\r\n", "--B-1\r\nContent-Disposition: form-data; name=a\r\n",
                           "--B-1\r\nContent-Disposition: form-data; name=a\r\n\r\nbytes without an end"})
    EXPECT_THAT(why(kForm, body), HasSubstr("no end")) << body;
  EXPECT_THAT(why(kForm, "--B-1\r\nContent-Type: text/plain\r\n\r\nx\r\n--B-1--"), HasSubstr("no name"));
}

}  // namespace
}  // namespace claw::sim
