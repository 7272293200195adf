#pragma once

// The rules of slot search once more, as slowly and literally as possible: minute by minute, over what libc's
// clocks show. Takes its data in the engine's structs and shares no code with it.

#include <bitset>
#include <chrono>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "slots_case.hpp"

namespace slots_test {

/// What clocks of a zone show in each minute of a stretch of time.
struct ClockTable {
  struct Minute {
    Date date;
    int minute;  // of the day
  };

  int64_t first_minute;  // since 1970 UTC
  std::vector<Minute> minutes;

  ClockTable(const std::string& zone_name, Date from, Date to);
  Minute at(int64_t instant_us) const {
    return minutes.at(static_cast<size_t>(instant_us / 60'000'000 - first_minute));
  }
};

class Oracle {
 public:
  Oracle(const Case& c, const ClockTable& table);

  const std::vector<int64_t>& starts() const { return starts_; }
  const Suppressed& suppressed() const { return suppressed_; }
  /// Of a start on a whole minute.
  Reason reason(int64_t start_us) const;
  /// The time beside a bookable start that no further booking of the service could fill, in minutes.
  int32_t gap_minutes(int64_t start_us) const;

 private:
  struct Moment {
    bool open;
    int64_t open_minutes_ahead;
    int64_t anchor;  // local minutes since 1970 where the interval that began last starts
    bool on_grid;
    Reason fit;  // none, closed, time_off, busy or capacity
  };

  using Minutes = std::bitset<2 * 1440>;  // from a date's midnight on, two days long

  static void paint(const DayIntervals& intervals, int64_t days_later, Minutes& minutes);
  static Minutes hours_of(const Schedule& schedule, Date owner);
  static Minutes breaks_meeting(const Schedule& schedule, Date owner);
  Minutes owned_by(Date owner) const;
  const std::vector<int>& run_starts(Date owner);
  void lay_out_hours();
  static bool is_free(const std::vector<Occupied>& calendar, int64_t from, int64_t to,
                      std::optional<int64_t> session);
  bool has_units(int64_t from, int64_t to, std::optional<int64_t> session) const;
  Reason occupancy(int64_t start_us, int64_t from, int64_t to) const;
  bool is_session(int64_t start_us) const;
  std::optional<int32_t> left_over(size_t index, int direction) const;
  void judge_fits();
  void lay_grid();
  Reason judge(const Moment& moment, size_t index) const;
  int64_t instant_of(size_t index) const {
    return (table_.first_minute + static_cast<int64_t>(index)) * 60'000'000;
  }

