// Rules 1 to 5 and 7: what is open, and what fits in.
#include <doctest/doctest.h>

#include "slots_case.hpp"

using namespace slots_test;

namespace {

Schedule with_override(Schedule schedule, std::string_view on, std::string_view hours) {
  schedule.overrides.push_back({date(on), day(hours)});
  return schedule;
}

Schedule with_breaks(Schedule schedule, std::string_view breaks) {
  schedule.breaks.fill(day(breaks));
  return schedule;
}

}  // namespace

TEST_CASE("rule 1: intervals are half-open, so touching is free") {
  CHECK(clocks(Case()
                   .on("2026-05-12")
                   .open("09:00-12:00")
                   .booked("2026-05-12T10:00:00Z", "2026-05-12T11:00:00Z")) == "09:00 11:00");
  CHECK(clocks(Case()
                   .on("2026-05-12")
                   .open("09:00-12:00")
                   .booked("2026-05-12T09:59:59.999999Z", "2026-05-12T11:00:00.000001Z")) == "");
}

TEST_CASE("rule 1: empty ranges block nothing") {
  CHECK(clocks(Case()
                   .on("2026-05-12")
                   .open("09:00-11:00")
                   .booked("2026-05-12T09:30:00Z", "2026-05-12T09:30:00Z")) == "09:00 10:00");
  CHECK(
      clocks(
          Case().on("2026-05-12").open("09:00-11:00").away("2026-05-12T09:30:00Z", "2026-05-12T09:30:00Z")) ==
      "09:00 10:00");
}

TEST_CASE("rule 1: merge orders, joins what overlaps or touches, drops what is empty") {
  std::vector<Interval> intervals = {{9, 9}, {5, 7}, {1, 3}, {3, 4}, {6, 8}, {20, 10}, {12, 15}, {13, 14}};
  merge(intervals);
  CHECK(intervals == std::vector<Interval>{{1, 4}, {5, 8}, {12, 15}});

  // Endless ranges stay far enough from the ends of int64 for buffers to be added.
  intervals = {{INT64_MIN, 5}, {7, INT64_MAX}};
  merge(intervals);
  CHECK(intervals == std::vector<Interval>{{kStartOfTime, 5}, {7, kEndOfTime}});
}

TEST_CASE("rule 1: an endless absence blocks to its end") {
  Case c;
  c.on("2026-05-12").open("09:00-12:00").time_off = {{INT64_MIN, instant("2026-05-12T10:30:00Z")}};
  CHECK(clocks(c) == "11:00");
  c.time_off = {{instant("2026-05-12T10:30:00Z"), INT64_MAX}};
  CHECK(clocks(c) == "09:00");
}

TEST_CASE("rule 1: intersect and subtract") {
  const std::vector<Interval> a = {{0, 10}, {20, 30}, {40, 50}};
  const std::vector<Interval> b = {{5, 22}, {25, 26}, {30, 40}, {45, 60}};
  std::vector<Interval> out;
  intersect(a, b, out);
  CHECK(out == std::vector<Interval>{{5, 10}, {20, 22}, {25, 26}, {45, 50}});
  out.clear();
  subtract(a, b, out);
  CHECK(out == std::vector<Interval>{{0, 5}, {22, 25}, {26, 30}, {40, 45}});
}

TEST_CASE("rule 2: a skipped time is never open") {
  CHECK(clocks(Case().in("Europe/Budapest").on("2026-03-29").open("01:00-05:00")) ==
        "01:00 03:00+0200 04:00");
  CHECK(clocks(Case().in("Europe/Budapest").on("2026-03-29").open("02:00-03:00")) == "");
  CHECK(clocks(Case().in("America/Sao_Paulo").on("2018-11-04").open("00:00-03:00")) == "01:00 02:00");
  CHECK(clocks(Case().in("Antarctica/Troll").on("2026-03-29").open("00:00-05:00")) ==
        "00:00 03:00+0200 04:00");
}

TEST_CASE("rule 2: a repeated time is open twice") {
  CHECK(clocks(Case().in("Europe/Budapest").on("2026-10-25").open("01:00-04:00")) ==
        "01:00 02:00 02:00+0100 03:00");
  CHECK(clocks(Case().in("Europe/Budapest").on("2026-10-25").open("02:00-03:00")) == "02:00 02:00+0100");
  CHECK(clocks(Case().in("Antarctica/Troll").on("2026-10-25").open("01:00-04:00")) ==
        "01:00 02:00 01:00+0000 02:00 03:00");
}

TEST_CASE("rule 2: clocks set back at midnight repeat the evening before") {
  CHECK(clocks(Case().in("America/Sao_Paulo").on("2018-02-17").open("22:00-24:00")) ==
        "22:00 23:00 23:00-0300");
  CHECK(clocks(Case().in("America/Sao_Paulo").on("2018-02-18").open("00:00-02:00")) == "00:00 01:00");
  CHECK(clocks(Case().in("Atlantic/Azores").on("2026-10-25").open("00:00-02:00")) ==
        "00:00 00:00-0100 01:00");
  // Back from 00:01 to 23:01: an earlier date returns after a later one has begun.
  CHECK(clocks(Case()
                   .in("America/Goose_Bay")
                   .on("2010-11-06", "2010-11-07")
                   .open("23:00-24:00 00:00-00:01")
                   .serve({.duration_minutes = 1, .step_minutes = 30})) ==
        "00:00 23:00 23:30 07 00:00 06 23:30-0400 07 00:00 23:00 23:30");
}

