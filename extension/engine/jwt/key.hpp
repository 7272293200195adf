#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/jwt/algorithm.hpp"
#include "engine/jwt/openssl.hpp"
#include "text/rapidjson.hpp"

namespace pg_booking::jwt {

inline constexpr size_t kMaxKeyIdLength = 128;
inline constexpr size_t kMinSecretLength = 32;

/// A key that cannot be used; the message says why and holds nothing of the key.
struct InvalidKey : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// A key as JSON Web Key (RFC 7517) for signatures: oct, RSA (2048 to 8192 bits), EC (P-256, P-384, P-521) or
/// OKP (Ed25519, Ed448). It works for the algorithm that its "alg" names, and without one for those of its
/// type; an HMAC algorithm needs a secret as long as its digest. Nothing else is ever asked of the token:
/// what a key can verify is the key's own property.
class Key {
 public:
  /// Throws InvalidKey for anything that is no valid key for signatures.
  explicit Key(const json::Value& jwk);

  /// A plain secret of at least 32 bytes for HS256.
  static Key from_secret(std::string_view secret);

  /// Empty for a key without "kid".
  const std::string& id() const { return id_; }
  bool allows(Algorithm algorithm) const;
  /// The algorithm to sign with: the key's own, or the first that it allows.
  Algorithm algorithm() const { return algorithms_.front(); }
  bool can_sign() const { return !secret_.empty() || has_private_part_; }
  bool is_symmetric() const { return !secret_.empty(); }

  /// Whether `signature` is `message`'s under this key; false for an algorithm that it does not allow.
  bool verify(Algorithm algorithm, std::string_view message, std::string_view signature) const;

  /// The signature of `message` by algorithm(), as RFC 7515 transports it. The key must be able to sign.
  std::string sign(std::string_view message) const;

  /// What everybody may see: a JWK with "use":"sig" and "key_ops":["verify"]. Empty for a secret.
  std::string public_jwk() const;

  /// The whole key as a JWK.
  std::string jwk() const;

 private:
  Key() = default;
  void allow(const json::Value& jwk, std::vector<Algorithm> candidates);
  void prepare_macs();
  std::string write(bool with_private_part) const;

  std::string id_;
  bool is_pinned_ = false;             // "alg" is a member
  std::vector<Algorithm> algorithms_;  // allowed; never empty
  std::string secret_;                 // of an oct key
  std::vector<MacContext> macs_;       // one for each of algorithms_, with the secret already digested
  Pkey pkey_;                          // of any other
  bool has_private_part_ = false;
};

/// A new private key for the algorithm as a JWK with this "kid": 2048 bits for RSA, Ed25519 for EdDSA, and
/// for HMAC a secret of the digest's length.
std::string generate_jwk(Algorithm algorithm, std::string_view key_id);

/// The keys that PostgREST's setting jwt-secret means: a JWK, a JWK set, or else a plain secret, which may be
/// base64. Members of a set that are not for signatures are left out. Throws InvalidKey.
std::vector<Key> parse_keys(std::string_view text, bool is_base64);

}  // namespace pg_booking::jwt
