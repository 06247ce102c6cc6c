#include "speech/http_transcriber.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "net/form_source.hpp"
#include "net/http.hpp"
#include "speech/audio_type.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;  // Deepgram tells of every word when it was said
constexpr std::size_t kMaxErrorBytes = 200;

/// A voice message as the file of a form; shares its bytes.
class AudioSource final : public net::BodySource {
 public:
  explicit AudioSource(std::shared_ptr<const std::string> audio) : audio_(std::move(audio)) {}
  [[nodiscard]] std::uint64_t size() const override { return audio_->size(); }
  [[nodiscard]] Result<std::size_t> read(std::span<char> to) override {
    const auto piece = std::string_view(*audio_).substr(at_, to.size());
    std::ranges::copy(piece, to.begin());
    at_ += piece.size();
    return piece.size();
  }

 private:
  const std::shared_ptr<const std::string> audio_;
  std::size_t at_ = 0;
};

/// What an error answer says for itself, in one line.
std::string error_text(std::string_view body) {
  boost::system::error_code fault;
  const auto value = json::parse(body, fault);
  if (!fault) {
    // OpenAI's {"error": {"message"}}, the {"error": "…"} of whisper.cpp's server, Deepgram's {"err_msg"}.
    for (const char* where : {"/error/message", "/error", "/err_msg", "/message", "/detail"}) {
      boost::system::error_code missing;
      const auto* said = value.find_pointer(where, missing);
      if (said && said->is_string()) return std::string(std::string_view(said->get_string()).substr(0, kMaxErrorBytes));
    }
  }
  std::string text(body.substr(0, kMaxErrorBytes));
  std::ranges::replace_if(text, [](unsigned char c) { return c < 32 || c > 126; }, ' ');
  return text.empty() ? "it gave no reason" : text;
}

Result<std::string> words_in(std::string_view body, const char* where) {
  boost::system::error_code fault;
  const auto value = json::parse(body, fault);
  if (fault) return fail(ErrorKind::kInvalid, "its answer is no JSON; is this the right URL?");
  const auto* said = value.find_pointer(where, fault);
  if (fault || !said || !said->is_string())
    return fail(ErrorKind::kInvalid, fmt::format("its answer has no text at {}; is this the right URL?", where));
  const auto text = trimmed(std::string_view(said->get_string()));
  if (text.empty()) return fail(ErrorKind::kInvalid, "it heard no words");
  return std::string(text);
}

/// Sets the key of the request; fails where the tenant has none of that name.
Result<void> set_key(const SpeechProvider& provider, const VoiceMessage& voice, net::ClientRequest& request) {
  if (provider.key_secret.empty()) return {};
  const auto* keys = voice.keys.get();
  const auto found = keys ? keys->find(provider.key_secret) : decltype(keys->end())();
  if (!keys || found == keys->end())
    return fail(ErrorKind::kInvalid, fmt::format("the secret {} is not set: set it, or take its name from the provider",
                                                 provider.key_secret));
  request.bearer = found->second.clone();
  return {};
}

/// The answer's body; fails unless it is a 2xx.
Task<Result<std::string>> call(net::HttpClient& http, net::ClientRequest request) {
  request.max_response_bytes = kMaxAnswerBytes;
  auto answer = co_await http.send(std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->status >= 200 && answer->status <= 299) co_return std::move(answer->body);
  const bool later = answer->status == 408 || answer->status == 429 || answer->status >= 500;
  co_return fail(later ? ErrorKind::kTransient : ErrorKind::kInvalid,
                 fmt::format("it answered {}: {}", answer->status, error_text(answer->body)));
}

}  // namespace

Result<std::string> openai_text(std::string_view body) {
  return words_in(body, "/text");
}

Result<std::string> deepgram_text(std::string_view body) {
  return words_in(body, "/results/channels/0/alternatives/0/transcript");
}

Task<Result<Heard>> OpenAiTranscriber::transcribe(const SpeechProvider& provider, VoiceMessage voice) {
  std::vector<std::pair<std::string, std::string>> fields;
  if (!provider.model.empty()) fields.emplace_back("model", provider.model);
  if (!voice.language.empty()) fields.emplace_back("language", voice.language);
  fields.emplace_back("response_format", "json");
  const auto form = std::make_shared<net::FormSource>(
      fields, net::FormSource::File{"file", audio_file_name(voice.content_type), media_type(voice.content_type),
                                    std::make_shared<AudioSource>(voice.audio)});
  net::ClientRequest request;
  request.method = "POST";
  request.url = provider.url + "/v1/audio/transcriptions";
  request.headers = {{"Content-Type", form->content_type()}, {"Accept", "application/json"}};
  request.total_timeout = provider.timeout;
  if (const auto set = set_key(provider, voice, request); !set) co_return std::unexpected(set.error());
  request.source = form;
  const auto body = co_await call(http_, std::move(request));
  if (!body) co_return std::unexpected(body.error());
  auto text = openai_text(*body);
  if (!text) co_return std::unexpected(text.error());
  co_return Heard{std::move(*text), provider.model.empty() ? provider.kind : provider.model};
}

Task<Result<Heard>> DeepgramTranscriber::transcribe(const SpeechProvider& provider, VoiceMessage voice) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = provider.url + "/v1/listen?smart_format=true";
  if (!provider.model.empty()) request.url += "&model=" + net::percent_encode(provider.model);
  request.url += voice.language.empty() ? "&detect_language=true" : "&language=" + net::percent_encode(voice.language);
  request.headers = {{"Content-Type", media_type(voice.content_type)}, {"Accept", "application/json"}};
  request.scheme = "Token";
  request.total_timeout = provider.timeout;
  if (const auto set = set_key(provider, voice, request); !set) co_return std::unexpected(set.error());
  request.body = *voice.audio;
  const auto body = co_await call(http_, std::move(request));
  if (!body) co_return std::unexpected(body.error());
  auto text = deepgram_text(*body);
  if (!text) co_return std::unexpected(text.error());
  co_return Heard{std::move(*text), provider.model.empty() ? provider.kind : provider.model};
}

}  // namespace claw
