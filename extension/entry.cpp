#include "engine/jwt_settings.hpp"
#include "engine/limiter.hpp"
#include "face/rest/settings.hpp"
#include "gateway/request_counters.hpp"

#include "pg/postgres.hpp"

#include "face/auth/face.hpp"
#include "face/auth/settings.hpp"
#include "face/rest/face.hpp"
#include "face/v1/face.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/preload.hpp"
#include "pg/settings.hpp"

extern "C" {
#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "pg_booking", .version = PG_BOOKING_VERSION);
#else
PG_MODULE_MAGIC;
#endif

PGDLLEXPORT void _PG_init(void);

void _PG_init(void) {
  pg_booking::settings_init();
  pg_booking::preload_init();
  pg_booking::limiter_init();
  pg_booking::jwt_settings_init();
  pg_booking::v1::face_init();
  pg_booking::auth::face_init();
  pg_booking::auth::settings_init();
  pg_booking::rest::settings_init();
  pg_booking::request_counters_init();
  pg_booking::rest::face_init();
  pg_booking::reserve_guc_prefix("pg_booking");  // after every setting is declared
}
}

PG_BOOKING_FUNCTION(pg_booking_library_version) {
  return pg_booking::pg([] { return CStringGetTextDatum(PG_BOOKING_VERSION); });
}
