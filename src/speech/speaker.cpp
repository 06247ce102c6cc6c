#include "speech/speaker.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "whatsapp/text_limits.hpp"

namespace claw {
namespace {

bool is_ogg_opus(std::string_view bytes) {
  return bytes.starts_with("OggS") && bytes.substr(0, 64).find("OpusHead") != std::string_view::npos;
}

}  // namespace

Task<Result<std::string>> Speaker::speak(TenantRef tenant, std::string text) {
  const VoiceReplySettings& settings = tenant->speech.reply;
  if (whatsapp::split_text(text, kMaxCharacters).size() != 1)
    co_return fail(ErrorKind::kInvalid, fmt::format("a text of more than {} characters is not spoken", kMaxCharacters));
  net::ClientRequest request;
  request.method = "POST";
  request.url = settings.url + "/v1/audio/speech";
  request.headers = {{"Content-Type", "application/json"}};
  request.total_timeout = kTimeout;
  request.max_response_bytes = kMaxAudioBytes;
  if (!settings.key_secret.empty()) {
    const auto key = tenant->secrets.find(settings.key_secret);
    if (key == tenant->secrets.end())
      co_return fail(ErrorKind::kInvalid, fmt::format("the secret {} is not set", settings.key_secret));
    request.bearer = key->second.clone();
  }
  request.body = boost::json::serialize(boost::json::object{
      {"model", settings.model}, {"voice", settings.voice}, {"input", text}, {"response_format", "opus"}});
  auto answer = co_await http_.send(std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->status < 200 || answer->status > 299)
    co_return fail(ErrorKind::kInvalid, fmt::format("the server that speaks answered {}", answer->status));
  if (!is_ogg_opus(answer->body))
    co_return fail(ErrorKind::kInvalid, "the server that speaks did not answer with Ogg/Opus");
  co_return std::move(answer->body);
}

}  // namespace claw
