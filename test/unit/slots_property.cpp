// The engine against the oracle: random schedules around the clock changes of many zones.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <sstream>
#include <string>

#include "slots_oracle.hpp"

using namespace slots_test;

namespace {

/// A zone and a date near which its clocks do something.
struct Setting {
  const char* zone;
  const char* date;
};

constexpr Setting kSettings[] = {
    {"Europe/Budapest", "2026-03-29"},  // forward at 02:00
    {"Europe/Budapest", "2026-10-25"},  // back at 03:00
    {"America/New_York", "2026-03-08"},    {"America/New_York", "2026-11-01"},
    {"Australia/Lord_Howe", "2026-04-05"},  // back by 30 minutes
    {"Australia/Lord_Howe", "2026-10-04"},  // forward by 30 minutes
    {"Pacific/Apia", "2011-12-30"},         // a date that does not exist
    {"Asia/Kathmandu", "2026-05-12"},       // +05:45, no change
    {"America/Sao_Paulo", "2018-02-18"},    // back at midnight: the evening before comes twice
    {"America/Sao_Paulo", "2018-11-04"},    // forward at midnight
    {"Atlantic/Azores", "2026-03-29"},      // forward at midnight
    {"Atlantic/Azores", "2026-10-25"},      // back at 01:00 to midnight
    {"Antarctica/Troll", "2026-03-29"},     // forward by two hours
    {"Antarctica/Troll", "2026-10-25"},     // back by two hours
    {"America/Santiago", "2026-04-05"},     // back at midnight
    {"America/Santiago", "2026-09-06"},     // forward at midnight
    {"Africa/Cairo", "2024-04-26"},         // forward at midnight
    {"Africa/Cairo", "2024-11-01"},         // back at midnight
    {"Asia/Gaza", "2023-04-29"},           {"Asia/Gaza", "2023-10-28"},
    {"Pacific/Auckland", "2026-04-05"},    {"Pacific/Auckland", "2026-09-27"},
    {"America/Goose_Bay", "2010-03-14"},  // forward at 00:01
    {"America/Goose_Bay", "2010-11-07"},  // back at 00:01: yesterday returns after today began
    {"Africa/Casablanca", "2026-02-15"},   {"Pacific/Kwajalein", "1993-08-21"},
    {"Asia/Pyongyang", "2018-05-05"},  // forward by 30 minutes before midnight
    {"America/Caracas", "2016-05-01"},     {"UTC", "2026-05-12"},
};

class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  int64_t between(int64_t least, int64_t most) {
    // Not std::uniform_int_distribution: the same seed must make the same case with every standard library.
    return least + static_cast<int64_t>(engine_() % static_cast<uint64_t>(most - least + 1));
  }
  bool one_in(int64_t n) { return between(1, n) == 1; }
  template <typename T, size_t N>
  T pick(const std::array<T, N>& values) {
    return values[static_cast<size_t>(between(0, N - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

DayIntervals random_day(Dice& dice, int64_t most) {
  DayIntervals intervals;
  const int64_t grain = dice.pick(std::array<int64_t, 5>{1, 5, 15, 30, 60});
  for (int64_t n = dice.between(0, most); n > 0; --n) {
    // Half of them near midnight, where the clocks change.
    const int64_t from = (dice.one_in(2) ? dice.between(0, 299) : dice.between(0, 1439)) / grain * grain;
    int64_t to = dice.one_in(8) ? 1440 : dice.between(0, 1440) / grain * grain;
    if (dice.one_in(4)) to = std::min<int64_t>(1440, from + dice.between(1, 6) * 60);
    intervals.push_back({from, to});
    if (dice.one_in(4) && to < 1440) intervals.push_back({to, std::min<int64_t>(1440, to + 90)});  // touching
  }
  return intervals;
}

Schedule random_schedule(Dice& dice, Date middle) {
  Schedule schedule;
  for (DayIntervals& intervals : schedule.weekly) intervals = random_day(dice, 3);
  for (Date date = middle - 4; date <= middle + 4; ++date) {
    if (dice.one_in(5)) schedule.overrides.push_back({date, random_day(dice, 2)});
  }
  if (dice.one_in(3)) {
    for (DayIntervals& intervals : schedule.breaks) intervals = random_day(dice, 1);
    // Whole days of breaks leave nothing to look at.
    for (DayIntervals& intervals : schedule.breaks) {
      for (Interval& pause : intervals) pause.to = (pause.from + 45) % 1440;
    }
  }
  return schedule;
}

Interval random_block(Dice& dice, Date middle, int64_t longest_minutes) {
  const int64_t from = ((middle - 4) * 1440LL + dice.between(0, 8 * 1440)) * kMicrosecondsPerMinute;
  const int64_t to = from + dice.between(0, longest_minutes) * kMicrosecondsPerMinute;
  const auto odd = [&] { return dice.one_in(4) ? dice.between(-59'999'999, 59'999'999) : 0; };
  const int64_t odd_from = from + odd();
  return {odd_from, to + odd()};
}

std::vector<Occupied> random_calendar(Dice& dice, const Service& service, Date middle,
                                      const std::vector<int64_t>& sessions) {
  std::vector<Occupied> calendar;
  for (int64_t n = dice.between(0, 3); n > 0; --n)
    calendar.push_back({random_block(dice, middle, 120), std::nullopt});
  for (const int64_t start_us : sessions) {
    if (dice.one_in(3)) continue;
    Interval window = protected_window(service, start_us);
    if (dice.one_in(5)) window.to += 30 * kMicrosecondsPerMinute;  // of another length when it was booked
    for (int64_t n = dice.between(1, 3); n > 0; --n) calendar.push_back({window, start_us});
  }
  return calendar;
}

/// Classes, and rooms that they and others need.
void add_occupancy(Dice& dice, Date middle, Case& c) {
  std::vector<int64_t> sessions;
  if (dice.one_in(2)) {
    c.capacity = static_cast<int32_t>(dice.between(2, 3));
    for (int64_t n = dice.between(1, 8); n > 0; --n) {
      const int64_t minute = (middle - 2) * 1440LL + dice.between(0, 4 * 96) * 15 + (dice.one_in(4) ? 5 : 0);
      sessions.push_back(minute * kMicrosecondsPerMinute);
    }
    c.seats = random_calendar(dice, c.service, middle, sessions);
  }
  if (dice.one_in(2)) {
    for (int64_t pools = dice.between(1, 2); pools > 0; --pools) {
      Pool pool;
      for (int64_t units = dice.between(dice.one_in(8) ? 0 : 1, 3); units > 0; --units)
        pool.push_back(random_calendar(dice, c.service, middle, sessions));
      c.pools.push_back(pool);
    }
  }
}

Case random_case(Dice& dice, const Setting& setting) {
  const Date middle = date(setting.date);
  Case c;
  c.zone_name = setting.zone;
  if (!dice.one_in(3)) c.staff = random_schedule(dice, middle);
  if (!c.staff || dice.one_in(2)) c.location = random_schedule(dice, middle);
  for (int64_t n = dice.between(0, 3); n > 0; --n) c.time_off.push_back(random_block(dice, middle, 600));
  for (int64_t n = dice.between(0, 16); n > 0; --n) c.busy.push_back(random_block(dice, middle, 120));
  c.service.duration_minutes =
      dice.pick(std::array{1, 5, 10, 15, 20, 30, 30, 45, 50, 60, 60, 90, 120, 240, 1500});
  c.service.step_minutes = dice.pick(std::array{5, 7, 10, 15, 15, 20, 30, 45, 50, 60, 90, 110, 1000});
  c.service.buffer_before_minutes = dice.pick(std::array{0, 0, 0, 5, 10, 30, 70});
  c.service.buffer_after_minutes = dice.pick(std::array{0, 0, 0, 5, 15, 30, 70});
  c.service.align = dice.pick(std::array{Align::interval, Align::interval, Align::clock, Align::gap});
  c.service.buffers_inside_hours = dice.one_in(4);
  c.limits.now_us = (middle - 3) * kMicrosecondsPerDay + dice.between(0, 5 * kMicrosecondsPerDay);
  if (dice.one_in(2)) c.limits.now_us = c.limits.now_us / kMicrosecondsPerMinute * kMicrosecondsPerMinute;
  c.limits.notice_minutes = dice.pick(std::array{0, 0, 30, 60, 1440, 2000});
  if (dice.one_in(2)) c.limits.horizon_days = static_cast<int32_t>(dice.between(0, 4));
  c.limits.horizon_business_days = dice.one_in(3);
  c.limits.dates.from = static_cast<Date>(middle + dice.between(-2, 1));
  c.limits.dates.to = static_cast<Date>(c.limits.dates.from + dice.between(0, 2));
  if (dice.one_in(2)) {
    if (dice.one_in(2)) c.busy.clear();
    add_occupancy(dice, middle, c);
  }
  return c;
}

std::string differences(const std::vector<Start>& engine, const std::vector<int64_t>& oracle) {
  std::ostringstream text;
  size_t shown = 0;
  size_t i = 0;
  size_t j = 0;
  while ((i < engine.size() || j < oracle.size()) && shown < 5) {
    const int64_t a = i < engine.size() ? engine[i].at_us : INT64_MAX;
    const int64_t b = j < oracle.size() ? oracle[j] : INT64_MAX;
    if (a != b) {
      text << (a < b ? " engine only: " : " oracle only: ") << pg_booking::format_rfc3339(std::min(a, b));
      ++shown;
    }
    if (a <= b) ++i;
    if (b <= a) ++j;
  }
  return text.str();
}

void compare(uint32_t seed, const Setting& setting, const Zone& zone, const ClockTable& table) {
  Dice dice(seed);
  const Case c = random_case(dice, setting);
  const Oracle oracle(c, table);
  Suppressed suppressed{};
  const std::vector<Start> starts = starts_of(c, zone, &suppressed);

  CAPTURE(seed);
  CAPTURE(std::string(setting.zone));
  CAPTURE(std::string(setting.date));
  const std::string different = differences(starts, oracle.starts());
  CHECK_MESSAGE(different.empty(), different);
  CHECK(suppressed == oracle.suppressed());
  const std::vector<int32_t> gaps = gaps_of(c, zone, starts);
  for (size_t i = 0; i < gaps.size(); ++i) {
    CAPTURE(pg_booking::format_rfc3339(starts[i].at_us));
    CHECK(gaps[i] == oracle.gap_minutes(starts[i].at_us));
  }
  for (int i = 0; i < 12; ++i) {
    const int64_t minute = c.limits.dates.from * 1440LL + dice.between(-300, 1440 + 300);
    const int64_t start_us =
        (starts.empty() || i > 3)
            ? minute * kMicrosecondsPerMinute
            : starts[static_cast<size_t>(dice.between(0, static_cast<int64_t>(starts.size()) - 1))].at_us;
    CAPTURE(pg_booking::format_rfc3339(start_us));
    CHECK(std::string(name_of(reason_of(c, zone, start_us))) == name_of(oracle.reason(start_us)));
    CHECK(reason_of(c, zone, start_us + 1) != Reason::none);
  }
}

}  // namespace

TEST_CASE("the engine and the oracle agree on random schedules") {
  uint32_t seed = 1;
  for (const Setting& setting : kSettings) {
    const Date middle = date(setting.date);
    const Zone zone = probe_zone(setting.zone, middle, middle);
    const ClockTable table(setting.zone, middle - 3, middle + 4);
    for (int i = 0; i < 100; ++i) compare(seed++, setting, zone, table);
  }
}
