#include "guide/doctor.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/side_by_side.hpp"
#include "conversation/explain.hpp"
#include "ingress/webhook.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours kRecent{1};

/// Half a second of silence: a WAV file of 8,000 samples a second, 16 bits, one channel.
std::string silence() {
  constexpr std::uint32_t kRate = 8'000;
  constexpr std::uint32_t kBytes = kRate;
  const auto number = [](std::uint32_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
    return out;
  };
  return "RIFF" + number(36 + kBytes, 4) + "WAVEfmt " + number(16, 4) + number(1, 2) + number(1, 2) + number(kRate, 4) +
         number(kRate * 2, 4) + number(2, 2) + number(16, 2) + "data" + number(kBytes, 4) + std::string(kBytes, '\0');
}

template <class T>
Answered<T> answered(GraphRead<T> read) {
  if (read) return {std::move(*read), {}};
  return {{}, read.error().reason};
}

std::string without_prefix(std::string user) {
  constexpr std::string_view kPrefix = "wa:";
  if (user.starts_with(kPrefix)) user.erase(0, kPrefix.size());
  return user;
}

/// A call that Meta itself could not answer says nothing about the secret.
bool is_refusal_of_secret(const GraphFailure& failure) {
  constexpr std::int64_t kApplication = 101;
  constexpr std::int64_t kToken = 190;
  if (failure.kind != GraphFailure::Kind::kRefused) return false;
  return failure.error.code == kToken || failure.error.code == kApplication ||
         failure.reason.contains("appsecret_proof");
}

const SecretString* verify_token(const Tenant& tenant, const Tenant* platform, const GuideFacts& guide) {
  if (platform && guide.callback_url == guide.platform_callback_url) {
    const auto found = platform->secrets.find(kPlatformVerifyToken);
    if (found != platform->secrets.end()) return &found->second;
  }
  return tenant.verify_tokens.empty() ? nullptr : &tenant.verify_tokens.front();
}

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// What can be asked of an agent's server without effect, of that which it really takes. A model's server is asked for
/// its models, with its key. A Cloud API program is asked to verify its webhook, as Meta would; that it refuses our
/// token says that it is there. Of an http agent all that it takes is a turn, which would be one: it is asked nothing,
/// by GET.
net::ClientRequest question_for(const Agent& agent, const SecretString* key) {
  net::ClientRequest request;
  request.url = agent.options.url;
  if (agent.kind == "openai") {
    request.url += "/v1/models";
    if (key) request.bearer = key->clone();
  }
  if (agent.kind == "cloud-api")
    request.url += fmt::format("{}hub.mode=subscribe&hub.challenge={}&hub.verify_token={}",
                               request.url.contains('?') ? '&' : '?', to_hex(random_bytes(8)), kDoctorChallenge);
  return request;
}

/// The model, where the server lists models and it is none of them.
std::string unknown_model(const Agent& agent, const Probe& probe) {
  if (agent.kind != "openai" || probe.status != 200 || agent.options.model.empty()) return {};
  boost::system::error_code fault;
  const auto parsed = json::parse(probe.body, fault);
  if (fault || !parsed.is_object()) return {};
  const auto* data = parsed.get_object().if_contains("data");
  if (!data || !data->is_array() || data->get_array().empty()) return {};
  const bool known = std::ranges::any_of(data->get_array(), [&](const json::value& each) {
    return each.is_object() && text_in(each.get_object(), "id") == agent.options.model;
  });
  return known ? std::string() : agent.options.model;
}

}  // namespace

bool Doctor::Diagnosis::healthy() const {
  return std::ranges::none_of(checks, [](const auto& each) { return each.second.severity >= Severity::kWarning; });
}

Task<Probe> Doctor::call(net::HttpClient& http, net::ClientRequest request) {
  request.total_timeout = kPatience;
  const auto began = std::chrono::steady_clock::now();
  auto answer = co_await http.send(std::move(request));
  Probe probe;
  probe.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  if (answer) {
    probe.status = answer->status;
    probe.body = std::move(answer->body);
    probe.certificate = answer->certificate;
  } else {
    probe.fault = answer.error().message;
  }
  co_return probe;
}

