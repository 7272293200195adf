#include <optional>
#include <string>
#include <vector>

#include "engine/jwt/key.hpp"

#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
}

// What SQL needs to keep keys: the tables are sql/jwt_keys.sql's.
namespace pg_booking {
namespace {

/// Runs code that may find a key invalid, and tells the caller why.
template <typename Function>
auto telling_why(Function&& function) -> decltype(function()) {
  try {
    return function();
  } catch (const jwt::InvalidKey& error) {
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, error.what());
  }
}

Datum jsonb_datum(const char* text) {
  return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
}

void put_key(ReturnSetInfo* result, const jwt::Key& key) {
  std::string const whole = key.jwk();
  std::string const shown = key.public_jwk();
  pg([&] {
    Datum values[] = {text_datum(key.id()), BoolGetDatum(key.can_sign()), text_datum(whole),
                      shown.empty() ? (Datum)0 : jsonb_datum(shown.c_str())};
    bool nulls[] = {key.id().empty(), false, !key.can_sign(), shown.empty()};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  });
}

}  // namespace
}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_parse_jwt_keys) {
  const text* const secret = pg([&] { return PG_GETARG_TEXT_PP(0); });
  bool const is_base64 = PG_GETARG_BOOL(1);
  std::vector<jwt::Key> const keys = telling_why([&] { return jwt::parse_keys(view_of(secret), is_base64); });
  pg([&] { materialize_result(fcinfo); });
  for (const jwt::Key& key : keys) put_key(reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo), key);
  return (Datum)0;
}

PG_BOOKING_FUNCTION(pg_booking_generate_jwk) {
  const text* const name = pg([&] { return PG_GETARG_TEXT_PP(0); });
  const text* const key_id = pg([&] { return PG_GETARG_TEXT_PP(1); });
  std::optional<jwt::Algorithm> const algorithm = jwt::parse_algorithm(view_of(name));
  if (!algorithm)
    throw SqlError(
        ERRCODE_INVALID_PARAMETER_VALUE,
        "the algorithm must be one of HS256, RS256, PS256, ES256, their 384 and 512 forms, or EdDSA");
  std::string const jwk = jwt::generate_jwk(*algorithm, view_of(key_id));
  return pg([&] { return text_datum(jwk); });
}
