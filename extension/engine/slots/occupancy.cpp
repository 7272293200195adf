#include "engine/slots/occupancy.hpp"

#include <algorithm>
#include <map>

namespace pg_booking::slots {

namespace {

bool overlap(const Interval& a, const Interval& b) {
  return a.from < b.to && b.from < a.to;
}

/// Whether a window is free but for a session's own bookings.
bool is_free(std::span<const Occupied> calendar, const Interval& window, std::optional<int64_t> session_us) {
  return std::none_of(calendar.begin(), calendar.end(), [&](const Occupied& taken) {
    return overlap(taken.window, window) && (!session_us || taken.session_us != session_us);
  });
}

bool has_session(const Unit& unit, int64_t session_us) {
  return std::any_of(unit.begin(), unit.end(),
                     [&](const Occupied& taken) { return taken.session_us == session_us; });
}

/// The free time around a window that is free, as far as it matters: not into other days, mostly.
Interval gap_around(const Unit& unit, const Interval& window) {
  constexpr int64_t kHalfADay = kMicrosecondsPerDay / 2;
  Interval gap{window.from - kHalfADay, window.to + kHalfADay};
  for (const Occupied& taken : unit) {
    if (taken.window.to <= window.from) gap.from = std::max(gap.from, taken.window.to);
    if (taken.window.from >= window.to) gap.to = std::min(gap.to, taken.window.from);
  }
  return gap;
}

/// The starts at which a booking would meet what is on a unit's calendar; merged.
std::vector<Interval> blocked_starts(const Unit& unit, const Service& service) {
  const Interval reach = protected_window(service, 0);
  std::vector<Interval> starts;
  starts.reserve(unit.size());
  for (const Occupied& taken : unit)
    starts.push_back({taken.window.from - reach.to + 1, taken.window.to - reach.from});
  merge(starts);
  return starts;
}

}  // namespace

Interval protected_window(const Service& service, int64_t start_us) {
  const int64_t after = int64_t{service.duration_minutes} + service.buffer_after_minutes;
  return {start_us - service.buffer_before_minutes * kMicrosecondsPerMinute,
          start_us + after * kMicrosecondsPerMinute};
}

std::optional<size_t> choose_unit(const Pool& pool, const Interval& window,
                                  std::optional<int64_t> session_us) {
  struct Choice {
    size_t unit;
    int64_t gap;   // as it is
    int64_t rest;  // its longer part once the window is taken
  };
  std::vector<Choice> free;
  const bool is_there = session_us && std::any_of(pool.begin(), pool.end(), [&](const Unit& unit) {
                          return has_session(unit, *session_us);
                        });
  for (size_t i = 0; i < pool.size(); ++i) {
    if ((is_there && !has_session(pool[i], *session_us)) || !is_free(pool[i], window, session_us)) continue;
    const Interval gap = gap_around(pool[i], window);
    free.push_back({i, gap.to - gap.from, std::max(window.from - gap.from, gap.to - window.to)});
  }
  const auto longest_left = [&](const Choice& chosen) {
    int64_t longest = chosen.rest;
    for (const Choice& other : free)
      if (other.unit != chosen.unit) longest = std::max(longest, other.gap);
    return longest;
  };
  const auto best = std::max_element(free.begin(), free.end(), [&](const Choice& a, const Choice& b) {
    return longest_left(a) < longest_left(b);
  });
  return best == free.end() ? std::nullopt : std::optional(best->unit);
}

void append_full(const Pool& pool, const Service& service, std::vector<Interval>& starts) {
  std::vector<Interval> full{{kStartOfTime, kEndOfTime}};
  std::vector<Interval> of_all;
  for (const Unit& unit : pool) {
    of_all.clear();
    intersect(full, blocked_starts(unit, service), of_all);
    full.swap(of_all);
  }
  starts.insert(starts.end(), full.begin(), full.end());
}

std::vector<Session> find_sessions(std::span<const Occupied> calendar, std::span<const Pool> pools,
                                   const Service& service, int32_t capacity) {
  std::map<int64_t, int32_t> seats;
  for (const Occupied& taken : calendar)
    if (taken.session_us) ++seats[*taken.session_us];
  // The seats of a session are alike: one of them says what all do.
  std::vector<Occupied> distinct(calendar.begin(), calendar.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());

  std::vector<Session> sessions;
  for (const auto& [start_us, taken] : seats) {
    const Interval window = protected_window(service, start_us);
    if (!is_free(distinct, window, start_us)) continue;
    const bool has_units = std::all_of(pools.begin(), pools.end(), [&](const Pool& pool) {
      return choose_unit(pool, window, start_us).has_value();
    });
    sessions.push_back({start_us, taken < capacity && has_units});
  }
  return sessions;
}

}  // namespace pg_booking::slots
