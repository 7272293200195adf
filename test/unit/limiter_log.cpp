// The rolling window against a plain list of every admitted call.
#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "engine/limiter/sliding_log.hpp"

using namespace pg_booking;

namespace {

using Outcome = RateVerdict::Outcome;

struct Log {
  SlidingLog log{};
  CallTimes times{};
  RateVerdict take(int64_t now, int32_t limit) { return log.take(times, now, limit, kRateWindow); }
  int32_t used(int64_t now) const { return log.used(times, now, kRateWindow); }
};

/// What the rule says, in as many words.
struct PlainLog {
  std::vector<int64_t> admitted;

  std::vector<int64_t> in_window(int64_t now) const {
    std::vector<int64_t> calls;
    for (int64_t const time : admitted)
      if (now - time < kRateWindow) calls.push_back(time);
    return calls;
  }

  RateVerdict take(int64_t now, int32_t limit) {
    std::vector<int64_t> calls = in_window(now);
    auto const wanted = static_cast<size_t>(limit);
    RateVerdict verdict{.outcome = Outcome::refused, .limit = limit, .remaining = 0, .reset = 0};
    if (calls.size() < wanted) {
      verdict.outcome = Outcome::admitted;
      admitted.push_back(now);
      calls.push_back(now);
    }
    size_t const next = calls.size() > wanted ? calls.size() - wanted : 0;
    verdict.remaining = calls.size() < wanted ? static_cast<int32_t>(wanted - calls.size()) : 0;
    verdict.reset = calls[next] + kRateWindow - now;
    return verdict;
  }
};

void check_equal(const RateVerdict& verdict, const RateVerdict& expected) {
  REQUIRE(verdict.outcome == expected.outcome);
  REQUIRE(verdict.limit == expected.limit);
  REQUIRE(verdict.remaining == expected.remaining);
  REQUIRE(verdict.reset == expected.reset);
}

/// Pauses as callers make them: none, a burst's, around the window's length, hours.
class Pauses {
 public:
  explicit Pauses(uint32_t seed) : engine_(seed) {}
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(engine_()) % bound; }
  int64_t next() {
    if (burst_ > 0) {
      burst_--;
      return below(3) == 0 ? 0 : below(2000);
    }
    burst_ = below(300);
    switch (below(6)) {
      case 0:
        return kRateWindow - 2 + below(5);  // a microsecond decides
      case 1:
        return int64_t{3'600'000'000} * below(30);  // the times' low bits wrap around every 72 minutes
      case 2:
        return (int64_t{1} << 32) - 1000 + below(2000);
      default:
        return below(20'000'000);
    }
  }

 private:
  std::mt19937 engine_;
  uint32_t burst_ = 0;
};

}  // namespace

TEST_CASE("N calls in any window, the next one when the oldest leaves it") {
  Log log;
  int64_t const start = 5'000'000'000;
  for (int i = 0; i < 30; i++) {
    RateVerdict const verdict = log.take(start + i, 30);
    CHECK(verdict.outcome == Outcome::admitted);
    CHECK(verdict.remaining == 29 - i);
    CHECK(verdict.reset == kRateWindow - i);
  }
  RateVerdict const refused = log.take(start + 1000, 30);
  CHECK(refused.outcome == Outcome::refused);
  CHECK(refused.remaining == 0);
  CHECK(refused.reset == kRateWindow - 1000);
  CHECK(log.take(start + kRateWindow - 1, 30).outcome == Outcome::refused);
  CHECK(log.take(start + kRateWindow, 30).outcome == Outcome::admitted);
  CHECK(log.take(start + kRateWindow, 30).outcome == Outcome::refused);
}

TEST_CASE("refused calls leave no trace") {
  Log log;
  CHECK(log.take(1, 1).outcome == Outcome::admitted);
  for (int64_t now = 2; now <= kRateWindow; now += 1000) CHECK(log.take(now, 1).outcome == Outcome::refused);
  CHECK(log.take(1 + kRateWindow, 1).outcome == Outcome::admitted);
}

TEST_CASE("a limit that was lowered counts the calls made before, one that was raised takes effect at once") {
  Log log;
  for (int i = 0; i < 100; i++) log.take(1'000'000 * i / 100, 100);
  RateVerdict const lowered = log.take(2'000'000, 10);
  CHECK(lowered.outcome == Outcome::refused);
  CHECK(lowered.remaining == 0);
  CHECK(lowered.reset == 900'000 + kRateWindow - 2'000'000);  // when the 91st of the 100 leaves
  CHECK(log.take(2'000'000 + lowered.reset - 1, 10).outcome == Outcome::refused);
  CHECK(log.take(2'000'000 + lowered.reset, 10).outcome == Outcome::admitted);
  CHECK(log.take(2'000'000 + lowered.reset, 20).remaining == 9);
}

TEST_CASE("a clock behind the newest call's") {
  Log log;
  log.take(10 * kRateWindow, 2);
  CHECK(log.take(10 * kRateWindow - 5'000'000, 2).outcome == Outcome::admitted);
  RateVerdict const refused = log.take(9 * kRateWindow, 2);
  CHECK(refused.outcome == Outcome::refused);
  CHECK(refused.reset == kRateWindow);
  CHECK(log.used(9 * kRateWindow) == 2);
}

TEST_CASE("the log agrees with a plain list, whatever the pauses and limits") {
  for (uint32_t seed = 1; seed <= 40; seed++) {
    CAPTURE(seed);
    Pauses pauses(seed);
    Log log;
    PlainLog plain;
    int64_t now = kRateWindow + pauses.below(1'000'000'000);
    int32_t limit = 1 + static_cast<int32_t>(pauses.below(kHighestRateLimit));
    for (int call = 0; call < 2000; call++) {
      now += pauses.next();
      if (pauses.below(200) == 0) limit = 1 + static_cast<int32_t>(pauses.below(kHighestRateLimit));
      check_equal(log.take(now, limit), plain.take(now, limit));
      std::vector<int64_t> const calls = plain.in_window(now);
      REQUIRE(log.used(now) == static_cast<int32_t>(calls.size()));
      REQUIRE(log.log.is_sound(now));
      if (call % 50 != 0) continue;
      for (size_t i = 0; i < calls.size(); i++)
        REQUIRE(log.log.time_of(log.times, static_cast<int32_t>(calls.size()), static_cast<int32_t>(i)) ==
                calls[i]);
    }
  }
}

TEST_CASE(
    "with one limit all along, N calls later is a window later, and every refusal had N calls before it") {
  for (int32_t const limit : {1, 2, 10, 30, 120, 600, 1000}) {
    CAPTURE(limit);
    Pauses pauses(static_cast<uint32_t>(limit));
    Log log;
    std::vector<int64_t> admitted;
    int64_t now = kRateWindow;
    for (int call = 0; call < 20'000; call++) {
      now += pauses.next();
      if (log.take(now, limit).outcome == Outcome::admitted) {
        admitted.push_back(now);
        if (admitted.size() > static_cast<size_t>(limit))
          REQUIRE(now - admitted[admitted.size() - 1 - static_cast<size_t>(limit)] >= kRateWindow);
      } else {
        REQUIRE(admitted.size() >= static_cast<size_t>(limit));
        REQUIRE(now - admitted[admitted.size() - static_cast<size_t>(limit)] < kRateWindow);
      }
    }
  }
}
