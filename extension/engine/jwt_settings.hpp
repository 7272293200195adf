#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <string_view>

// The settings pg_booking.jwt_* and request.jwt.claims.
namespace pg_booking {

/// Declares them; called once, from _PG_init.
void jwt_settings_init();

/// The settings as they are now. The views live until one of them is set.
struct JwtSettings {
  std::string_view audience;        // that tokens must name; empty: any
  std::string_view role_claim_key;  // a valid ClaimPath
  int cache_max_entries;            // verified tokens kept by each backend
  bool require_apikey;              // /rest/v1 asks for the header apikey, as Supabase's gateway does
  bool strict;  // a token without "exp", or without "aud" where one is demanded, is refused
};
JwtSettings jwt_settings() noexcept;

/// Another number whenever one of those settings may have changed.
uint64_t jwt_settings_version() noexcept;

/// request.jwt.claims: the claims of who runs, as text; empty when nobody is signed in. Lives until it is
/// set.
std::string_view request_claims() noexcept;

/// Another number whenever request.jwt.claims may have changed.
uint64_t request_claims_version() noexcept;

}  // namespace pg_booking
