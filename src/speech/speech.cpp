#include "speech/speech.hpp"

#include <fmt/format.h>

#include "whatsapp/utf8.hpp"

namespace claw {
namespace {

/// What is left to hope for when nobody understood: the best of what the providers said.
ErrorKind kind_of_all(const std::vector<SpeechAttempt>& attempts) {
  ErrorKind kind = ErrorKind::kInvalid;
  for (const auto& attempt : attempts) {
    const auto said = attempt.outcome.error().kind;
    if (said == ErrorKind::kStopping) return said;
    // The lost answer of a transcription did nothing: asking again costs money at most.
    if (said == ErrorKind::kTransient || said == ErrorKind::kAmbiguous) kind = ErrorKind::kTransient;
    if (said == ErrorKind::kFatal && kind == ErrorKind::kInvalid) kind = said;
  }
  return kind;
}

/// What a server or a program wrote, as everything behind may rely on it.
std::string well_formed(std::string text) {
  text = whatsapp::valid_utf8(text);
  if (text.size() <= kMaxTranscriptBytes) return text;
  std::size_t end = kMaxTranscriptBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside of a character
  text.resize(end);
  return text;
}

}  // namespace

std::string attempts_line(const std::vector<SpeechAttempt>& attempts) {
  std::string line;
  for (const auto& attempt : attempts)
    line += fmt::format("{}{}: {} ({:.1f} s)", line.empty() ? "" : "; ", attempt.provider,
                        attempt.outcome ? "understood" : attempt.outcome.error().message,
                        static_cast<double>(attempt.took.count()) / 1000);
  return line;
}

Task<Result<Heard>> Speech::ask(const SpeechProvider& provider, const VoiceMessage& voice) {
  if (voice.audio->size() > provider.max_bytes)
    co_return fail(ErrorKind::kInvalid, fmt::format("the message has {} bytes, and this provider takes {} at most",
                                                    voice.audio->size(), provider.max_bytes));
  auto* const transcriber = kind_of_(provider.kind);
  if (!transcriber)
    co_return fail(ErrorKind::kInvalid, fmt::format("there is no kind \"{}\" of speech provider", provider.kind));
  co_return co_await transcriber->transcribe(provider, voice);
}

Task<SpeechResult> Speech::transcribe(const SpeechSettings& settings, VoiceMessage voice) {
  if (settings.providers.empty())
    co_return SpeechResult{fail(ErrorKind::kFatal, "no speech provider is set up: add one, or kind \"embedded\""), {}};
  if (voice.audio->size() < settings.min_bytes)
    co_return SpeechResult{fail(ErrorKind::kInvalid,
                                fmt::format("the message has {} bytes: too short to hold words", voice.audio->size())),
                           {}};
  const auto asked_at = clock_.now();
  const auto place = co_await places_.take(voice.tenant, settings.at_once);
  if (!place) co_return SpeechResult{std::unexpected(place.error()), {}};
  SpeechResult result{fail(ErrorKind::kInvalid, ""), {}};
  for (const auto& provider : settings.providers) {
    const auto began = clock_.now();
    auto heard = co_await ask(provider, voice);
    const auto now = clock_.now();
    auto& attempt = result.attempts.emplace_back(provider.name, Result<void>(), now - began);
    if (heard) {
      result.transcript =
          Transcript{well_formed(std::move(heard->text)), provider.name, std::move(heard->by), now - asked_at};
      co_return result;
    }
    attempt.outcome = std::unexpected(heard.error());
    if (const auto count = failures_.allow())
      log::warn("speech.provider_failed tenant={} provider={} kind={} bytes={} count={} reason={}", voice.tenant.value,
                provider.name, provider.kind, voice.audio->size(), count, log::one_line(heard.error().message));
    if (heard.error().kind == ErrorKind::kStopping) break;
  }
  result.transcript = fail(kind_of_all(result.attempts), attempts_line(result.attempts));
  co_return result;
}

}  // namespace claw
