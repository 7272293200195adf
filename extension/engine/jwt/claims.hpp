#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/jwt/claim_path.hpp"
#include "engine/jwt/refusal.hpp"
#include "text/uuid.hpp"

namespace pg_booking::jwt {

/// By how much clocks may differ.
inline constexpr int64_t kSkewSeconds = 30;

/// What a verified payload says, in the form in which it is checked with every request.
struct Claims {
  std::string json;                  // the object as it came, but compact, and with `role`, if any, as "role"
  std::optional<std::string> role;   // at the role path; a value that is no string as its JSON text
  std::optional<UuidBytes> subject;  // "sub", if it is a UUID
  std::optional<int64_t> expires, not_before, issued;  // Unix seconds, fractions cut
  bool names_audience = false;                         // by a string, or an array with anything in it
  std::vector<std::string> audience;
};

/// A compact JSON object that has no member "role" yet, with this one.
std::string add_role(std::string_view object, std::string_view role);

/// Which claims are demanded.
struct ClaimRules {
  std::string audience;      // empty: "aud" is not looked at
  bool require_all = false;  // "exp", and "aud" if an audience is named, must be there
};

/// Parses a payload. Members may not repeat; exp, nbf and iat must be numbers that are not negative, or null,
/// which is like nothing.
std::variant<Claims, Fault> read_claims(std::string_view payload, const ClaimPath& role_path);

/// Whether the claims hold at this moment.
std::optional<Fault> check_claims(const Claims& claims, const ClaimRules& rules, int64_t unix_seconds);

}  // namespace pg_booking::jwt
