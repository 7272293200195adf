#include "dispatch/overload.hpp"

#include <algorithm>

namespace pg_booking::http {

bool Overload::refuses(std::size_t waiting, Clock::time_point oldest_arrival, Clock::time_point now) {
  if (waiting == 0 || now - oldest_arrival < kStandingWait) {
    standing_since_ = Clock::time_point::max();
    return waiting >= kMaxWaiting;
  }
  standing_since_ = std::min(standing_since_, now);
  const bool stands = now - standing_since_ >= kStandingTime;
  return waiting >= kMaxWaiting || (stands && waiting >= always_allowed_);
}

}  // namespace pg_booking::http
