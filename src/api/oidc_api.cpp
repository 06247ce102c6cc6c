#include "api/oidc_api.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "api/parameters.hpp"
#include "api/session_cookie.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::string_view kCookie = "claw_oidc";
constexpr const char* kSealedAs = "oidc sign-in";
constexpr std::size_t kMaxPathBytes = 500;

HttpResponse redirect(const std::string& to) {
  auto response = net::text_response(302, "");
  response.content_type.clear();
  response.headers.push_back({"Location", to});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

HttpResponse back_with(std::string_view words) {
  return redirect("/sign-in#error=" + net::percent_encode(words));
}

/// Our words for the person; what is ours alone goes to the log.
std::string words_for(const Error& error) {
  if (error.kind == ErrorKind::kNotFound) return error.message;
  log::warn("oidc.failed reason=\"{}\"", error.message);
  return error.kind == ErrorKind::kTransient ? "The sign-in provider cannot be reached now. Try again later."
                                             : "The sign-in provider did not confirm who you are. Try again.";
}

}  // namespace

std::string own_path(std::string_view text) {
  // A browser takes // and /\ for the beginning of another host.
  const bool is_path = text.starts_with('/') && !text.starts_with("//") && text.size() <= kMaxPathBytes;
  const bool is_plain = std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
  return is_path && is_plain ? std::string(text) : "/";
}

void OidcApi::add_routes(net::Router& router) {
  guard_.add_for_anybody(router, "GET", "/api/v1/oidc/start",
                         [this](HttpRequest& request, const Caller& caller) { return start(request, caller); });
  guard_.add_for_anybody(router, "GET", "/api/v1/oidc/callback",
                         [this](HttpRequest& request, const Caller& caller) { return come_back(request, caller); });
}

net::HttpHeader OidcApi::cookie(const HttpRequest& request, std::string_view name, std::string_view value,
                                std::chrono::seconds life) const {
  return set_cookie(name, value, life, is_https_ || guard_.came_by_https(request));
}

std::string OidcApi::seal(const Begun& begun) const {
  const json::object object{{"state", begun.challenge.state},
                            {"nonce", begun.challenge.nonce},
                            {"verifier", begun.challenge.verifier},
                            {"next", begun.next},
                            {"until", to_ms(clock_.now() + kPatience)}};
  // Of a tenant's no secret ever has this name: tenants' ids begin with 1.
  return to_hex(vault_.seal(TenantId{}, kSealedAs, SecretString(json::serialize(object))));
}

std::optional<OidcApi::Begun> OidcApi::open(std::string_view sealed) const {
  const auto bytes = from_hex(sealed);
  const auto opened = bytes ? vault_.open(TenantId{}, kSealedAs, *bytes) : fail(ErrorKind::kInvalid, "");
  if (!opened) return std::nullopt;
  const auto value = json::parse(opened->expose());
  const auto text = [&](const char* name) { return std::string(value.at(name).as_string()); };
  if (to_ms(clock_.now()) >= value.at("until").as_int64()) return std::nullopt;
  return Begun{{text("state"), text("nonce"), text("verifier")}, text("next")};
}

Task<HttpResponse> OidcApi::start(HttpRequest& request, const Caller&) {
  if (!provider_) co_return back_with("There is no sign-in provider here.");
  const Begun begun{{random_token(""), random_token(""), random_token("")},
                    own_path(request.query_value("next").value_or("/"))};
  const auto url = co_await provider_->authorization_url(begun.challenge);
  if (!url) co_return back_with(words_for(url.error()));
  auto response = redirect(*url);
  response.headers.push_back(cookie(request, kCookie, seal(begun), kPatience));
  co_return response;
}

Task<Result<SecretString>> OidcApi::finish(const HttpRequest& request, const Begun& begun, const Caller& caller) {
  const auto issuer = request.query_value("iss");
  if (issuer && *issuer != provider_->settings().issuer)
    co_return fail(ErrorKind::kInvalid, "the answer is of another issuer");
  const auto code = request.query_value("code");
  if (!code) co_return fail(ErrorKind::kNotFound, "The sign-in was broken off, or the provider refused it.");
  auto claims = co_await provider_->redeem(std::string(*code), begun.challenge);
  if (!claims) co_return std::unexpected(claims.error());
  co_return co_await sign_in_.by_identity(provider_->settings().issuer, claims->subject,
                                          claims->email_verified ? claims->email : "", claims->name,
                                          visitor_of(request, caller));
}

Task<HttpResponse> OidcApi::come_back(HttpRequest& request, const Caller& caller) {
  const auto begun = open(cookie_in(request, kCookie));
  const auto state = request.query_value("state").value_or("");
  if (!provider_ || !begun || !equal_in_constant_time(begun->challenge.state, state))
    co_return back_with("The sign-in took too long, or began in another browser. Try again.");
  const auto token = co_await finish(request, *begun, caller);
  auto response = token ? redirect(begun->next) : back_with(words_for(token.error()));
  response.headers.push_back(cookie(request, kCookie, "", std::chrono::seconds(0)));
  if (!token) co_return response;
  const auto life = std::chrono::floor<std::chrono::seconds>(people_.life().absolute);
  response.headers.push_back(cookie(request, kSessionCookie, token->expose(), life));
  co_return response;
}

}  // namespace claw
