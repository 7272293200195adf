#include "gateway/raise_error.hpp"

#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"

namespace pg_booking {

void raise(const ErrorCode& entry, const char* details) {
  const char* const sqlstate = entry.sqlstate;
  ereport(ERROR, (errcode(MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3], sqlstate[4])),
                  errmsg("%s", entry.message), details != nullptr ? errdetail_internal("%s", details) : 0,
                  errhint("Error code %s.", entry.code)));
  pg_unreachable();
}

}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_raise_error) {
  if (PG_ARGISNULL(0)) throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "raise_error needs a code");
  const text* const name = pg([&] { return PG_GETARG_TEXT_PP(0); });
  const ErrorCode* const entry = find_error_code(view_of(name));
  if (entry == nullptr)
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                   "unknown error code; SELECT code FROM booking.error_codes() lists them");
  pg([&] { raise(*entry, PG_ARGISNULL(1) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(1))); });
  pg_unreachable();
}

PG_BOOKING_FUNCTION(pg_booking_error_codes) {
  return pg([&]() -> Datum {
    materialize_result(fcinfo);
    auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (const ErrorCode& entry : error_codes()) {
      Datum values[] = {CStringGetTextDatum(entry.code), CStringGetTextDatum(entry.sqlstate),
                        Int32GetDatum(entry.http_status), BoolGetDatum(entry.retryable),
                        CStringGetTextDatum(entry.message)};
      bool nulls[lengthof(values)] = {};
      tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return (Datum)0;
  });
}
