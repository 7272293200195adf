// Who is counted where, and what happens when there is no room.
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/limiter/policy.hpp"
#include "engine/limiter/succession.hpp"
#include "engine/limiter/table.hpp"

using namespace pg_booking;

namespace {

using Outcome = RateVerdict::Outcome;

constexpr int64_t kStart = int64_t{1000} * kRateWindow;
constexpr size_t kSmallest = size_t{4} * LimiterTable::kPartitions;
constexpr std::string_view kEpoch = "17283834-4b14-480e-a578-5cff3bc7b847";
constexpr std::string_view kOtherEpoch = "d0cbc1dc-55d6-4f3c-9a3c-1c2f3a1c9d2e";

struct FreeDeleter {
  void operator()(void* memory) const { std::free(memory); }
};

/// Zeroed memory for a table.
struct Memory {
  explicit Memory(size_t entries)
      : size(LimiterTable::size_for(entries)), bytes(static_cast<std::byte*>(std::calloc(size, 1))) {}
  std::span<std::byte> span() const { return {bytes.get(), size}; }
  size_t size;
  std::unique_ptr<std::byte, FreeDeleter> bytes;
};

struct Table {
  explicit Table(size_t entries)
      : memory(entries), table(LimiterTable::format(memory.bytes.get(), entries, 42, kEpoch)) {}
  RateVerdict take(const RateKey& key, int64_t now, int32_t limit, int64_t wall_time = 0) {
    return table.take(key, table.hash(key), now, limit, wall_time);
  }
  Memory memory;
  LimiterTable table;
};

CallerId caller(uint32_t number) {
  CallerId id{};
  for (size_t i = 0; i < sizeof number; i++) id[i] = static_cast<uint8_t>(number >> (8 * i));
  return id;
}

RateKey key_of(uint32_t number, std::string_view group = "booking", RateScope scope = RateScope::api_key) {
  return make_rate_key(scope, caller(number), group, 5);
}

/// Calls with ever new callers until one finds no room; the number admitted.
uint32_t fill(Table& table, int64_t now, RateScope scope = RateScope::api_key) {
  uint32_t count = 0;
  while (table.take(key_of(count, "booking", scope), now, 10).outcome == Outcome::admitted) count++;
  return count;
}

}  // namespace

TEST_CASE("callers, groups, kinds of caller and databases are counted apart") {
  Table table(1000);
  RateKey const keys[] = {key_of(1),
                          key_of(2),
                          key_of(1, "catalog"),
                          key_of(1, "unauthenticated"),
                          key_of(1, "booking", RateScope::user),
                          key_of(1, "booking", RateScope::address),
                          make_rate_key(RateScope::api_key, caller(1), "booking", 6)};
  for (const RateKey& key : keys) {
    CHECK(table.take(key, kStart, 2).remaining == 1);
    CHECK(table.take(key, kStart, 2).remaining == 0);
    CHECK(table.take(key, kStart, 2).outcome == Outcome::refused);
  }
}

TEST_CASE("no room: the caller is told when there is some, and nobody's calls are forgotten") {
  Table table(kSmallest);
  uint32_t const count = fill(table, kStart);
  RateKey const late = key_of(count);
  CHECK(count >= 3);
  CHECK(count <= kSmallest * 3 / 4);
  CHECK(table.take(late, kStart + 5, 10).reset == kRateWindow - 5);
  for (uint32_t i = 0; i < count; i++) {
    CHECK(table.take(key_of(i), kStart, 10).remaining == 8);  // its second call
    CHECK(table.take(late, kStart, 10).outcome == Outcome::no_room);
  }
  CHECK(table.take(late, kStart + kRateWindow - 1, 10).outcome == Outcome::no_room);
  CHECK(table.take(late, kStart + kRateWindow, 10).remaining == 9);
}

