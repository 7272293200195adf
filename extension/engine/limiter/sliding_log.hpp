#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstdint>
#include <type_traits>

// The exact rolling window: the times of the calls that were let through, and nothing derived from them.
namespace pg_booking {

/// The window of every limit: N calls in any 60 seconds.
constexpr int64_t kRateWindow = 60'000'000;

/// The highest limit: so many calls in a window.
constexpr int32_t kHighestRateLimit = 1000;

/// What came of one call. Times in microseconds.
struct RateVerdict {
  enum class Outcome : uint8_t {
    admitted,
    refused,
    no_room,  // there is no memory to count it, so nobody knows
  };
  Outcome outcome;
  int32_t limit;
  int32_t remaining;  // calls that would be admitted now
  int64_t reset;      // until `remaining` grows by one, if nobody calls; a refused caller waits that long
};

/// The newest calls' times, each the low 32 bits of its microseconds.
using CallTimes = std::array<uint32_t, 1024>;
static_assert(CallTimes{}.size() >= kHighestRateLimit, "a call that counts must not be overwritten");

/// The calls of one caller in one route group. Lies in memory that several processes share under a lock and
/// that outlives them: a process may be killed between any two stores. The log then lacks at most the call
/// that this process had not yet answered.
class SlidingLog {
 public:
  /// Counts a call at `now` if fewer than `limit` (1 to kHighestRateLimit) lie in the window that ends there.
  /// A refused call leaves no trace. `now` is of a clock that goes on when every process is gone; where it is
  /// behind the newest call's, that one's counts.
  RateVerdict take(CallTimes& times, int64_t now, int32_t limit, int64_t window);

  /// How many calls the window that ends at `now` holds.
  int32_t used(const CallTimes& times, int64_t now, int64_t window) const;

  /// The time of a call in the window, by its number in it: 0 is the oldest of `used` ones.
  int64_t time_of(const CallTimes& times, int32_t used, int32_t number) const;

  /// Whether the window that ends at `now` holds no call: the next caller may go on with this log.
  bool is_idle(int64_t now, int64_t window) const { return now >= idle_at(window); }

  /// From when on that is so, if nobody calls.
  int64_t idle_at(int64_t window) const { return newest_ + window; }

  /// Whether it can be what take() left behind.
  bool is_sound(int64_t now) const { return admitted_ - expired_ <= kHighestRateLimit && newest_ <= now; }

 private:
  uint32_t first_in_window(const CallTimes& times, int64_t now, int64_t window) const;
  int64_t full_time(uint32_t low_bits) const;

  // Calls are numbered from 0 on, modulo 2^32. Those from expired_ to admitted_ are at most two windows old,
  // so the low bits tell their times: every take() moves expired_ up, and what has expired by newest_ is all
  // gone.
  int64_t newest_;
  uint32_t admitted_;
  uint32_t expired_;
};
static_assert(std::is_trivially_copyable_v<SlidingLog> && sizeof(SlidingLog) == 16);

}  // namespace pg_booking
