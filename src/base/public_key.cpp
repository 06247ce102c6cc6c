#include "base/public_key.hpp"

#include <memory>
#include <string>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace claw {
namespace {

template <class T, void (*free)(T*)>
struct Freed {
  void operator()(T* thing) const { free(thing); }
};
template <class T, void (*free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, free>>;
using Number = Owned<BIGNUM, BN_free>;
using ParamBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using EvpKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::size_t kP256Bytes = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number number(std::string_view bytes) {
  return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

/// Null if the parameters are no key.
EvpKey make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  EvpKey made(key);
  const KeyContext checked(EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr));
  return checked && EVP_PKEY_public_check(checked.get()) == 1 ? std::move(made) : nullptr;
}

/// As OpenSSL wants an ECDSA signature: DER. Empty for what is none.
std::string to_der(std::string_view signature) {
  if (signature.size() != 2 * kP256Bytes) return {};
  const EcdsaSignature made(ECDSA_SIG_new());
  Number r = number(signature.substr(0, kP256Bytes));
  Number s = number(signature.substr(kP256Bytes));
  if (!made || ECDSA_SIG_set0(made.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();  // they are the signature's now
  (void)s.release();
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(made.get(), nullptr)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(made.get(), &out);
  return der;
}

}  // namespace

struct PublicKey::Key {
  EvpKey evp;
  bool is_rsa;
};

Result<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  constexpr std::size_t kMaxBytes = 1024;
  if (modulus.size() > kMaxBytes || exponent.size() > 8) return fail(ErrorKind::kInvalid, "the RSA key is too long");
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  const Number n = number(modulus);
  const Number e = number(exponent);
  if (!builder || !n || !e || BN_num_bits(n.get()) < kMinRsaBits ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return fail(ErrorKind::kInvalid, "the RSA key is shorter than 2048 bits");
  auto key = make_key("RSA", builder.get());
  if (!key) return fail(ErrorKind::kInvalid, "this is no RSA key");
  return PublicKey(std::make_shared<const Key>(Key{std::move(key), true}));
}

Result<PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  const std::string point = std::string(1, '\x04') + std::string(x) + std::string(y);
  if (!builder || x.size() != kP256Bytes || y.size() != kP256Bytes ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return fail(ErrorKind::kInvalid, "a P-256 key has two coordinates of 32 bytes");
  auto key = make_key("EC", builder.get());
  if (!key) return fail(ErrorKind::kInvalid, "this is no point of P-256");
  return PublicKey(std::make_shared<const Key>(Key{std::move(key), false}));
}

bool PublicKey::is_rsa() const {
  return key_->is_rsa;
}

bool PublicKey::verifies(std::string_view data, std::string_view signature) const {
  const std::string der = key_->is_rsa ? std::string(signature) : to_der(signature);
  const DigestContext context(EVP_MD_CTX_new());
  return !der.empty() && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->evp.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(der), der.size(), bytes_of(data), data.size()) == 1;
}

}  // namespace claw
