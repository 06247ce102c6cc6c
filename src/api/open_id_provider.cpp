#include "api/open_id_provider.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::percent_encode;

std::string text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool is_web_address(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

std::unexpected<Error> not_now(const char* what) {
  return fail(ErrorKind::kTransient, what);
}

/// True if the provider takes a client's secret in the body alone (RFC 8414: by header unless it says otherwise).
bool wants_secret_in_body(const json::object& metadata) {
  const auto* methods = metadata.if_contains("token_endpoint_auth_methods_supported");
  if (!methods || !methods->is_array()) return false;
  bool in_body = false;
  for (const auto& method : methods->get_array()) {
    if (method == "client_secret_basic") return false;
    in_body = in_body || method == "client_secret_post";
  }
  return in_body;
}

std::string code_challenge(std::string_view verifier) {
  const auto digest = sha256(verifier);
  return to_base64url(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace

Task<Result<std::string>> OpenIdProvider::fetch(net::ClientRequest request) {
  request.total_timeout = kTimeout;
  request.headers.push_back({"Accept", "application/json"});
  auto answer = co_await http_.send(std::move(request));
  if (!answer) co_return not_now("the provider does not answer");
  // 4xx to a code says that the code is wrong, not that the provider is.
  if (answer->status >= 400 && answer->status < 500) co_return fail(ErrorKind::kInvalid, "the provider refused");
  if (answer->status != 200) co_return not_now("the provider answers with an error");
  co_return std::move(answer->body);
}

Result<OpenIdProvider::MetadataRef> OpenIdProvider::read_metadata(std::string_view body) const {
  boost::system::error_code fault;
  const auto value = json::parse(body, fault);
  if (fault || !value.is_object()) return not_now("the provider's configuration is no JSON");
  const auto& object = value.get_object();
  if (text(object, "issuer") != settings_.issuer)
    return not_now("the provider calls itself otherwise than oidc.issuer");
  Metadata read{text(object, "authorization_endpoint"), text(object, "token_endpoint"),
                text(object, "userinfo_endpoint"),      text(object, "jwks_uri"),
                wants_secret_in_body(object),           clock_.now()};
  for (const auto* needed : {&read.authorization_endpoint, &read.token_endpoint, &read.jwks_uri})
    if (!is_web_address(*needed)) return not_now("the provider's configuration lacks an endpoint");
  return std::make_shared<const Metadata>(std::move(read));
}

Task<Result<OpenIdProvider::MetadataRef>> OpenIdProvider::metadata() {
  MetadataRef known;
  {
    std::scoped_lock lock(mutex_);
    known = metadata_;
  }
  if (known && clock_.now() < known->read_at + kMetadataLife) co_return known;
  net::ClientRequest request;
  const bool ends_in_slash = settings_.issuer.ends_with('/');
  request.url = settings_.issuer + (ends_in_slash ? "" : "/") + ".well-known/openid-configuration";
  const auto body = co_await fetch(std::move(request));
  auto read = body ? read_metadata(*body) : not_now("the provider publishes no configuration");
  if (!read && known) co_return known;  // what it said last is better than nothing
  if (!read) co_return read;
  std::scoped_lock lock(mutex_);
  metadata_ = *read;
  co_return read;
}

Task<Result<OpenIdProvider::KeysRef>> OpenIdProvider::keys(const Metadata& metadata, bool again) {
  {
    std::scoped_lock lock(mutex_);
    const auto now = clock_.now();
    if (keys_ && (!again || now < keys_read_at_ + kKeysPause)) co_return keys_;
    if (keys_) keys_read_at_ = now;  // also a try that fails counts
  }
  net::ClientRequest request;
  request.url = metadata.jwks_uri;
  const auto body = co_await fetch(std::move(request));
  if (!body) co_return not_now("the provider's keys cannot be read");
  auto read = read_issuer_keys(*body);
  if (!read) co_return not_now("the provider's keys are none");
  auto made = std::make_shared<const IssuerKeys>(std::move(*read));
  std::scoped_lock lock(mutex_);
  keys_ = made;
  keys_read_at_ = clock_.now();
  co_return made;
}

Task<Result<std::string>> OpenIdProvider::authorization_url(Challenge challenge) {
  const auto known = co_await metadata();
  if (!known) co_return std::unexpected(known.error());
  const std::string& endpoint = (*known)->authorization_endpoint;
  co_return fmt::format(
      "{}{}response_type=code&scope=openid%20email%20profile&client_id={}&redirect_uri={}&state={}&nonce={}"
      "&code_challenge={}&code_challenge_method=S256",
      endpoint, endpoint.contains('?') ? '&' : '?', percent_encode(settings_.client_id),
      percent_encode(settings_.redirect_uri), challenge.state, challenge.nonce, code_challenge(challenge.verifier));
}

Task<Result<OpenIdProvider::Tokens>> OpenIdProvider::tokens(const Metadata& metadata, std::string code,
                                                            const std::string& verifier) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = metadata.token_endpoint;
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = fmt::format("grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={}",
                             percent_encode(code), percent_encode(settings_.redirect_uri), verifier);
  const std::string id = percent_encode(settings_.client_id);
  const std::string secret = percent_encode(settings_.client_secret.expose());
  if (secret.empty())
    request.body += "&client_id=" + id;
  else if (metadata.secret_in_body)
    request.body += "&client_id=" + id + "&client_secret=" + secret;
  else
    request.headers.push_back({"Authorization", "Basic " + to_base64(id + ":" + secret)});
  const auto body = co_await fetch(std::move(request));
  if (!body) co_return std::unexpected(body.error());
  boost::system::error_code fault;
  const auto answer = json::parse(*body, fault);
  if (fault || !answer.is_object()) co_return fail(ErrorKind::kInvalid, "the provider's tokens are no JSON");
  co_return Tokens{text(answer.get_object(), "id_token"), SecretString(text(answer.get_object(), "access_token"))};
}

Task<Result<IdentityClaims>> OpenIdProvider::check(const Metadata& metadata, std::string token,
                                                   const std::string& nonce) {
  Result<IdentityClaims> claims = fail(ErrorKind::kNotFound, "");
  for (const bool again : {false, true}) {
    const auto known = co_await keys(metadata, again);
    if (!known) co_return std::unexpected(known.error());
    claims = read_id_token(token, **known, {settings_.issuer, settings_.client_id, nonce, clock_.now()});
    if (claims || claims.error().kind != ErrorKind::kNotFound) break;
  }
  if (!claims) co_return fail(ErrorKind::kInvalid, claims.error().message);
  co_return claims;
}

Task<Result<IdentityClaims>> OpenIdProvider::redeem(std::string code, Challenge challenge) {
  const auto known = co_await metadata();
  if (!known) co_return std::unexpected(known.error());
  auto got = co_await tokens(**known, std::move(code), challenge.verifier);
  if (!got) co_return std::unexpected(got.error());
  auto claims = co_await check(**known, std::move(got->id_token), challenge.nonce);
  if (!claims || !claims->email.empty() || !is_web_address((*known)->userinfo_endpoint)) co_return claims;
  net::ClientRequest request;
  request.url = (*known)->userinfo_endpoint;
  request.bearer = std::move(got->access_token);
  const auto body = co_await fetch(std::move(request));
  if (!body) co_return std::unexpected(body.error());
  co_return read_userinfo(*body, claims->subject);
}

}  // namespace claw
