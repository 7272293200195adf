// Rules 6, 8 to 10, 15 and 16: which starts, and why not others.
#include <doctest/doctest.h>

#include "slots_case.hpp"

using namespace slots_test;

namespace {

std::string why_not(const Case& c, std::string_view start) {
  return name_of(reason_of(c, c.zone(), instant(start)));
}

Service every(int32_t step, int32_t duration, Align align = Align::interval) {
  return {.duration_minutes = duration, .step_minutes = step, .align = align};
}

}  // namespace

TEST_CASE("rule 6: starts count from each merged interval of the date") {
  CHECK(clocks(Case().on("2026-05-12").open("09:10-11:00 13:05-14:30").serve(every(45, 30))) ==
        "09:10 09:55 13:05 13:50");
  // Touching and overlapping intervals of a date are one.
  CHECK(clocks(Case().on("2026-05-12").open("10:00-11:00 09:00-10:00 10:30-12:00").serve(every(50, 30))) ==
        "09:00 09:50 10:40 11:30");
}

TEST_CASE(
    "rule 6: intervals of different dates keep their own grids, an overnight one keeps its grid past "
    "midnight") {
  CHECK(clocks(Case().on("2026-05-12", "2026-05-13").open("22:00-24:00 00:00-02:00").serve(every(50, 30))) ==
        "00:00 00:50 22:00 22:50 23:40 13 00:00 00:50 22:00 22:50 23:40");
  CHECK(clocks(Case().on("2026-05-12", "2026-05-13").open("22:00-02:00").serve(every(50, 30))) ==
        "00:30 01:20 22:00 22:50 23:40 13 00:30 01:20 22:00 22:50 23:40");
}

TEST_CASE("rule 6: where yesterday's interval overlaps today's both grids hold, without doubles") {
  Schedule schedule;
  schedule.weekly[0] = day("23:00-02:00");
  schedule.weekly[1] = day("01:10-03:00");
  CHECK(clocks(Case().on("2026-05-12").open(schedule).serve(every(30, 30))) ==
        "00:00 00:30 01:00 01:10 01:30 01:40 02:10");
  schedule.weekly[1] = day("01:00-03:00");
  CHECK(clocks(Case().on("2026-05-12").open(schedule).serve(every(30, 30))) ==
        "00:00 00:30 01:00 01:30 02:00 02:30");
}

TEST_CASE("rule 6: a break starts the grid anew, time off does not") {
  Schedule schedule = every_day("09:00-12:00");
  schedule.breaks.fill(day("10:00-10:10"));
  CHECK(clocks(Case().on("2026-05-12").open(schedule).serve(every(60, 60))) == "09:00 10:10");
  CHECK(clocks(Case()
                   .on("2026-05-12")
                   .open("09:00-12:00")
                   .serve(every(60, 60))
                   .away("2026-05-12T10:00:00Z", "2026-05-12T10:10:00Z")) == "09:00 11:00");
}

TEST_CASE("rule 6: the grid does not move because of bookings or notice") {
  Case c;
  c.on("2026-05-12")
      .open("09:00-12:00")
      .serve(every(30, 30))
      .booked("2026-05-12T09:10:00Z", "2026-05-12T09:20:00Z");
  c.limits.now_us = instant("2026-05-12T09:47:00Z");
  CHECK(clocks(c) == "10:00 10:30 11:00 11:30");
}

TEST_CASE("rule 6: labels step on the clock across a clock change") {
  CHECK(clocks(Case().in("Europe/Budapest").on("2026-03-29").open("00:00-05:00").serve(every(45, 30))) ==
        "00:00 00:45 01:30 03:00+0200 03:45 04:30");
  CHECK(clocks(Case().in("Europe/Budapest").on("2026-10-25").open("00:30-04:00").serve(every(45, 30))) ==
        "00:30 01:15 02:00 02:45 02:00+0100 02:45 03:30");
}

TEST_CASE("rule 6: clock alignment takes the minutes of the day that the step divides") {
  CHECK(clocks(Case().on("2026-05-12").open("09:10-11:00").serve(every(30, 15, Align::clock))) ==
        "09:30 10:00 10:30");
  // A step that does not divide the day starts anew at midnight.
  CHECK(clocks(Case().on("2026-05-13").open("22:10-01:30").serve(every(50, 30, Align::clock))) ==
        "00:00 00:50 22:30 23:20");
}

