#include "engine/limiter/sliding_log.hpp"

#include <algorithm>
#include <atomic>

namespace pg_booking {
namespace {

constexpr uint32_t kSlots = CallTimes{}.size();
static_assert((kSlots & (kSlots - 1)) == 0, "call numbers wrap at a power of two");
static_assert(2 * kRateWindow < int64_t{1} << 32, "the low bits must tell two windows apart");

/// Stores before this are made before stores after it. A killed process has made its stores up to some point
/// in program order, so the compiler is all that has to be held.
void keep_order() {
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace

uint32_t SlidingLog::first_in_window(const CallTimes& times, int64_t now, int64_t window) const {
  if (is_idle(now, window)) return admitted_;
  uint32_t first = expired_;
  while (first != admitted_ && static_cast<uint32_t>(now) - times[first % kSlots] >= window) first++;
  return first;
}

int64_t SlidingLog::full_time(uint32_t low_bits) const {
  return newest_ - static_cast<int64_t>(static_cast<uint32_t>(newest_) - low_bits);
}

RateVerdict SlidingLog::take(CallTimes& times, int64_t now, int32_t limit, int64_t window) {
  now = std::max(now, newest_);
  expired_ = first_in_window(times, now, window);
  auto const wanted = static_cast<uint32_t>(limit);
  RateVerdict verdict{.outcome = RateVerdict::Outcome::refused, .limit = limit, .remaining = 0, .reset = 0};
  if (admitted_ - expired_ < wanted) {
    verdict.outcome = RateVerdict::Outcome::admitted;
    times[admitted_ % kSlots] = static_cast<uint32_t>(now);
    keep_order();
    newest_ = now;
    keep_order();
    admitted_++;
  }
  uint32_t const used = admitted_ - expired_;
  // After a limit was lowered, more than one call has to leave before another one is admitted.
  uint32_t const next_to_leave = used > wanted ? admitted_ - wanted : expired_;
  if (used < wanted) verdict.remaining = static_cast<int32_t>(wanted - used);
  verdict.reset = full_time(times[next_to_leave % kSlots]) + window - now;
  return verdict;
}

int32_t SlidingLog::used(const CallTimes& times, int64_t now, int64_t window) const {
  return static_cast<int32_t>(admitted_ - first_in_window(times, std::max(now, newest_), window));
}

int64_t SlidingLog::time_of(const CallTimes& times, int32_t used, int32_t number) const {
  return full_time(times[(admitted_ - static_cast<uint32_t>(used - number)) % kSlots]);
}

}  // namespace pg_booking
