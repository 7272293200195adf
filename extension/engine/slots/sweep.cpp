#include "engine/slots/sweep.hpp"

namespace pg_booking::slots {

namespace {

int64_t microseconds(int32_t minutes) {
  return minutes * kMicrosecondsPerMinute;
}

int64_t positive_remainder(int64_t value, int64_t divisor) {
  const int64_t remainder = value % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}

// What a booking needs on either side of its start: all of it free of other bookings, a part of it open.
int64_t protected_before(const Service& service) {
  return microseconds(service.buffer_before_minutes);
}

int64_t protected_after(const Service& service) {
  return microseconds(service.duration_minutes) + microseconds(service.buffer_after_minutes);
}

int64_t open_before(const Service& service) {
  return service.buffers_inside_hours ? protected_before(service) : 0;
}

int64_t open_after(const Service& service) {
  return service.buffers_inside_hours ? protected_after(service) : microseconds(service.duration_minutes);
}

int64_t offset_of(const Run& run) {
  return run.offset_seconds * kMicrosecondsPerSecond;
}

int64_t round_up(int64_t value, int64_t unit) {
  return value + positive_remainder(-value, unit);
}

int64_t days_spanned(int64_t minutes) {
  return (minutes + kMinutesPerDay - 1) / kMinutesPerDay;
}

/// The dates whose hours can matter to starts on `dates`. One more on either side than the minutes need: a
/// zone may skip a date, an evening reaches into the next day, and a gap may have begun in it.
DateRange calendar_dates(const Service& service, DateRange dates) {
  const int64_t after = int64_t{service.duration_minutes} + service.buffer_after_minutes;
  return {static_cast<Date>(dates.from - days_spanned(service.buffer_before_minutes) - 1),
          static_cast<Date>(dates.to + days_spanned(after) + 1)};
}

Date last_bookable_date(const Zone& zone, const Limits& limits) {
  if (!limits.horizon_days) return limits.dates.to;
  const Date last =
      last_date_of_horizon(zone.date_at(limits.now_us), *limits.horizon_days, limits.horizon_business_days);
  return std::min(last, limits.dates.to);
}

}  // namespace

const char* name_of(Reason reason) {
  constexpr std::array<const char*, kReasons> kNames = {"",     "off_grid", "closed", "time_off",
                                                        "busy", "capacity", "notice", "horizon"};
  return kNames[static_cast<size_t>(reason)];
}

Date last_date_of_horizon(Date today, int32_t days, bool business_days) {
  if (!business_days || days == 0) return today + days;
  constexpr int kWeek = 7;
  constexpr int kBusinessWeek = 5;
  // Counted from the Friday before on weekends: what lies between does not count.
  const int weekday = static_cast<int>(weekday_of(today));
  const int from = std::min(weekday, kBusinessWeek - 1);
  const int passed = from + days % kBusinessWeek;
  const int weekends = days / kBusinessWeek + (passed >= kBusinessWeek ? 1 : 0);
  return today - (weekday - from) + days + weekends * (kWeek - kBusinessWeek);
}

Interval relevant_span(const Zone& zone, const Service& service, DateRange dates) {
  Interval span{kEndOfTime, kStartOfTime};
  const Interval local{(dates.from - 1) * kMicrosecondsPerDay, (int64_t{dates.to} + 1) * kMicrosecondsPerDay};
  zone.for_each_segment(local, [&](const Interval& clocks, int64_t offset_us) {
    const int64_t from = std::max(local.from, clocks.from);
    const int64_t to = std::min(local.to, clocks.to);
    if (from >= to) return;
    span.from = std::min(span.from, from - offset_us);
    span.to = std::max(span.to, to - offset_us);
  });
  return {span.from - protected_before(service), span.to + protected_after(service)};
}

DateRange relevant_dates(const Service& service, DateRange dates) {
  const DateRange calendar = calendar_dates(service, dates);
  return {calendar.from - kDatesReadBefore, calendar.to};
}

StretchWalk::StretchWalk(const Member& member, const Service& service, const Limits& limits)
    : calendar_(
          make_calendar(member.zone, member.location, member.staff, calendar_dates(service, limits.dates))),
      dates_(limits.dates),
      last_date_(last_bookable_date(member.zone, limits)),
      earliest_us_(limits.now_us + microseconds(limits.notice_minutes)),
      step_us_(microseconds(service.step_minutes)),
      align_(service.align),
      fitting_(calendar_.hours, open_before(service), 1 - open_after(service)),
      away_(member.time_off, 1 - open_after(service), open_before(service)),
      occupied_{.taken = {member.busy, 1 - protected_after(service), protected_before(service)},
                .full = {member.full, 0, 0},
                .next_session = member.sessions.data(),
                .sessions_end = member.sessions.data() + member.sessions.size()} {}

// The next run to be walked; null at the end. Only gaps depend on what lies outside of the range.
const Run* StretchWalk::pass_to_next_run() {
  while (next_run_ < calendar_.runs.size()) {
    const Run& run = calendar_.runs[next_run_++];
    if (in_range(run) || align_ == Align::gap) return &run;
  }
  return nullptr;
}

// Takes the grid over from the run before where an interval just goes on, past midnight or a clock change.
void StretchWalk::anchor_run(const Run& run, const Run* before) {
  const bool goes_on =
      before != nullptr && before->to_us == run.from_us && before->anchor_local_us == run.anchor_local_us;
  if (goes_on) return;
  anchor_local_us_ = run.anchor_local_us;
  blocked_ = false;
}

Grid StretchWalk::grid_of(const Run& run) const {
  const int64_t offset_us = offset_of(run);
  if (align_ == Align::gap) return {anchor_local_us_ - offset_us, anchor_local_us_ - offset_us, step_us_};
  if (align_ == Align::clock) {
    const int64_t midnight_us = run.date * kMicrosecondsPerDay - offset_us;
    return {midnight_us, midnight_us, step_us_};
  }
  // Two intervals whose grids coincide have one: its starts come once.
  const bool same = (run.other_local_us - run.anchor_local_us) % step_us_ == 0;
  return {run.anchor_local_us - offset_us, (same ? run.anchor_local_us : run.other_local_us) - offset_us,
          step_us_};
}

// Counts the grid anew from the first whole minute of a gap.
Grid StretchWalk::anchor_gap(int64_t from_us, const Run& run) {
  anchor_local_us_ = round_up(from_us + offset_of(run), kMicrosecondsPerMinute);
  return grid_of(run);
}

// What hours and time off say to a start, and until when.
StretchWalk::Answer StretchWalk::open_at(int64_t instant_us) {
  const Interval fitting = fitting_.seek(instant_us);
  if (instant_us < fitting.from) return {Reason::closed, fitting.from};
  const Interval away = away_.seek(instant_us);
  if (instant_us >= away.from) return {Reason::time_off, std::min(fitting.to, away.to)};
  return {Reason::none, std::min(fitting.to, away.from)};
}

template <typename Visitor>
bool StretchWalk::next_run(Visitor&& visit) {
  const Run* run = pass_to_next_run();
  if (run == nullptr) return false;
  if (align_ == Align::gap) anchor_run(*run, run == calendar_.runs.data() ? nullptr : run - 1);
  Grid grid = grid_of(*run);
  const bool shown = in_range(*run);
  Occupancy occupied = occupied_;
  for (int64_t at = run->from_us; at < run->to_us;) {
    const Answer open = open_at(at);
    const int64_t open_until = std::min(open.until_us, run->to_us);
    while (at < open_until) {
      Reason reason = open.reason;
      int64_t to = open_until;
      if (reason == Reason::none) {
        const Answer answer = occupied.at(at);
        reason = answer.reason;
        to = std::min(to, answer.until_us);
      }
      if (reason != Reason::none) {
        blocked_ = true;
      } else {
        if (blocked_ && align_ == Align::gap) grid = anchor_gap(at, *run);
        blocked_ = false;
        if (at < earliest_us_) {
          reason = Reason::notice;
          to = std::min(to, earliest_us_);
        } else if (run->date > last_date_) {
          reason = Reason::horizon;
        }
      }
      if (shown) visit(Interval{at, to}, reason, grid, run->offset_seconds);
      at = to;
    }
  }
  occupied_ = occupied;
  return true;
}

bool StartSweep::refill() {
  found_.clear();
  next_ = 0;
  const auto take = [&](const Interval& starts, Reason reason, const Grid& grid, int32_t offset_seconds) {
    if (reason == Reason::none) {
      for (int64_t at = grid.first_from(starts.from); at < starts.to; at = grid.next_after(at)) {
        found_.push_back({at, offset_seconds});
      }
    } else if (suppressed_ != nullptr) {
      (*suppressed_)[static_cast<size_t>(reason)] += grid.count(starts);
    }
  };
  while (found_.empty()) {
    if (!walk_.next_run(take)) return false;
  }
  return true;
}

std::vector<Interval> free_starts(const Member& member, const Service& service, const Limits& limits) {
  std::vector<Interval> free;
  const auto take = [&](const Interval& starts, Reason reason, const Grid& /*grid*/, int32_t /*offset*/) {
    if (reason == Reason::none) free.push_back(starts);
  };
  StretchWalk walk(member, service, limits);
  while (walk.next_run(take)) {
  }
  return free;
}

Reason explain(const Member& member, const Service& service, const Limits& limits, int64_t start_us) {
  Limits day = limits;
  day.dates.from = day.dates.to = member.zone.date_at(start_us);
  Reason answer = Reason::closed;
  const auto look = [&](const Interval& starts, Reason reason, const Grid& grid, int32_t /*offset_seconds*/) {
    if (start_us < starts.from || start_us >= starts.to) return;
    const bool fits = reason == Reason::none || reason == Reason::notice || reason == Reason::horizon;
    answer = fits && !grid.contains(start_us) ? Reason::off_grid : reason;
  };
  StretchWalk walk(member, service, day);
  while (walk.next_run(look)) {
  }
  return answer;
}

}  // namespace pg_booking::slots
