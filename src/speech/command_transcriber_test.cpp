#include "speech/command_transcriber.hpp"

#include <filesystem>
#include <fstream>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/await.hpp"
#include "support/eventually.hpp"
#include "support/temp_dir.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;

/// Threads at idle priority wait for everybody else on the machine.
template <class Condition>
bool eventually(Condition condition) {
  return testing::eventually(std::move(condition), 60s);
}
using ::testing::HasSubstr;

class CommandTranscriberTest : public ::testing::Test {
 protected:
  /// Transcribes `audio` with a command of these words.
  Result<Heard> run(SpeechCommand words, const std::string& audio = "audio", const std::string& language = "") {
    CommandTranscriber transcriber({{{"local", std::move(words)}}, folder_.path()}, clock_);
    return testing::await(io_, transcriber.transcribe(provider_, voice(audio, language)));
  }
  static VoiceMessage voice(const std::string& audio, const std::string& language = "") {
    return {TenantId{1}, std::make_shared<const std::string>(audio), "audio/ogg; codecs=opus", language, nullptr};
  }
  bool left_nothing() const { return std::filesystem::is_empty(folder_.path()); }
  static bool is_alive(pid_t pid) { return std::filesystem::exists("/proc/" + std::to_string(pid)); }
  /// The number that a command wrote into a file of the folder's parent; 0 before that.
  static pid_t number_in(const std::string& path) {
    pid_t number = 0;
    std::ifstream(path) >> number;
    return number;
  }

  testing::TempDir folder_, notes_;
  IoPool io_{1};
  FakeClock clock_;
  SpeechProvider provider_{.name = "mine", .kind = "command", .command = "local"};
};

TEST_F(CommandTranscriberTest, HearsWhatTheCommandWrites) {
  const auto heard =
      run({"sh", "-c", "cat \"$1\"; echo \" in $2\"; echo noise >&2", "-", "{file}", "{language}"}, "hello", "de");
  ASSERT_TRUE(heard.has_value()) << heard.error().message;
  EXPECT_EQ(heard->text, "hello in de");
  EXPECT_EQ(heard->by, "local");
  EXPECT_TRUE(left_nothing());
}

TEST_F(CommandTranscriberTest, ThrowsAwayTheAudioThatACrashLeft) {
  std::filesystem::create_directory(folder_.file("voice-abc123"));
  std::ofstream(folder_.file("voice-abc123/voice.ogg")) << "private";
  const CommandTranscriber transcriber({{}, folder_.path()}, clock_);
  EXPECT_TRUE(left_nothing());
}

TEST_F(CommandTranscriberTest, GivesTheFileAnEndingThatSaysWhatItIs) {
  EXPECT_THAT(run({"echo", "{file}"})->text, ::testing::EndsWith("/voice.ogg"));
}

TEST_F(CommandTranscriberTest, UsesNoShellAndLetsNoValueBecomeAnOption) {
  EXPECT_EQ(run({"echo", "$(id)", ";", "`id`", "*"})->text, "$(id) ; `id` *");
  EXPECT_EQ(run({"echo", "{language}"}, "audio", "-rf")->text, "auto");
  EXPECT_EQ(run({"echo", "{language}"}, "audio", "{file}")->text, "auto");
}

TEST_F(CommandTranscriberTest, ShowsTheCommandNothingOfOurs) {
  ::setenv("CLAW_SECRET_OF_OURS", "s3cret", 1);
  const auto heard = run({"sh", "-c", "env; ls /proc/self/fd | wc -l; cat"});
  ::unsetenv("CLAW_SECRET_OF_OURS");
  ASSERT_TRUE(heard.has_value()) << heard.error().message;
  EXPECT_THAT(heard->text, HasSubstr("PATH="));
  EXPECT_THAT(heard->text, ::testing::Not(HasSubstr("s3cret")));
  EXPECT_THAT(heard->text, ::testing::EndsWith("4"));  // the three standard files, and the folder that ls reads
}

TEST_F(CommandTranscriberTest, SaysWhyACommandFailed) {
  const struct {
    SpeechCommand words;
    ErrorKind kind;
    const char* says;
  } rows[] = {
      {{"sh", "-c", "echo the model is missing >&2; exit 3"},
       ErrorKind::kInvalid,
       "ended with 3: the model is missing"},
      {{"sh", "-c", "kill -SEGV $$"}, ErrorKind::kTransient, "killed by signal 11"},
      {{"no-such-program-here"}, ErrorKind::kFatal, "no-such-program-here cannot be run: No such file"},
      {{"true"}, ErrorKind::kInvalid, "heard no words"},
      {{"sh", "-c", "yes too much"}, ErrorKind::kInvalid, "wrote more than 256 KiB"},
  };
  for (const auto& row : rows) {
    const auto heard = run(row.words);
    ASSERT_FALSE(heard.has_value()) << row.says;
    EXPECT_EQ(heard.error().kind, row.kind) << row.says;
    EXPECT_THAT(heard.error().message, HasSubstr(row.says));
    EXPECT_TRUE(left_nothing());
  }
  provider_.command = "another";
  EXPECT_THAT(run({"true"}).error().message, HasSubstr("no command \"another\""));
}

TEST_F(CommandTranscriberTest, DoesNotMindACommandThatLogsMuch) {
  EXPECT_EQ(run({"sh", "-c", "yes noise | head -c 1000000 >&2; echo heard"})->text, "heard");
}

TEST_F(CommandTranscriberTest, KillsTheWholeGroupWhenTheTimeIsOver) {
  const auto note = notes_.file("pid");
  CommandTranscriber transcriber(
      {{{"local", {"sh", "-c", "sleep 1000 & echo $! > \"$0\"; wait", note}}}, folder_.path()}, clock_);
  auto heard = boost::asio::co_spawn(io_.executor(0), transcriber.transcribe(provider_, voice("audio")),
                                     boost::asio::use_future);
  ASSERT_TRUE(eventually([&] { return number_in(note) != 0 && clock_.sleepers() == 1; }));
  const auto grandchild = number_in(note);
  EXPECT_TRUE(is_alive(grandchild));
  clock_.advance(60s);
  EXPECT_THAT(heard.get().error().message, HasSubstr("longer than 60 s"));
  EXPECT_TRUE(eventually([&] { return !is_alive(grandchild) && left_nothing(); }));
}

TEST_F(CommandTranscriberTest, LeavesNothingRunningOfACommandThatEnded) {
  const auto note = notes_.file("pid");
  EXPECT_EQ(run({"sh", "-c", "sleep 1000 & echo $! > \"$0\"; echo heard", note})->text, "heard");
  EXPECT_TRUE(eventually([&] { return !is_alive(number_in(note)); }));
}

}  // namespace
}  // namespace claw
