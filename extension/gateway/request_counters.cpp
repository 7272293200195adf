#include "gateway/request_counters.hpp"

#include "gateway/routes.hpp"

#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/preload.hpp"

extern "C" {
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
}

// Requests by operation and outcome, as booking.stats_requests shows them: a fixed block of atomic counters
// for each database that has been asked anything since the server started.
namespace pg_booking {
namespace {

constexpr const char* kName = "pg_booking_request_counters";
// Dropped databases keep their place until a restart; of those that find none, nothing is counted.
constexpr size_t kMaxDatabases = 64;

struct OperationCounters {
  pg_atomic_uint64 succeeded;
  pg_atomic_uint64 refused;
  pg_atomic_uint64 failed;
  pg_atomic_uint64 rate_limited;
  pg_atomic_uint64 replayed;
  pg_atomic_uint64 microseconds;
};

/// The places are given under the lock, in order, and never taken back.
struct Directory {
  Oid databases[kMaxDatabases];
};

constinit shmem_startup_hook_type previous_startup_hook = nullptr;
constinit Directory* directory = nullptr;
constinit OperationCounters* all_counters = nullptr;
constinit LWLock* directory_lock = nullptr;
// Of this process's database, once it has been looked for.
constinit OperationCounters* own_counters = nullptr;
constinit bool own_counters_known = false;

/// One for each operation, and one for requests that have none.
size_t counters_per_database() {
  return operation_count() + 1;
}

size_t directory_size() {
  return MAXALIGN(sizeof(Directory));
}

size_t memory_size() {
  return directory_size() + kMaxDatabases * counters_per_database() * sizeof(OperationCounters);
}

void request_memory() {
  RequestAddinShmemSpace(memory_size());
  RequestNamedLWLockTranche(kName, 1);
}

void make_zero(OperationCounters& counters) {
  for (pg_atomic_uint64* counter : {&counters.succeeded, &counters.refused, &counters.failed,
                                    &counters.rate_limited, &counters.replayed, &counters.microseconds})
    pg_atomic_init_u64(counter, 0);
}

void start_up() {
  if (previous_startup_hook != nullptr) previous_startup_hook();
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  bool found;
  auto* const memory = static_cast<char*>(ShmemInitStruct(kName, memory_size(), &found));
  directory = reinterpret_cast<Directory*>(memory);
  all_counters = reinterpret_cast<OperationCounters*>(memory + directory_size());
  if (!found) {
    memset(directory, 0, sizeof *directory);
    for (size_t i = 0; i < kMaxDatabases * counters_per_database(); i++) make_zero(all_counters[i]);
  }
  directory_lock = &GetNamedLWLockTranche(kName)->lock;
  LWLockRelease(AddinShmemInitLock);
}

/// The counters of this process's database; null if there is no place for them. P-zone.
OperationCounters* find_own_counters() {
  if (own_counters_known) return own_counters;
  LWLockAcquire(directory_lock, LW_EXCLUSIVE);
  for (size_t place = 0; place < kMaxDatabases; place++) {
    Oid& database = directory->databases[place];
    if (database != InvalidOid && database != MyDatabaseId) continue;
    database = MyDatabaseId;
    own_counters = all_counters + place * counters_per_database();
    break;
  }
  LWLockRelease(directory_lock);
  own_counters_known = true;
  return own_counters;
}

pg_atomic_uint64& outcome_counter(OperationCounters& counters, int status) {
  if (status == 429) return counters.rate_limited;
  if (status >= 500) return counters.failed;
  return status >= 400 ? counters.refused : counters.succeeded;
}

/// P-zone.
void put_counters(ReturnSetInfo* result, std::string_view operation, OperationCounters& counters) {
  auto const value = [](pg_atomic_uint64& counter) {
    return Int64GetDatum(static_cast<int64>(pg_atomic_read_u64(&counter)));
  };
  double const milliseconds = static_cast<double>(pg_atomic_read_u64(&counters.microseconds)) / 1000;
  Datum values[] = {text_datum(operation),       value(counters.succeeded),    value(counters.refused),
                    value(counters.failed),      value(counters.rate_limited), value(counters.replayed),
                    Float8GetDatum(milliseconds)};
  bool nulls[lengthof(values)] = {};
  nulls[0] = operation.empty();
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace

void request_counters_init() {
  if (!is_preloaded()) return;
  on_shmem_request<request_memory>();
  previous_startup_hook = shmem_startup_hook;
  shmem_startup_hook = start_up;
}

void count_request(const Exchange& exchange, std::chrono::steady_clock::duration duration) {
  OperationCounters* const first = own_counters_known ? own_counters : pg([] { return find_own_counters(); });
  if (first == nullptr) return;
  OperationCounters& counters = first[operation_number(exchange)];
  auto const microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  pg_atomic_fetch_add_u64(&outcome_counter(counters, exchange.answer.status), 1);
  pg_atomic_fetch_add_u64(&counters.microseconds, microseconds);
  if (exchange.notes.replayed) pg_atomic_fetch_add_u64(&counters.replayed, 1);
}

}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_request_counters) {
  return pg([&]() -> Datum {
    require_preload();
    materialize_result(fcinfo);
    auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    OperationCounters* const counters = find_own_counters();
    if (counters == nullptr) return (Datum)0;
    for (size_t number = 0; number <= operation_count(); number++)
      put_counters(result, operation_at(number), counters[number]);
    return (Datum)0;
  });
}
