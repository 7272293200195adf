#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string_view>

namespace pg_booking::jwt {

/// The signature algorithms of RFC 7518 and RFC 8037 that are accepted; "none" is no algorithm.
enum class Algorithm : uint8_t {
  hs256,
  hs384,
  hs512,
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
  es256,
  es384,
  es512,
  eddsa,
};

enum class Family : uint8_t { hmac, rsa_pkcs1, rsa_pss, ecdsa, eddsa };

/// The algorithm of this name; names are case-sensitive.
std::optional<Algorithm> parse_algorithm(std::string_view name);
std::string_view name_of(Algorithm algorithm);
Family family_of(Algorithm algorithm);

/// OpenSSL's name of the digest; nullptr for EdDSA, which has its own.
const char* digest_of(Algorithm algorithm);

/// Bytes of the digest; 0 for EdDSA.
int digest_size_of(Algorithm algorithm);

}  // namespace pg_booking::jwt