TEST_CASE("rule 6: gap alignment counts anew where a gap begins") {
  Case c;
  c.on("2026-05-12")
      .open("09:00-12:00")
      .serve(every(30, 30, Align::gap))
      .booked("2026-05-12T09:40:00Z", "2026-05-12T09:55:00Z");
  CHECK(clocks(c) == "09:00 09:55 10:25 10:55 11:25");
  c.service.buffer_before_minutes = 5;
  CHECK(clocks(c) == "09:00 10:00 10:30 11:00 11:30");
  c.away("2026-05-12T11:00:00Z", "2026-05-12T11:10:00Z");
  CHECK(clocks(c) == "09:00 10:00 10:30 11:10");
}

TEST_CASE("rule 6: a gap counts anew even where the block itself meets no start of the grid") {
  CHECK(clocks(Case()
                   .on("2026-05-12")
                   .open("09:00-11:00")
                   .serve(every(30, 10, Align::gap))
                   .booked("2026-05-12T09:15:00Z", "2026-05-12T09:20:00Z")) ==
        "09:00 09:20 09:50 10:20 10:50");
}

TEST_CASE("rule 6: a gap starts on a whole minute") {
  CHECK(clocks(Case()
                   .on("2026-05-12")
                   .open("09:00-11:00")
                   .serve(every(30, 30, Align::gap))
                   .booked("2026-05-12T09:00:00Z", "2026-05-12T09:20:17Z")) == "09:21 09:51 10:21");
}

TEST_CASE("rule 6: a gap does not depend on where the range begins") {
  Case c;
  c.on("2026-05-12", "2026-05-13").open("22:00-03:00").serve(every(50, 30, Align::gap));
  c.booked("2026-05-12T22:30:00Z", "2026-05-12T23:05:00Z");
  CHECK(clocks(c) == "00:30 01:20 02:10 22:00 23:05 23:55 13 00:45 01:35 02:25 22:00 22:50 23:40");
  CHECK(clocks(c.on("2026-05-13")) == "00:45 01:35 02:25 22:00 22:50 23:40");
}

TEST_CASE("rule 6: a gap goes on through a clock change, an interval that comes twice starts twice") {
  Case c;
  c.in("Europe/Budapest").on("2026-10-25").open("01:00-05:00").serve(every(60, 30, Align::gap));
  c.booked("2026-10-24T23:00:00Z", "2026-10-24T23:20:00Z");  // 01:00 to 01:20
  CHECK(clocks(c) == "01:20 02:20 02:20+0100 03:20 04:20");
  c.open("02:15-02:55").serve(every(15, 15, Align::gap));
  c.busy.clear();
  c.booked("2026-10-25T00:15:00Z", "2026-10-25T00:20:00Z");  // the first 02:15 to 02:20
  CHECK(clocks(c) == "02:20 02:35 02:15+0100 02:30");
  c.open("01:30-02:30").serve(every(45, 15, Align::gap));
  CHECK(clocks(c) == "01:30 02:15+0100");
}

TEST_CASE("rule 8: buffers of both bookings add up") {
  Case c;
  c.on("2026-05-12")
      .open("09:00-12:00")
      .serve({.duration_minutes = 30,
              .buffer_before_minutes = 10,
              .buffer_after_minutes = 5,
              .step_minutes = 5});
  // 10:00 to 10:30 with five minutes on either side.
  c.booked("2026-05-12T09:55:00Z", "2026-05-12T10:35:00Z");
  CHECK(why_not(c, "2026-05-12T09:20:00Z") == "");
  CHECK(why_not(c, "2026-05-12T09:25:00Z") == "busy");
  CHECK(why_not(c, "2026-05-12T10:40:00Z") == "busy");
  CHECK(why_not(c, "2026-05-12T10:45:00Z") == "");
}

TEST_CASE("rule 8: buffers may lie outside of hours and over time off") {
  Case c;
  c.on("2026-05-12")
      .open("09:00-11:00")
      .serve({.duration_minutes = 30,
              .buffer_before_minutes = 30,
              .buffer_after_minutes = 30,
              .step_minutes = 30});
  CHECK(clocks(c) == "09:00 09:30 10:00 10:30");
  c.away("2026-05-12T10:00:00Z", "2026-05-12T10:10:00Z");
  CHECK(clocks(c) == "09:00 09:30 10:30");
}

