#include <chrono>

#include "engine/limiter.hpp"

#include "engine/limiter_memory.hpp"
#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/preload.hpp"

// What the benchmark and the accuracy test look at. No install script knows these functions: a superuser who
// wants them declares them.
namespace pg_booking {
namespace {

/// The times of the calls of an entry that count now, on the limiter's clock.
struct Log {
  int32 count;
  int64 times[kHighestRateLimit];
};

/// P-zone.
void read_log(const RateKey& key, Log* log) {
  const LimiterTable& table = limiter_table();
  uint32_t const partition = LimiterTable::partition_of(table.hash(key));
  LWLockAcquire(limiter_lock(partition), LW_SHARED);
  for (const RateEntry& entry : table.entries(partition)) {
    if (memcmp(&entry.key, &key, sizeof key) != 0) continue;
    const CallTimes& times = table.times_of(entry);
    log->count = entry.log.used(times, limiter_clock(), kRateWindow);
    for (int32 i = 0; i < log->count; i++) log->times[i] = entry.log.time_of(times, log->count, i);
  }
  LWLockRelease(limiter_lock(partition));
}

}  // namespace
}  // namespace pg_booking

using namespace pg_booking;

/// (checks integer, callers integer) RETURNS double precision: nanoseconds of one check, callers in turn.
PG_BOOKING_FUNCTION(pg_booking_measure_rate_limit) {
  using Clock = std::chrono::steady_clock;
  int32 const checks = PG_GETARG_INT32(0);
  int32 const callers = PG_GETARG_INT32(1);
  pg([] { require_preload(); });
  CallerId caller{};
  auto const begin = Clock::now();
  for (int32 i = 0; i < checks; i++) {
    int32 const number = i % callers;
    memcpy(caller.data(), &number, sizeof number);
    take_rate(RateScope::api_key, caller, "measure", kHighestRateLimit);
  }
  std::chrono::duration<double, std::nano> const time = Clock::now() - begin;
  PG_RETURN_FLOAT8(time.count() / checks);
}

/// (api_key_id uuid, rate_group text) RETURNS SETOF bigint: the times of the calls that count now, as the
/// limiter knows them, in microseconds of its clock.
PG_BOOKING_FUNCTION(pg_booking_rate_limit_log) {
  return pg([&]() -> Datum {
    require_preload();
    materialize_result(fcinfo, SetOf::values);
    CallerId caller;
    memcpy(caller.data(), PG_GETARG_UUID_P(0)->data, caller.size());
    RateKey const key =
        make_rate_key(RateScope::api_key, caller, view_of(PG_GETARG_TEXT_PP(1)), MyDatabaseId);
    auto* const log = static_cast<Log*>(palloc0(sizeof(Log)));
    read_log(key, log);
    auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (int32 i = 0; i < log->count; i++) {
      Datum value = Int64GetDatum(log->times[i]);
      bool is_null = false;
      tuplestore_putvalues(result->setResult, result->setDesc, &value, &is_null);
    }
    return (Datum)0;
  });
}
