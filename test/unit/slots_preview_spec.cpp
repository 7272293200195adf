#include <doctest/doctest.h>

#include <string>

#include "engine/slots/preview_spec.hpp"
#include "slots_case.hpp"

using namespace slots_test;

namespace {

/// A valid spec with one member of the root replaced or added.
std::string spec_with(const std::string& name, const std::string& value) {
  std::string text = "{";
  bool found = false;
  for (const auto& [known, default_value] : {std::pair{"tz", R"("Europe/Budapest")"},
                                             {"weekly", R"({"tue":[["09:00","12:00"]]})"},
                                             {"service", R"({"duration":45})"},
                                             {"range", R"({"from":"2026-05-12","to":"2026-05-18"})"}}) {
    found = found || name == known;
    text += '"' + std::string(known) + "\":" + (name == known ? value : default_value) + ',';
  }
  if (!found) text += '"' + name + "\":" + value + ',';
  text.back() = '}';
  return text;
}

std::string fault_of(const std::string& text) {
  PreviewSpec spec;
  return parse_preview_spec(text, spec).value_or("");
}

std::string fault_with(const std::string& name, const std::string& value) {
  return fault_of(spec_with(name, value));
}

PreviewSpec parsed(const std::string& text) {
  PreviewSpec spec;
  const auto fault = parse_preview_spec(text, spec);
  REQUIRE_MESSAGE(!fault.has_value(), *fault);
  return spec;
}

}  // namespace

TEST_CASE("a preview spec with every member") {
  const PreviewSpec spec = parsed(R"({"tz": "Europe/Budapest",
    "weekly": {"mon": [["09:00","17:00"]], "sat": [["22:00","02:00"], ["10:00","24:00"]]},
    "overrides": {"2026-05-13": [], "2026-05-12": [["10:00","12:00"]]},
    "time_off": [["2026-05-14T08:00:00Z","2026-05-14T10:00:00Z"]],
    "bookings": [{"start":"2026-05-12T08:00:00Z","end":"2026-05-12T09:00:00Z","buffer_before":5,"buffer_after":10}],
    "service": {"duration":45,"buffer_before":15,"buffer_after":10.0,"step":20},
    "min_notice_minutes": 60, "horizon_days": 30,
    "now": "2026-05-11T10:00:00+02:00",
    "range": {"from":"2026-05-12","to":"2026-05-18"}})");
  CHECK(spec.time_zone == "Europe/Budapest");
  CHECK(spec.schedule.weekly[0] == day("09:00-17:00"));
  CHECK(spec.schedule.weekly[1].empty());
  CHECK(spec.schedule.weekly[5] == day("22:00-02:00 10:00-24:00"));
  REQUIRE(spec.schedule.overrides.size() == 2);
  CHECK(spec.schedule.overrides[0].date == date("2026-05-12"));
  CHECK(spec.schedule.overrides[0].intervals == day("10:00-12:00"));
  CHECK(spec.schedule.overrides[1].date == date("2026-05-13"));
  CHECK(spec.schedule.overrides[1].intervals.empty());
  CHECK(spec.time_off ==
        std::vector<Interval>{{instant("2026-05-14T08:00:00Z"), instant("2026-05-14T10:00:00Z")}});
  CHECK(spec.busy ==
        std::vector<Interval>{{instant("2026-05-12T07:55:00Z"), instant("2026-05-12T09:10:00Z")}});
  CHECK(spec.service.duration_minutes == 45);
  CHECK(spec.service.buffer_before_minutes == 15);
  CHECK(spec.service.buffer_after_minutes == 10);
  CHECK(spec.service.step_minutes == 20);
  CHECK(spec.limits.notice_minutes == 60);
  CHECK(spec.limits.horizon_days == 30);
  CHECK(spec.now_us == instant("2026-05-11T08:00:00Z"));
  CHECK(spec.limits.dates.from == date("2026-05-12"));
  CHECK(spec.limits.dates.to == date("2026-05-18"));
}

TEST_CASE("a preview spec with the necessary members only") {
  const PreviewSpec spec =
      parsed(R"({"tz":"UTC","service":{"duration":45},"range":{"from":"2026-05-12","to":"2026-05-12"}})");
  CHECK(spec.service.buffer_before_minutes == 0);
  CHECK(spec.service.buffer_after_minutes == 0);
  CHECK(spec.service.step_minutes == 45);
  CHECK(spec.service.align == Align::interval);
  CHECK_FALSE(spec.service.buffers_inside_hours);
  CHECK(spec.limits.notice_minutes == 0);
  CHECK_FALSE(spec.limits.horizon_days.has_value());
  CHECK_FALSE(spec.now_us.has_value());
  CHECK(spec.busy.empty());
  CHECK(spec.time_off.empty());
}

TEST_CASE("a preview spec's empty ranges block nothing, whatever their buffers") {
  const PreviewSpec spec = parsed(spec_with(
      "bookings", R"([{"start":"2026-05-12T08:00:00Z","end":"2026-05-12T08:00:00Z","buffer_after":10}])"));
  CHECK(spec.busy.empty());
  CHECK(
      parsed(spec_with("time_off", R"([["2026-05-12T08:00:00Z","2026-05-12T08:00:00Z"]])")).time_off.empty());
}

