#include "pg/preload.hpp"

#include "pg/postgres.hpp"

namespace pg_booking {
namespace {

constinit bool preloaded = false;

}  // namespace

void preload_init() {
  preloaded = process_shared_preload_libraries_in_progress;
}

bool is_preloaded() {
  return preloaded;
}

void require_preload() {
  if (preloaded) return;
  ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                  errmsg("pg_booking is not loaded by the server"),
                  errhint("Add pg_booking to shared_preload_libraries and restart PostgreSQL.")));
}

}  // namespace pg_booking
