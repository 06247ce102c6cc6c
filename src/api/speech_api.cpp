#include "api/speech_api.hpp"

#include <boost/json.hpp>

#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/settings_api.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

json::array attempts_json(const std::vector<SpeechAttempt>& attempts) {
  json::array shown;
  for (const auto& attempt : attempts)
    shown.push_back({{"provider", attempt.provider},
                     {"understood", attempt.outcome.has_value()},
                     {"reason", attempt.outcome ? json::value() : json::value(attempt.outcome.error().message)},
                     {"took_ms", attempt.took.count()}});
  return shown;
}

}  // namespace

void SpeechApi::add_routes(net::Router& router) {
  using Route = Answer (SpeechApi::*)(HttpRequest&, const Caller&);
  const auto add = [&](std::string method, std::string_view path, Permission permission, Route route) {
    guard_.add(router, std::move(method), path, permission,
               [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
  };
  add("GET", "/api/v1/speech", Permission::kSettingsRead, &SpeechApi::show);
  add("PUT", "/api/v1/speech", Permission::kSettingsWrite, &SpeechApi::set);
  add("POST", "/api/v1/speech/try", Permission::kSettingsWrite, &SpeechApi::try_it);
}

HttpResponse SpeechApi::shown(const Tenant& tenant) const {
  auto body = json::parse(speech_settings_json(tenant.speech)).as_object();
  body["commands"] = json::value_from(commands_);
  body["version"] = tenant.version;
  return versioned(200, body, tenant.version);
}

SpeechApi::Answer SpeechApi::show(HttpRequest&, const Caller& caller) {
  co_return shown(*caller.tenant);
}

SpeechApi::Answer SpeechApi::set(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto body = body_of(request, {"providers", "at_once", "language", "echo", "reply"});
  if (!body) co_return problem_of(body.error());
  const auto changed = co_await admin_.set_speech(std::move(*by), caller.tenant, json::serialize(*body));
  co_return changed ? shown(**changed) : problem_of(changed.error());
}

SpeechApi::Answer SpeechApi::try_it(HttpRequest& request, const Caller& caller) {
  if (request.body.empty())
    co_return problem(400, "Bad request", "Send a recording as the body: Ogg/Opus, or what your providers take.");
  const auto type = request.header("Content-Type");
  SpeechSettings settings = caller.tenant->speech;
  settings.min_bytes = 0;
  const auto result = co_await speech_.transcribe(
      settings, {.tenant = caller.tenant->id,
                 .audio = std::make_shared<const std::string>(std::move(request.body)),
                 .content_type = type.empty() ? "audio/ogg; codecs=opus" : std::string(type),
                 .language = settings.language,
                 .keys = SpeechKeys(caller.tenant, &caller.tenant->secrets)});
  json::object answer{{"attempts", attempts_json(result.attempts)}};
  if (result.transcript) {
    answer["text"] = result.transcript->text;
    answer["provider"] = result.transcript->provider;
    answer["by"] = result.transcript->by;
    answer["took_ms"] = result.transcript->took.count();
    answer["reason"] = nullptr;
  } else {
    answer["text"] = nullptr;
    answer["provider"] = nullptr;
    answer["by"] = nullptr;
    answer["took_ms"] = nullptr;
    answer["reason"] = result.transcript.error().message;
  }
  co_return net::json_response(200, json::serialize(answer));
}

}  // namespace claw
