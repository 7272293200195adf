#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/jwt/claims.hpp"
#include "engine/jwt/key.hpp"
#include "engine/jwt/refusal.hpp"

namespace pg_booking::jwt {

inline constexpr size_t kMaxTokenLength = 8192;

/// A key to verify with, and for whom.
struct TrustedKey {
  Key key;
  std::vector<std::string> roles;  // that its tokens may claim; empty: any
};

/// Verifies a JWS in compact form (RFC 7515, hardened by RFC 8725) and reads its claims, which are not
/// checked against any clock or audience yet. Of the header only "alg", "kid", "typ" and "crit" are looked
/// at: a token never brings its own key. With a "kid" only the key of that name is tried; without, every key
/// that allows the algorithm.
std::variant<Claims, Refusal> verify_token(std::string_view token, std::span<const TrustedKey> keys,
                                           const ClaimPath& role_path);

/// Signs a JSON object of claims as a JWS in compact form, with the key's "kid" if it has one.
std::string sign_token(std::string_view claims_json, const Key& key);

}  // namespace pg_booking::jwt
