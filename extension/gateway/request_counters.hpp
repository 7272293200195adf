#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <chrono>

#include "gateway/exchange.hpp"

namespace pg_booking {

/// Asks for the counters' memory; called from _PG_init, when all faces are registered.
void request_counters_init();

/// Counts an exchange that has its answer, as one of its operation in this database. Counters are shared by all
/// processes and are not transactional: what is rolled back was answered all the same. They start from zero
/// with the server. C-zone.
void count_request(const Exchange& exchange, std::chrono::steady_clock::duration duration);

}  // namespace pg_booking
