#include "speech/speech.hpp"

#include <future>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/await.hpp"
#include "support/eventually.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::eventually;
using ::testing::HasSubstr;

/// Says what the provider's model tells it to: words, or an error by its kind's name; takes a second of the clock where
/// the URL says so.
class FakeTranscriber final : public Transcriber {
 public:
  explicit FakeTranscriber(Clock& clock) : clock_(clock) {}
  Task<Result<Heard>> transcribe(const SpeechProvider& provider, VoiceMessage) override {
    {
      std::scoped_lock lock(mutex_);
      asked_.push_back(provider.name);
    }
    if (provider.url == "slow") co_await clock_.sleep(1s);
    for (const auto kind :
         {ErrorKind::kInvalid, ErrorKind::kTransient, ErrorKind::kAmbiguous, ErrorKind::kFatal, ErrorKind::kStopping})
      if (provider.model == to_string(kind)) co_return fail(kind, "said " + provider.model);
    co_return Heard{provider.model, "model of " + provider.name};
  }
  std::vector<std::string> asked() {
    std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  Clock& clock_;
  std::mutex mutex_;
  std::vector<std::string> asked_;  // guarded by mutex_
};

class SpeechTest : public ::testing::Test {
 protected:
  /// A provider of that name that says `says`.
  void provider(const std::string& name, const std::string& says, const std::string& kind = "fake") {
    settings_.providers.push_back({.name = name, .kind = kind, .url = slow_ ? "slow" : "", .model = says});
  }
  std::future<SpeechResult> start(TenantId tenant = TenantId{1}, std::size_t bytes = 5'000) {
    return boost::asio::co_spawn(io_.executor(0), speech_.transcribe(settings_, voice(tenant, bytes)),
                                 boost::asio::use_future);
  }
  static VoiceMessage voice(TenantId tenant, std::size_t bytes) {
    return {tenant, std::make_shared<const std::string>(bytes, 'x'), "audio/ogg", "", nullptr};
  }
  SpeechResult run(std::size_t bytes = 5'000) { return start(TenantId{1}, bytes).get(); }

  bool slow_ = false;
  IoPool io_{1};
  FakeClock clock_;
  FakeTranscriber fake_{clock_};
  SpeechSettings settings_;
  Speech speech_{[this](std::string_view kind) { return kind == "fake" ? &fake_ : nullptr; }, clock_};
};

TEST_F(SpeechTest, TakesTheFirstThatUnderstandsAndAsksNobodyElse) {
  provider("first", "Hello.");
  provider("second", "Never asked.");
  const auto result = run();
  ASSERT_TRUE(result.transcript.has_value());
  EXPECT_EQ(result.transcript->text, "Hello.");
  EXPECT_EQ(result.transcript->provider, "first");
  EXPECT_EQ(result.transcript->by, "model of first");
  EXPECT_THAT(fake_.asked(), ElementsAre("first"));
  ASSERT_EQ(result.attempts.size(), 1U);
  EXPECT_TRUE(result.attempts[0].outcome.has_value());
}

TEST_F(SpeechTest, GoesOnToTheNextWhateverAFailureWas) {
  provider("a", "invalid");
  provider("b", "transient");
  provider("c", "ambiguous");
  provider("d", "fatal");
  provider("e", "Hello.");
  const auto result = run();
  ASSERT_TRUE(result.transcript.has_value());
  EXPECT_EQ(result.transcript->provider, "e");
  EXPECT_EQ(attempts_line(result.attempts),
            "a: said invalid (0.0 s); b: said transient (0.0 s); c: said ambiguous (0.0 s); d: said fatal (0.0 s); "
            "e: understood (0.0 s)");
}

TEST_F(SpeechTest, TellsWhatEveryoneSaidWhenNobodyUnderstood) {
  const struct {
    std::vector<const char*> said;
    ErrorKind kind;
  } rows[] = {
      {{"invalid", "invalid"}, ErrorKind::kInvalid},   {{"invalid", "transient"}, ErrorKind::kTransient},
      {{"ambiguous", "fatal"}, ErrorKind::kTransient}, {{"invalid", "fatal"}, ErrorKind::kFatal},
      {{"fatal", "transient"}, ErrorKind::kTransient},
  };
  for (const auto& row : rows) {
    settings_.providers.clear();
    for (const auto* said : row.said) provider(said, said);
    const auto result = run();
    ASSERT_FALSE(result.transcript.has_value());
    EXPECT_EQ(result.transcript.error().kind, row.kind);
    for (const auto* said : row.said)
      EXPECT_THAT(result.transcript.error().message, HasSubstr(fmt::format("{}: said {} (0.0 s)", said, said)));
    EXPECT_EQ(result.attempts.size(), row.said.size());
  }
}

TEST_F(SpeechTest, GivesTextThatEverybodyCanReadAndNoMoreThanThatMuch) {
  provider("odd", "Gr\xFC\xC3\x9F Gott");
  EXPECT_EQ(run().transcript->text, "Gr\uFFFD\u00DF Gott");
  std::string many;
  while (many.size() <= kMaxTranscriptBytes) many += "\u20AC";
  settings_.providers[0].model = many;
  EXPECT_EQ(run().transcript->text, many.substr(0, kMaxTranscriptBytes / 3 * 3));
}

TEST_F(SpeechTest, AsksNobodyElseWhenTheProcessGoesDown) {
  provider("first", "stopping");
  provider("second", "Hello.");
  EXPECT_EQ(run().transcript.error().kind, ErrorKind::kStopping);
  EXPECT_THAT(fake_.asked(), ElementsAre("first"));
}

TEST_F(SpeechTest, PassesOverAProviderThatTakesNoMessageOfThisSize) {
  provider("small", "Hello.");
  provider("large", "Understood.");
  settings_.providers[0].max_bytes = 4'999;
  settings_.providers[1].max_bytes = 5'000;
  const auto result = run();
  EXPECT_EQ(result.transcript->provider, "large");
  EXPECT_THAT(result.attempts[0].outcome.error().message, HasSubstr("5000 bytes, and this provider takes 4999"));
  EXPECT_THAT(fake_.asked(), ElementsAre("large"));
}

TEST_F(SpeechTest, TriesNothingOnAMessageTooShortToHoldWords) {
  provider("first", "Hello.");
  const auto result = run(1'023);
  EXPECT_EQ(result.transcript.error().kind, ErrorKind::kInvalid);
  EXPECT_THAT(result.transcript.error().message, HasSubstr("too short"));
  EXPECT_TRUE(fake_.asked().empty());
  EXPECT_TRUE(run(1'024).transcript.has_value());
}

TEST_F(SpeechTest, SaysWhenNothingOrNonsenseIsSetUp) {
  EXPECT_THAT(run().transcript.error().message, HasSubstr("no speech provider is set up"));
  provider("odd", "Hello.", "crystal-ball");
  EXPECT_THAT(run().transcript.error().message, HasSubstr("there is no kind \"crystal-ball\""));
}

TEST_F(SpeechTest, TranscribesTwoAtATimeForATenantInOrderAndKeepsNoOtherTenantWaiting) {
  slow_ = true;
  provider("slow", "Hello.");
  std::vector<std::future<SpeechResult>> mine;
  for (int i = 0; i < 5; ++i) mine.push_back(start());
  ASSERT_TRUE(eventually([&] { return clock_.sleepers() == 2; }));
  auto other = start(TenantId{2});
  ASSERT_TRUE(eventually([&] { return clock_.sleepers() == 3; }));
  for (const std::size_t running : {2U, 1U, 0U}) {
    clock_.advance(1s);
    ASSERT_TRUE(eventually([&] { return clock_.sleepers() == running; })) << running;
  }
  EXPECT_EQ(other.get().transcript->took, 1s);
  std::vector<std::chrono::milliseconds> took;
  for (auto& each : mine) took.push_back(each.get().transcript->took);
  EXPECT_THAT(took, ElementsAre(1s, 1s, 2s, 2s, 3s));
}

TEST_F(SpeechTest, RefusesMoreThanMayWait) {
  slow_ = true;
  provider("slow", "Hello.");
  std::vector<std::future<SpeechResult>> all;
  for (std::size_t i = 0; i < settings_.at_once + SpeechPlaces::kMaxWaiting; ++i) all.push_back(start());
  ASSERT_TRUE(eventually([&] { return clock_.sleepers() == 2; }));
  const auto refused = start().get();
  EXPECT_EQ(refused.transcript.error().kind, ErrorKind::kTransient);
  EXPECT_THAT(refused.transcript.error().message, HasSubstr("64 voice messages wait"));
  for (std::size_t i = 0; i < all.size() / 2; ++i) {
    clock_.advance(1s);
    ASSERT_TRUE(eventually([&] { return clock_.sleepers() == 2 || i + 1 == all.size() / 2; }));
  }
  for (auto& each : all) EXPECT_TRUE(each.get().transcript.has_value());
  slow_ = false;
  settings_.providers.clear();
  provider("quick", "And recovers.");
  EXPECT_TRUE(run().transcript.has_value());
}

TEST_F(SpeechTest, GivesThePlaceOfWhoIsCancelledToTheNext) {
  slow_ = true;
  settings_.at_once = 1;
  provider("slow", "Hello.");
  // One runs, one waits; both are cancelled, and a third gets the place.
  boost::asio::cancellation_signal cancel[2];
  std::promise<void> ended[2];
  for (int i : {0, 1})
    boost::asio::co_spawn(
        io_.executor(0), speech_.transcribe(settings_, voice(TenantId{1}, 5'000)),
        boost::asio::bind_cancellation_slot(
            cancel[i].slot(), [&ended, i](const std::exception_ptr&, SpeechResult) { ended[i].set_value(); }));
  ASSERT_TRUE(eventually([&] { return clock_.sleepers() == 1; }));
  auto third = start();
  boost::asio::post(io_.executor(0), [&] { cancel[1].emit(boost::asio::cancellation_type::terminal); });
  ended[1].get_future().get();
  boost::asio::post(io_.executor(0), [&] { cancel[0].emit(boost::asio::cancellation_type::terminal); });
  ended[0].get_future().get();
  ASSERT_TRUE(eventually([&] { return clock_.sleepers() == 1; }));
  clock_.advance(1s);
  EXPECT_TRUE(third.get().transcript.has_value());
}

}  // namespace
}  // namespace claw
