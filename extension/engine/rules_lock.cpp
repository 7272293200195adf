#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "storage/lock.h"
}

// Changes of a tenant's rules (hours, blocks, services, …) and its bookings do not run at the same time: who
// books sees every change that has committed, and a change waits for bookings under way. Two lock modes that
// admit each other's like but not one another do it: bookings do not wait for bookings, nor changes for
// changes.
using namespace pg_booking;

namespace {

constexpr LOCKMODE kBooking = ShareLock;
constexpr LOCKMODE kChange = RowExclusiveLock;
// So that a restore, which changes the rules of every tenant in one transaction, fits into the lock table.
// Tenants that share a lock wait for each other's changes, which are short.
constexpr uint32 kLocks = 1024;
// pg_advisory_lock() uses 1 and 2.
constexpr uint16 kLockKind = 3;

/// Until the transaction ends. P-zone.
void lock_rules(const pg_uuid_t* tenant_id, LOCKMODE mode) {
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, hash_bytes(tenant_id->data, UUID_LEN) % kLocks, 0, kLockKind);
  LockAcquire(&tag, mode, /*sessionLock=*/false, /*dontWait=*/false);
}

/// P-zone.
void lock_rules_of(HeapTuple row, TupleDesc descriptor) {
  bool is_null = false;
  int const column = SPI_fnumber(descriptor, "tenant_id");
  Datum const tenant_id = SPI_getbinval(row, descriptor, column, &is_null);
  if (!is_null) lock_rules(DatumGetUUIDP(tenant_id), kChange);
}

}  // namespace

PG_BOOKING_FUNCTION(pg_booking_lock_rules) {
  pg([&] { lock_rules(PG_GETARG_UUID_P(0), kBooking); });
  PG_RETURN_VOID();
}

PG_BOOKING_FUNCTION(pg_booking_queue_rule_change) {
  if (!CALLED_AS_TRIGGER(fcinfo))
    throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, "this function is for triggers");
  auto* const trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
  TupleDesc const descriptor = RelationGetDescr(trigger->tg_relation);
  pg([&] {
    lock_rules_of(trigger->tg_trigtuple, descriptor);
    if (trigger->tg_newtuple != nullptr) lock_rules_of(trigger->tg_newtuple, descriptor);
  });
  return PointerGetDatum(trigger->tg_newtuple != nullptr ? trigger->tg_newtuple : trigger->tg_trigtuple);
}
