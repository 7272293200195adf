#include "pg/watched_table.hpp"

#include "pg/guard.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"
}

namespace pg_booking {

void WatchedTable::note_change(Datum watched, Oid relation_id) noexcept {
  auto* const self = reinterpret_cast<WatchedTable*>(DatumGetPointer(watched));
  if (relation_id == self->table_id_ || relation_id == InvalidOid) self->unchanged_ = false;
}

void WatchedTable::begin_reading() {
  if (!is_watched_) CacheRegisterRelcacheCallback(note_change, PointerGetDatum(this));
  is_watched_ = true;
  table_id_ = get_relname_relid(table_, get_namespace_oid(schema_, /*missing_ok=*/false));
  unchanged_ = true;
  PushActiveSnapshot(GetLatestSnapshot());
}

void WatchedTable::end_reading() {
  PopActiveSnapshot();
}

}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_keys_changed) {
  if (!CALLED_AS_TRIGGER(fcinfo))
    throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, "keys_changed is a trigger's function");
  Relation const table = reinterpret_cast<TriggerData*>(fcinfo->context)->tg_relation;
  pg([&] { CacheInvalidateRelcache(table); });
  return PointerGetDatum(nullptr);
}
