#include "dispatch/lanes.hpp"
#include "dispatch/overload.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace pg_booking::http;
using namespace std::chrono_literals;

namespace {

constexpr bool kShares = true;

Lane idle() {
  return {.open = true};
}
Lane reading(std::size_t in_flight, std::chrono::steady_clock::duration age = 1ms) {
  return {.open = true, .in_flight = in_flight, .oldest_age = age};
}
Lane writing() {
  return {.open = true, .in_flight = 1, .exclusive = true, .oldest_age = 1ms};
}

/// The index chosen, or -1.
int choose(const std::vector<Lane>& lanes, bool shares) {
  const auto chosen = choose_lane(lanes, shares);
  return chosen ? static_cast<int>(*chosen) : -1;
}

}  // namespace

TEST_CASE("a request gets the connection that has least to do") {
  CHECK(choose({reading(2), reading(1), idle(), idle()}, kShares) == 2);
  CHECK(choose({reading(2), reading(1), reading(3)}, kShares) == 1);
  CHECK(choose({reading(2), idle()}, !kShares) == 1);
  CHECK(choose({Lane{}, reading(3)}, kShares) == 1);
  CHECK(choose({Lane{}, Lane{}}, kShares) == -1);
  CHECK(choose({}, kShares) == -1);
}

TEST_CASE("readers stand behind few other readers that are quick, and behind nobody else") {
  CHECK(choose({reading(kMaxInFlight - 1)}, kShares) == 0);
  CHECK(choose({reading(kMaxInFlight)}, kShares) == -1);
  CHECK(choose({reading(1, kSlowStatement)}, kShares) == -1);
  CHECK(choose({writing()}, kShares) == -1);
  CHECK(choose({writing(), reading(1, kSlowStatement), reading(3)}, kShares) == 2);
}

TEST_CASE("writers stand behind nobody, and leave one connection to readers") {
  CHECK(choose({reading(1), reading(1)}, !kShares) == -1);
  CHECK(choose({writing(), idle(), idle()}, !kShares) == 1);
  CHECK(choose({writing(), writing(), idle()}, !kShares) == -1);
  CHECK(choose({writing(), writing(), idle()}, kShares) == 2);
  // A service with one connection has to lend it to anybody.
  CHECK(choose({idle()}, !kShares) == 0);
  CHECK(choose({writing()}, !kShares) == -1);
}

TEST_CASE("a burst may queue; a queue that stands is refused until it is short again") {
  Overload overload(10);
  const Overload::Clock::time_point start{1h};
  const auto refuses = [&](std::size_t waiting, auto oldest_waits, auto at) {
    return overload.refuses(waiting, start + at - oldest_waits, start + at);
  };
  CHECK_FALSE(refuses(0, 0ms, 0ms));
  CHECK_FALSE(refuses(1000, 19ms, 0ms));
  CHECK(refuses(kMaxWaiting, 1ms, 1ms));
  // It has begun to stand, but for less than 100 ms.
  CHECK_FALSE(refuses(1000, 20ms, 10ms));
  CHECK_FALSE(refuses(1000, 90ms, 109ms));
  CHECK(refuses(1000, 100ms, 110ms));
  CHECK(refuses(10, 100ms, 120ms));
  // So few may always wait.
  CHECK_FALSE(refuses(9, 10s, 130ms));
  // It has moved in between: the clock starts anew.
  CHECK_FALSE(refuses(1000, 5ms, 140ms));
  CHECK_FALSE(refuses(1000, 30ms, 150ms));
  CHECK_FALSE(refuses(1000, 30ms, 249ms));
  CHECK(refuses(1000, 30ms, 250ms));
}
