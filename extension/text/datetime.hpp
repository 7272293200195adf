#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pg_booking {

struct CivilDate {
  int year;   // proleptic Gregorian, astronomical (0 is 1 BC)
  int month;  // 1..12
  int day;    // 1..31
};

/// Parses exactly YYYY-MM-DD, a date that exists, year 0001..9999.
std::optional<CivilDate> parse_date(std::string_view text);

/// Days since 1970-01-01. The date must exist and lie within about five million years of then.
int32_t days_from_civil(CivilDate date);

/// Inverse of days_from_civil, for every argument.
CivilDate civil_from_days(int32_t days);

/// Parses exactly HH:MM, 00:00..23:59, into minutes since midnight.
std::optional<int> parse_time_of_day(std::string_view text);

/// Parses an RFC 3339 timestamp with its offset ('Z' or ±HH:MM) and at most 6 digits of fraction into
/// microseconds since 1970 UTC. Refuses leap seconds (no POSIX clock has them), hour 24, and instants outside
/// the years 0001..9999 UTC.
std::optional<int64_t> parse_rfc3339(std::string_view text);

/// "2026-05-12T08:00:00Z" or, with a fraction, "2026-05-12T08:00:00.25Z": UTC, no trailing zeros. Years
/// outside 0000..9999 get ECMAScript's six digits and sign.
std::string format_rfc3339(int64_t unix_microseconds);

}  // namespace pg_booking
