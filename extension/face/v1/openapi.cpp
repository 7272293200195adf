#include "face/v1/openapi.hpp"

#include "face/v1/execute.hpp"

#include "pg/guard.hpp"
#include "pg/statement.hpp"

extern "C" {
#include "utils/inval.h"
#include "utils/syscache.h"
}

namespace pg_booking::v1 {
namespace {

constinit Statement statement{};
constinit char* document = nullptr;
// Counts what may have changed the document; built_at is the count that it was built at.
constinit uint64 changes = 1;
constinit uint64 built_at = 0;

void note_change(Datum, int, uint32) noexcept {
  changes++;
}

/// P-zone.
void watch_catalogs() {
  for (int const cache : {PROCOID, TYPEOID, ATTNUM, ENUMOID})
    CacheRegisterSyscacheCallback(cache, note_change, (Datum)0);
}

/// P-zone.
void build_document(const char* sql) {
  if (!statement.is_set()) {
    watch_catalogs();
    statement = Statement(sql);
  }
  uint64 const now = changes;  // before the build: what changes meanwhile makes the next request build again
  spi_connect();
  statement.execute(nullptr, 0, /*read_only=*/true);
  const char* const text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
  char* const outdated = document;
  document = MemoryContextStrdup(TopMemoryContext, text);
  if (outdated != nullptr) pfree(outdated);
  built_at = now;
  spi_finish();
}

}  // namespace

std::string openapi_document(const Route& route) {
  if (built_at != changes) {
    CallerScope scope;
    pg([&] { build_document(route.operation->sql); });
    scope.leave();
  }
  return document;
}

}  // namespace pg_booking::v1
