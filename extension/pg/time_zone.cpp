#include "pg/time_zone.hpp"

#include <map>
#include <memory>
#include <string_view>

#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "pgtime.h"
}

namespace pg_booking {
namespace {

// Transitions are read for these years; beyond them the first and the last offset hold.
constexpr pg_time_t kFirstSecond = INT64CONST(-5364662400);  // 1800-01-01
constexpr pg_time_t kLastSecond = INT64CONST(13569465600);   // 2400-01-01

/// What follows Etc/GMT in the IANA database: a sign and 0 to 14 hours.
bool is_whole_hours(std::string_view text) {
  if (text.size() < 2 || text.size() > 3 || (text[0] != '+' && text[0] != '-')) return false;
  int hours = 0;
  for (char const c : text.substr(1)) {
    if (c < '0' || c > '9') return false;
    hours = hours * 10 + (c - '0');
  }
  return hours <= 14;
}

/// Whether a name looks like a region of the IANA database. PostgreSQL also takes POSIX rules such as "XYZ5",
/// of which there are endlessly many; what tells them apart are digits, which no region has but those of
/// Etc/GMT.
bool is_region_name(std::string_view name) {
  constexpr std::string_view kWholeHours = "Etc/GMT";
  if (name.starts_with(kWholeHours) && is_whole_hours(name.substr(kWholeHours.size()))) return true;
  for (char const c : name) {
    bool const letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '/' || c == '-';
    if (!letter) return false;
  }
  return true;
}

/// The server's rules of a region, which it keeps for good; null when there is no such region.
const pg_tz* find_rules(const std::string& name) {
  if (!is_region_name(name)) return nullptr;
  pg_tz* const rules = pg([&] { return pg_tzset(name.c_str()); });
  return rules != nullptr && pg_tz_acceptable(rules) ? rules : nullptr;
}

/// The next change of offset after `at`; false when there is none. P-zone.
bool next_transition(const pg_tz* rules, pg_time_t at, long& before, pg_time_t& boundary, long& after) {
  int before_is_dst;
  int after_is_dst;
  return pg_next_dst_boundary(&at, &before, &before_is_dst, &boundary, &after, &after_is_dst, rules) == 1;
}

std::vector<slots::ZoneSegment> read_segments(const pg_tz* rules) {
  std::vector<slots::ZoneSegment> segments;
  long before = 0;
  long after = 0;
  pg_time_t boundary = 0;
  bool more = pg([&] { return next_transition(rules, kFirstSecond, before, boundary, after); });
  segments.push_back({std::numeric_limits<int64_t>::min(), static_cast<int32_t>(before)});
  while (more && boundary < kLastSecond) {
    if (after != before)
      segments.push_back({boundary * slots::kMicrosecondsPerSecond, static_cast<int32_t>(after)});
    more = pg([&] { return next_transition(rules, boundary, before, boundary, after); });
  }
  return segments;
}

}  // namespace

const slots::Zone* find_time_zone(const std::string& name) {
  const pg_tz* const rules = find_rules(name);
  if (rules == nullptr) return nullptr;
  // Never freed: a few hundred zones at most, however callers spell them, each a few kilobytes. Allocated
  // here, since no global may have a constructor.
  static auto* const zones = new std::map<const pg_tz*, std::unique_ptr<slots::Zone>>;
  if (auto const known = zones->find(rules); known != zones->end()) return known->second.get();
  auto zone = std::make_unique<slots::Zone>(read_segments(rules));
  return zones->emplace(rules, std::move(zone)).first->second.get();
}

}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_is_time_zone) {
  const text* const name = pg([&] { return PG_GETARG_TEXT_PP(0); });
  std::string const zone(view_of(name));
  // What is stored is spelled as the database spells it, and is the same zone on every machine.
  if (zone == "localtime" || zone == "posixrules") PG_RETURN_BOOL(false);
  pg_tz* const rules = const_cast<pg_tz*>(find_rules(zone));
  PG_RETURN_BOOL(rules != nullptr && zone == pg_get_timezone_name(rules));
}
