#include "api/id_token.hpp"

#include <algorithm>
#include <optional>

#include <boost/json.hpp>

#include "base/crypto.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxKeys = 32;
constexpr std::size_t kMaxTokenBytes = 16 * 1024;

std::optional<std::string> from_base64url(std::string_view text) {
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  while (standard.size() % 4 != 0) standard += '=';
  return from_base64(standard);
}

std::optional<json::object> parse_object(std::string_view text) {
  boost::system::error_code fault;
  auto value = json::parse(text, fault);
  if (fault || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::string text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Bytes of a member that is base64url; empty where it is missing or wrong.
std::string bytes(const json::object& object, std::string_view name) {
  return from_base64url(text(object, name)).value_or("");
}

std::optional<PublicKey> read_key(const json::object& key) {
  if (const auto use = text(key, "use"); !use.empty() && use != "sig") return std::nullopt;
  const std::string type = text(key, "kty");
  const std::string algorithm = text(key, "alg");
  Result<PublicKey> read = fail(ErrorKind::kInvalid, "");
  if (type == "RSA" && (algorithm.empty() || algorithm == "RS256"))
    read = PublicKey::rsa(bytes(key, "n"), bytes(key, "e"));
  if (type == "EC" && text(key, "crv") == "P-256") read = PublicKey::p256(bytes(key, "x"), bytes(key, "y"));
  if (!read) return std::nullopt;
  return std::move(*read);
}

std::unexpected<Error> wrong(const char* what) {
  return fail(ErrorKind::kInvalid, what);
}

/// The key that a token names; where it names none, the only one that fits.
const PublicKey* find_key(const IssuerKeys& keys, const std::string& name, bool is_rsa) {
  if (!name.empty()) {
    const auto found = keys.find(name);
    return found != keys.end() && found->second.is_rsa() == is_rsa ? &found->second : nullptr;
  }
  const auto fits = [&](const auto& entry) { return entry.second.is_rsa() == is_rsa; };
  const auto found = std::ranges::find_if(keys, fits);
  return found != keys.end() && std::ranges::count_if(keys, fits) == 1 ? &found->second : nullptr;
}

std::optional<std::int64_t> second_of(const json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  if (!value || !value->is_number()) return std::nullopt;
  // A number of JSON may have a fraction, and be far beyond any time.
  const double seconds = value->to_number<double>();
  if (!(seconds >= 0 && seconds < 1e11)) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

bool is_for(const json::object& claims, const std::string& client_id) {
  const auto* audience = claims.if_contains("aud");
  if (!audience) return false;
  if (audience->is_string()) return audience->get_string() == client_id;
  if (!audience->is_array()) return false;
  const auto& list = audience->get_array();
  const bool named =
      std::ranges::any_of(list, [&](const auto& each) { return each.is_string() && each.get_string() == client_id; });
  // With others beside us, the one it was made for must be us.
  return named && (list.size() == 1 || text(claims, "azp") == client_id);
}

Result<void> check_claims(const json::object& claims, const IdTokenExpected& expected) {
  if (text(claims, "iss") != expected.issuer) return wrong("the ID token is of another issuer");
  if (!is_for(claims, expected.client_id)) return wrong("the ID token is for another client");
  if (const auto azp = text(claims, "azp"); !azp.empty() && azp != expected.client_id)
    return wrong("the ID token was made for another client");
  if (text(claims, "nonce").empty() || !equal_in_constant_time(text(claims, "nonce"), expected.nonce))
    return wrong("the ID token is not the answer to this sign-in");
  const auto expires = second_of(claims, "exp");
  const auto issued = second_of(claims, "iat");
  const auto now = std::chrono::floor<std::chrono::seconds>(expected.now).time_since_epoch().count();
  if (!expires || now >= *expires + kIdTokenLeeway.count()) return wrong("the ID token has expired");
  if (!issued || now < *issued - kIdTokenLeeway.count()) return wrong("the ID token is from the future");
  if (text(claims, "sub").empty() || text(claims, "sub").size() > 255) return wrong("the ID token names nobody");
  return {};
}

IdentityClaims identity_of(const json::object& claims) {
  const auto* verified = claims.if_contains("email_verified");
  // Some providers write it as a text.
  const bool is_verified = verified && ((verified->is_bool() && verified->get_bool()) ||
                                        (verified->is_string() && verified->get_string() == "true"));
  return {text(claims, "sub"), text(claims, "email"), is_verified, text(claims, "name")};
}

}  // namespace

Result<IssuerKeys> read_issuer_keys(std::string_view text_of_set) {
  const auto set = parse_object(text_of_set);
  const auto* list = set ? set->if_contains("keys") : nullptr;
  if (!list || !list->is_array()) return wrong("the provider's keys are no JSON Web Key Set");
  IssuerKeys keys;
  for (const auto& entry : list->get_array()) {
    if (!entry.is_object() || keys.size() >= kMaxKeys) continue;
    if (auto key = read_key(entry.get_object())) keys.emplace(text(entry.get_object(), "kid"), std::move(*key));
  }
  return keys;
}

Result<IdentityClaims> read_id_token(std::string_view token, const IssuerKeys& keys, const IdTokenExpected& expected) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (token.size() > kMaxTokenBytes || second == std::string_view::npos || token.find('.', second + 1) != token.npos)
    return wrong("the ID token is no signed token");
  const auto header = parse_object(from_base64url(token.substr(0, first)).value_or(""));
  const auto claims = parse_object(from_base64url(token.substr(first + 1, second - first - 1)).value_or(""));
  const auto signature = from_base64url(token.substr(second + 1));
  if (!header || !claims || !signature) return wrong("the ID token is no signed token");
  const std::string algorithm = text(*header, "alg");
  if (algorithm != "RS256" && algorithm != "ES256")
    return wrong("the ID token is signed neither by RS256 nor by ES256");
  if (header->contains("crit")) return wrong("the ID token asks for something that is not known here");
  const PublicKey* const key = find_key(keys, text(*header, "kid"), algorithm == "RS256");
  if (!key) return fail(ErrorKind::kNotFound, "the ID token is signed by a key that the provider does not show");
  if (!key->verifies(token.substr(0, second), *signature)) return wrong("the ID token's signature is wrong");
  if (const auto checked = check_claims(*claims, expected); !checked) return std::unexpected(checked.error());
  return identity_of(*claims);
}

Result<IdentityClaims> read_userinfo(std::string_view text_of_info, std::string_view subject) {
  const auto info = parse_object(text_of_info);
  if (!info || text(*info, "sub") != subject) return wrong("the provider's userinfo is of another person");
  return identity_of(*info);
}

}  // namespace claw
