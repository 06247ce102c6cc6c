#pragma once

#include "base/metrics.hpp"
#include "conversation/preparation.hpp"
#include "media/media_library.hpp"
#include "speech/speaker.hpp"
#include "speech/speech.hpp"

namespace claw {

/// Fetches files into the media library and has voice messages transcribed. What came of it stands in the message:
/// `media.file` or `media.problem`, and `transcript` with text, provider, engine and time, or with what each provider
/// said where none understood it. The text becomes what was said; else it says that it could not be understood.
class FilePreparation final : public Preparation {
 public:
  /// All must outlive this object.
  FilePreparation(MediaLibrary& library, Speech& speech, Speaker& speaker, Metrics& metrics);

  [[nodiscard]] Task<Prepared> prepare(TenantRef tenant, const PendingMessage& message) override;
  [[nodiscard]] Task<std::optional<whatsapp::Outgoing>> spoken(TenantRef tenant, std::string text) override;

 private:
  struct Work;
  Task<> transcribe(Work& work);

  MediaLibrary& library_;
  Speech& speech_;
  Speaker& speaker_;
  Counter& fetched_;
  Counter& not_fetched_;
  Counter& understood_;
  Counter& not_understood_;
  Histogram& transcription_;
};

}  // namespace claw
