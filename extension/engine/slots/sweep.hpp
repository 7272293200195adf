#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/slots/calendar.hpp"

namespace pg_booking::slots {

/// Where the grid of candidate starts is anchored.
enum class Align {
  interval,  // from + k * step of each interval of a date
  clock,     // minutes of the day that the step divides
  // like interval, and counted anew from the first minute that fits after each stretch where nothing does
  gap,
};

/// What is to be booked; minutes are elapsed ones.
struct Service {
  int32_t duration_minutes;  // >= 1
  int32_t buffer_before_minutes = 0;
  int32_t buffer_after_minutes = 0;
  int32_t step_minutes;  // >= 1
  Align align = Align::interval;
  bool buffers_inside_hours = false;  // whether buffers too must lie in open hours and clear of time off
};

struct Limits {
  int64_t now_us;
  int32_t notice_minutes = 0;
  std::optional<int32_t> horizon_days = std::nullopt;  // last local date: today + this many
  bool horizon_business_days = false;                  // of which only Mondays to Fridays count
  DateRange dates;                                     // local dates of starts
};

/// A class that takes place already: whoever wants the same class, person and start shares it.
struct Session {
  int64_t start_us;
  bool has_seat;  // and can be joined; a session that is in somebody else's way is none
};

/// One person as the engine sees them; what is referred to must outlive the search.
struct Member {
  const Zone& zone;
  const Schedule* location;            // null: not set, restricts nothing
  const Schedule* staff;               // null: likewise; both null: never open
  std::span<const Interval> time_off;  // instants; merged
  std::span<const Interval> busy;  // protected windows of bookings with their own buffers, instants; merged
  std::span<const Interval> full = {};  // starts at which a room or device is lacking, instants; merged
  std::span<const Session> sessions =
      {};  // by start; what busy and full say about their starts does not count
};

/// Why a start is not offered: the first that applies in the order closed, time_off, busy, capacity,
/// off_grid, notice, horizon.
enum class Reason { none, off_grid, closed, time_off, busy, capacity, notice, horizon };
inline constexpr size_t kReasons = 8;

/// The name as callers see it: "off_grid", "closed", …; empty for none.
const char* name_of(Reason reason);

/// The last date of a horizon: `days` after today, or as many Mondays to Fridays after it.
Date last_date_of_horizon(Date today, int32_t days, bool business_days);

/// The instants that matter to starts on `dates`: busy windows and time off outside of them change nothing.
Interval relevant_span(const Zone& zone, const Service& service, DateRange dates);

/// The dates that matter to starts on `dates`: overrides of others change nothing.
DateRange relevant_dates(const Service& service, DateRange dates);

/// The candidate starts of one run: anchor + k * step and other + k * step for every integer k, instants.
struct Grid {
  int64_t anchor_us;
  int64_t other_us;
  int64_t step_us;

  bool is_single() const { return anchor_us == other_us; }
  bool contains(int64_t instant_us) const { return first_from(instant_us) == instant_us; }
  int64_t first_from(int64_t instant_us) const {
    const int64_t to_anchor = distance(instant_us, anchor_us);
    return instant_us + (is_single() ? to_anchor : std::min(to_anchor, distance(instant_us, other_us)));
  }
  int64_t next_after(int64_t start_us) const {
    return is_single() ? start_us + step_us : first_from(start_us + 1);
  }
  int64_t count(const Interval& instants) const {
    return count_from(anchor_us, instants) + (is_single() ? 0 : count_from(other_us, instants));
  }

 private:
  int64_t distance(int64_t instant_us, int64_t anchor) const {
    const int64_t remainder = (anchor - instant_us) % step_us;
    return remainder < 0 ? remainder + step_us : remainder;
  }
  int64_t count_from(int64_t anchor, const Interval& instants) const {
    const int64_t first = instants.from + distance(instants.from, anchor);
    return first < instants.to ? (instants.to - 1 - first) / step_us + 1 : 0;
  }
};

/// THE predicate: cuts the open hours of a member into stretches of starts that share one answer, in order of
/// time. One merged walk over runs, hours, time off and busy windows, linear in their number.
class StretchWalk {
 public:
  StretchWalk(const Member& member, const Service& service, const Limits& limits);
  StretchWalk(const StretchWalk&) = delete;  // reads the calendar through pointers, which a move keeps right
  StretchWalk(StretchWalk&&) = default;

