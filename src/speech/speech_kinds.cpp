#include "speech/speech_kinds.hpp"

namespace claw {

Transcriber* SpeechKinds::find(std::string_view kind) {
  if (kind == "openai") return &openai_;
  if (kind == "deepgram") return &deepgram_;
  if (kind == "command") return &command_;
  if (kind == "embedded") return &embedded_;
  return nullptr;
}

void SpeechKinds::stop() {
  command_.stop();
  embedded_.stop();
}

}  // namespace claw