TEST_CASE("rule 8: buffers_inside_hours keeps them in hours and clear of time off") {
  Case c;
  c.on("2026-05-12")
      .open("09:00-12:00")
      .serve({.duration_minutes = 30,
              .buffer_before_minutes = 30,
              .buffer_after_minutes = 10,
              .step_minutes = 30,
              .buffers_inside_hours = true});
  CHECK(clocks(c) == "09:30 10:00 10:30 11:00");
  CHECK(clocks(c.away("2026-05-12T10:00:00Z", "2026-05-12T10:10:00Z")) == "11:00");
  // A buffer of more than a day reaches back over earlier dates.
  c.time_off.clear();
  c.open("00:00-24:00")
      .serve({.duration_minutes = 30,
              .buffer_before_minutes = 3000,
              .step_minutes = 720,
              .buffers_inside_hours = true});
  CHECK(clocks(c) == "00:00 12:00");
  c.staff->overrides.push_back({date("2026-05-09"), {}});
  CHECK(clocks(c) == "12:00");
}

TEST_CASE("rule 9: notice is exact and inclusive") {
  Case c;
  c.on("2026-05-12").open("09:00-12:00");
  c.limits.notice_minutes = 60;
  c.limits.now_us = instant("2026-05-12T09:00:00Z");
  CHECK(clocks(c) == "10:00 11:00");
  c.limits.now_us += 1;
  CHECK(clocks(c) == "11:00");
  c.limits.notice_minutes = 0;
  c.limits.now_us = instant("2026-05-12T11:00:00Z");
  CHECK(clocks(c) == "11:00");
}

TEST_CASE("rule 9: notice is elapsed time") {
  Case c;
  c.in("Europe/Budapest").on("2026-10-25").open("01:00-05:00");
  c.limits.now_us = instant("2026-10-24T23:00:00Z");  // 01:00
  c.limits.notice_minutes = 120;
  CHECK(clocks(c) == "02:00 03:00 04:00");  // the second 02:00
}

TEST_CASE("rule 10: the horizon is whole local days") {
  Case c;
  c.in("Pacific/Auckland").on("2026-05-12", "2026-05-15").open("09:00-10:00 23:00-24:00");
  c.limits.now_us = instant("2026-05-11T13:00:00Z");  // 12 May, 01:00
  c.limits.horizon_days = 1;
  CHECK(clocks(c) == "09:00 23:00 13 09:00 23:00");
  c.limits.horizon_days = 0;
  CHECK(clocks(c) == "09:00 23:00");
  c.limits.now_us = instant("2026-05-11T11:59:59Z");  // 11 May
  CHECK(clocks(c) == "");
  c.limits.horizon_days.reset();
  CHECK(clocks(c) == "09:00 23:00 13 09:00 23:00 14 09:00 23:00 15 09:00 23:00");
}

TEST_CASE("rule 10: of a horizon of business days only Mondays to Fridays count") {
  Case c;
  c.on("2026-05-12", "2026-05-20").open("09:00-10:00");
  c.limits.horizon_business_days = true;
  const auto last_day_from = [&](std::string_view today, int32_t days) {
    c.limits.now_us = instant(today);
    c.limits.horizon_days = days;
    const std::string starts = clocks(c);
    return starts.substr(starts.size() - 8, 2);
  };
  CHECK(last_day_from("2026-05-12T07:00:00Z", 2) == "14");  // a Tuesday
  CHECK(last_day_from("2026-05-14T07:00:00Z", 1) == "15");
  CHECK(last_day_from("2026-05-14T07:00:00Z", 2) == "18");  // over the weekend
  CHECK(last_day_from("2026-05-15T07:00:00Z", 3) == "20");
  CHECK(last_day_from("2026-05-12T07:00:00Z", 5) == "19");  // a week
  // From a Saturday or Sunday on the days count like from the Friday before.
  CHECK(last_day_from("2026-05-16T07:00:00Z", 1) == "18");
  CHECK(last_day_from("2026-05-17T07:00:00Z", 1) == "18");
  c.limits.horizon_days = 0;
  CHECK(clocks(c.on("2026-05-17", "2026-05-18")) == "09:00");  // today in any case
}

TEST_CASE("rule 10: a horizon of business days is as long as counting them one by one") {
  const Date monday = date("2026-05-11");
  for (Date today = monday; today < monday + 7; ++today) {
    Date last = today;
    for (int32_t days = 0; days <= 30; ++days) {
      CHECK(last_date_of_horizon(today, days, true) == last);
      do ++last;
      while ((last - monday) % 7 >= 5);
    }
  }
}

