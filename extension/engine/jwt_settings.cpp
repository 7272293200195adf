#include "engine/jwt_settings.hpp"

#include "engine/jwt/claim_path.hpp"

#include "pg/postgres.hpp"

namespace pg_booking {
namespace {

constinit char* audience = nullptr;
constinit char* role_claim_key = nullptr;
constinit int cache_max_entries = 1000;
constinit bool strict = false;
constinit bool require_apikey = true;
constinit uint64_t settings_version = 1;

constinit char* claims = nullptr;
constinit uint64_t claims_version = 1;

// GUC hooks are called from C frames: they neither throw nor report.
bool check_role_claim_key(char** new_value, void**, GucSource) noexcept {
  try {
    if (*new_value != nullptr && jwt::ClaimPath::parse(*new_value)) return true;
  } catch (...) {
    return false;
  }
  GUC_check_errdetail("It must be a JSONPath such as $.role or $.roles[?@ == 'editor'].");
  return false;
}

void note_text(const char*, void*) noexcept {
  settings_version++;
}
void note_number(int, void*) noexcept {
  settings_version++;
}
void note_switch(bool, void*) noexcept {
  settings_version++;
}
void note_claims(const char*, void*) noexcept {
  claims_version++;
}

std::string_view view_of_setting(const char* value) {
  return value == nullptr ? std::string_view{} : std::string_view(value);
}

}  // namespace

void jwt_settings_init() {
  DefineCustomStringVariable("pg_booking.jwt_aud", "The audience that tokens must be for; empty: any.",
                             "A token that names none passes, unless pg_booking.jwt_strict is on.", &audience,
                             "", PGC_SUSET, 0, nullptr, note_text, nullptr);
  DefineCustomStringVariable(
      "pg_booking.jwt_role_claim_key", "Where in a token's claims the database role stands.",
      "A JSONPath (RFC 9535), or the older form that starts with a dot.", &role_claim_key, "$.role",
      PGC_SUSET, 0, check_role_claim_key, note_text, nullptr);
  DefineCustomIntVariable(
      "pg_booking.jwt_cache_max_entries", "How many verified tokens each session remembers.",
      "Their signature is not computed again; their claims are checked every time. 0: none.",
      &cache_max_entries, 1000, 0, 1000000, PGC_SUSET, 0, nullptr, note_number, nullptr);
  DefineCustomBoolVariable("pg_booking.jwt_strict",
                           "Whether tokens must say until when and for whom they are.",
                           "On: a token without exp, or without aud where jwt_aud is set, is refused.",
                           &strict, false, PGC_SUSET, 0, nullptr, note_switch, nullptr);
  DefineCustomBoolVariable("pg_booking.rest_require_apikey", "Whether /rest/v1 asks for the header apikey.",
                           "On, as in a Supabase project; off, as in plain PostgREST. /auth/v1 always asks.",
                           &require_apikey, true, PGC_SUSET, 0, nullptr, nullptr, nullptr);
  // Declared, not left a placeholder, so that a change is noticed: policies ask for it with every row.
  DefineCustomStringVariable("request.jwt.claims",
                             "The claims of the user as whom the session works, a JSON object.",
                             "Set by the HTTP gateway for each request; auth.uid() and its kin read it.",
                             &claims, "", PGC_USERSET, GUC_NOT_IN_SAMPLE, nullptr, note_claims, nullptr);
}

JwtSettings jwt_settings() noexcept {
  return JwtSettings{.audience = view_of_setting(audience),
                     .role_claim_key = view_of_setting(role_claim_key),
                     .cache_max_entries = cache_max_entries,
                     .require_apikey = require_apikey,
                     .strict = strict};
}

uint64_t jwt_settings_version() noexcept {
  return settings_version;
}

std::string_view request_claims() noexcept {
  return view_of_setting(claims);
}

uint64_t request_claims_version() noexcept {
  return claims_version;
}

}  // namespace pg_booking
