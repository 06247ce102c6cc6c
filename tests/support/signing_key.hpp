#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <boost/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/crypto.hpp"

namespace claw::testing {

/// The key of an OpenID provider in a test: signs tokens, and shows its public half as the provider publishes it.
class SigningKey {
 public:
  static SigningKey rsa(std::string name, unsigned int bits = 2048) {
    return {std::move(name), true, EVP_RSA_gen(bits)};
  }
  static SigningKey p256(std::string name) { return {std::move(name), false, EVP_EC_gen("P-256")}; }

  [[nodiscard]] boost::json::object published() const {
    boost::json::object key{{"kid", name_}, {"use", "sig"}, {"kty", is_rsa_ ? "RSA" : "EC"}};
    if (is_rsa_) {
      key["n"] = to_base64url(number(OSSL_PKEY_PARAM_RSA_N, 0));
      key["e"] = to_base64url(number(OSSL_PKEY_PARAM_RSA_E, 0));
    } else {
      key["crv"] = "P-256";
      key["x"] = to_base64url(number(OSSL_PKEY_PARAM_EC_PUB_X, 32));
      key["y"] = to_base64url(number(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    }
    return key;
  }
  /// A signed token. `header` is put over alg and kid.
  [[nodiscard]] std::string token(const boost::json::object& claims, const boost::json::object& header = {}) const {
    boost::json::object head{{"alg", is_rsa_ ? "RS256" : "ES256"}, {"kid", name_}};
    for (const auto& [name, value] : header) head[name] = value;
    const std::string data =
        to_base64url(boost::json::serialize(head)) + "." + to_base64url(boost::json::serialize(claims));
    return data + "." + to_base64url(sign(data));
  }

 private:
  SigningKey(std::string name, bool is_rsa, EVP_PKEY* key)
      : name_(std::move(name)), is_rsa_(is_rsa), key_(key, &EVP_PKEY_free) {
    if (!key) throw std::runtime_error("no key was made");
  }
  [[nodiscard]] std::string number(const char* what, int bytes) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), what, &value);
    std::string text(static_cast<std::size_t>(bytes > 0 ? bytes : BN_num_bytes(value)), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size()));
    BN_free(value);
    return text;
  }
  [[nodiscard]] std::string sign(const std::string& data) const {
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::string made(512, '\0');
    std::size_t size = made.size();
    auto* out = reinterpret_cast<unsigned char*>(made.data());
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), out, &size, reinterpret_cast<const unsigned char*>(data.data()), data.size()) !=
            1)
      throw std::runtime_error("nothing was signed");
    made.resize(size);
    return is_rsa_ ? made : numbers_of(made);
  }
  /// r and s of 32 bytes each, from DER.
  static std::string numbers_of(const std::string& der) {
    const auto* in = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* const parsed = d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size()));
    std::string both(64, '\0');
    auto* out = reinterpret_cast<unsigned char*>(both.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(parsed), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(parsed), out + 32, 32);
    ECDSA_SIG_free(parsed);
    return both;
  }

  std::string name_;
  bool is_rsa_;
  std::shared_ptr<EVP_PKEY> key_;
};

/// A JSON Web Key Set of these.
inline std::string key_set(const std::vector<SigningKey>& keys) {
  boost::json::array list;
  for (const auto& key : keys) list.push_back(key.published());
  return boost::json::serialize(boost::json::object{{"keys", std::move(list)}});
}

}  // namespace claw::testing
