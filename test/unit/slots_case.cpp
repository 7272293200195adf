#include "slots_case.hpp"

#include <cstdio>
#include <cstdlib>

namespace slots_test {

LibcZone::LibcZone(const std::string& name) {
  if (const char* value = std::getenv("TZ")) before_ = value;
  if (std::FILE* file = std::fopen(("/usr/share/zoneinfo/" + name).c_str(), "r")) {
    std::fclose(file);
  } else {
    throw std::runtime_error("the zone database has no " + name + ": install tzdata");
  }
  setenv("TZ", name.c_str(), 1);
  tzset();
}

LibcZone::~LibcZone() {
  if (before_) {
    setenv("TZ", before_->c_str(), 1);
  } else {
    unsetenv("TZ");
  }
  tzset();
}

std::tm LibcZone::clock_at(int64_t instant_us) const {
  const int64_t rest = instant_us % kMicrosecondsPerSecond;
  const std::time_t seconds = instant_us / kMicrosecondsPerSecond - (rest < 0 ? 1 : 0);
  std::tm clock{};
  localtime_r(&seconds, &clock);
  return clock;
}

Zone probe_zone(const std::string& name, Date from, Date to) {
  const LibcZone zone(name);
  const auto offset_at = [&](int64_t seconds) {
    return static_cast<int32_t>(zone.clock_at(seconds * kMicrosecondsPerSecond).tm_gmtoff);
  };
  const int64_t end = (to + 40) * int64_t{86400};
  int64_t at = (from - 40) * int64_t{86400};
  std::vector<ZoneSegment> segments{{INT64_MIN, offset_at(at)}};
  for (; at < end; at += 3600) {
    if (offset_at(at + 3600) == segments.back().offset_seconds) continue;
    int64_t same = at;
    int64_t changed = at + 3600;
    while (changed - same > 1) {
      const int64_t middle = same + (changed - same) / 2;
      (offset_at(middle) == segments.back().offset_seconds ? same : changed) = middle;
    }
    segments.push_back({changed * kMicrosecondsPerSecond, offset_at(changed)});
  }
  return Zone(std::move(segments));
}

DayIntervals day(std::string_view text) {
  DayIntervals intervals;
  const auto minutes = [](std::string_view hh_mm) {
    if (hh_mm == "24:00") return 1440;
    const auto parsed = pg_booking::parse_time_of_day(hh_mm);
    if (!parsed) throw std::invalid_argument(std::string(hh_mm));
    return *parsed;
  };
  for (; text.size() >= 11; text.remove_prefix(std::min<size_t>(12, text.size()))) {
    intervals.push_back({minutes(text.substr(0, 5)), minutes(text.substr(6, 5))});
  }
  return intervals;
}

Schedule every_day(std::string_view text) {
  Schedule schedule;
  schedule.weekly.fill(day(text));
  return schedule;
}

namespace {

template <typename Answer>
auto ask(Case c, const Zone& zone, Answer&& answer) {
  std::vector<Occupied> calendar = c.seats;
  for (const Interval& block : c.busy) calendar.push_back({block, std::nullopt});
  const std::vector<Session> sessions = find_sessions(calendar, c.pools, c.service, c.capacity);
  for (const Occupied& seat : c.seats) c.busy.push_back(seat.window);
  std::vector<Interval> full;
  for (const Pool& pool : c.pools) append_full(pool, c.service, full);
  merge(full);
  merge(c.time_off);
  merge(c.busy);
  return answer(Member{zone, c.location ? &*c.location : nullptr, c.staff ? &*c.staff : nullptr, c.time_off,
                       c.busy, full, sessions});
}

}  // namespace

std::vector<Start> starts_of(const Case& c, const Zone& zone, Suppressed* suppressed) {
  return ask(c, zone, [&](const Member& member) {
    std::vector<Start> starts;
    StartSweep sweep(member, c.service, c.limits, suppressed);
    for (Start start{}; sweep.next(start);) starts.push_back(start);
    return starts;
  });
}

Reason reason_of(const Case& c, const Zone& zone, int64_t start_us) {
  return ask(c, zone, [&](const Member& member) { return explain(member, c.service, c.limits, start_us); });
}

std::vector<int32_t> gaps_of(const Case& c, const Zone& zone, const std::vector<Start>& starts) {
  return ask(c, zone, [&](const Member& member) {
    const GapMeter meter(member, c.service, c.limits.dates);
    std::vector<int32_t> gaps;
    for (const Start& start : starts) gaps.push_back(meter.gap_minutes(start.at_us));
    return gaps;
  });
}

std::string clocks(const Case& c) {
  const Zone zone = c.zone();
  const LibcZone libc(c.zone_name);
  std::string text;
  std::tm before{};
  for (const Start& start : starts_of(c, zone)) {
    const std::tm clock = libc.clock_at(start.at_us);
    if (clock.tm_gmtoff != start.offset_seconds) text += "(wrong offset) ";
    char shown[32];
    if (!text.empty() && clock.tm_mday != before.tm_mday) {
      std::strftime(shown, sizeof shown, "%d ", &clock);
      text += shown;
    }
    std::strftime(shown, sizeof shown, "%H:%M", &clock);
    text += shown;
    if (before.tm_mday != 0 && clock.tm_gmtoff != before.tm_gmtoff) {
      std::strftime(shown, sizeof shown, "%z", &clock);
      text += shown;
    }
    text += ' ';
    before = clock;
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace slots_test