TEST_CASE("rule 15: starts come in order, and those left out are counted by reason") {
  Case c;
  c.on("2026-05-12", "2026-05-13").open("09:00-13:00").serve(every(30, 45));
  c.booked("2026-05-12T10:00:00Z", "2026-05-12T11:00:00Z")
      .away("2026-05-12T11:30:00Z", "2026-05-12T12:00:00Z");
  c.limits.now_us = instant("2026-05-12T09:10:00Z");
  c.limits.horizon_days = 0;
  Suppressed suppressed{};
  const auto starts = starts_of(c, c.zone(), &suppressed);
  REQUIRE(starts.size() == 1);
  CHECK(starts[0].at_us == instant("2026-05-12T12:00:00Z"));
  const auto count = [&](Reason reason) { return suppressed[static_cast<size_t>(reason)]; };
  CHECK(count(Reason::notice) == 1);    // 09:00
  CHECK(count(Reason::busy) == 3);      // 09:30, 10:00, 10:30
  CHECK(count(Reason::time_off) == 2);  // 11:00, 11:30
  CHECK(count(Reason::closed) == 2);    // 12:30 on both days
  CHECK(count(Reason::horizon) == 7);   // all that fit on the 13th
  CHECK(count(Reason::none) + count(Reason::off_grid) == 0);
}

TEST_CASE("rule 16: every refusal has its reason") {
  Case c;
  c.on("2026-05-12").open("09:00-17:00").serve(every(15, 45));
  c.booked("2026-05-12T10:00:00Z", "2026-05-12T11:00:00Z")
      .away("2026-05-12T14:00:00Z", "2026-05-12T15:00:00Z");
  c.limits.now_us = instant("2026-05-12T08:30:00Z");
  c.limits.notice_minutes = 60;
  c.limits.horizon_days = 7;
  CHECK(why_not(c, "2026-05-12T12:00:00Z") == "");
  CHECK(why_not(c, "2026-05-12T12:10:00Z") == "off_grid");
  CHECK(why_not(c, "2026-05-12T12:00:00.000001Z") == "off_grid");
  CHECK(why_not(c, "2026-05-12T03:00:00Z") == "closed");
  CHECK(why_not(c, "2026-05-12T16:30:00Z") == "closed");
  CHECK(why_not(c, "2026-05-12T13:30:00Z") == "time_off");
  CHECK(why_not(c, "2026-05-12T10:15:00Z") == "busy");
  CHECK(why_not(c, "2026-05-12T09:00:00Z") == "notice");
  CHECK(why_not(c, "2026-05-19T12:00:00Z") == "");
  CHECK(why_not(c, "2026-05-20T12:00:00Z") == "horizon");
}

TEST_CASE("rule 16: a skipped time cannot be booked, each of two repeated ones can") {
  Case c;
  c.in("Europe/Budapest").on("2026-10-25").open("02:00-03:00");
  c.booked("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z");
  CHECK(why_not(c, "2026-10-25T02:00:00+02:00") == "busy");
  CHECK(why_not(c, "2026-10-25T02:00:00+01:00") == "");
  c.on("2026-03-29");
  CHECK(why_not(c, "2026-03-29T02:00:00+01:00") == "closed");  // clocks show 03:00
}

TEST_CASE("the relevant span covers the evening before, buffers and the longest visit") {
  const Zone utc({{INT64_MIN, 0}});
  const Interval span = relevant_span(
      utc,
      {.duration_minutes = 60, .buffer_before_minutes = 10, .buffer_after_minutes = 20, .step_minutes = 15},
      {date("2026-05-12"), date("2026-05-13")});
  CHECK(span == Interval{instant("2026-05-10T23:50:00Z"), instant("2026-05-14T01:20:00Z")});
}

TEST_CASE("only relevant dates and instants matter") {
  // A search that sees no more than them gives the same answer.
  Case all;
  all.in("Pacific/Apia")
      .on("2011-12-29", "2011-12-31")
      .open("00:00-24:00")
      .serve({.duration_minutes = 3000,
              .buffer_before_minutes = 1500,
              .step_minutes = 60,
              .align = Align::gap,
              .buffers_inside_hours = true});
  const DateRange dates = relevant_dates(all.service, all.limits.dates);
  const Interval span = relevant_span(all.zone(), all.service, all.limits.dates);
  Case relevant = all;
  for (Date day = all.limits.dates.from - 10; day <= all.limits.dates.to + 10; ++day) {
    const bool matters = day >= dates.from && day <= dates.to;
    all.staff->overrides.push_back({day, matters ? all.staff->weekly[0] : DayIntervals()});
  }
  all.time_off = {{span.from - kMicrosecondsPerDay, span.from}, {span.to, span.to + kMicrosecondsPerDay}};
  CHECK(clocks(all) == clocks(relevant));
  CHECK(clocks(all) != "");
}
