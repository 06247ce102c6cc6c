#pragma once

#include "net/client.hpp"
#include "speech/transcriber.hpp"

namespace claw {

/// Kind `openai`: POST {url}/v1/audio/transcriptions (OpenAI, Groq, whisper.cpp's server, speaches, LocalAI).
class OpenAiTranscriber final : public Transcriber {
 public:
  /// `http` must outlive this object.
  explicit OpenAiTranscriber(net::HttpClient& http) : http_(http) {}
  [[nodiscard]] Task<Result<Heard>> transcribe(const SpeechProvider& provider, VoiceMessage voice) override;

 private:
  net::HttpClient& http_;
};

/// Kind `deepgram`: POST {url}/v1/listen with the audio as the body.
class DeepgramTranscriber final : public Transcriber {
 public:
  /// `http` must outlive this object.
  explicit DeepgramTranscriber(net::HttpClient& http) : http_(http) {}
  [[nodiscard]] Task<Result<Heard>> transcribe(const SpeechProvider& provider, VoiceMessage voice) override;

 private:
  net::HttpClient& http_;
};

/// The text of an OpenAI-compatible answer, `{"text": …}`, trimmed. Fails with kInvalid where the answer is of another
/// shape or holds no words. Pure.
[[nodiscard]] Result<std::string> openai_text(std::string_view body);

/// The same of Deepgram's `results.channels[0].alternatives[0].transcript`. Pure.
[[nodiscard]] Result<std::string> deepgram_text(std::string_view body);

}  // namespace claw
