#include "engine/slots/calendar.hpp"

#include <utility>

namespace pg_booking::slots {

namespace {

/// Appends intervals as written, moved by some days, with overnight ones unrolled past their midnight.
void append_unrolled(const DayIntervals& written, int64_t days, std::vector<Interval>& out) {
  for (const Interval& interval : written) {
    const int64_t to = interval.to < interval.from ? interval.to + kMinutesPerDay : interval.to;
    out.push_back({interval.from + days * kMinutesPerDay, to + days * kMinutesPerDay});
  }
}

/// What of `day` lies past its midnight, in minutes since that midnight (`from` may be negative).
void tail_of(const std::vector<Interval>& day, std::vector<Interval>& out) {
  out.clear();
  for (const Interval& interval : day) {
    if (interval.to > kMinutesPerDay)
      out.push_back({interval.from - kMinutesPerDay, interval.to - kMinutesPerDay});
  }
}

/// Reads a schedule date by date, in order.
class ScheduleReader {
 public:
  ScheduleReader(const Schedule& schedule, Date first)
      : schedule_(schedule),
        next_override_(std::lower_bound(schedule.overrides.begin(), schedule.overrides.end(), first,
                                        [](const DateOverride& o, Date date) { return o.date < date; })) {
    for (size_t i = 0; i < weekly_.size(); ++i) {
      append_unrolled(schedule.weekly[i], 0, weekly_[i]);
      merge(weekly_[i]);
    }
  }

  void move_to(Date date) {
    tail_of(today_, tail_);
    if (next_override_ != schedule_.overrides.end() && next_override_->date == date) {
      today_.clear();
      append_unrolled(next_override_->intervals, 0, today_);
      merge(today_);
      ++next_override_;
    } else {
      today_ = weekly_[weekday_of(date)];
    }
  }

  const std::vector<Interval>& today() const { return today_; }  // merged; minutes since the date's midnight
  const std::vector<Interval>& tail() const { return tail_; }    // of the date before

  /// Appends the breaks that can meet an interval which starts on `date`.
  void append_breaks(Date date, std::vector<Interval>& out) const {
    for (int days = -1; days <= 1; ++days)
      append_unrolled(schedule_.breaks[weekday_of(date + days)], days, out);
  }

 private:
  const Schedule& schedule_;
  std::vector<DateOverride>::const_iterator next_override_;
  std::array<std::vector<Interval>, 7> weekly_;
  std::vector<Interval> today_;
  std::vector<Interval> tail_;
};

/// The intervals of each date under one or two schedules; dates are visited in order.
class DayReader {
 public:
  DayReader(const Schedule* location, const Schedule* staff, Date first) {
    for (const Schedule* schedule : {location, staff}) {
      if (schedule != nullptr) readers_.emplace_back(*schedule, first);
    }
  }

  void move_to(Date date) {
    tail_of(today_, tail_);
    for (ScheduleReader& reader : readers_) reader.move_to(date);
    today_.clear();
    if (readers_.size() == 2) {
      intersect(readers_[0].today(), readers_[1].today(), today_);
      intersect(readers_[0].today(), readers_[1].tail(), today_);
      intersect(readers_[0].tail(), readers_[1].today(), today_);
      merge(today_);
    } else if (readers_.size() == 1) {
      today_ = readers_[0].today();
    }
    take_breaks_out(date);
  }

  const std::vector<Interval>& today() const { return today_; }
  const std::vector<Interval>& tail() const { return tail_; }

 private:
  void take_breaks_out(Date date) {
    breaks_.clear();
    for (const ScheduleReader& reader : readers_) reader.append_breaks(date, breaks_);
    if (breaks_.empty()) return;
    merge(breaks_);
    scratch_.clear();
    subtract(today_, breaks_, scratch_);
    today_.swap(scratch_);
  }

  std::vector<ScheduleReader> readers_;
  std::vector<Interval> today_;
  std::vector<Interval> tail_;
  std::vector<Interval> breaks_;
  std::vector<Interval> scratch_;
};

/// Part of one interval of one date, or of two that overlap, on the wall clock.
struct LocalRun {
  Interval local_us;
  int64_t anchor_local_us;
  int64_t other_local_us;
  Date date;
};

std::vector<LocalRun> make_local_runs(const Schedule* location, const Schedule* staff, DateRange dates) {
  std::vector<LocalRun> runs;
  const Date first = dates.from - kDatesReadBefore;
  DayReader days(location, staff, first);
  for (Date date = first; date < dates.from; ++date) days.move_to(date);
  for (Date date = dates.from; date <= dates.to; ++date) {
    days.move_to(date);
    const auto local_us = [&](int64_t minutes) {
      return (date * kMinutesPerDay + minutes) * kMicrosecondsPerMinute;
    };
    for_each_piece(
        days.tail(), days.today(),
        [&](const Interval& piece, const Interval* of_yesterday, const Interval* of_today) {
          const int64_t from = std::max<int64_t>(piece.from, 0);
          const int64_t to = std::min(piece.to, kMinutesPerDay);
          if (from >= to) return;
          const Interval* anchor = of_today != nullptr ? of_today : of_yesterday;
          const Interval* other = of_yesterday != nullptr ? of_yesterday : of_today;
          runs.push_back(
              {{local_us(from), local_us(to)}, local_us(anchor->from), local_us(other->from), date});
        });
  }
  return runs;
}

}  // namespace

Calendar make_calendar(const Zone& zone, const Schedule* location, const Schedule* staff, DateRange dates) {
  const std::vector<LocalRun> local_runs = make_local_runs(location, staff, dates);
  Calendar calendar;
  calendar.runs.reserve(local_runs.size() + 2);
  calendar.hours.reserve(local_runs.size() + 2);
  if (local_runs.empty()) return calendar;
  const Interval all{local_runs.front().local_us.from, local_runs.back().local_us.to};
  // Segment by segment, not date by date: in a repeated hour at midnight an earlier date comes back after a
  // later one.
  zone.for_each_segment(all, [&](const Interval& clocks, int64_t offset_us) {
    auto run = std::partition_point(local_runs.begin(), local_runs.end(),
                                    [&](const LocalRun& r) { return r.local_us.to <= clocks.from; });
    for (; run != local_runs.end() && run->local_us.from < clocks.to; ++run) {
      const int64_t from_us = std::max(run->local_us.from, clocks.from) - offset_us;
      const int64_t to_us = std::min(run->local_us.to, clocks.to) - offset_us;
      calendar.runs.push_back({from_us, to_us, run->anchor_local_us, run->other_local_us, run->date,
                               static_cast<int32_t>(offset_us / kMicrosecondsPerSecond)});
      if (!calendar.hours.empty() && calendar.hours.back().to == from_us) {
        calendar.hours.back().to = to_us;
      } else {
        calendar.hours.push_back({from_us, to_us});
      }
    }
  });
  return calendar;
}

}  // namespace pg_booking::slots
