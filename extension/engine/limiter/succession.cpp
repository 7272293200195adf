#include "engine/limiter/succession.hpp"

#include <algorithm>

namespace pg_booking {
namespace {

/// The old times mean nothing on this run's clock. On the same machine they are all from before its start. If
/// the file has come from another machine, only the wall clocks can tell how long ago; they can only make it
/// longer, and however wrong they are, a window from now on is always enough.
int64_t hold_after_reboot(const LimiterTable& left, const StartTime& start) {
  int64_t const since_last_call = start.wall_time - left.last_used();
  int64_t const by_wall_clock =
      start.uptime + kRateWindow - std::clamp<int64_t>(since_last_call, 0, kRateWindow);
  int64_t const until = std::max(kRateWindow, by_wall_clock);
  return until > start.uptime ? until : 0;
}

}  // namespace

std::optional<LimiterTable> continue_table(std::span<std::byte> left, size_t entries,
                                           const StartTime& start) {
  std::optional<LimiterTable> table = LimiterTable::adopt(left.data(), left.size());
  if (table && left.size() == LimiterTable::size_for(entries) && table->is_of_epoch(start.epoch) &&
      table->is_sound(start.uptime))
    return table;
  return std::nullopt;
}

int64_t succeed_table(void* memory, size_t entries, uint64_t seed, std::span<std::byte> left,
                      const StartTime& start) {
  LimiterTable table = LimiterTable::format(memory, entries, seed, start.epoch);
  if (left.empty()) return 0;
  std::optional<LimiterTable> const old = LimiterTable::adopt(left.data(), left.size());
  int64_t until = start.uptime + kRateWindow;
  if (old && !old->is_of_epoch(start.epoch))
    until = hold_after_reboot(*old, start);
  else if (old && old->is_sound(start.uptime) && table.import(*old, start.uptime))
    return 0;
  table.hold_until(until);
  return until;
}

}  // namespace pg_booking
