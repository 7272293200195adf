#include "pg/time_zone.hpp"

#include <map>
#include <memory>

#include "pg/guard.hpp"

extern "C" {
#include "pgtime.h"
}

namespace pg_booking {
namespace {

// Transitions are read for these years; beyond them the first and the last offset hold.
constexpr pg_time_t kFirstSecond = INT64CONST(-5364662400);  // 1800-01-01
constexpr pg_time_t kLastSecond = INT64CONST(13569465600);   // 2400-01-01

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
  // Never freed: a few hundred zones at most, each a few kilobytes. Allocated here, since no global may have
  // a constructor.
  static auto* const zones = new std::map<std::string, std::unique_ptr<slots::Zone>>;
  if (auto const known = zones->find(name); known != zones->end()) return known->second.get();
  const pg_tz* const rules = pg([&] { return pg_tzset(name.c_str()); });
  if (rules == nullptr || !pg_tz_acceptable(const_cast<pg_tz*>(rules))) return nullptr;
  auto zone = std::make_unique<slots::Zone>(read_segments(rules));
  return zones->emplace(name, std::move(zone)).first->second.get();
}

}  // namespace pg_booking
