// Processes that count are killed at any moment: who goes on with their memory never lets more than the limit
// through.
#include <doctest/doctest.h>

#include <csignal>
#include <map>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/limiter/table.hpp"

using namespace pg_booking;

namespace {

constexpr int32_t kLimit = 3;
constexpr uint32_t kCallers = 40;
constexpr size_t kEntries = size_t{4} * LimiterTable::kPartitions;
constexpr int64_t kStep = kRateWindow / 50;

/// An admitted call as its process would have answered it.
struct Answer {
  uint32_t caller;
  int64_t time;
};

/// Memory that processes share: the clock, which every call moves on, and the table.
struct Shared {
  Shared() {
    size_t const table_size = LimiterTable::size_for(kEntries);
    memory = mmap(nullptr, 4096 + table_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    clock = static_cast<volatile int64_t*>(memory);
    *clock = kRateWindow;
    table = LimiterTable::format(static_cast<std::byte*>(memory) + 4096, kEntries, 1, "test");
  }
  ~Shared() { munmap(memory, 4096 + LimiterTable::size_for(kEntries)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  void* memory;
  volatile int64_t* clock;
  LimiterTable table;
};

RateVerdict call(Shared& shared, uint32_t number, int64_t now) {
  CallerId caller{};
  caller[0] = static_cast<uint8_t>(number);
  RateKey const key =
      make_rate_key(RateScope::api_key, caller, number % 2 == 0 ? "booking" : "availability", 1);
  return shared.table.take(key, shared.table.hash(key), now, kLimit, 0);
}

/// Calls for ever with changing callers and writes each admitted call down.
[[noreturn]] void count_until_killed(Shared& shared, int answers, uint32_t seed) {
  for (uint32_t random = seed;;) {
    random = random * 1664525 + 1013904223;
    int64_t const now = *shared.clock + random % kStep;
    *shared.clock = now;
    Answer const answer{(random >> 8) % kCallers, now};
    if (call(shared, answer.caller, now).outcome == RateVerdict::Outcome::admitted)
      if (write(answers, &answer, sizeof answer) != sizeof answer) _exit(1);
  }
}

}  // namespace

TEST_CASE("kill -9 while counting") {
  Shared shared;
  std::map<uint32_t, std::vector<int64_t>> admitted;
  for (uint32_t round = 0; round < 300; round++) {
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    pid_t const child = fork();
    REQUIRE(child >= 0);
    if (child == 0) count_until_killed(shared, pipe_ends[1], round);
    close(pipe_ends[1]);
    Answer answer;
    // From the first answer on the process counts; how far it gets is up to the machine.
    for (uint32_t left = 1 + round % 7; left > 0 && read(pipe_ends[0], &answer, sizeof answer) > 0; left--)
      admitted[answer.caller].push_back(answer.time);
    kill(child, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    while (read(pipe_ends[0], &answer, sizeof answer) > 0) admitted[answer.caller].push_back(answer.time);
    close(pipe_ends[0]);
    REQUIRE(shared.table.is_sound(*shared.clock));
  }
  size_t calls = 0;
  for (const auto& [number, times] : admitted) {
    calls += times.size();
    for (size_t i = kLimit; i < times.size(); i++) REQUIRE(times[i] - times[i - kLimit] >= kRateWindow);
  }
  CHECK(calls >= 300);
}
