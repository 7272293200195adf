#include "text/datetime.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace pg_booking;
using namespace std::string_view_literals;

namespace {

constexpr int64_t kSecond = 1'000'000;

}  // namespace

TEST_CASE("parse_date accepts dates that exist") {
  const std::vector<std::pair<std::string_view, int32_t>> cases = {
      {"1970-01-01", 0},       {"1970-01-02", 1},       {"1969-12-31", -1},     {"2000-02-29", 11016},
      {"2000-03-01", 11017},   {"2024-02-29", 19782},   {"2026-05-12", 20585},  {"1600-02-29", -135081},
      {"0001-01-01", -719162}, {"9999-12-31", 2932896}, {"1900-02-28", -25509}, {"1900-03-01", -25508},
  };
  for (const auto& [text, days] : cases) {
    const std::string input(text);
    CAPTURE(input);
    const auto date = parse_date(text);
    REQUIRE(date.has_value());
    CHECK(days_from_civil(*date) == days);
  }
}

TEST_CASE("parse_date refuses all else") {
  for (const std::string_view text :
       {""sv,           "2026"sv,       "2026-05"sv,    "2026-5-12"sv,   "2026-05-1"sv,   "26-05-12"sv,
        "20260512"sv,   "2026/05/12"sv, "12-05-2026"sv, "2026-05-12T"sv, "2026-05-12 "sv, " 2026-05-12"sv,
        "2026-00-12"sv, "2026-13-12"sv, "2026-05-00"sv, "2026-05-32"sv,  "2026-04-31"sv,  "2026-02-29"sv,
        "1900-02-29"sv, "2100-02-29"sv, "2024-02-30"sv, "0000-01-01"sv,  "+2026-05-1"sv,  "-026-05-12"sv,
        "2026-+5-12"sv, "2026- 5-12"sv, "202a-05-12"sv, "2026-05-1\0"sv, "٢٠٢٦-05-12"sv,  "10000-01-01"sv}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_date(text).has_value());
  }
}

TEST_CASE("days and civil dates are inverse, and the calendar has no gaps") {
  CivilDate previous = civil_from_days(-800'001);
  for (int32_t days = -800'000; days <= 3'000'000; days += 1) {
    const CivilDate date = civil_from_days(days);
    const bool next_day =
        date.year == previous.year && date.month == previous.month && date.day == previous.day + 1;
    const bool next_month = date.day == 1 && previous.day >= 28 &&
                            ((date.year == previous.year && date.month == previous.month + 1) ||
                             (date.year == previous.year + 1 && date.month == 1 && previous.month == 12));
    if (days_from_civil(date) != days || !(next_day || next_month)) FAIL("wrong at day ", days);
    previous = date;
  }
  for (const int32_t days : {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()}) {
    CHECK(days_from_civil(civil_from_days(days)) == days);
  }
}

TEST_CASE("parse_time_of_day") {
  CHECK(parse_time_of_day("00:00") == 0);
  CHECK(parse_time_of_day("09:05") == 545);
  CHECK(parse_time_of_day("23:59") == 1439);
  for (const std::string_view text : {""sv, "9:05"sv, "24:00"sv, "23:60"sv, "09:05:00"sv, "0905"sv, "09.05"sv,
                                      "09:5"sv, "09:05 "sv, "-9:05"sv, "+9:05"sv, "ab:cd"sv, "09:0\0"sv}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_time_of_day(text).has_value());
  }
}

