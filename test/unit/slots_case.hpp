#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/slots/gaps.hpp"
#include "engine/slots/occupancy.hpp"
#include "engine/slots/sweep.hpp"
#include "text/datetime.hpp"

namespace slots_test {

using namespace pg_booking::slots;

/// Sets libc's time zone while it lives. Refuses names libc does not know: it would read them as UTC.
class LibcZone {
 public:
  explicit LibcZone(const std::string& name);
  ~LibcZone();
  LibcZone(const LibcZone&) = delete;

  /// What clocks show; the calendar fields of an instant.
  std::tm clock_at(int64_t instant_us) const;

 private:
  std::optional<std::string> before_;
};

/// The zone as the engine wants it, by probing libc from 40 days before `from` to 40 days after `to`.
Zone probe_zone(const std::string& name, Date from, Date to);

inline Date date(std::string_view text) {
  const auto parsed = pg_booking::parse_date(text);
  if (!parsed) throw std::invalid_argument(std::string(text));
  return pg_booking::days_from_civil(*parsed);
}

inline int64_t instant(std::string_view text) {
  const auto parsed = pg_booking::parse_rfc3339(text);
  if (!parsed) throw std::invalid_argument(std::string(text));
  return *parsed;
}

/// "09:00-17:00 22:00-02:00" as intervals of a day; 24:00 allowed.
DayIntervals day(std::string_view text);

/// The same hours on every weekday.
Schedule every_day(std::string_view text);

/// All there is to a search, by value.
struct Case {
  std::string zone_name = "UTC";
  std::optional<Schedule> location;
  std::optional<Schedule> staff;
  std::vector<Interval> time_off;
  std::vector<Interval> busy;
  std::vector<Occupied> seats;  // in sessions of the class that is asked for, or anywhere else
  int32_t capacity = 1;
  std::vector<Pool> pools;
  Service service{.duration_minutes = 60, .step_minutes = 60};
  Limits limits{.now_us = instant("2000-01-01T00:00:00Z"), .dates = {0, 0}};

  Case& in(const std::string& zone) { return zone_name = zone, *this; }
  Case& on(std::string_view from, std::string_view to) {
    return limits.dates = {date(from), date(to)}, *this;
  }
  Case& on(std::string_view day) { return on(day, day); }
  Case& open(const Schedule& schedule) { return staff = schedule, *this; }
  Case& open(std::string_view every) { return open(every_day(every)); }
  Case& booked(std::string_view from, std::string_view to) {
    return busy.push_back({instant(from), instant(to)}), *this;
  }
  Case& away(std::string_view from, std::string_view to) {
    return time_off.push_back({instant(from), instant(to)}), *this;
  }
  Case& shared_by(int32_t guests) { return capacity = guests, *this; }
  Case& seat(std::string_view start) {
    return seats.push_back({protected_window(service, instant(start)), instant(start)}), *this;
  }
  Case& need(const Pool& pool) { return pools.push_back(pool), *this; }
  Case& serve(const Service& wanted) { return service = wanted, *this; }

  Zone zone() const { return probe_zone(zone_name, limits.dates.from, limits.dates.to); }
};

/// What the engine says, with the intervals of the case merged first.
std::vector<Start> starts_of(const Case& c, const Zone& zone, Suppressed* suppressed = nullptr);
Reason reason_of(const Case& c, const Zone& zone, int64_t start_us);
std::vector<int32_t> gaps_of(const Case& c, const Zone& zone, const std::vector<Start>& starts);

/// The starts as clocks show them, "09:00 10:00"; with dates, "12 09:00", where the day of the month changes;
/// with the offset, "02:00+2", where it does.
std::string clocks(const Case& c);

}  // namespace slots_test