TEST_CASE("a preview spec's faults name the member and the reason") {
  CHECK(fault_of("[]") == "must be an object");
  CHECK(fault_of("{").starts_with("is not valid JSON: "));
  CHECK(fault_with("colour", "1") == "colour: unknown member");
  CHECK(fault_with(std::string(61, 'x'), "1") == "…: unknown member");

  CHECK(fault_of(R"({"service":{"duration":45},"range":{}})") == "tz: is missing");
  CHECK(fault_of(R"({"tz":"UTC","range":{}})") == "service: is missing");
  CHECK(fault_of(R"({"tz":"UTC","service":{}})") == "range: is missing");
  CHECK(fault_with("tz", R"("")") == "tz: must be the name of a time zone like Europe/Budapest");
  CHECK(fault_with("tz", "7") == "tz: must be the name of a time zone like Europe/Budapest");

  CHECK(fault_with("weekly", "[]") == "weekly: must be an object");
  CHECK(fault_with("weekly", R"({"monday":[]})") == "weekly.monday: unknown member");
  CHECK(fault_with("weekly", R"({"mon":{}})") == "weekly.mon: must be an array");
  CHECK(fault_with("weekly", R"({"mon":["09:00","17:00"]})") == "weekly.mon[0]: must be [from, to]");
  CHECK(fault_with("weekly", R"({"mon":[["09:00"]]})") == "weekly.mon[0]: must be [from, to]");
  CHECK(fault_with("weekly", R"({"mon":[["09:00","17:00"],["9:00","17:00"]]})") ==
        "weekly.mon[1]: from must be a time from 00:00 to 23:59");
  CHECK(fault_with("weekly", R"({"mon":[["24:00","17:00"]]})") ==
        "weekly.mon[0]: from must be a time from 00:00 to 23:59");
  CHECK(fault_with("weekly", R"({"mon":[["09:00","24:01"]]})") ==
        "weekly.mon[0]: to must be a time from 00:00 to 24:00");
  CHECK(fault_with("weekly", R"({"mon":[["09:00",17]]})") ==
        "weekly.mon[0]: to must be a time from 00:00 to 24:00");
  CHECK(fault_with("weekly", R"({"mon":[["09:00","09:00"]]})") == "weekly.mon[0]: from and to are the same");

  CHECK(fault_with("overrides", R"({"2026-02-30":[]})") ==
        "overrides.2026-02-30: must be named by a date like 2026-05-12");
  CHECK(fault_with("overrides", R"({"2026-05-12":null})") == "overrides.2026-05-12: must be an array");
  CHECK(fault_with("overrides", R"({"2026-05-12":[["10:00","10:00"]]})") ==
        "overrides.2026-05-12[0]: from and to are the same");

  CHECK(fault_with("time_off", "{}") == "time_off: must be an array");
  CHECK(fault_with("time_off", R"([["2026-05-14T08:00:00","2026-05-14T10:00:00Z"]])") ==
        "time_off[0][0]: must be a time with its offset like 2026-05-12T08:00:00Z");
  CHECK(fault_with("time_off", R"([["2026-05-14T08:00:00Z","2026-05-14T07:00:00Z"]])") ==
        "time_off[0][1]: must not be before the start");

  CHECK(fault_with("bookings", R"([{"end":"2026-05-14T08:00:00Z"}])") == "bookings[0].start: is missing");
  CHECK(fault_with("bookings", R"([{"start":"2026-05-14T08:00:00Z"}])") == "bookings[0].end: is missing");
  CHECK(fault_with("bookings", R"([{"start":"2026-05-14T08:00:00Z","end":"2026-05-14T07:00:00Z"}])") ==
        "bookings[0].end: must not be before the start");
  CHECK(fault_with("bookings",
                   R"([{"start":"2026-05-14T08:00:00Z","end":"2026-05-14T09:00:00Z","buffer_after":-1}])") ==
        "bookings[0].buffer_after: must be a whole number of minutes from 0 to 10080");

  const std::string duration_fault = "service.duration: must be a whole number of minutes from 1 to 10080";
  for (const char* bad : {"0", "-5", "45.5", "10081", "\"45\"", "null", "true", "1e300", "[]"}) {
    CAPTURE(std::string(bad));
    CHECK(fault_with("service", R"({"duration":)" + std::string(bad) + "}") == duration_fault);
  }
  CHECK(fault_with("service", "{}") == "service.duration: is missing");
  CHECK(fault_with("service", R"({"duration":45,"step":0})") ==
        "service.step: must be a whole number of minutes from 1 to 10080");
  CHECK(fault_with("service", R"({"duration":45,"buffer_before":1.5})") ==
        "service.buffer_before: must be a whole number of minutes from 0 to 10080");

  CHECK(fault_with("min_notice_minutes", "-1") ==
        "min_notice_minutes: must be a whole number of minutes from 0 to 527040");
  CHECK(fault_with("horizon_days", "null") == "horizon_days: must be a whole number of days from 0 to 3660");
  CHECK(fault_with("now", R"("today")") == "now: must be a time with its offset like 2026-05-12T08:00:00Z");

  CHECK(fault_with("range", R"({"to":"2026-05-12"})") == "range.from: is missing");
  CHECK(fault_with("range", R"({"from":"2026-05-12"})") == "range.to: is missing");
  CHECK(fault_with("range", R"({"from":"2026-05-12","to":"12.05.2026"})") ==
        "range.to: must be a date like 2026-05-12");
  CHECK(fault_with("range", R"({"from":"2026-05-12","to":"2026-05-11"})") ==
        "range.to: must not be before range.from");
  CHECK(fault_with("range", R"({"from":"2026-05-12","to":"2027-06-15"})") == "");
  CHECK(fault_with("range", R"({"from":"2026-05-12","to":"2027-06-16"})") ==
        "range: must not be longer than 400 days");
}
