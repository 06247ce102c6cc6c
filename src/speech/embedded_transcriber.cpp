#include "speech/embedded_transcriber.hpp"

#include <limits>
#include <vector>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "speech/audio_type.hpp"
#include "speech/opus_reader.hpp"

namespace claw {
namespace {

/// Shorter pieces hold no word.
constexpr std::size_t kShortest = kSpeechRate / 10;

/// An Ogg file, whatever it was declared as: Meta says "audio/ogg; codecs=opus", others say less.
bool is_ogg(std::string_view bytes) {
  return bytes.starts_with("OggS");
}

std::unexpected<Error> too_long(std::chrono::seconds limit) {
  return fail(ErrorKind::kInvalid,
              fmt::format("the message is longer than {} minutes", static_cast<double>(limit.count()) / 60));
}

/// Takes the first piece of `samples` off: all of them where no more come.
std::vector<float> cut_piece(std::vector<float>& samples, bool more) {
  if (!more && samples.size() <= EmbeddedTranscriber::kMaxPieceSeconds * kSpeechRate) return std::exchange(samples, {});
  const std::span<const float> window(samples.data(),
                                      std::min(samples.size(), EmbeddedTranscriber::kMaxPieceSeconds * kSpeechRate));
  const auto end = static_cast<std::ptrdiff_t>(quiet_spot(window, EmbeddedTranscriber::kMinPieceSeconds * kSpeechRate));
  std::vector<float> piece(samples.begin(), samples.begin() + end);
  samples.erase(samples.begin(), samples.begin() + end);
  return piece;
}

}  // namespace

std::size_t quiet_spot(std::span<const float> samples, std::size_t from) {
  constexpr std::size_t kWindow = kSpeechRate / 10;
  std::size_t best = samples.size();
  float least = std::numeric_limits<float>::max();
  for (std::size_t at = from; at + kWindow <= samples.size(); at += kWindow / 2) {
    float energy = 0;
    for (const float each : samples.subspan(at, kWindow)) energy += each * each;
    if (energy < least) {
      least = energy;
      best = at + kWindow / 2;
    }
  }
  return best;
}

Result<std::string> EmbeddedTranscriber::hear(const VoiceMessage& voice, std::string& by, const std::stop_token& stop) {
  auto reader = OpusReader::open(voice.audio);
  if (!reader) return std::unexpected(reader.error());
  if (reader->claimed_length() > longest_) return too_long(longest_);
  if (!engine_) {
    auto loaded = load_();
    if (!loaded) return std::unexpected(loaded.error());
    engine_ = std::move(*loaded);
  }
  by = engine_->name();
  std::string text;
  std::vector<float> samples;
  std::size_t heard = 0;
  for (bool more = true; more || !samples.empty();) {
    while (more && samples.size() < kMaxPieceSeconds * kSpeechRate) {
      const auto read = reader->read(samples);
      if (!read) return std::unexpected(read.error());
      more = *read;
    }
    const auto piece = cut_piece(samples, more);
    heard += piece.size();
    if (heard > static_cast<std::size_t>(longest_.count()) * kSpeechRate) return too_long(longest_);
    if (stop.stop_requested()) return fail(ErrorKind::kTransient, "it was stopped before its end");
    if (piece.size() < kShortest) continue;
    const auto words = engine_->hear(piece);
    if (!words) return std::unexpected(words.error());
    if (!text.empty() && !words->empty()) text += ' ';
    text += *words;
  }
  if (text.empty()) return fail(ErrorKind::kInvalid, "it heard no words");
  return text;
}

Task<Result<Heard>> EmbeddedTranscriber::transcribe(const SpeechProvider& provider, VoiceMessage voice) {
  if (!voice.language.empty() && !same_word(voice.language.substr(0, 2), "en"))
    co_return fail(ErrorKind::kInvalid,
                   fmt::format("the embedded engine understands English, not \"{}\"", log::one_line(voice.language)));
  if (!is_ogg(*voice.audio))
    co_return fail(ErrorKind::kInvalid, fmt::format("the embedded engine reads Ogg/Opus voice messages, not {}",
                                                    media_type(voice.content_type)));
  const auto by = std::make_shared<std::string>();  // shared with work that may end later
  auto text = co_await jobs_.run(
      provider.timeout, [this, by, voice = std::move(voice)](std::stop_token stop) { return hear(voice, *by, stop); });
  if (!text) co_return std::unexpected(text.error());
  co_return Heard{std::move(*text), *by};
}

}  // namespace claw
