#pragma once

#include "engine/limiter/table.hpp"

#include "pg/postgres.hpp"

extern "C" {
#include "storage/lwlock.h"
}

namespace pg_booking {

/// The table of the server, and the lock of each of its partitions: shared by all processes.
LimiterTable& limiter_table();
LWLock* limiter_lock(uint32_t partition);

/// Now, in microseconds, on the clock that all times in the table are of: it counts from the machine's start,
/// goes on while the machine sleeps, and nobody sets it.
int64 limiter_clock();

/// Asks for the locks and has the table opened when the server makes its shared memory. From _PG_init.
void limiter_memory_init();

}  // namespace pg_booking
