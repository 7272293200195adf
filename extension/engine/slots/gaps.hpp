#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <vector>

#include "engine/slots/sweep.hpp"

namespace pg_booking::slots {

/// The dates around `dates` that gaps of starts on them depend on.
DateRange gap_dates(DateRange dates);

/// Tells starts that leave holes in a day from those that do not.
class GapMeter {
 public:
  /// For starts on `dates`; the member's busy windows and time off must be known for gap_dates of them.
  GapMeter(const Member& member, const Service& service, DateRange dates);

  /// The time beside a booking that starts then which no further booking of the service could fill, in whole
  /// minutes: what is left over of the free stretch before it, or after it, once as many bookings as fit are
  /// there; the smaller of the two. 0: the stretch still holds as many bookings as it ever could. A side that
  /// is free for more than a day has no say. The start must be a bookable one.
  int32_t gap_minutes(int64_t start_us) const;

 private:
  int32_t booking_minutes_;          // with buffers
  std::vector<Interval> stretches_;  // of starts that fit, whatever notice and horizon say; merged
};

}  // namespace pg_booking::slots