Task<> Doctor::ask_app(TenantRef tenant, const GuideFacts& guide, const MetaCheck& meta, MetaFacts& facts) {
  std::vector<std::string> apps;
  for (const auto& app : {guide.app_id, meta.token.facts ? meta.token.facts->app_id : std::string()})
    if (!app.empty() && std::ranges::find(apps, app) == apps.end()) apps.push_back(app);
  // Where the two differ, one of them is wrong, and the secret may well be the other one's.
  for (const auto& app : apps) {
    auto read = co_await parts_.meta.subscriptions(tenant, guide.number, app);
    facts.secret_refused = !read && is_refusal_of_secret(read.error());
    facts.subscriptions = answered(std::move(read));
    if (!facts.secret_refused) co_return;
  }
}

Task<MetaFacts> Doctor::ask_meta(TenantRef tenant, const GuideView& view) {
  MetaFacts facts;
  const GuideFacts& guide = view.facts;
  facts.people_this_month = view.people_this_month;
  facts.people_limit = view.people_limit;
  facts.messages_per_second = options_.messages_per_second;
  const TimePoint before = parts_.clock.now();
  const auto began = std::chrono::steady_clock::now();
  if (const auto time = co_await parts_.meta.time()) {
    const auto half = (std::chrono::steady_clock::now() - began) / 2;
    facts.clock_ahead = std::chrono::duration_cast<std::chrono::seconds>(before + half - *time);
  } else {
    facts.clock_fault = time.error().reason;
  }
  if (guide.number.empty()) co_return facts;
  const MetaCheck nothing;
  const MetaCheck& meta = guide.meta ? *guide.meta : nothing;
  if (guide.app_secret_set) co_await ask_app(tenant, guide, meta, facts);
  const bool may_ask = meta.token.facts && meta.token.facts->valid && meta.number.facts;
  if (may_ask && !meta.waba_id.empty())
    facts.templates = answered(co_await parts_.meta.templates(tenant, guide.number, meta.waba_id));
  co_return facts;
}

Task<AddressFacts> Doctor::call_ourselves(TenantRef tenant, const GuideFacts& guide) {
  AddressFacts facts;
  facts.is_set = options_.public_url_is_set;
  facts.meta_calls = options_.meta_calls;
  facts.challenge = std::string(kDoctorChallenge) + to_hex(random_bytes(8));
  const auto platform = parts_.directory.platform();
  const auto* token = verify_token(*tenant, platform.get(), guide);
  net::ClientRequest verification;
  verification.url = fmt::format("{}?hub.mode=subscribe&hub.challenge={}&hub.verify_token={}", guide.callback_url,
                                 facts.challenge, net::percent_encode(token ? token->expose() : std::string_view()));
  verification.asks_certificate = true;
  facts.verification = co_await call(parts_.outside, std::move(verification));
  const auto& secret = tenant->app_secret_for(guide.number);
  if (secret.empty() || facts.verification.status == 0) co_return facts;
  net::ClientRequest delivery;
  delivery.method = "POST";
  delivery.url = guide.callback_url;
  delivery.body = kDoctorDelivery;
  delivery.headers = {{"Content-Type", "application/json"},
                      {"X-Hub-Signature-256", "sha256=" + to_hex(hmac_sha256(secret.expose(), kDoctorDelivery))}};
  facts.delivery = co_await call(parts_.outside, std::move(delivery));
  co_return facts;
}

Task<> Doctor::call_agent(const Tenant& tenant, const Agent& agent, Helper& helper) {
  if (agent.options.url.empty()) co_return;
  const auto& key = agent.options.key_secret;
  const auto secret = tenant.secrets.find(key);
  if (!key.empty() && secret == tenant.secrets.end()) {
    helper.secret_missing = key;
    co_return;
  }
  helper.probe = co_await call(parts_.http, question_for(agent, key.empty() ? nullptr : &secret->second));
  helper.unknown_model = unknown_model(agent, *helper.probe);
}

