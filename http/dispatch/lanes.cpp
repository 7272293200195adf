#include "dispatch/lanes.hpp"

#include <algorithm>

namespace pg_booking::http {

namespace {

bool takes(const Lane& lane, bool shares) {
  if (!lane.open) return false;
  if (lane.in_flight == 0) return true;
  return shares && !lane.exclusive && lane.in_flight < kMaxInFlight && lane.oldest_age < kSlowStatement;
}

}  // namespace

std::optional<std::size_t> choose_lane(std::span<const Lane> lanes, bool shares) {
  if (!shares) {
    const auto busy = std::count_if(lanes.begin(), lanes.end(),
                                    [](const Lane& lane) { return lane.in_flight > 0 && lane.exclusive; });
    if (lanes.size() > 1 && static_cast<std::size_t>(busy) + 1 >= lanes.size()) return std::nullopt;
  }
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (takes(lanes[i], shares) && (!best || lanes[i].in_flight < lanes[*best].in_flight)) best = i;
  }
  return best;
}

}  // namespace pg_booking::http
