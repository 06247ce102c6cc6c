#pragma once

#include <string_view>

#include "speech/command_transcriber.hpp"
#include "speech/embedded_transcriber.hpp"
#include "speech/http_transcriber.hpp"

namespace claw {

/// Each kind of speech provider by its name.
class SpeechKinds {
 public:
  /// `http` and `clock` must outlive this object.
  SpeechKinds(net::HttpClient& http, Clock& clock, CommandTranscriber::Options commands)
      : openai_(http), deepgram_(http), command_(std::move(commands), clock), embedded_(clock) {}

  /// Null where there is no such kind. As long as this object lives.
  [[nodiscard]] Transcriber* find(std::string_view kind);

  /// Gives up what runs on this machine, and waits for it: a few seconds at most. Not to be called from an io thread.
  /// Idempotent.
  void stop();

 private:
  OpenAiTranscriber openai_;
  DeepgramTranscriber deepgram_;
  CommandTranscriber command_;
  EmbeddedTranscriber embedded_;
};

}  // namespace claw