Task<std::vector<Helper>> Doctor::call_agents(TenantRef tenant) {
  std::vector<Helper> found(std::min(tenant->agents.size(), kMaxHelpers));
  std::vector<Task<>> calls;
  for (const auto& [name, agent] : tenant->agents) {
    if (calls.size() == found.size()) break;
    auto& helper = found[calls.size()];
    helper.name = name;
    helper.kind = agent.kind;
    calls.push_back(call_agent(*tenant, agent, helper));
  }
  co_await side_by_side(std::move(calls));
  co_return found;
}

Task<> Doctor::call_provider(TenantRef tenant, const SpeechProvider& provider, Helper& helper) {
  if (provider.url.empty()) co_return;
  SpeechSettings alone = tenant->speech;
  alone.providers = {provider};
  alone.providers.front().timeout = std::chrono::duration_cast<std::chrono::seconds>(kPatience);
  alone.min_bytes = 0;
  alone.at_once = kMaxHelpers;
  const auto result = co_await parts_.speech.transcribe(alone, {.tenant = tenant->id,
                                                                .audio = std::make_shared<const std::string>(silence()),
                                                                .content_type = "audio/wav",
                                                                .language = alone.language,
                                                                .keys = SpeechKeys(tenant, &tenant->secrets)});
  helper.probe.emplace();
  if (!result.attempts.empty()) helper.probe->took = result.attempts.back().took;
  // Silence that was heard as silence was heard.
  if (!result.transcript && !result.transcript.error().message.contains("heard no words"))
    helper.probe->fault = result.transcript.error().message;
}

Task<std::vector<Helper>> Doctor::call_speech(TenantRef tenant) {
  std::vector<Helper> found(std::min(tenant->speech.providers.size(), kMaxHelpers));
  std::vector<Task<>> calls;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& provider = tenant->speech.providers[i];
    found[i].name = provider.name.empty() ? provider.kind : provider.name;
    found[i].kind = provider.kind;
    calls.push_back(call_provider(tenant, provider, found[i]));
  }
  co_await side_by_side(std::move(calls));
  co_return found;
}

Task<std::string> Doctor::last_failure(TenantId tenant) {
  const TimePoint since = parts_.clock.now() - kRecent;
  for (const auto state : {MessageState::kAgentFailed, MessageState::kFailed}) {
    MessageFilter filter;
    filter.limit = 1;
    filter.state = state;
    const auto newest = co_await parts_.ledger.messages(tenant, std::move(filter));
    if (newest && !newest->empty() && newest->front().created_at >= since) co_return newest->front().reason;
  }
  co_return std::string();
}

Task<GatewayFacts> Doctor::look_at_gateway(TenantRef tenant, std::string number) {
  GatewayFacts facts;
  facts.storage_fault = machine_.storage_fault();
  facts.disk_free = machine_.disk_free();
  facts.disk_wanted = options_.disk_wanted;
  facts.storage_full = machine_.storage_full(*tenant);
  if (const auto kept = co_await machine_.try_files(tenant->id); !kept) facts.files_fault = kept.error().message;
  facts.files_in_bucket = machine_.files_in_bucket;
  facts.not_accepted = machine_.not_accepted();
  facts.sending_held = machine_.why_held(number);
  if (const auto waiting = co_await parts_.ledger.waiting(tenant->id)) {
    facts.turns_waiting = waiting->turns;
    const auto of_number = waiting->outbox.find(number);
    if (of_number != waiting->outbox.end()) facts.to_be_sent = of_number->second;
  }
  facts.last_failure = co_await last_failure(tenant->id);
  co_return facts;
}

Task<PersonFacts> Doctor::look_at_person(TenantRef tenant, std::string number, std::string user) {
  PersonFacts facts;
  auto about = co_await explain(parts_.ledger, parts_.access, parts_.clock.now(), tenant,
                                {.from = without_prefix(std::move(user)), .number = number});
  if (!about) {
    facts.fault = about.error().message;
    co_return facts;
  }
  if (!about->user.empty()) {
    const auto record = co_await parts_.ledger.user(tenant->id, about->user);
    if (record)
      for (const auto& conversation : record->conversations)
        if (conversation.phone_number_id == about->number) {
          facts.last_inbound = std::max(facts.last_inbound, conversation.last_inbound);
          facts.window_until = std::max(facts.window_until, conversation.window_until);
        }
  }
  facts.about = std::move(*about);
  co_return facts;
}

