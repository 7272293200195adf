#include "engine/slots/interval.hpp"

namespace pg_booking::slots {

void merge(std::vector<Interval>& intervals) {
  for (Interval& interval : intervals) {
    interval.from = std::max(interval.from, kStartOfTime);
    interval.to = std::min(interval.to, kEndOfTime);
  }
  std::erase_if(intervals, [](const Interval& interval) { return interval.from >= interval.to; });
  const auto earlier = [](const Interval& a, const Interval& b) { return a.from < b.from; };
  if (!std::is_sorted(intervals.begin(), intervals.end(), earlier)) {
    std::sort(intervals.begin(), intervals.end(), earlier);
  }
  size_t kept = 0;
  for (const Interval& interval : intervals) {
    if (kept > 0 && interval.from <= intervals[kept - 1].to) {
      intervals[kept - 1].to = std::max(intervals[kept - 1].to, interval.to);
    } else {
      intervals[kept++] = interval;
    }
  }
  intervals.resize(kept);
}

void intersect(std::span<const Interval> a, std::span<const Interval> b, std::vector<Interval>& out) {
  for_each_piece(a, b, [&](const Interval& piece, const Interval* in_a, const Interval* in_b) {
    if (in_a != nullptr && in_b != nullptr) out.push_back(piece);
  });
}

void subtract(std::span<const Interval> a, std::span<const Interval> b, std::vector<Interval>& out) {
  for_each_piece(a, b, [&](const Interval& piece, const Interval* in_a, const Interval* in_b) {
    if (in_a != nullptr && in_b == nullptr) out.push_back(piece);
  });
}

}  // namespace pg_booking::slots
