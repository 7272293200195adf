#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstdint>
#include <vector>

#include "engine/slots/interval.hpp"
#include "engine/slots/zone.hpp"

namespace pg_booking::slots {

/// Intervals of one date in minutes since its midnight, in any order: 0 <= from < 1440, 0 <= to <= 1440. With
/// to < from one crosses midnight and belongs to the date it starts on; from = to is empty.
using DayIntervals = std::vector<Interval>;

struct DateOverride {
  Date date;
  DayIntervals intervals;
};

/// Hours on the wall clock. An override replaces all intervals that start on its date (none: closed); what
/// reaches into the date from the evening before stays. Breaks are taken out of the hours of their weekday,
/// whether these come from the week or from an override.
struct Schedule {
  std::array<DayIntervals, 7> weekly;   // [0] is Monday
  std::vector<DateOverride> overrides;  // ascending dates, one each
  std::array<DayIntervals, 7> breaks;
};

/// Part of one interval of one date within one segment of the zone: all its clocks show the same date and are
/// ahead of UTC by the same offset.
struct Run {
  int64_t from_us;  // instants
  int64_t to_us;
  int64_t
      anchor_local_us;  // where the interval starts on the wall clock: its candidate starts count from here
  int64_t other_local_us;  // the same of a second interval here (yesterday's, past midnight), else the anchor
  Date date;
  int32_t offset_seconds;
};

/// The open hours of a range of dates, in order of time.
struct Calendar {
  std::vector<Run> runs;        // disjoint
  std::vector<Interval> hours;  // the instants of the runs, merged
};

struct DateRange {
  Date from;
  Date to;  // inclusive
};

/// How many dates before its first one a calendar depends on: the evening before, and the one that it may be
/// joined to.
inline constexpr Date kDatesReadBefore = 2;

/// The hours that lie on `dates`: those of `location` and `staff` at the same time, of one of them where the
/// other is null (not set: restricts nothing), never where both are.
///
/// The intervals of a date are made on its wall clock: those that start on it are merged where they overlap
/// or touch; with both schedules set, intersected with the other's of the same date or, past midnight, of the
/// date before, the later start naming the date; breaks are taken out; the rest keeps its date. Intervals of
/// different dates are never merged, so a day's candidate starts depend on nothing but its own hours and
/// yesterday's; `hours` join them nevertheless, since a visit may run through midnight.
Calendar make_calendar(const Zone& zone, const Schedule* location, const Schedule* staff, DateRange dates);

}  // namespace pg_booking::slots
