#include "conversation/file_preparation.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json_members.hpp"
#include "base/log.hpp"
#include "ledger/delivery_log.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxVoiceBytes = 16 * 1024 * 1024;  // Meta's limit for audio

whatsapp::Media media_in(const json::object& shown) {
  whatsapp::Media media;
  media.id = text_member(shown, "id");
  media.mime_type = text_member(shown, "mime_type");
  media.sha256 = text_member(shown, "sha256");
  media.filename = text_member(shown, "filename");
  media.url = text_member(shown, "url");
  media.voice = flag_member(shown, "voice");
  return media;
}

/// Bytes in memory as the body of an upload.
class WholeBody final : public net::BodyReader {
 public:
  explicit WholeBody(std::string bytes) : bytes_(std::move(bytes)) {}
  Task<Result<std::string_view>> next() override {
    const bool again = std::exchange(read_, true);
    co_return again ? std::string_view() : std::string_view(bytes_);
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  const std::string bytes_;
  bool read_ = false;
};

}  // namespace

/// One message on its way.
struct FilePreparation::Work {
  TenantRef tenant;
  const PendingMessage& message;
  json::object data;
  whatsapp::Media media;
  Prepared done = {};
  std::string text;

  json::object& shown() { return data["media"].as_object(); }
};

FilePreparation::FilePreparation(MediaLibrary& library, Speech& speech, Speaker& speaker, Metrics& metrics)
    : library_(library),
      speech_(speech),
      speaker_(speaker),
      fetched_(metrics.counter("clawcentral_media_fetched_total", "Files of messages by outcome.", "result=\"ok\"")),
      not_fetched_(
          metrics.counter("clawcentral_media_fetched_total", "Files of messages by outcome.", "result=\"failed\"")),
      understood_(
          metrics.counter("clawcentral_transcriptions_total", "Voice messages by outcome.", "result=\"understood\"")),
      not_understood_(
          metrics.counter("clawcentral_transcriptions_total", "Voice messages by outcome.", "result=\"failed\"")),
      transcription_(metrics.histogram("clawcentral_transcription_seconds",
                                       "From a voice message's file to its text, waiting included.")) {}

Task<Prepared> FilePreparation::prepare(TenantRef tenant, const PendingMessage& message) {
  boost::system::error_code fault;
  auto parsed = json::parse(message.view.data, fault);
  if (fault || !parsed.is_object()) co_return Prepared{};
  auto* const shown = parsed.get_object().if_contains("media");
  if (!shown || !shown->is_object()) co_return Prepared{};
  Work work{std::move(tenant), message, std::move(parsed.get_object()), {}, {}, message.view.text};
  work.media = media_in(work.shown());
  if (work.media.id.empty()) co_return Prepared{};
  auto file = co_await library_.fetch(work.tenant, message.phone_number_id, work.media);
  (file ? fetched_ : not_fetched_).add();
  if (file) {
    work.done.file = file->id;
    work.shown()["file"] = file->id;
    work.shown()["size"] = file->size;
    work.shown().erase("problem");
    if (message.type == "audio") co_await transcribe(work);
  } else {
    log::warn("media.not_fetched tenant={} message={} trace={} reason=\"{}\"", work.tenant->name, message.id.value,
              trace_of_message(message.wamid, message.trace), log::one_line(file.error().message));
    work.shown()["problem"] = file.error().message;
    work.text += " (it could not be fetched)";
  }
  whatsapp::AgentView view{std::move(work.text), json::serialize(work.data)};
  if (view != message.view) work.done.view = std::move(view);
  co_return std::move(work.done);
}

Task<> FilePreparation::transcribe(Work& work) {
  auto audio = co_await library_.read(work.tenant->id, work.done.file, kMaxVoiceBytes);
  if (!audio) {
    work.data["transcript"] = {{"failed", audio.error().message}};
    work.text += " (it could not be understood)";
    co_return;
  }
  const auto result =
      co_await speech_.transcribe(work.tenant->speech, {.tenant = work.tenant->id,
                                                        .audio = std::make_shared<const std::string>(std::move(*audio)),
                                                        .content_type = work.media.mime_type,
                                                        .language = work.tenant->speech.language,
                                                        .keys = SpeechKeys(work.tenant, &work.tenant->secrets)});
  const auto attempts = attempts_line(result.attempts);
  if (result.transcript) {
    const auto& heard = *result.transcript;
    understood_.add();
    transcription_.observe(std::chrono::duration<double>(heard.took).count());
    work.text = heard.text;
    work.done.spoken = heard.text;
    work.data["transcript"] = {{"text", heard.text},
                               {"provider", heard.provider},
                               {"by", heard.by},
                               {"took_ms", heard.took.count()},
                               {"attempts", attempts}};
    co_return;
  }
  not_understood_.add();
  work.text += " (it could not be understood)";
  work.data["transcript"] = {{"failed", result.transcript.error().message}, {"attempts", attempts}};
}

Task<std::optional<whatsapp::Outgoing>> FilePreparation::spoken(TenantRef tenant, std::string text) {
  auto audio = co_await speaker_.speak(tenant, text);
  if (!audio) {
    log::warn("speech.not_spoken tenant={} reason=\"{}\"", tenant->name, log::one_line(audio.error().message));
    co_return std::nullopt;
  }
  WholeBody body(std::move(*audio));
  const auto file = co_await library_.keep(tenant, body, "audio/ogg; codecs=opus", "voice.ogg");
  if (!file) {
    log::warn("speech.not_kept tenant={} reason=\"{}\"", tenant->name, log::one_line(file.error().message));
    co_return std::nullopt;
  }
  auto read = whatsapp::read_outgoing(
      json::serialize(json::object{{"type", "audio"}, {"audio", {{"id", file->id}, {"voice", true}}}}));
  if (!read) co_return std::nullopt;
  // What it says is what people read here and models read later.
  read->view.text = std::move(text);
  co_return std::move(*read);
}

}  // namespace claw
