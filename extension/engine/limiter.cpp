#include "engine/limiter.hpp"

#include "engine/limiter_memory.hpp"
#include "pg/guard.hpp"
#include "pg/preload.hpp"

namespace pg_booking {
namespace {

constexpr int64 kComplaintInterval = 60'000'000;

/// To the server's log, not more often than each process needs to be heard.
void complain_of_no_room() {
  static constinit int64 next_complaint = 0;
  int64 const now = limiter_clock();
  if (now < next_complaint) return;
  next_complaint = now + kComplaintInterval;
  pg([] {
    ereport(LOG, (errmsg("pg_booking: a call was refused for lack of room to count it"),
                  errhint("Raise pg_booking.rate_limit_entries and restart PostgreSQL.")));
  });
}

}  // namespace

void limiter_init() {
  if (is_preloaded()) limiter_memory_init();
}

RateVerdict take_rate(RateScope scope, const CallerId& caller, std::string_view group, int32_t limit) {
  LimiterTable& table = limiter_table();
  RateKey const key = make_rate_key(scope, caller, group, MyDatabaseId);
  uint64_t const hash = table.hash(key);
  LWLock* const lock = limiter_lock(LimiterTable::partition_of(hash));
  TimestampTz const wall_time = GetCurrentStatementStartTimestamp();
  RateVerdict const verdict = pg([&] {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    // The clock is read under the lock: the order of the times is the order of the calls.
    RateVerdict const taken = table.take(key, hash, limiter_clock(), limit, wall_time);
    LWLockRelease(lock);
    return taken;
  });
  if (verdict.outcome == RateVerdict::Outcome::no_room) complain_of_no_room();
  return verdict;
}

}  // namespace pg_booking
