#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "text/headers.hpp"
#include "text/uuid.hpp"

// Who calls /rest/v1 and /auth/v1: what the request's headers say, believed after verification only.
namespace pg_booking {

/// A caller whose headers are in order.
struct JwtCaller {
  bool has_token;                      // false: anonymous
  std::string role;                    // to become; whether there is such a role is not known yet
  std::string claims;                  // JSON object for request.jwt.claims; "role" is always a member
  std::optional<UuidBytes> tenant_id;  // the caller's own tenant: the token's "sub", if that is a UUID
};

/// Headers that are not, in PostgREST's words.
struct JwtRefusal {
  int http_status;                // 401, or 500 where the server has no key
  std::string_view code;          // PGRST300 no key, 301 not decoded, 302 no anonymous access, 303 claims;
                                  // INVALID_API_KEY
  std::string message;            // never quotes the token
  std::string_view details;       // empty: null
  std::string_view hint;          // empty: null
  std::string_view authenticate;  // value of WWW-Authenticate up to error_description; empty: no such header

  /// "WWW-Authenticate: …\n", or empty.
  std::string header_line() const;
};

using JwtOutcome = std::variant<JwtCaller, JwtRefusal>;

/// Reads the header "Authorization: Bearer …" (other schemes count as none) and verifies the token. Where
/// pg_booking.rest_require_apikey is on, a header apikey must be there too, and without a token, or with the
/// key once more in its place, it says who calls. `anonymous_role`: whom a caller without either, or with a
/// token that names no role, becomes; empty when there is no such access. C-zone.
JwtOutcome authenticate_jwt(const std::vector<HeaderField>& headers, std::string_view anonymous_role,
                            unsigned owner_id);

/// What follows the scheme Bearer in the header Authorization, even if it is nothing; no value for any other
/// scheme. Points into the headers.
std::optional<std::string_view> bearer_credentials(const std::vector<HeaderField>& headers);

/// The application that calls, by its apikey.
struct ProjectCaller {
  std::string role;           // anon or service_role
  std::string claims;         // JSON object
  std::string_view key_text;  // as sent
};

/// Reads the key in the header apikey or, where there is none, `query_key`. C-zone.
std::variant<ProjectCaller, JwtRefusal> authenticate_project(const std::vector<HeaderField>& headers,
                                                             std::optional<std::string_view> query_key,
                                                             unsigned owner_id);

/// Makes the caller known until the current subtransaction ends: request.jwt.claims, which auth.uid() and its
/// kin read, and the tenant (none for a caller without one), which no code that the caller runs can change.
/// Before become_role(). C-zone.
void bind_jwt_caller(const JwtCaller& caller);

}  // namespace pg_booking