TEST_CASE("rule 2: half an hour forward and back") {
  const Service half{.duration_minutes = 30, .step_minutes = 30};
  CHECK(clocks(Case().in("Australia/Lord_Howe").on("2026-10-04").open("01:00-04:00").serve(half)) ==
        "01:00 01:30 02:30+1100 03:00 03:30");
  CHECK(clocks(Case().in("Australia/Lord_Howe").on("2026-04-05").open("01:00-03:00").serve(half)) ==
        "01:00 01:30 01:30+1030 02:00 02:30");
}

TEST_CASE("rule 2: a date that the zone skips has no starts") {
  CHECK(clocks(Case().in("Pacific/Apia").on("2011-12-29", "2011-12-31").open("09:00-11:00")) ==
        "09:00 10:00 31 09:00+1400 10:00");
  CHECK(clocks(Case().in("Pacific/Apia").on("2011-12-30").open("00:00-24:00")) == "");
}

TEST_CASE("rule 3: 24:00 is the end of the day") {
  CHECK(clocks(Case().on("2026-05-12").open("22:00-24:00")) == "22:00 23:00");
  CHECK(clocks(Case().on("2026-05-12").open("22:00-00:00")) == "22:00 23:00");
}

TEST_CASE("rule 3: to before from crosses midnight and belongs to the day it starts on") {
  Schedule friday;
  friday.weekly[4] = day("22:00-02:00");
  CHECK(clocks(Case().on("2026-05-15").open(friday)) == "22:00 23:00");
  CHECK(clocks(Case().on("2026-05-16").open(friday)) == "00:00 01:00");
  CHECK(clocks(Case().on("2026-05-17").open(friday)) == "");
}

TEST_CASE("rule 3: from = to is empty") {
  CHECK(clocks(Case().on("2026-05-12").open("09:00-09:00 11:00-12:00")) == "11:00");
}

TEST_CASE("rule 4: an override replaces the intervals of its date") {
  const Schedule nine_to_five = every_day("09:00-17:00");
  CHECK(clocks(Case().on("2026-05-12").open(with_override(nine_to_five, "2026-05-12", "10:00-12:00"))) ==
        "10:00 11:00");
  CHECK(clocks(Case().on("2026-05-12").open(with_override(nine_to_five, "2026-05-12", ""))) == "");
  CHECK(clocks(Case().on("2026-05-12").open(with_override(nine_to_five, "2026-05-13", ""))) ==
        "09:00 10:00 11:00 12:00 13:00 14:00 15:00 16:00");
}

TEST_CASE("rule 4: yesterday's overnight tail stays when an override closes the day") {
  CHECK(clocks(Case()
                   .on("2026-05-12", "2026-05-13")
                   .open(with_override(every_day("22:00-02:00"), "2026-05-12", ""))) ==
        "00:00 01:00 13 22:00 23:00");
  // An override that closes yesterday takes its tail along.
  CHECK(clocks(Case().on("2026-05-13").open(with_override(every_day("22:00-02:00"), "2026-05-12", ""))) ==
        "22:00 23:00");
}

TEST_CASE("rule 4: breaks are taken out, of overrides too") {
  CHECK(clocks(Case().on("2026-05-12").open(with_breaks(every_day("09:00-14:00"), "12:00-13:00"))) ==
        "09:00 10:00 11:00 13:00");
  CHECK(clocks(Case()
                   .on("2026-05-12")
                   .open(with_breaks(with_override(Schedule(), "2026-05-12", "11:00-14:00"),
                                     "12:00-13:00"))) == "11:00 13:00");
  // Past midnight too, whether the break is written for that day or for the evening.
  CHECK(clocks(Case().on("2026-05-13").open(with_breaks(every_day("22:00-04:00"), "01:00-02:00"))) ==
        "00:00 02:00 03:00 22:00 23:00");
  CHECK(clocks(Case().on("2026-05-13").open(with_breaks(every_day("22:00-04:00"), "23:30-01:30"))) ==
        "01:30 02:30 22:00");
}

TEST_CASE("rule 4: time off wins over overrides and weekly hours") {
  CHECK(clocks(Case()
                   .on("2026-05-12")
                   .open(with_override(every_day("09:00-17:00"), "2026-05-12", "10:00-14:00"))
                   .away("2026-05-12T11:00:00Z", "2026-05-12T13:00:00Z")) == "10:00 13:00");
}

