#include "engine/slots/gaps.hpp"

#include <algorithm>
#include <limits>

#include "engine/slots/occupancy.hpp"

namespace pg_booking::slots {

namespace {

// A day of elapsed time, and a date more: clocks may have skipped one.
constexpr Date kDatesAround = 2;

// Of a side that is free for so long that what is left over of it does not matter.
constexpr int32_t kNoEnd = std::numeric_limits<int32_t>::max();

}  // namespace

DateRange gap_dates(DateRange dates) {
  return {static_cast<Date>(dates.from - kDatesAround), static_cast<Date>(dates.to + kDatesAround)};
}

GapMeter::GapMeter(const Member& member, const Service& service, DateRange dates)
    : booking_minutes_(service.buffer_before_minutes + service.duration_minutes +
                       service.buffer_after_minutes),
      stretches_(free_starts(member, service, {.now_us = kStartOfTime, .dates = gap_dates(dates)})) {
  merge(stretches_);  // those that midnight or a clock change cuts in two
}

int32_t GapMeter::gap_minutes(int64_t start_us) const {
  const auto after =
      std::upper_bound(stretches_.begin(), stretches_.end(), start_us,
                       [](int64_t instant, const Interval& stretch) { return instant < stretch.from; });
  const Interval& stretch = *(after - 1);
  const auto left_over = [&](int64_t free_us) {
    const int64_t minutes = free_us / kMicrosecondsPerMinute;
    return minutes > kMinutesPerDay ? kNoEnd : static_cast<int32_t>(minutes % booking_minutes_);
  };
  const int32_t gap = std::min(left_over(start_us - stretch.from), left_over(stretch.to - 1 - start_us));
  return gap == kNoEnd ? 0 : gap;
}

}  // namespace pg_booking::slots
