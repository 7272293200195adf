#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/limiter/table.hpp"

// What a starting server makes of the table that an earlier one left in a file, so that nobody gets more
// calls across a restart than without it.
namespace pg_booking {

/// The moment of a start. Microseconds.
struct StartTime {
  std::string_view epoch;  // of the clock that runs from the machine's start: the id of this start
  int64_t uptime;          // on that clock
  int64_t wall_time;       // since 1970
};

/// The table left in these bytes, if it can go on as it is: of the same machine's same run, whole, and as
/// large as wanted.
std::optional<LimiterTable> continue_table(std::span<std::byte> left, size_t entries, const StartTime& start);

/// Fills zeroed memory with a new table for `entries` that takes over what the one in `left` knows (empty:
/// there never was one). Where that does not tell enough, every limit counts as used up for a while. Returns
/// until when, on the clock of uptime; 0: not at all.
int64_t succeed_table(void* memory, size_t entries, uint64_t seed, std::span<std::byte> left,
                      const StartTime& start);

}  // namespace pg_booking
