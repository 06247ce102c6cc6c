// Files as people send them, on the programs themselves: the simulator keeps them, the gateway fetches, stores and
// shows them.
#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "support/eventually.hpp"
#include "support/real_programs.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;

constexpr const char* kPhone = "4915112345678";
constexpr std::chrono::seconds kPatience{40};  // two programs on a loaded machine
const std::string kPicture = "\x89PNG\r\n\x1a\n and what makes a picture";

class MediaScenarioTest : public ::testing::Test {
 protected:
  /// A person sends a file.
  void send(const std::string& type, const std::string& bytes, const std::string& mime_type,
            const std::string& filename = "") {
    json::object content{{"mime_type", mime_type}, {"bytes_base64", to_base64(bytes)}};
    if (!filename.empty()) content["filename"] = filename;
    programs_.sim("POST", fmt::format("/_sim/phones/{}/messages", kPhone),
                  json::object{{"type", type}, {type, std::move(content)}});
  }
  /// What the newest inbound message tells of its file, once its turn is over.
  json::object media() {
    json::object found;
    const auto is_there = [&] {
      for (auto& message : programs_.messages()) {
        if (message.at("direction") != "inbound" || message.at("state") == "pending") continue;
        const auto detail = programs_.message(std::string(message.at("id").as_string()));
        if (const auto* data = detail.if_contains("data"); data && data->is_object())
          if (const auto* media = data->as_object().if_contains("media")) found = media->as_object();
      }
      return found.contains("file") || found.contains("problem");
    };
    EXPECT_TRUE(eventually(is_there, kPatience));
    return found;
  }
  static std::string text(const json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  }
  std::string link_of(const std::string& file) {
    return text(json::parse(programs_.call_api("GET", "/media/" + file + "/link").body).as_object(), "url");
  }
  /// The gateway's memory, in KiB: what it has (VmRSS) or had at most (VmHWM).
  std::int64_t memory(const std::string& which) {
    std::ifstream status(fmt::format("/proc/{}/status", programs_.gateway_pid()));
    for (std::string line; std::getline(status, line);)
      if (line.starts_with(which + ":")) return std::stoll(line.substr(which.size() + 1));
    return 0;
  }

  RealPrograms programs_;
};

TEST_F(MediaScenarioTest, APictureIsFetchedStoredAndShown) {
  send("image", kPicture, "image/png");
  const auto media = this->media();
  const auto file = text(media, "file");
  ASSERT_TRUE(file.starts_with("f_")) << json::serialize(media);
  const auto shown = programs_.call_gateway("GET", link_of(file));
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, kPicture);
  EXPECT_EQ(shown.header("content-type"), "image/png");
  programs_.kill_gateway();
  programs_.start_gateway();
  EXPECT_EQ(programs_.call_gateway("GET", link_of(file)).body, kPicture) << "also after a crash";
}

TEST_F(MediaScenarioTest, APageAsAPictureIsRefusedAndTheConversationGoesOn) {
  send("image", "<html><script>alert(1)</script></html>", "image/png");
  EXPECT_THAT(text(media(), "problem"), ::testing::HasSubstr("its bytes are a page"));
  programs_.write(kPhone, "are you there?");
  EXPECT_TRUE(eventually([&] { return !programs_.answers_to("are you there?").empty(); }, kPatience));
}

TEST_F(MediaScenarioTest, APictureThatGoesOutTwiceIsGivenToMetaOnce) {
  send("image", kPicture, "image/png");
  const auto file = text(media(), "file");
  for (int i = 0; i < 2; ++i) {
    const auto sent = programs_.call_api(
        "POST", "/messages",
        json::object{{"to", kPhone}, {"type", "image"}, {"image", {{"id", file}, {"caption", "back to you"}}}});
    ASSERT_EQ(sent.status, 202) << sent.body;
  }
  const auto pictures = [&] {
    return std::ranges::count_if(programs_.thread(kPhone), [&](const auto& message) {
      return json::serialize(message).find("back to you") != std::string::npos;
    });
  };
  EXPECT_TRUE(eventually([&] { return pictures() == 2; }, kPatience));
  const auto uploads = std::ranges::count_if(
      programs_.log(), [](const auto& entry) { return entry.contains("what") && entry.at("what") == "upload"; });
  EXPECT_EQ(uploads, 1);
}

TEST_F(MediaScenarioTest, ADocumentOf100MegabytesTakesNoMemory) {
  send("image", kPicture, "image/png");
  (void)media();
  const auto before = memory("VmRSS");
  ASSERT_GT(before, 0);
  const std::string document(100 * 1024 * 1024, 'x');
  send("document", document, "text/plain", "large.txt");
  json::object large;
  ASSERT_TRUE(eventually(
      [&] {
        large = media();
        return text(large, "filename") == "large.txt";
      },
      kPatience));
  const auto file = text(large, "file");
  ASSERT_TRUE(file.starts_with("f_")) << json::serialize(large);
  EXPECT_EQ(programs_.call_gateway("GET", link_of(file)).body.size(), document.size());
  constexpr std::int64_t kMayGrowKiB = 20 * 1024;
  const auto grown = memory("VmHWM") - before;
  std::printf("the gateway grew by %ld KiB\n", grown);
  EXPECT_LE(grown, kMayGrowKiB);
}

}  // namespace
}  // namespace claw::testing
