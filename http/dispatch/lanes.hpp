#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

namespace pg_booking::http {

/// What is known of one database connection when a request looks for its place.
struct Lane {
  bool open = false;
  std::size_t in_flight = 0;                         // sent and not yet answered
  bool exclusive = false;                            // the one in flight wants nobody behind it
  std::chrono::steady_clock::duration oldest_age{};  // of the first in flight: it is the one that runs
};

// How many requests stand one behind the other on a connection: enough that its backend never waits for us.
inline constexpr std::size_t kMaxInFlight = 4;
// A statement that runs longer than this is a slow one: nobody else is put behind it.
inline constexpr std::chrono::milliseconds kSlowStatement{3};

/// The connection that takes the next request, or none at the moment: the request waits, and whoever came
/// later with it. The backend works through its connection in order, so a request is as slow as those before
/// it. Therefore only requests that `share` (they read, and wait for no lock) stand behind one another, and
/// not behind a slow one; any other gets a connection of its own, and all but one connection at most, so that
/// readers never wait for a lock that somebody else holds.
std::optional<std::size_t> choose_lane(std::span<const Lane> lanes, bool shares);

}  // namespace pg_booking::http