  /// Calls visit(const Interval& instants, Reason, const Grid&, int32_t offset_seconds) for the stretches of
  /// the next run in range; false at the end. The reason is that of starts on the grid. Defined in sweep.cpp,
  /// for its callers there.
  template <typename Visitor>
  bool next_run(Visitor&& visit);

 private:
  /// Reads ordered intervals once, in step with the walk, as intervals of starts: their ends moved by as much
  /// as a booking reaches back and forth from its start.
  class StartIntervals {
   public:
    StartIntervals(std::span<const Interval> intervals, int64_t move_from, int64_t move_to)
        : next_(intervals.data()), end_(next_ + intervals.size()), move_from_(move_from), move_to_(move_to) {}

    /// The first that ends after an instant; instants must ascend from call to call.
    Interval seek(int64_t instant_us) {
      while (next_ != end_ && next_->to + move_to_ <= instant_us) ++next_;
      if (next_ == end_) return {kEndOfTime, kEndOfTime};
      return {next_->from + move_from_, next_->to + move_to_};
    }

   private:
    const Interval* next_;
    const Interval* end_;
    int64_t move_from_;
    int64_t move_to_;
  };

  struct Answer {
    Reason reason;
    int64_t until_us;
  };

  /// What everything but hours and time off says to a start, and until when. Reads a copy of the members
  /// that the walk moves on, which stays in registers.
  struct Occupancy {
    StartIntervals taken;  // starts from which a booking meets a busy window
    StartIntervals full;
    const Session* next_session;
    const Session* sessions_end;

    Answer at(int64_t instant_us) {
      while (next_session != sessions_end && next_session->start_us < instant_us) ++next_session;
      const int64_t session_us = next_session == sessions_end ? kEndOfTime : next_session->start_us;
      if (session_us == instant_us)
        return {next_session->has_seat ? Reason::none : Reason::capacity, instant_us + 1};
      const Interval block = taken.seek(instant_us);
      if (instant_us >= block.from) return {Reason::busy, std::min(block.to, session_us)};
      const Interval lack = full.seek(instant_us);
      if (instant_us >= lack.from) return {Reason::capacity, std::min({lack.to, block.from, session_us})};
      return {Reason::none, std::min({block.from, lack.from, session_us})};
    }
  };

  bool in_range(const Run& run) const { return run.date >= dates_.from && run.date <= dates_.to; }
  const Run* pass_to_next_run();
  void anchor_run(const Run& run, const Run* before);
  Grid anchor_gap(int64_t from_us, const Run& run);
  Answer open_at(int64_t instant_us);
  Grid grid_of(const Run& run) const;

  Calendar calendar_;
  size_t next_run_ = 0;
  DateRange dates_;
  Date last_date_;       // by the horizon
  int64_t earliest_us_;  // by the notice
  int64_t step_us_;
  Align align_;
  int64_t anchor_local_us_ = 0;  // of the grid in gap alignment
  bool blocked_ = false;         // nothing fits just before
  StartIntervals fitting_;       // starts from which a booking stays in open hours
  StartIntervals away_;          // starts from which it meets time off
  Occupancy occupied_;
};

struct Start {
  int64_t at_us;
  int32_t offset_seconds;  // clocks there show at_us + this
};

/// Number of grid starts in range that are not offered, by reason.
using Suppressed = std::array<int64_t, kReasons>;

/// The bookable starts of one member in order, found run by run as they are asked for: whoever needs only the
/// first ones stops calling, and several members' sweeps can be merged.
class StartSweep {
 public:
  /// Counts what it passes over into `suppressed` if that is given.
  StartSweep(const Member& member, const Service& service, const Limits& limits,
             Suppressed* suppressed = nullptr)
      : walk_(member, service, limits), suppressed_(suppressed) {}

  /// False at the end.
  bool next(Start& start) {
    if (next_ == found_.size() && !refill()) return false;
    start = found_[next_++];
    return true;
  }

 private:
  bool refill();

  StretchWalk walk_;
  Suppressed* suppressed_;
  std::vector<Start> found_;  // of the run that was walked last
  size_t next_ = 0;
};

/// The instants, on the grid or off it, at which a booking could start; in order and disjoint.
std::vector<Interval> free_starts(const Member& member, const Service& service, const Limits& limits);

/// Why this start is not offered, none if it is: the same walk, over the local date of the start;
/// limits.dates is not looked at.
Reason explain(const Member& member, const Service& service, const Limits& limits, int64_t start_us);

}  // namespace pg_booking::slots
