#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <chrono>
#include <cstddef>

namespace pg_booking::http {

/// Decides whether one more request may join the queue for the database. A burst may: it is over in a moment.
/// A queue that stands is no burst: whoever joined it would only wait longer than is good, and everybody
/// behind too, so new ones are refused until it has become short (the idea of CoDel, RFC 8289).
class Overload {
 public:
  using Clock = std::chrono::steady_clock;

  /// As many may wait however long it takes.
  explicit Overload(std::size_t always_allowed) : always_allowed_(always_allowed) {}

  /// `waiting` requests are in the queue, the first since `oldest_arrival`. To be asked for every request
  /// that finds a queue.
  bool refuses(std::size_t waiting, Clock::time_point oldest_arrival, Clock::time_point now);

 private:
  const std::size_t always_allowed_;
  Clock::time_point standing_since_ = Clock::time_point::max();  // max: the queue moves well
};

// Waiting this long is a sign of overload …
inline constexpr std::chrono::milliseconds kStandingWait{20};
// … when it has been so for this long.
inline constexpr std::chrono::milliseconds kStandingTime{100};
// Whatever the queue's speed, no more than so many: it bounds the memory of requests that wait.
inline constexpr std::size_t kMaxWaiting = 4096;

}  // namespace pg_booking::http