TEST_CASE("rule 5: location and staff hours meet where both are set") {
  Case c;
  c.on("2026-05-12").location = every_day("10:00-18:00");
  CHECK(clocks(c) == "10:00 11:00 12:00 13:00 14:00 15:00 16:00 17:00");
  c.staff = every_day("08:00-12:00 17:00-20:00");
  CHECK(clocks(c) == "10:00 11:00 17:00");
  c.location.reset();
  CHECK(clocks(c) == "08:00 09:00 10:00 11:00 17:00 18:00 19:00");
  c.staff.reset();
  CHECK(clocks(c) == "");
}

TEST_CASE("rule 5: a schedule that is set but empty closes") {
  Case c;
  c.on("2026-05-12").location = every_day("10:00-18:00");
  c.staff = Schedule();
  CHECK(clocks(c) == "");
}

TEST_CASE("rule 5: hours meet past midnight, however they are written") {
  Case c;
  c.on("2026-05-12", "2026-05-13").location = every_day("22:00-02:00");
  c.staff = every_day("20:00-24:00 00:00-01:00");
  CHECK(clocks(c) == "00:00 22:00 23:00 13 00:00 22:00 23:00");
  std::swap(c.location, c.staff);
  CHECK(clocks(c) == "00:00 22:00 23:00 13 00:00 22:00 23:00");
}

TEST_CASE("rule 5: each schedule keeps its own overrides") {
  Case c;
  c.on("2026-05-12").location = with_override(every_day("09:00-17:00"), "2026-05-12", "12:00-17:00");
  c.staff = with_override(every_day("09:00-11:00"), "2026-05-12", "09:00-14:00");
  CHECK(clocks(c) == "12:00 13:00");
}

TEST_CASE("rule 7: a slot may run through touching intervals and midnight") {
  const Service long_visit{.duration_minutes = 120, .step_minutes = 60};
  CHECK(clocks(Case().on("2026-05-12").open("09:00-10:00 10:00-12:00").serve(long_visit)) == "09:00 10:00");
  CHECK(clocks(Case().on("2026-05-12").open("00:00-01:00 22:00-24:00").serve(long_visit)) == "22:00 23:00");
  CHECK(clocks(Case().on("2026-05-12").open("09:00-10:00 11:00-12:00").serve(long_visit)) == "");
}

TEST_CASE("rule 7: a slot may end after the range, its start may not lie outside") {
  const Service night{.duration_minutes = 600, .step_minutes = 60};
  CHECK(clocks(Case().on("2026-05-12").open("20:00-06:00").serve(night)) == "20:00");
  const Service week{.duration_minutes = 10080, .step_minutes = 720};
  CHECK(clocks(Case().on("2026-05-12").open("00:00-24:00").serve(week)) == "00:00 12:00");
}

TEST_CASE("rule 7: the duration is elapsed time") {
  const Service two_hours{.duration_minutes = 120, .step_minutes = 60};
  // From 01:00 to 04:00 by the clock: two hours long in spring, four in autumn.
  CHECK(clocks(Case().in("Europe/Budapest").on("2026-03-29").open("01:00-04:00").serve(two_hours)) ==
        "01:00");
  CHECK(clocks(Case().in("Europe/Budapest").on("2026-10-25").open("01:00-04:00").serve(two_hours)) ==
        "01:00 02:00 02:00+0100");
}

TEST_CASE("rule 7: a slot may run over a date that the zone skips") {
  const Service long_night{.duration_minutes = 240, .step_minutes = 60};
  CHECK(
      clocks(Case().in("Pacific/Apia").on("2011-12-29").open("22:00-24:00 00:00-03:00").serve(long_night)) ==
      "22:00 23:00");
}

TEST_CASE("a calendar holds the hours of its dates and nothing else") {
  const Zone utc({{INT64_MIN, 0}});
  const Schedule schedule = with_override(every_day("22:00-02:00"), "2026-05-11", "23:00-03:00");
  const Calendar calendar = make_calendar(utc, &schedule, nullptr, {date("2026-05-12"), date("2026-05-12")});
  CHECK(calendar.hours ==
        std::vector<Interval>{{instant("2026-05-12T00:00:00Z"), instant("2026-05-12T03:00:00Z")},
                              {instant("2026-05-12T22:00:00Z"), instant("2026-05-13T00:00:00Z")}});
  REQUIRE(calendar.runs.size() == 2);
  CHECK(calendar.runs[0].anchor_local_us == instant("2026-05-11T23:00:00Z"));
  CHECK(calendar.runs[1].anchor_local_us == instant("2026-05-12T22:00:00Z"));
}

TEST_CASE("a calendar's first day knows the evening before and what that evening was joined to") {
  const Zone utc({{INT64_MIN, 0}});
  const Schedule location = with_override(every_day("10:00-02:00"), "2026-05-10", "20:00-10:00");
  const Schedule staff = every_day("00:00-12:00 11:00-02:00");
  const Calendar calendar = make_calendar(utc, &location, &staff, {date("2026-05-12"), date("2026-05-12")});
  REQUIRE(!calendar.runs.empty());
  // The 11th is open from midnight (by the location's 10th) to 02:00 without a break.
  CHECK(calendar.runs[0].other_local_us == instant("2026-05-11T00:00:00Z"));
}
