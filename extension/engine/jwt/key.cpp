#include "engine/jwt/key.hpp"

#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <span>

#include "engine/jwt/jwk.hpp"
#include "text/base64.hpp"
#include "text/json_parse.hpp"
#include "text/json_write.hpp"
#include "text/sha256.hpp"
#include "text/utf8.hpp"

namespace pg_booking::jwt {
namespace {

constexpr size_t kMaxKeys = 64;

bool is_for_signatures(const json::Value& jwk) {
  std::optional<std::string_view> const use = text_member(jwk, "use");
  if (use && *use != "sig") return false;
  auto const operations = jwk.FindMember("key_ops");
  if (operations == jwk.MemberEnd()) return true;
  if (!operations->value.IsArray()) throw InvalidKey("a key's \"key_ops\" is no array");
  return std::any_of(operations->value.Begin(), operations->value.End(), [](const json::Value& operation) {
    return operation == "verify" || operation == "sign";
  });
}

std::vector<Algorithm> hmac_algorithms(size_t secret_length) {
  std::vector<Algorithm> algorithms;
  for (Algorithm const algorithm : {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512})
    if (secret_length >= static_cast<size_t>(digest_size_of(algorithm))) algorithms.push_back(algorithm);
  if (algorithms.empty()) throw InvalidKey("a secret must have at least 32 bytes");
  return algorithms;
}

std::vector<Algorithm> algorithms_of(const Pkey& pkey) {
  if (EVP_PKEY_is_a(pkey.get(), "RSA") == 1)
    return {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512,
            Algorithm::ps256, Algorithm::ps384, Algorithm::ps512};
  if (EVP_PKEY_is_a(pkey.get(), "EC") != 1) return {Algorithm::eddsa};
  int const bits = EVP_PKEY_get_bits(pkey.get());
  return {bits == 256 ? Algorithm::es256 : bits == 384 ? Algorithm::es384 : Algorithm::es512};
}

MacContext new_mac(std::string_view secret, Algorithm algorithm) {
  Mac const hmac(require(EVP_MAC_fetch(nullptr, "HMAC", nullptr)));
  MacContext context(require(EVP_MAC_CTX_new(hmac.get())));
  OSSL_PARAM const parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest_of(algorithm)), 0),
      OSSL_PARAM_construct_end()};
  require(EVP_MAC_init(context.get(), bytes(secret), secret.size(), parameters));
  return context;
}

std::string hmac(EVP_MAC_CTX* context, std::string_view message) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  size_t length = 0;
  // Without a key it starts again from the one it has.
  require(EVP_MAC_init(context, nullptr, 0, nullptr));
  require(EVP_MAC_update(context, bytes(message), message.size()));
  require(EVP_MAC_final(context, bytes(digest), &length, digest.size()));
  digest.resize(length);
  return digest;
}

std::span<const uint8_t> span_of(std::string_view text) {
  return {bytes(text), text.size()};
}

/// Bytes of r and of s in a raw ECDSA signature.
size_t ecdsa_half(const Pkey& pkey) {
  return (static_cast<size_t>(EVP_PKEY_get_bits(pkey.get())) + 7) / 8;
}

/// RFC 7518 transports r and s side by side, OpenSSL takes them as DER. Empty for a wrong length.
std::string ecdsa_to_der(std::string_view raw, size_t half) {
  if (raw.size() != 2 * half) return {};
  BIGNUM* const r = require(BN_bin2bn(bytes(raw), static_cast<int>(half), nullptr));
  BIGNUM* const s = require(BN_bin2bn(bytes(raw) + half, static_cast<int>(half), nullptr));
  EcdsaSignature const signature(require(ECDSA_SIG_new()));
  require(ECDSA_SIG_set0(signature.get(), r, s));
  std::string der(static_cast<size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)), '\0');
  unsigned char* end = bytes(der);
  i2d_ECDSA_SIG(signature.get(), &end);
  return der;
}

std::string ecdsa_from_der(std::string_view der, size_t half) {
  const unsigned char* start = bytes(der);
  EcdsaSignature const signature(require(d2i_ECDSA_SIG(nullptr, &start, static_cast<long>(der.size()))));
  std::string raw(2 * half, '\0');
  int const size = static_cast<int>(half);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes(raw), size) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes(raw) + half, size) < 0)
    throw std::bad_alloc();
  return raw;
}

void use_pss(EVP_PKEY_CTX* context, Algorithm algorithm) {
  if (family_of(algorithm) != Family::rsa_pss) return;
  require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING));
  require(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST));
}

bool verify_asymmetric(const Pkey& pkey, Algorithm algorithm, std::string_view message,
                       std::string_view signature) {
  std::string der;
  if (family_of(algorithm) == Family::ecdsa) {
    der = ecdsa_to_der(signature, ecdsa_half(pkey));
    signature = der;
  }
  if (signature.empty()) return false;
  DigestContext const context(require(EVP_MD_CTX_new()));
  EVP_PKEY_CTX* details = nullptr;  // the context's own
  require(EVP_DigestVerifyInit_ex(context.get(), &details, digest_of(algorithm), nullptr, nullptr, pkey.get(),
                                  nullptr));
  use_pss(details, algorithm);
  return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                          message.size()) == 1;
}

std::string sign_asymmetric(const Pkey& pkey, Algorithm algorithm, std::string_view message) {
  DigestContext const context(require(EVP_MD_CTX_new()));
  EVP_PKEY_CTX* details = nullptr;
  require(EVP_DigestSignInit_ex(context.get(), &details, digest_of(algorithm), nullptr, nullptr, pkey.get(),
                                nullptr));
  use_pss(details, algorithm);
  size_t length = 0;
  require(EVP_DigestSign(context.get(), nullptr, &length, bytes(message), message.size()));
  std::string signature(length, '\0');
  require(EVP_DigestSign(context.get(), bytes(signature), &length, bytes(message), message.size()));
  signature.resize(length);
  return family_of(algorithm) == Family::ecdsa ? ecdsa_from_der(signature, ecdsa_half(pkey)) : signature;
}

}  // namespace