TEST_CASE("parse_rfc3339 gives microseconds of UTC") {
  const std::vector<std::pair<std::string_view, int64_t>> cases = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01t00:00:00z", 0},
      {"1970-01-01T00:00:00+00:00", 0},
      {"1970-01-01T00:00:00-00:00", 0},
      {"1970-01-01T01:00:00+01:00", 0},
      {"1969-12-31T19:00:00-05:00", 0},
      {"1970-01-01T05:45:00+05:45", 0},
      {"1969-12-31T23:59:59Z", -kSecond},
      {"1969-12-31T23:59:59.999999Z", -1},
      {"1970-01-01T00:00:00.1Z", 100'000},
      {"1970-01-01T00:00:00.000001Z", 1},
      {"1970-01-01T00:00:00.000000Z", 0},
      {"2026-05-12T08:00:00Z", 1'778'572'800 * kSecond},
      {"2026-05-12T10:00:00+02:00", 1'778'572'800 * kSecond},
      {"2026-05-12T10:00:00.25+02:00", 1'778'572'800 * kSecond + 250'000},
      {"1985-04-12T23:20:50.52Z", 482'196'050 * kSecond + 520'000},
      {"1996-12-19T16:39:57-08:00", 851'042'397 * kSecond},
      {"2024-02-29T23:59:59-23:59", 1'709'337'539 * kSecond},
      {"0001-01-01T00:00:00Z", -62'135'596'800 * kSecond},
      {"9999-12-31T23:59:59.999999Z", 253'402'300'800 * kSecond - 1},
  };
  for (const auto& [text, microseconds] : cases) {
    const std::string input(text);
    CAPTURE(input);
    CHECK(parse_rfc3339(text) == microseconds);
  }
}

TEST_CASE("parse_rfc3339 refuses what is ambiguous or malformed") {
  for (const std::string_view text : {""sv,
                                      "2026-05-12"sv,
                                      "2026-05-12T08:00:00"sv,
                                      "2026-05-12T08:00Z"sv,
                                      "2026-05-12 08:00:00Z"sv,
                                      "2026-05-12T08:00:00 Z"sv,
                                      "2026-05-12T08:00:00Z "sv,
                                      " 2026-05-12T08:00:00Z"sv,
                                      "2026-05-12T8:00:00Z"sv,
                                      "2026-05-12T24:00:00Z"sv,
                                      "2026-05-12T08:60:00Z"sv,
                                      "2026-05-12T08:00:60Z"sv,
                                      "2016-12-31T23:59:60Z"sv,
                                      "2026-02-30T08:00:00Z"sv,
                                      "2026-05-12T08:00:00.Z"sv,
                                      "2026-05-12T08:00:00.1234567Z"sv,
                                      "2026-05-12T08:00:00,5Z"sv,
                                      "2026-05-12T08:00:00.5"sv,
                                      "2026-05-12T08:00:00+2:00"sv,
                                      "2026-05-12T08:00:00+02"sv,
                                      "2026-05-12T08:00:00+0200"sv,
                                      "2026-05-12T08:00:00+24:00"sv,
                                      "2026-05-12T08:00:00+02:60"sv,
                                      "2026-05-12T08:00:00+02:00Z"sv,
                                      "2026-05-12T08:00:00ZZ"sv,
                                      "2026-05-12T08:00:00UTC"sv,
                                      "2026-05-12T08:00:00 02:00"sv,
                                      "20260512T080000Z"sv,
                                      "2026-05-12T08-00-00Z"sv,
                                      "2026-05-12T08:00:0aZ"sv,
                                      "2026-05-12T08:00:-1Z"sv,
                                      "0001-01-01T00:00:00+00:01"sv,
                                      "9999-12-31T23:59:59-00:01"sv,
                                      "0000-01-01T00:00:00Z"sv,
                                      "2026-05-12T08:00:00\0"sv,
                                      "2026-05-12T08:00:00−02:00"sv}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}

TEST_CASE("format_rfc3339") {
  const std::vector<std::pair<int64_t, std::string_view>> cases = {
      {0, "1970-01-01T00:00:00Z"},
      {-1, "1969-12-31T23:59:59.999999Z"},
      {1'778'572'800 * kSecond, "2026-05-12T08:00:00Z"},
      {1'778'572'800 * kSecond + 250'000, "2026-05-12T08:00:00.25Z"},
      {100'000, "1970-01-01T00:00:00.1Z"},
      {10, "1970-01-01T00:00:00.00001Z"},
      {-62'135'596'800 * kSecond, "0001-01-01T00:00:00Z"},
      {253'402'300'800 * kSecond - 1, "9999-12-31T23:59:59.999999Z"},
      {253'402'300'800 * kSecond, "+010000-01-01T00:00:00Z"},
      {-62'198'755'200 * kSecond, "-000001-01-01T00:00:00Z"},
      {std::numeric_limits<int64_t>::max(), "+294247-01-10T04:00:54.775807Z"},
      {std::numeric_limits<int64_t>::min(), "-290308-12-21T19:59:05.224192Z"},
  };
  for (const auto& [microseconds, text] : cases) CHECK(format_rfc3339(microseconds) == text);
}

TEST_CASE("what format_rfc3339 writes, parse_rfc3339 reads") {
  std::mt19937_64 random(4);
  std::uniform_int_distribution<int64_t> instants(-62'135'596'800 * kSecond, 253'402'300'800 * kSecond - 1);
  for (int i = 0; i < 20'000; ++i) {
    const int64_t instant = instants(random) / (i % 2 == 0 ? 1 : kSecond) * (i % 2 == 0 ? 1 : kSecond);
    CHECK(parse_rfc3339(format_rfc3339(instant)) == instant);
  }
}
