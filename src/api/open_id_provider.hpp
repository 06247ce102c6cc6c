#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "api/id_token.hpp"
#include "base/secret_string.hpp"
#include "net/client.hpp"

namespace claw {

/// An OpenID provider as its client sees it: where to send a browser, and who came back (OpenID Connect Core 1.0,
/// authorization code with PKCE).
///
/// What the provider publishes is kept for kMetadataLife, and its keys until a token names another one, which is looked
/// for once in kKeysPause at most. Safe from any coroutine.
class OpenIdProvider {
 public:
  static constexpr std::chrono::hours kMetadataLife{1};
  static constexpr std::chrono::seconds kKeysPause{60};
  static constexpr std::chrono::seconds kTimeout{10};

  struct Settings {
    std::string issuer;  ///< Without / at the end, unless the provider calls itself so.
    std::string client_id;
    SecretString client_secret;  ///< Empty: a public client.
    std::string label;           ///< On the button: "Sign in with …".
    std::string redirect_uri;
  };
  /// What one sign-in must be the answer to.
  struct Challenge {
    std::string state;
    std::string nonce;
    std::string verifier;
  };

  /// All must outlive this object.
  OpenIdProvider(net::HttpClient& http, Clock& clock, Settings settings)
      : http_(http), clock_(clock), settings_(std::move(settings)) {}

  [[nodiscard]] const Settings& settings() const { return settings_; }

  /// Where the browser goes. kTransient if the provider cannot be reached or published nothing that can be used.
  [[nodiscard]] Task<Result<std::string>> authorization_url(Challenge challenge);
  /// Who the provider says it was. kTransient as above; kInvalid, with a message for the log, if the answer is not what
  /// it must be.
  [[nodiscard]] Task<Result<IdentityClaims>> redeem(std::string code, Challenge challenge);

 private:
  struct Metadata {
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string userinfo_endpoint;
    std::string jwks_uri;
    bool secret_in_body = false;
    TimePoint read_at;
  };
  struct Tokens {
    std::string id_token;
    SecretString access_token;
  };
  using MetadataRef = std::shared_ptr<const Metadata>;
  using KeysRef = std::shared_ptr<const IssuerKeys>;

  Task<Result<std::string>> fetch(net::ClientRequest request);
  Task<Result<MetadataRef>> metadata();
  [[nodiscard]] Result<MetadataRef> read_metadata(std::string_view text) const;
  /// `again`: a token named a key that is not there.
  Task<Result<KeysRef>> keys(const Metadata& metadata, bool again);
  Task<Result<Tokens>> tokens(const Metadata& metadata, std::string code, const std::string& verifier);
  Task<Result<IdentityClaims>> check(const Metadata& metadata, std::string token, const std::string& nonce);

  net::HttpClient& http_;
  Clock& clock_;
  const Settings settings_;
  std::mutex mutex_;
  MetadataRef metadata_;    // guarded by mutex_
  KeysRef keys_;            // guarded by mutex_
  TimePoint keys_read_at_;  // guarded by mutex_
};

}  // namespace claw
