#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>

#include "engine/jwt/algorithm.hpp"
#include "engine/jwt/openssl.hpp"
#include "text/rapidjson.hpp"

// Asymmetric keys between JSON (RFC 7518 section 6, RFC 8037) and OpenSSL.
namespace pg_booking::jwt {

/// The string member of this name; nothing if it is not there. Throws InvalidKey if it is something else.
std::optional<std::string_view> text_member(const json::Value& object, std::string_view name);

/// The bytes of a base64url member; nothing if it is not there. Throws InvalidKey if it is something else.
std::optional<std::string> binary_member(const json::Value& object, std::string_view name);

struct AsymmetricKey {
  Pkey pkey;
  bool has_private_part;
};

/// The key of an RSA, EC or OKP JWK, checked to be a valid one (the point on its curve, the parts belonging
/// together). Throws InvalidKey.
AsymmetricKey read_asymmetric_key(std::string_view key_type, const json::Value& jwk);

/// Appends the members from "kty" on, separated by commas.
void append_key_members(std::string& out, const Pkey& pkey, bool with_private_part);

/// Appends ,"name":"base64url of the bytes".
void append_binary_member(std::string& out, std::string_view name, std::string_view value);

Pkey generate_pkey(Algorithm algorithm);

}  // namespace pg_booking::jwt
