#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "engine/slots/interval.hpp"

namespace pg_booking::slots {

/// From `from_us` (UTC) until the next segment's, clocks read UTC + offset_seconds.
struct ZoneSegment {
  int64_t from_us;
  int32_t offset_seconds;
};

/// A time zone as data: who fills it knows the rules (the server's zone database, libc in tests), the engine
/// only reads. The map is exact where the segments are: outside the years they cover, the offsets of the
/// first and the last one hold.
class Zone {
 public:
  /// `segments` ascend; the first begins at the minimum of int64.
  explicit Zone(std::vector<ZoneSegment> segments) : segments_(std::move(segments)) {}

  /// Seconds that clocks are ahead of UTC at an instant.
  int32_t offset_at(int64_t instant_us) const { return segments_[index_at(instant_us)].offset_seconds; }

  /// The date that calendars on the wall show at an instant.
  Date date_at(int64_t instant_us) const {
    const int64_t local_us = instant_us + offset_at(instant_us) * kMicrosecondsPerSecond;
    const int64_t days = local_us / kMicrosecondsPerDay;
    return static_cast<Date>(local_us % kMicrosecondsPerDay < 0 ? days - 1 : days);
  }

  /// Calls visit(clocks, offset_us) in order for the segments in which clocks can show a time of `local_us`
  /// (microseconds since 1970 on the wall clock): `clocks` is all they show in it, and the instant of a local
  /// time in it is that time - offset_us. Where clocks are set back the `clocks` of two segments overlap,
  /// where they are set forward a gap lies between them: so repeated times come twice and skipped ones never.
  template <typename Visitor>
  void for_each_segment(const Interval& local_us, Visitor&& visit) const {
    // No offset reaches two days, so neither can a segment matter that ends or begins further away.
    const int64_t margin = 2 * kMicrosecondsPerDay;
    for (size_t i = index_at(local_us.from - margin); i < segments_.size(); ++i) {
      if (segments_[i].from_us > local_us.to + margin) break;
      const int64_t offset_us = segments_[i].offset_seconds * kMicrosecondsPerSecond;
      const int64_t from = i == 0 ? kStartOfTime : segments_[i].from_us + offset_us;
      const int64_t to = i + 1 == segments_.size() ? kEndOfTime : segments_[i + 1].from_us + offset_us;
      visit(Interval{from, to}, offset_us);
    }
  }

 private:
  size_t index_at(int64_t instant_us) const {
    const auto after =
        std::upper_bound(segments_.begin(), segments_.end(), instant_us,
                         [](int64_t t, const ZoneSegment& segment) { return t < segment.from_us; });
    return static_cast<size_t>(after - segments_.begin()) - 1;
  }

  std::vector<ZoneSegment> segments_;
};

}  // namespace pg_booking::slots
