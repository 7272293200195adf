#include "engine/jwt/refusal.hpp"

namespace pg_booking::jwt {
namespace {

constexpr std::string_view kNoKeys = "PGRST300";
constexpr std::string_view kNotDecoded = "PGRST301";
constexpr std::string_view kNoAnonymous = "PGRST302";
constexpr std::string_view kBadClaims = "PGRST303";

}  // namespace

Wording Refusal::wording() const {
  switch (fault) {
    case Fault::no_keys:
      return {kNoKeys, "Server lacks JWT secret", {}};
    case Fault::empty:
      return {kNotDecoded, "Empty JWT is sent in Authorization header", {}};
    case Fault::not_three_parts:
      return {kNotDecoded, "Expected 3 parts in JWT; got " + std::to_string(parts), {}};
    case Fault::too_long:
      return {kNotDecoded, "JWT couldn't be decoded", "A JWT has at most 8192 bytes"};
    case Fault::bad_encoding:
      return {kNotDecoded, "JWT couldn't be decoded", "The parts of a JWT are base64url without padding"};
    case Fault::bad_header:
      return {kNotDecoded, "JWT couldn't be decoded",
              "The header must be a JSON object with \"alg\", unique members and no \"crit\""};
    case Fault::unsecured:
      return {kNotDecoded, "Wrong or unsupported encoding algorithm",
              "JWT is unsecured but expected 'alg' was not 'none'"};
    case Fault::unknown_algorithm:
      return {kNotDecoded, "Wrong or unsupported encoding algorithm",
              "The 'alg' of the JWT is not supported"};
    case Fault::unknown_type:
      return {kNotDecoded, "Unsupported token type", {}};
    case Fault::no_suitable_key:
      return {kNotDecoded, "No suitable key or wrong key type",
              "No suitable key was found to decode the JWT"};
    case Fault::not_verified:
      return {kNotDecoded, "No suitable key or wrong key type",
              "None of the keys was able to decode the JWT"};
    case Fault::bad_claims:
      return {kBadClaims, "Parsing claims failed", {}};
    case Fault::exp_not_a_number:
      return {kBadClaims, "The JWT 'exp' claim must be a number", {}};
    case Fault::nbf_not_a_number:
      return {kBadClaims, "The JWT 'nbf' claim must be a number", {}};
    case Fault::iat_not_a_number:
      return {kBadClaims, "The JWT 'iat' claim must be a number", {}};
    case Fault::aud_not_strings:
      return {kBadClaims, "The JWT 'aud' claim must be a string or an array of strings", {}};
    case Fault::expired:
      return {kBadClaims, "JWT expired", {}};
    case Fault::not_yet_valid:
      return {kBadClaims, "JWT not yet valid", {}};
    case Fault::issued_in_future:
      return {kBadClaims, "JWT issued at future", {}};
    case Fault::wrong_audience:
      return {kBadClaims, "JWT not in audience", {}};
    case Fault::exp_missing:
      return {kBadClaims, "The JWT 'exp' claim is required", {}};
    case Fault::aud_missing:
      return {kBadClaims, "The JWT 'aud' claim is required", {}};
    case Fault::role_not_allowed:
      return {kBadClaims, "The key of the JWT may not grant this role", {}};
    case Fault::anonymous_refused:
      return {kNoAnonymous, "Anonymous access is disabled", {}};
  }
  return {kNotDecoded, "JWT couldn't be decoded", {}};
}

}  // namespace pg_booking::jwt
