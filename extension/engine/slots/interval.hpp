#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace pg_booking::slots {

/// Half-open: `from` belongs to it, `to` does not; empty unless from < to. Instants are microseconds since
/// 1970 UTC, wall-clock times minutes since a midnight: the member that holds the interval says which.
struct Interval {
  int64_t from;
  int64_t to;

  auto operator<=>(const Interval&) const = default;
};

/// Days since 1970-01-01 on a wall calendar; the engine works on the years 0001 to 9999.
using Date = int32_t;

/// 0 is Monday; 1970-01-01 was a Thursday.
inline size_t weekday_of(Date date) {
  return static_cast<size_t>(((date + 3) % 7 + 7) % 7);
}

inline constexpr int64_t kMinutesPerDay = 1440;
inline constexpr int64_t kMicrosecondsPerSecond = 1'000'000;
inline constexpr int64_t kMicrosecondsPerMinute = 60 * kMicrosecondsPerSecond;
inline constexpr int64_t kMicrosecondsPerDay = kMinutesPerDay * kMicrosecondsPerMinute;

/// Beyond every date of the engine, and so far from the ends of int64 that durations can be added to it.
inline constexpr int64_t kEndOfTime = std::numeric_limits<int64_t>::max() / 2;
inline constexpr int64_t kStartOfTime = -kEndOfTime;

/// Puts intervals in order, drops empty ones and joins those that overlap or touch: what every other function
/// here expects. Cuts ends off that lie beyond kStartOfTime and kEndOfTime ('infinity'). Linear when they
/// come ordered by `from`.
void merge(std::vector<Interval>& intervals);

/// Appends what lies both in `a` and in `b` (each merged) to `out`. Linear.
void intersect(std::span<const Interval> a, std::span<const Interval> b, std::vector<Interval>& out);

/// Appends what lies in `a` but not in `b` (each merged) to `out`. Linear.
void subtract(std::span<const Interval> a, std::span<const Interval> b, std::vector<Interval>& out);

/// Cuts the union of `a` and `b` (each ordered and disjoint) wherever one of their intervals begins or ends
/// and calls visit(piece, in_a, in_b) for the pieces in order, with the intervals they lie in (null where in
/// none).
template <typename Visitor>
void for_each_piece(std::span<const Interval> a, std::span<const Interval> b, Visitor&& visit) {
  size_t i = 0;
  size_t j = 0;
  int64_t at = kStartOfTime;
  while (i < a.size() || j < b.size()) {
    const Interval* in_a = i < a.size() && a[i].from <= at ? &a[i] : nullptr;
    const Interval* in_b = j < b.size() && b[j].from <= at ? &b[j] : nullptr;
    int64_t end = kEndOfTime;
    if (i < a.size()) end = std::min(end, in_a != nullptr ? in_a->to : a[i].from);
    if (j < b.size()) end = std::min(end, in_b != nullptr ? in_b->to : b[j].from);
    if (in_a != nullptr || in_b != nullptr) visit(Interval{at, end}, in_a, in_b);
    if (in_a != nullptr && in_a->to == end) ++i;
    if (in_b != nullptr && in_b->to == end) ++j;
    at = end;
  }
}

}  // namespace pg_booking::slots