Task<> Doctor::fetch(TenantRef tenant, DoctorPart part, const Question& question, DoctorFacts& facts) {
  switch (part) {
    case DoctorPart::kSettings:
    case DoctorPart::kMeta:  // asked before, with the guide
      break;
    case DoctorPart::kAddress:
      facts.address = co_await call_ourselves(tenant, facts.guide);
      break;
    case DoctorPart::kAgents:
      facts.agents = co_await call_agents(tenant);
      break;
    case DoctorPart::kSpeech:
      facts.speech = co_await call_speech(tenant);
      break;
    case DoctorPart::kGateway:
      facts.gateway = co_await look_at_gateway(tenant, facts.guide.number);
      break;
    case DoctorPart::kPerson:
      if (!question.user.empty()) facts.person = co_await look_at_person(tenant, facts.guide.number, question.user);
      break;
  }
}

Task<Result<Doctor::Diagnosis>> Doctor::examine(TenantRef tenant, Question question) {
  const auto wanted = [&](DoctorPart part) { return !question.part || *question.part == part; };
  if (wanted(DoctorPart::kMeta))
    if (const auto asked = co_await parts_.guide.check(tenant, question.number); !asked)
      co_return std::unexpected(asked.error());
  // Meta's answers are kept among the tenant's settings.
  if (auto now = parts_.directory.by_id(tenant->id)) tenant = std::move(now);
  const auto view = co_await parts_.guide.read(tenant, question.number);
  if (!view) co_return std::unexpected(view.error());
  DoctorFacts facts;
  facts.guide = view->facts;
  facts.tenant_enabled = tenant->enabled;
  facts.policy = tenant->policy_of(facts.guide.number);
  facts.default_agent = tenant->default_agent;
  if (wanted(DoctorPart::kMeta)) facts.meta = co_await ask_meta(tenant, *view);
  std::vector<Task<>> fetches;
  for (const auto part : kDoctorParts)
    if (wanted(part)) fetches.push_back(fetch(tenant, part, question, facts));
  co_await side_by_side(std::move(fetches));
  Diagnosis diagnosis{.number = facts.guide.number, .at = parts_.clock.now(), .checks = {}};
  for (const auto part : kDoctorParts)
    if (wanted(part))
      for (auto& check : diagnose(part, facts)) diagnosis.checks.emplace_back(part, std::move(check));
  co_return diagnosis;
}

Task<Result<std::string>> Doctor::run(std::string arguments) {
  boost::system::error_code fault;
  const auto parsed = json::parse(arguments, fault);
  if (fault || !parsed.is_object()) co_return fail(ErrorKind::kInvalid, "the arguments are no JSON object");
  const auto& given = parsed.get_object();
  const auto tenant = parts_.directory.by_name(text_in(given, "tenant"));
  if (!tenant) co_return fail(ErrorKind::kNotFound, fmt::format("there is no tenant \"{}\"", text_in(given, "tenant")));
  const auto diagnosis = co_await examine(tenant, {.number = text_in(given, "number"), .user = text_in(given, "user")});
  if (!diagnosis) co_return std::unexpected(diagnosis.error());
  co_return json::serialize(diagnosis_json(*diagnosis));
}

json::object diagnosis_json(const Doctor::Diagnosis& diagnosis) {
  json::array checks;
  for (const auto& [part, check] : diagnosis.checks) {
    auto shown = check_json(check);
    shown["part"] = to_string(part);
    checks.push_back(std::move(shown));
  }
  return {{"number", diagnosis.number.empty() ? json::value(nullptr) : json::value(diagnosis.number)},
          {"checked_at", note_time(diagnosis.at)},
          {"healthy", diagnosis.healthy()},
          {"checks", std::move(checks)}};
}

}  // namespace claw
