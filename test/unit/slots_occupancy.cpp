// Classes and rooms: the choice among units, and starts by example. All of it against the oracle:
// slots_property.cpp.
#include <doctest/doctest.h>

#include "slots_case.hpp"

using namespace slots_test;

namespace {

Occupied from_to(std::string_view from, std::string_view to) {
  return {{instant(from), instant(to)}, std::nullopt};
}

const Interval kTen{instant("2026-05-12T10:00:00Z"), instant("2026-05-12T11:00:00Z")};

Case pilates() {
  return Case{}
      .on("2026-05-12")
      .open("09:00-13:00")
      .serve({.duration_minutes = 60, .buffer_after_minutes = 15, .step_minutes = 30})
      .shared_by(2);
}

}  // namespace

TEST_CASE("a unit is chosen that leaves the longest stretch to others, then the first") {
  const Unit free;
  const Unit until_noon{from_to("2026-05-12T12:00:00Z", "2026-05-12T13:00:00Z")};
  const Unit until_eleven{from_to("2026-05-12T11:00:00Z", "2026-05-12T13:00:00Z")};
  const Unit taken{from_to("2026-05-12T10:30:00Z", "2026-05-12T10:31:00Z")};
  CHECK(choose_unit({free}, kTen) == 0);
  CHECK(choose_unit({free, free}, kTen) == 0);
  CHECK(choose_unit({free, until_noon}, kTen) == 1);
  CHECK(choose_unit({free, until_noon, until_eleven}, kTen) == 1);  // what is left elsewhere is the same
  CHECK(choose_unit({taken, until_noon}, kTen) == 1);
  CHECK(choose_unit({taken}, kTen) == std::nullopt);
  CHECK(choose_unit({}, kTen) == std::nullopt);
}

TEST_CASE("what is further away than half a day is another day's") {
  const Unit booked_yesterday{from_to("2026-05-11T08:00:00Z", "2026-05-11T20:00:00Z")};
  CHECK(choose_unit({{}, booked_yesterday}, kTen) == 0);
}

TEST_CASE("a session keeps the unit it has") {
  const Unit free;
  const Unit with_session{{kTen, kTen.from}};
  CHECK(choose_unit({free, with_session}, kTen, kTen.from) == 1);
  CHECK(choose_unit({free, with_session}, kTen) == 0);
  const Interval longer{kTen.from, kTen.to + 60 * kMicrosecondsPerMinute};
  const Unit too_short{{kTen, kTen.from}, {{kTen.to, longer.to}, std::nullopt}};
  CHECK(choose_unit({free, too_short}, longer, kTen.from) == std::nullopt);
}

TEST_CASE("a class with a seat left is offered at its start, and blocks the starts around it") {
  CHECK(clocks(pilates()) == "09:00 09:30 10:00 10:30 11:00 11:30 12:00");
  CHECK(clocks(pilates().seat("2026-05-12T10:00:00Z")) == "10:00 11:30 12:00");
  const Case full = pilates().seat("2026-05-12T10:00:00Z").seat("2026-05-12T10:00:00Z");
  CHECK(clocks(full) == "11:30 12:00");
  CHECK(reason_of(full, full.zone(), instant("2026-05-12T10:00:00Z")) == Reason::capacity);
  CHECK(reason_of(full, full.zone(), instant("2026-05-12T10:30:00Z")) == Reason::busy);
}

TEST_CASE("a class in the way of others' bookings is no class to join") {
  const Case blocked =
      pilates().seat("2026-05-12T10:00:00Z").booked("2026-05-12T11:00:00Z", "2026-05-12T11:05:00Z");
  CHECK(reason_of(blocked, blocked.zone(), instant("2026-05-12T10:00:00Z")) == Reason::busy);
}

TEST_CASE("a start needs a unit of every pool") {
  const Unit morning{from_to("2026-05-12T09:00:00Z", "2026-05-12T10:30:00Z")};
  const Unit noon{from_to("2026-05-12T11:00:00Z", "2026-05-12T12:00:00Z")};
  CHECK(clocks(pilates().need({morning})) == "10:30 11:00 11:30 12:00");
  CHECK(clocks(pilates().need({morning, noon})) == "09:00 09:30 10:30 11:00 11:30 12:00");
  CHECK(clocks(pilates().need({morning}).need({noon})) == "12:00");
  CHECK(clocks(pilates().need({})).empty());
}
