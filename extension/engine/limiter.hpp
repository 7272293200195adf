#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string_view>

#include "engine/limiter/caller.hpp"
#include "engine/limiter/sliding_log.hpp"

// Exact rate limits in shared memory. Not transactional on purpose: what a rolled-back call has cost is
// spent.
namespace pg_booking {

/// Called once, from _PG_init; asks for memory and locks if the server preloads the library.
void limiter_init();

/// Counts a call of the caller in the group (at most 15 characters), if it is not more than `limit` (1 to
/// kHighestRateLimit) in any window; a refused call is not counted. Needs the library to be preloaded.
/// C-zone.
RateVerdict take_rate(RateScope scope, const CallerId& caller, std::string_view group, int32_t limit);

}  // namespace pg_booking
