#include "text/webhook_url.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_webhook_url_problem) {
  const text* const url = pg([&] { return PG_GETARG_TEXT_PP(0); });
  const char* const problem = webhook_url_problem(view_of(url));
  if (problem == nullptr) PG_RETURN_NULL();
  return pg([&] { return text_datum(problem); });
}
