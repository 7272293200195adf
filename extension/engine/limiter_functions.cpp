#include <algorithm>

#include "engine/limiter/policy.hpp"
#include "engine/limiter/table.hpp"

#include "engine/limiter_memory.hpp"
#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/preload.hpp"

namespace pg_booking {
namespace {

const char* name_of(RateScope scope) {
  switch (scope) {
    case RateScope::api_key:
      return "api_key";
    case RateScope::user:
      return "user";
    case RateScope::address:
      return "address";
    case RateScope::client:
      return "client";
  }
  return "unknown";
}

/// An entry as it was at one moment.
struct EntryStatus {
  RateEntry entry;
  int32 used;
  int64 oldest_age;   // microseconds; meaningful if any call is in the window
  int64 retry_after;  // microseconds until a call is admitted
};

/// Runs under the partition's lock: arithmetic only.
EntryStatus status_of(const LimiterTable& table, const RateEntry& entry, int64 now) {
  const CallTimes& times = table.times_of(entry);
  EntryStatus status{.entry = entry, .used = 0, .oldest_age = 0, .retry_after = 0};
  status.used = entry.log.used(times, now, kRateWindow);
  if (status.used > 0) status.oldest_age = now - entry.log.time_of(times, status.used, 0);
  if (status.used >= entry.limit)
    status.retry_after = entry.log.time_of(times, status.used, status.used - entry.limit) + kRateWindow - now;
  return status;
}

/// P-zone.
Datum interval_datum(int64 microseconds) {
  auto* const interval = static_cast<Interval*>(palloc0(sizeof(Interval)));
  interval->time = microseconds;
  return IntervalPGetDatum(interval);
}

/// The id of a key or user as they are written, or the address. P-zone.
Datum caller_datum(const RateKey& key) {
  if (key.scope == static_cast<uint8_t>(RateScope::address))
    return CStringGetTextDatum(address_of_caller(key.caller).data());
  return CStringGetTextDatum(DatumGetCString(DirectFunctionCall1(uuid_out, uuid_datum(key.caller.data()))));
}

/// P-zone.
void put_status(ReturnSetInfo* result, const EntryStatus& status) {
  const RateKey& key = status.entry.key;
  Datum values[] = {CStringGetTextDatum(name_of(static_cast<RateScope>(key.scope))),
                    caller_datum(key),
                    text_datum({key.group.data(), strnlen(key.group.data(), key.group.size())}),
                    Int32GetDatum(status.entry.limit),
                    Int32GetDatum(status.used),
                    interval_datum(status.oldest_age),
                    interval_datum(status.retry_after),
                    TimestampTzGetDatum(status.entry.last_used)};
  bool nulls[lengthof(values)] = {};
  nulls[5] = status.used == 0;
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/// The entries of this database in one partition. Nothing is made while the lock is held: they are copied.
/// P-zone.
void put_partition(ReturnSetInfo* result, uint32_t partition, EntryStatus* copies) {
  const LimiterTable& table = limiter_table();
  size_t count = 0;
  LWLockAcquire(limiter_lock(partition), LW_SHARED);
  int64 const now = limiter_clock();
  for (const RateEntry& entry : table.entries(partition))
    if (LimiterTable::is_in_use(entry) && entry.key.database == MyDatabaseId)
      copies[count++] = status_of(table, entry, now);
  LWLockRelease(limiter_lock(partition));
  for (size_t i = 0; i < count; i++) put_status(result, copies[i]);
}

/// The room of all partitions together. P-zone.
void put_room(ReturnSetInfo* result, const char* kind, bool for_addresses) {
  LimiterTable::Room sum{};
  for (uint32_t partition = 0; partition < LimiterTable::kPartitions; partition++) {
    LWLockAcquire(limiter_lock(partition), LW_SHARED);
    LimiterTable::Room const room = limiter_table().room(partition, for_addresses, limiter_clock());
    LWLockRelease(limiter_lock(partition));
    sum.entries += room.entries;
    sum.taken += room.taken;
  }
  Datum values[] = {CStringGetTextDatum(kind), Int64GetDatum(static_cast<int64>(sum.entries)),
                    Int64GetDatum(static_cast<int64>(sum.taken))};
  bool nulls[lengthof(values)] = {};
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace
}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_rate_limit_status) {
  return pg([&]() -> Datum {
    require_preload();
    materialize_result(fcinfo);
    auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    auto* const copies =
        static_cast<EntryStatus*>(palloc(sizeof(EntryStatus) * limiter_table().entries(0).size()));
    for (uint32_t partition = 0; partition < LimiterTable::kPartitions; partition++)
      put_partition(result, partition, copies);
    return (Datum)0;
  });
}

PG_BOOKING_FUNCTION(pg_booking_rate_limit_memory) {
  return pg([&]() -> Datum {
    require_preload();
    materialize_result(fcinfo);
    put_room(reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo), "callers", /*for_addresses=*/false);
    put_room(reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo), "addresses", /*for_addresses=*/true);
    return (Datum)0;
  });
}

PG_BOOKING_FUNCTION(pg_booking_rate_groups) {
  return pg([&]() -> Datum {
    materialize_result(fcinfo);
    auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (const RateGroup& group : rate_groups()) {
      Datum values[] = {text_datum(group.name), CStringGetTextDatum(name_of(group.counted_by)),
                        Int32GetDatum(group.standard), Int32GetDatum(group.elevated)};
      bool nulls[lengthof(values)] = {};
      tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return (Datum)0;
  });
}
