#include <optional>
#include <string>

#include "engine/jwt_settings.hpp"
#include "text/json_parse.hpp"
#include "text/uuid.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
}

// auth.uid() and its kin: who runs, by the claims in request.jwt.claims. A policy asks for every row, so the
// claims are parsed once per value of the setting.
namespace pg_booking {
namespace {

struct RequestIdentity {
  uint64_t version = 0;  // of the setting
  std::optional<UuidBytes> user_id;
  std::optional<std::string> role, email;
};

std::optional<std::string> text_claim(const json::Value& claims, const char* name) {
  auto const member = claims.FindMember(name);
  if (member == claims.MemberEnd() || !member->value.IsString()) return std::nullopt;
  return std::string(member->value.GetString(), member->value.GetStringLength());
}

RequestIdentity read_identity(uint64_t version) {
  RequestIdentity identity{version, {}, {}, {}};
  std::string_view const text = request_claims();
  if (text.empty()) return identity;
  json::Document claims;
  if (parse_json(text, claims) || !claims.IsObject())
    throw SqlError(ERRCODE_INVALID_TEXT_REPRESENTATION, "request.jwt.claims is no JSON object");
  if (std::optional<std::string> const subject = text_claim(claims, "sub"))
    identity.user_id = parse_uuid(*subject);
  identity.role = text_claim(claims, "role");
  identity.email = text_claim(claims, "email");
  return identity;
}

const RequestIdentity& request_identity() {
  static RequestIdentity identity;
  uint64_t const version = request_claims_version();
  if (identity.version != version) identity = read_identity(version);
  return identity;
}

Datum text_or_null(FunctionCallInfo fcinfo, const std::optional<std::string>& value) {
  if (!value) PG_RETURN_NULL();
  const std::string& text = *value;
  return pg([&] { return text_datum(text); });
}

}  // namespace
}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_auth_uid) {
  const RequestIdentity& identity = request_identity();
  if (!identity.user_id) PG_RETURN_NULL();
  const uint8_t* const bytes = identity.user_id->data();
  return pg([&] { return uuid_datum(bytes); });
}

PG_BOOKING_FUNCTION(pg_booking_auth_role) {
  return text_or_null(fcinfo, request_identity().role);
}

PG_BOOKING_FUNCTION(pg_booking_auth_email) {
  return text_or_null(fcinfo, request_identity().email);
}

PG_BOOKING_FUNCTION(pg_booking_auth_jwt) {
  std::string_view const claims = request_claims();
  if (claims.empty()) PG_RETURN_NULL();
  return pg([&] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(claims.data())); });
}