  const Case& case_;
  const ClockTable& table_;
  std::vector<Occupied> calendar_;
  std::map<Date, std::vector<int>> run_starts_;
  std::vector<Moment> moments_;
  std::vector<std::pair<int64_t, int64_t>>
      interval_starts_;  // local minutes, today's and yesterday's; -1 for none
  std::vector<int64_t> starts_;
  Suppressed suppressed_{};
};

inline ClockTable::ClockTable(const std::string& zone_name, Date from, Date to)
    : first_minute((from - 2) * 1440LL) {
  const LibcZone zone(zone_name);
  for (int64_t minute = first_minute; minute < (to + 3) * 1440LL; ++minute) {
    const std::tm clock = zone.clock_at(minute * 60'000'000);
    const std::chrono::year_month_day civil{std::chrono::year(clock.tm_year + 1900),
                                            std::chrono::month(static_cast<unsigned>(clock.tm_mon) + 1),
                                            std::chrono::day(static_cast<unsigned>(clock.tm_mday))};
    minutes.push_back({static_cast<Date>(std::chrono::sys_days(civil).time_since_epoch().count()),
                       clock.tm_hour * 60 + clock.tm_min});
  }
}

inline size_t weekday_index(Date date) {
  return std::chrono::weekday{std::chrono::sys_days(std::chrono::days(date))}.iso_encoding() - 1;
}

inline Oracle::Oracle(const Case& c, const ClockTable& table) : case_(c), table_(table), calendar_(c.seats) {
  for (const Interval& block : c.busy) calendar_.push_back({block, std::nullopt});
  lay_out_hours();
  judge_fits();
  lay_grid();
  for (size_t i = 0; i < moments_.size(); ++i) {
    const Date date = table_.minutes[i].date;
    if (date < c.limits.dates.from || date > c.limits.dates.to || !moments_[i].open || !moments_[i].on_grid)
      continue;
    const Reason reason = judge(moments_[i], i);
    if (reason == Reason::none) {
      starts_.push_back(instant_of(i));
    } else {
      ++suppressed_[static_cast<size_t>(reason)];
    }
  }
}

inline Reason Oracle::reason(int64_t start_us) const {
  const auto index = static_cast<size_t>(start_us / 60'000'000 - table_.first_minute);
  return moments_[index].open ? judge(moments_[index], index) : Reason::closed;
}

// Rule 3: to < from ends the next day.
inline void Oracle::paint(const DayIntervals& intervals, int64_t days_later, Minutes& minutes) {
  for (const Interval& interval : intervals) {
    const int64_t to = interval.to < interval.from ? interval.to + 1440 : interval.to;
    for (int64_t minute = interval.from + days_later * 1440; minute < to + days_later * 1440; ++minute) {
      if (minute >= 0 && minute < 2 * 1440) minutes.set(static_cast<size_t>(minute));
    }
  }
}

// Rule 4: an override stands for all intervals that start on its date.
inline Oracle::Minutes Oracle::hours_of(const Schedule& schedule, Date owner) {
  const DayIntervals* intervals = &schedule.weekly[weekday_index(owner)];
  for (const DateOverride& replacement : schedule.overrides) {
    if (replacement.date == owner) intervals = &replacement.intervals;
  }
  Minutes minutes;
  paint(*intervals, 0, minutes);
  return minutes;
}

inline Oracle::Minutes Oracle::breaks_meeting(const Schedule& schedule, Date owner) {
  Minutes minutes;
  for (const int days_later : {-1, 0, 1})
    paint(schedule.breaks[weekday_index(owner + days_later)], days_later, minutes);
  return minutes;
}

// Rule 5: in the hours of every schedule that is set, in at least one of them by an interval of this very
// date.
inline Oracle::Minutes Oracle::owned_by(Date owner) const {
  Minutes by_every = Minutes().set();
  Minutes by_owner;
  Minutes breaks;
  for (const auto* schedule : {&case_.location, &case_.staff}) {
    if (!*schedule) continue;
    const Minutes today = hours_of(**schedule, owner);
    by_every &= today | hours_of(**schedule, owner - 1) >> 1440;
    by_owner |= today;
    breaks |= breaks_meeting(**schedule, owner);
  }
  return by_every & by_owner & ~breaks;
}

// For each minute the one in which its merged interval starts, -1 if it lies in none.
inline const std::vector<int>& Oracle::run_starts(Date owner) {
  auto [found, is_new] = run_starts_.try_emplace(owner);
  if (is_new) {
    const Minutes owned = owned_by(owner);
    std::vector<int> starts(owned.size(), -1);
    int start = -1;
    for (size_t minute = 0; minute < starts.size(); ++minute) {
      if (!owned[minute]) {
        start = -1;
      } else if (start < 0) {
        start = static_cast<int>(minute);
      }
      starts[minute] = start;
    }
    found->second = std::move(starts);
  }
  return found->second;
}

// Rule 2: an instant is open if what the clock shows lies in an interval of that date, or of yesterday past
// midnight.
inline void Oracle::lay_out_hours() {
  moments_.assign(table_.minutes.size(), Moment{});
  interval_starts_.assign(table_.minutes.size(), {-1, -1});
  const std::vector<int>* of_today = nullptr;
  const std::vector<int>* of_yesterday = nullptr;
  for (size_t i = 0; i < moments_.size(); ++i) {
    const auto [date, minute] = table_.minutes[i];
    if (i == 0 || date != table_.minutes[i - 1].date) {
      of_today = &run_starts(date);
      of_yesterday = &run_starts(date - 1);
    }
    const int today = (*of_today)[static_cast<size_t>(minute)];
    const int yesterday = (*of_yesterday)[static_cast<size_t>(minute) + 1440];
    if (today >= 0) interval_starts_[i].first = date * 1440LL + today;
    if (yesterday >= 0) interval_starts_[i].second = (date - 1) * 1440LL + yesterday;
    moments_[i].open = today >= 0 || yesterday >= 0;
    moments_[i].anchor = today >= 0 ? interval_starts_[i].first : interval_starts_[i].second;
  }
  for (size_t i = moments_.size(); i-- > 0;) {
    const int64_t ahead = i + 1 < moments_.size() ? moments_[i + 1].open_minutes_ahead : 0;
    moments_[i].open_minutes_ahead = moments_[i].open ? ahead + 1 : 0;
  }
}

// Rule 12: whether a window on a calendar is free, but for guests of one session.
inline bool Oracle::is_free(const std::vector<Occupied>& calendar, int64_t from, int64_t to,
                            std::optional<int64_t> session) {
  for (const Occupied& taken : calendar) {
    const bool is_ours = session && taken.session_us && *taken.session_us == *session;
    if (!is_ours && taken.window.from < taken.window.to && taken.window.from < to && from < taken.window.to)
      return false;
  }
  return true;
}

// Rule 12: a session that is there needs the units it has, anybody else one of each pool.
inline bool Oracle::has_units(int64_t from, int64_t to, std::optional<int64_t> session) const {
  for (const Pool& pool : case_.pools) {
    int free = 0;
    int ours = 0;
    int ours_and_free = 0;
    for (const Unit& unit : pool) {
      bool is_ours = false;
      for (const Occupied& taken : unit)
        is_ours = is_ours || (session && taken.session_us && *taken.session_us == *session);
      if (is_ours) ++ours;
      if (is_free(unit, from, to, session)) {
        ++free;
        if (is_ours) ++ours_and_free;
      }
    }
    if ((ours > 0 ? ours_and_free : free) == 0) return false;
  }
  return true;
}

// Rules 8 and 12, for a start in open hours.
inline Reason Oracle::occupancy(int64_t start_us, int64_t from, int64_t to) const {
  int32_t guests = 0;
  for (const Occupied& seat : case_.seats) {
    if (seat.session_us && *seat.session_us == start_us) ++guests;
  }
  if (guests > 0 && is_free(calendar_, from, to, start_us))
    return guests < case_.capacity && has_units(from, to, start_us) ? Reason::none : Reason::capacity;
  if (!is_free(calendar_, from, to, std::nullopt)) return Reason::busy;
  return has_units(from, to, std::nullopt) ? Reason::none : Reason::capacity;
}

inline bool Oracle::is_session(int64_t start_us) const {
  for (const Occupied& seat : case_.seats) {
    if (seat.session_us == start_us) return true;
  }
  return false;
}

// Books one after the other until none fits, a step of a minute at a time; a day away there is no end.
inline std::optional<int32_t> Oracle::left_over(size_t index, int direction) const {
  const Service& service = case_.service;
  const int32_t booking =
      service.buffer_before_minutes + service.duration_minutes + service.buffer_after_minutes;
  int32_t left = 0;
  for (int minutes = 0; minutes <= 1440; ++minutes) {
    index = direction < 0 ? index - 1 : index + 1;
    const bool fits = moments_[index].open && moments_[index].fit == Reason::none;
    if (!fits || is_session(instant_of(index))) return left;
    left = left + 1 == booking ? 0 : left + 1;
  }
  return std::nullopt;
}

inline int32_t Oracle::gap_minutes(int64_t start_us) const {
  if (is_session(start_us)) return 0;
  const auto index = static_cast<size_t>(start_us / 60'000'000 - table_.first_minute);
  const std::optional<int32_t> before = left_over(index, -1);
  const std::optional<int32_t> after = left_over(index, 1);
  return before && after ? std::min(*before, *after) : before.value_or(after.value_or(0));
}

// Rules 7 and 8.
inline void Oracle::judge_fits() {
  const Service& service = case_.service;
  const auto meets = [](const std::vector<Interval>& blocks, int64_t from, int64_t to) {
    for (const Interval& block : blocks) {
      if (block.from < block.to && block.from < to && from < block.to) return true;
    }
    return false;
  };
  const int64_t protected_before = service.buffer_before_minutes;
  const int64_t protected_after = service.duration_minutes + service.buffer_after_minutes;
  const int64_t before = service.buffers_inside_hours ? protected_before : 0;
  const int64_t after = service.buffers_inside_hours ? protected_after : service.duration_minutes;
  for (size_t i = 0; i < moments_.size(); ++i) {
    const int64_t first = static_cast<int64_t>(i) - before;
    if (!moments_[i].open) continue;
    if (first < 0 || moments_[static_cast<size_t>(first)].open_minutes_ahead < before + after) {
      moments_[i].fit = Reason::closed;
    } else if (meets(case_.time_off, instant_of(i) - before * 60'000'000,
                     instant_of(i) + after * 60'000'000)) {
      moments_[i].fit = Reason::time_off;
    } else {
      moments_[i].fit = occupancy(instant_of(i), instant_of(i) - protected_before * 60'000'000,
                                  instant_of(i) + protected_after * 60'000'000);
    }
  }
}

// Rule 6.
inline void Oracle::lay_grid() {
  const int64_t step = case_.service.step_minutes;
  int64_t gap_anchor = 0;
  bool blocked = false;
  for (size_t i = 0; i < moments_.size(); ++i) {
    Moment& moment = moments_[i];
    if (!moment.open) continue;
    const auto [date, minute] = table_.minutes[i];
    const int64_t local_minute = date * 1440LL + minute;
    const auto [today, yesterday] = interval_starts_[i];
    if (case_.service.align == Align::interval) {
      moment.on_grid = (today >= 0 && (local_minute - today) % step == 0) ||
                       (yesterday >= 0 && (local_minute - yesterday) % step == 0);
    } else if (case_.service.align == Align::clock) {
      moment.on_grid = minute % step == 0;
    } else {
      if (i == 0 || !moments_[i - 1].open || moments_[i - 1].anchor != moment.anchor) {
        gap_anchor = moment.anchor;
        blocked = false;
      }
      if (moment.fit != Reason::none) {
        blocked = true;
      } else if (blocked) {
        gap_anchor = local_minute;
        blocked = false;
      }
      moment.on_grid = (local_minute - gap_anchor) % step == 0;
    }
  }
}

// Rules 9, 10 and 16.
inline Reason Oracle::judge(const Moment& moment, size_t index) const {
  if (moment.fit != Reason::none) return moment.fit;
  if (!moment.on_grid) return Reason::off_grid;
  const Limits& limits = case_.limits;
  if (instant_of(index) < limits.now_us + limits.notice_minutes * int64_t{60'000'000}) return Reason::notice;
  if (!limits.horizon_days) return Reason::none;
  Date last = table_.at(limits.now_us).date;
  for (int32_t left = *limits.horizon_days; left > 0;) {
    if (weekday_index(++last) < 5 || !limits.horizon_business_days) --left;
  }
  return table_.minutes[index].date > last ? Reason::horizon : Reason::none;
}

}  // namespace slots_test
