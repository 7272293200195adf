// Rule 6: which starts leave holes in a day.
#include <doctest/doctest.h>

#include "slots_case.hpp"

using namespace slots_test;

namespace {

/// "09:00:0 09:15:15": the starts as clocks in UTC show them, with their gaps.
std::string ranked(const Case& c) {
  const Zone zone = c.zone();
  const std::vector<Start> starts = starts_of(c, zone);
  const std::vector<int32_t> gaps = gaps_of(c, zone, starts);
  std::string text;
  for (size_t i = 0; i < starts.size(); ++i) {
    text += (text.empty() ? "" : " ") + pg_booking::format_rfc3339(starts[i].at_us).substr(11, 5) + ":" +
            std::to_string(gaps[i]);
  }
  return text;
}

Case morning(std::string_view hours, int32_t step, int32_t duration = 60) {
  return Case().on("2026-05-12").open(hours).serve({.duration_minutes = duration, .step_minutes = step});
}

}  // namespace

TEST_CASE("rule 6: a gap is what no further booking could fill, on the side where less of it is left") {
  CHECK(ranked(morning("09:00-12:00", 15)) ==
        "09:00:0 09:15:15 09:30:30 09:45:15 10:00:0 10:15:15 10:30:30 10:45:15 11:00:0");
  // What is left over anyway stays in one piece at either end.
  CHECK(ranked(morning("09:00-10:30", 15)) == "09:00:0 09:15:15 09:30:0");
  CHECK(ranked(morning("09:00-10:00", 15)) == "09:00:0");
}

TEST_CASE("rule 6: other bookings, time off and breaks end a free stretch") {
  CHECK(ranked(morning("09:00-13:00", 30).booked("2026-05-12T10:15:00Z", "2026-05-12T10:45:00Z")) ==
        "09:00:0 11:00:0 11:30:30 12:00:0");
  CHECK(ranked(morning("09:00-13:00", 15).away("2026-05-12T10:00:00Z", "2026-05-12T10:30:00Z")) ==
        "09:00:0 10:30:0 10:45:15 11:00:0 11:15:45 11:30:0 11:45:15 12:00:0");
}

TEST_CASE("rule 6: buffers belong to what a further booking needs") {
  Case c = morning("09:00-12:00", 15);
  c.service.buffer_after_minutes = 15;
  // An hour and a quarter of the three hours, and the last buffer lies outside.
  CHECK(ranked(c) == "09:00:0 09:15:15 09:30:15 09:45:0 10:00:60 10:15:0 10:30:15 10:45:15 11:00:0");
}

TEST_CASE("rule 6: notice and horizon end no stretch") {
  Case c = morning("09:00-12:00", 15);
  c.limits.now_us = instant("2026-05-12T09:20:00Z");
  CHECK(ranked(c) == "09:30:30 09:45:15 10:00:0 10:15:15 10:30:30 10:45:15 11:00:0");
}

TEST_CASE("rule 6: a gap is the same whatever dates are asked for, and past midnight") {
  Case c = morning("22:00-02:00", 30, 90);
  const std::string evening = "22:00:0 22:30:30 23:00:0 23:30:0";
  CHECK(ranked(c) == "00:00:30 00:30:0 " + evening);
  c.on("2026-05-11", "2026-05-13");
  CHECK(ranked(c) ==
        "00:00:30 00:30:0 " + evening + " 00:00:30 00:30:0 " + evening + " 00:00:30 00:30:0 " + evening);
}

TEST_CASE("rule 6: a side that is free for more than a day has no say") {
  Case c = morning("00:00-24:00", 240, 50);
  CHECK(ranked(c) == "00:00:0 04:00:0 08:00:0 12:00:0 16:00:0 20:00:0");
  c.booked("2026-05-12T03:30:00Z", "2026-05-12T03:50:00Z");
  // Before, the last start that fits is 02:40; after, the first one is 03:50.
  CHECK(ranked(c) == "00:00:10 04:00:10 08:00:0 12:00:40 16:00:30 20:00:20");
}

TEST_CASE("rule 6: joining a class leaves no hole") {
  CHECK(ranked(morning("09:00-12:00", 30).shared_by(3).seat("2026-05-12T09:30:00Z")) ==
        "09:30:0 10:30:0 11:00:0");
}