Key::Key(const json::Value& jwk) {
  if (!jwk.IsObject()) throw InvalidKey("a key must be a JSON object");
  if (!is_for_signatures(jwk)) throw InvalidKey("a key is not meant for signatures");
  if (std::optional<std::string_view> const id = text_member(jwk, "kid")) id_ = *id;
  if (id_.size() > kMaxKeyIdLength) throw InvalidKey("a key's \"kid\" is longer than 128 bytes");
  std::string_view const key_type = text_member(jwk, "kty").value_or("");
  if (key_type == "oct") {
    secret_ = binary_member(jwk, "k").value_or("");
    allow(jwk, hmac_algorithms(secret_.size()));
    prepare_macs();
  } else {
    AsymmetricKey key = read_asymmetric_key(key_type, jwk);
    pkey_ = std::move(key.pkey);
    has_private_part_ = key.has_private_part;
    allow(jwk, algorithms_of(pkey_));
  }
}

Key Key::from_secret(std::string_view secret) {
  if (secret.size() < kMinSecretLength) throw InvalidKey("a secret must have at least 32 bytes");
  Key key;
  key.secret_ = secret;
  key.is_pinned_ = true;
  key.algorithms_ = {Algorithm::hs256};
  key.prepare_macs();
  return key;
}

void Key::allow(const json::Value& jwk, std::vector<Algorithm> candidates) {
  if (std::optional<std::string_view> const name = text_member(jwk, "alg")) {
    std::optional<Algorithm> const pinned = parse_algorithm(*name);
    if (!pinned || std::find(candidates.begin(), candidates.end(), *pinned) == candidates.end())
      throw InvalidKey("a key's \"alg\" is unknown, or no algorithm for its type, curve or length");
    candidates = {*pinned};
    is_pinned_ = true;
  }
  algorithms_ = std::move(candidates);
}

void Key::prepare_macs() {
  for (Algorithm const algorithm : algorithms_) macs_.push_back(new_mac(secret_, algorithm));
}

bool Key::allows(Algorithm algorithm) const {
  return std::find(algorithms_.begin(), algorithms_.end(), algorithm) != algorithms_.end();
}

bool Key::verify(Algorithm algorithm, std::string_view message, std::string_view signature) const {
  auto const allowed = std::find(algorithms_.begin(), algorithms_.end(), algorithm);
  if (allowed == algorithms_.end()) return false;
  if (!is_symmetric()) return verify_asymmetric(pkey_, algorithm, message, signature);
  const MacContext& mac = macs_[static_cast<size_t>(allowed - algorithms_.begin())];
  return constant_time_equal(span_of(hmac(mac.get(), message)), span_of(signature));
}

std::string Key::sign(std::string_view message) const {
  return is_symmetric() ? hmac(macs_.front().get(), message) : sign_asymmetric(pkey_, algorithm(), message);
}

std::string Key::write(bool with_private_part) const {
  std::string text = "{";
  if (is_symmetric()) {
    text += R"("kty":"oct")";
    append_binary_member(text, "k", secret_);
  } else {
    append_key_members(text, pkey_, with_private_part);
  }
  if (!id_.empty()) {
    text += ",\"kid\":";
    append_json_string(text, id_);
  }
  if (is_pinned_) text += ",\"alg\":\"" + std::string(name_of(algorithm())) + '"';
  text += R"(,"use":"sig")";
  if (!with_private_part) text += R"(,"key_ops":["verify"])";
  return text + '}';
}

std::string Key::public_jwk() const {
  return is_symmetric() ? std::string() : write(/*with_private_part=*/false);
}

std::string Key::jwk() const {
  return write(can_sign());
}

std::string generate_jwk(Algorithm algorithm, std::string_view key_id) {
  std::string text = "{";
  if (family_of(algorithm) == Family::hmac) {
    std::string secret(static_cast<size_t>(digest_size_of(algorithm)), '\0');
    require(RAND_priv_bytes(bytes(secret), static_cast<int>(secret.size())));
    text += R"("kty":"oct")";
    append_binary_member(text, "k", secret);
  } else {
    append_key_members(text, generate_pkey(algorithm), /*with_private_part=*/true);
  }
  text += ",\"kid\":";
  append_json_string(text, key_id);
  return text + ",\"alg\":\"" + std::string(name_of(algorithm)) + R"(","use":"sig"})";
}

std::vector<Key> parse_keys(std::string_view text, bool is_base64) {
  std::optional<std::string> const decoded = is_base64 ? decode_base64_leniently(text) : std::string(text);
  if (!decoded) throw InvalidKey("the secret is no base64");
  std::vector<Key> keys;
  json::Document document;
  bool const is_json = !parse_json(*decoded, document) && document.IsObject();
  if (!is_json) {
    keys.push_back(Key::from_secret(*decoded));
  } else if (document.HasMember("keys")) {
    const json::Value& set = document["keys"];
    if (!set.IsArray() || set.Size() > kMaxKeys)
      throw InvalidKey("\"keys\" must be an array of at most 64 keys");
    for (const json::Value& jwk : set.GetArray())
      if (jwk.IsObject() && is_for_signatures(jwk)) keys.emplace_back(jwk);
    if (keys.empty()) throw InvalidKey("the set holds no key for signatures");
  } else {
    keys.emplace_back(document);
  }
  return keys;
}

}  // namespace pg_booking::jwt
