// Processes that count are killed at any moment: who goes on with their memory never lets more than the limit
// through.
#include <doctest/doctest.h>

#include <csignal>
#include <map>
#include <new>
#include <vector>

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/limiter/table.hpp"

using namespace pg_booking;

namespace {

constexpr int32_t kLimit = 2;
constexpr uint32_t kCallers = 120;  // more than there is room for, so entries change hands all the time
constexpr size_t kEntries = size_t{4} * LimiterTable::kPartitions;
constexpr int64_t kStep = kRateWindow / 90;
constexpr size_t kMostAnswers = 2'000'000;

/// An admitted call as its process would have answered it.
struct Answer {
  uint32_t caller;
  int64_t time;
};

/// What the processes share: the clock, which every call moves on, the answers given, and the table.
struct Shared {
  volatile int64_t clock = kRateWindow;
  volatile size_t answer_count = 0;
  volatile Answer answers[kMostAnswers];
  alignas(4096) std::byte table[1];  // and more
};

class Memory {
 public:
  Memory() : memory_(mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    REQUIRE(memory_ != MAP_FAILED);
    shared = new (memory_) Shared;
    table = LimiterTable::format(shared->table, kEntries, 1, "test");
  }
  ~Memory() { munmap(memory_, kSize); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  Shared* shared;
  LimiterTable table;

 private:
  static inline const size_t kSize = sizeof(Shared) + LimiterTable::size_for(kEntries);
  void* memory_;
};

RateVerdict call(Memory& memory, uint32_t number, int64_t now) {
  CallerId caller{};
  caller[0] = static_cast<uint8_t>(number);
  RateKey const key =
      make_rate_key(RateScope::api_key, caller, number % 2 == 0 ? "booking" : "availability", 1);
  return memory.table.take(key, memory.table.hash(key), now, kLimit, 0);
}

/// Calls with changing callers and writes each admitted call down, without a system call: it can be killed at
/// any instruction.
[[noreturn]] void count_until_killed(Memory& memory, uint32_t seed) {
  Shared& shared = *memory.shared;
  for (uint32_t random = seed; shared.answer_count < kMostAnswers;) {
    random = random * 1664525 + 1013904223;
    int64_t const now = shared.clock + random % kStep;
    shared.clock = now;
    uint32_t const caller = (random >> 8) % kCallers;
    if (call(memory, caller, now).outcome != RateVerdict::Outcome::admitted) continue;
    volatile Answer& answer = shared.answers[shared.answer_count];
    answer.caller = caller;
    answer.time = now;
    shared.answer_count = shared.answer_count + 1;
  }
  pause();
  _exit(0);
}

/// Lets a process count until it has answered some calls, then kills it a moment later.
void count_for_a_while(Memory& memory, uint32_t round) {
  size_t const enough = memory.shared->answer_count + 1 + round % 7;
  pid_t const child = fork();
  REQUIRE(child >= 0);
  if (child == 0) count_until_killed(memory, round);
  while (memory.shared->answer_count < enough) sched_yield();
  kill(child, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("kill -9 while counting") {
  Memory memory;
  const Shared& shared = *memory.shared;
  for (uint32_t round = 0; round < 500 && shared.answer_count < kMostAnswers - 10; round++) {
    count_for_a_while(memory, round);
    REQUIRE(memory.table.is_sound(shared.clock));
  }
  std::map<uint32_t, std::vector<int64_t>> admitted;
  for (size_t i = 0; i < shared.answer_count; i++) {
    uint32_t const caller = shared.answers[i].caller;
    int64_t const time = shared.answers[i].time;
    admitted[caller].push_back(time);
  }
  size_t too_soon = 0;
  for (const auto& [number, times] : admitted)
    for (size_t i = kLimit; i < times.size(); i++) too_soon += times[i] - times[i - kLimit] < kRateWindow;
  CHECK(too_soon == 0);
}