TEST_CASE("three quarters of the room can be used before anybody is refused") {
  Table table(10'000);
  CHECK(fill(table, kStart) >= 10'000 * 3 / 4 * 3 / 4);
}

TEST_CASE("addresses cannot take the room of keys, nor keys that of addresses") {
  Table table(1000);
  uint32_t const addresses = fill(table, kStart, RateScope::address);
  CHECK(addresses <= 1000 / 4);
  uint32_t const keys = fill(table, kStart);
  Table fresh(1000);
  CHECK(keys == fill(fresh, kStart));
  CHECK(addresses == fill(fresh, kStart, RateScope::address));
}

TEST_CASE("the room of a partition and what is taken of it") {
  Table table(kSmallest);
  auto const all = [&](bool for_addresses, int64_t now) {
    LimiterTable::Room sum{};
    for (uint32_t partition = 0; partition < LimiterTable::kPartitions; partition++) {
      LimiterTable::Room const room = table.table.room(partition, for_addresses, now);
      sum.entries += room.entries;
      sum.taken += room.taken;
    }
    return sum;
  };
  CHECK(all(false, kStart).entries == kSmallest * 3 / 4);
  CHECK(all(true, kStart).entries == kSmallest / 4);
  CHECK(all(false, kStart).taken == 0);
  table.take(key_of(1), kStart, 5);
  table.take(key_of(1), kStart + 1, 5);
  table.take(key_of(2), kStart + 2, 5);
  table.take(key_of(3, "auth", RateScope::address), kStart + 3, 5);
  CHECK(all(false, kStart + 3).taken == 2);
  CHECK(all(true, kStart + 3).taken == 1);
  CHECK(all(false, kStart + 1 + kRateWindow).taken == 1);
  CHECK(all(false, kStart + 2 + kRateWindow).taken == 0);
}

TEST_CASE("exact for every caller while entries are used again and again") {
  std::mt19937 dice(7);
  Table table(kSmallest);
  std::map<uint32_t, std::vector<int64_t>> admitted;
  int64_t now = kStart;
  int no_room = 0;
  for (int call = 0; call < 50'000; call++) {
    now += dice() % 400'000;
    uint32_t const number = dice() % 150;
    std::vector<int64_t>& calls = admitted[number];
    RateVerdict const verdict = table.take(key_of(number), now, 3);
    bool const is_full = calls.size() >= 3 && now - calls[calls.size() - 3] < kRateWindow;
    if (verdict.outcome == Outcome::no_room) {
      no_room++;
      // An entry holds one's calls as long as any is in the window.
      REQUIRE((calls.empty() || now - calls.back() >= kRateWindow));
      continue;
    }
    REQUIRE((verdict.outcome == Outcome::refused) == is_full);
    if (!is_full) calls.push_back(now);
  }
  CHECK(no_room > 100);
}

TEST_CASE("a server that goes on with the table it left") {
  Table table(1000);
  for (int i = 0; i < 3; i++) table.take(key_of(1), kStart, 3);
  StartTime const start{.epoch = kEpoch, .uptime = kStart + 1'000'000, .wall_time = 0};

  SUBCASE("as large as before") {
    std::optional<LimiterTable> continued = continue_table(table.memory.span(), 1000, start);
    REQUIRE(continued);
    RateVerdict const verdict = continued->take(key_of(1), continued->hash(key_of(1)), start.uptime, 3, 0);
    CHECK(verdict.outcome == Outcome::refused);
    CHECK(verdict.reset == kRateWindow - 1'000'000);
  }
  SUBCASE("larger") {
    CHECK(!continue_table(table.memory.span(), 5000, start));
    Memory memory(5000);
    CHECK(succeed_table(memory.bytes.get(), 5000, 43, table.memory.span(), start) == 0);
    std::optional<LimiterTable> larger = LimiterTable::adopt(memory.bytes.get(), memory.size);
    REQUIRE(larger);
    CHECK(larger->take(key_of(1), larger->hash(key_of(1)), start.uptime, 3, 0).outcome == Outcome::refused);
    CHECK(larger->take(key_of(2), larger->hash(key_of(2)), start.uptime, 3, 0).outcome == Outcome::admitted);
  }
  SUBCASE("too small for all who called: nobody is admitted for a window") {
    uint32_t const count = fill(table, kStart);
    Memory memory(kSmallest);
    CHECK(succeed_table(memory.bytes.get(), kSmallest, 43, table.memory.span(), start) ==
          start.uptime + kRateWindow);
    std::optional<LimiterTable> smaller = LimiterTable::adopt(memory.bytes.get(), memory.size);
    REQUIRE(smaller);
    RateKey const key = key_of(count + 1);
    RateVerdict const held = smaller->take(key, smaller->hash(key), start.uptime + 7, 3, 0);
    CHECK(held.outcome == Outcome::refused);
    CHECK(held.reset == kRateWindow - 7);
    CHECK(smaller->take(key, smaller->hash(key), start.uptime + kRateWindow, 3, 0).outcome ==
          Outcome::admitted);
  }
}

TEST_CASE("a first start") {
  Memory memory(1000);
  StartTime const start{.epoch = kEpoch, .uptime = 5'000'000, .wall_time = 0};
  CHECK(succeed_table(memory.bytes.get(), 1000, 1, {}, start) == 0);
  std::optional<LimiterTable> table = LimiterTable::adopt(memory.bytes.get(), memory.size);
  REQUIRE(table);
  CHECK(table->take(key_of(1), table->hash(key_of(1)), start.uptime, 3, 0).remaining == 2);
}

TEST_CASE("after the machine was started anew, old calls count until they must have left the window") {
  constexpr int64_t kWall = 1'800'000'000'000'000;
  constexpr int64_t kSecond = 1'000'000;
  Table left(1000);
  left.take(key_of(1), kStart, 10, kWall);
  auto const hold = [&](int64_t uptime, int64_t wall_time) {
    Memory memory(1000);
    return succeed_table(memory.bytes.get(), 1000, 1, left.memory.span(),
                         {.epoch = kOtherEpoch, .uptime = uptime, .wall_time = wall_time});
  };
  CHECK(!continue_table(left.memory.span(), 1000, {kOtherEpoch, kStart, kWall}));
  // The machine has been up for less than a window: the calls were before that.
  CHECK(hold(20 * kSecond, kWall + 3600 * kSecond) == kRateWindow);
  CHECK(hold(20 * kSecond, kWall + 50 * kSecond) == kRateWindow);
  CHECK(hold(60 * kSecond, kWall + 3600 * kSecond) == 0);
  CHECK(hold(3600 * kSecond, kWall + 3600 * kSecond) == 0);
  // Another machine, up for long, got the file seconds after the last call.
  CHECK(hold(3600 * kSecond, kWall + 15 * kSecond) == 3600 * kSecond + kRateWindow - 15 * kSecond);
  // A wall clock that is behind: as long as it may take, and no longer.
  CHECK(hold(3600 * kSecond, kWall - 9999 * kSecond) == 3600 * kSecond + kRateWindow);
}

TEST_CASE(
    "a file that is none of ours, or damaged, tells nothing: everything counts as used up for a window") {
  StartTime const start{.epoch = kEpoch, .uptime = kStart, .wall_time = 0};
  Table sound(1000);
  sound.take(key_of(1), kStart, 10);
  auto const check_is_held = [&](std::span<std::byte> left) {
    CHECK(!continue_table(left, 1000, start));
    Memory memory(1000);
    CHECK(succeed_table(memory.bytes.get(), 1000, 1, left, start) == kStart + kRateWindow);
  };
  SUBCASE("empty of sense") {
    std::vector<std::byte> bytes(5000, std::byte{'x'});
    check_is_held(bytes);
    check_is_held(std::span(bytes).first(1));
  }
  SUBCASE("cut off") {
    check_is_held(sound.memory.span().first(sound.memory.size - 4096));
  }
  SUBCASE("a call from the future") {
    sound.take(key_of(2), kStart + 1, 10);
    check_is_held(sound.memory.span());
  }
}

TEST_CASE("every route group has limits, and a name that fits") {
  CHECK(rate_groups().size() == 9);
  for (const RateGroup& group : rate_groups()) {
    CAPTURE(group.name);
    CHECK(group.name.size() <= RateKey{}.group.size());
    CHECK(group.standard >= 1);
    CHECK(group.standard <= group.elevated);
    CHECK(group.elevated <= kHighestRateLimit);
    CHECK(&rate_group(group.name) == &group);
  }
  CHECK_THROWS(rate_group("nothing"));
}

TEST_CASE("addresses") {
  auto const text = [](std::string_view address) {
    std::optional<CallerId> const caller = caller_of_address(address);
    return caller ? std::string(address_of_caller(*caller).data()) : "none";
  };
  CHECK(text("203.0.113.9") == "203.0.113.9");
  CHECK(text("::ffff:203.0.113.9") == "203.0.113.9");
  CHECK(text("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(text("2001:db8:1:3::1") == "2001:db8:1:3::/64");
  CHECK(text("fe80::1%eth0") == "fe80::/64");
  CHECK(text("::1") == "::/64");
  CHECK(text("") == "none");
  CHECK(text("localhost") == "none");
  CHECK(text("203.0.113.9:80") == "none");
  CHECK(text(std::string(200, '1')) == "none");
}
