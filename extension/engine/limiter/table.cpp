#include "engine/limiter/table.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace pg_booking {
namespace {

constexpr size_t kPage = 4096;

// RateKey::scope of an entry that has no caller.
constexpr uint8_t kNeverUsed = 0;
constexpr uint8_t kBeingGiven = 255;  // whoever was giving it to a caller has died

constexpr std::array<char, 16> kFormat = {"rate limits 1"};

constexpr size_t round_up(size_t bytes) {
  return (bytes + kPage - 1) / kPage * kPage;
}

constexpr size_t times_offset(size_t entries) {
  return kPage + round_up(entries * sizeof(RateEntry));
}

constexpr size_t entries_per_partition(size_t entries) {
  return (entries + LimiterTable::kPartitions - 1) / LimiterTable::kPartitions;
}

bool equal(const RateKey& a, const RateKey& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

void keep_order() {
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace

struct LimiterTable::Header {
  std::array<char, 16> format;
  uint64_t seed;
  int64_t held_until;
  uint64_t partition_entries;
  std::array<char, 60> epoch;
};

RateKey make_rate_key(RateScope scope, const CallerId& caller, std::string_view group, uint32_t database) {
  RateKey key{.caller = caller, .group = {}, .scope = static_cast<uint8_t>(scope), .database = database};
  group.copy(key.group.data(), key.group.size());
  return key;
}

LimiterTable::LimiterTable(void* memory, int64_t window)
    : header_(static_cast<Header*>(memory)), window_(window) {
  auto* const bytes = static_cast<std::byte*>(memory);
  entries_ = reinterpret_cast<RateEntry*>(bytes + kPage);
  times_ = reinterpret_cast<CallTimes*>(bytes + times_offset(header_->partition_entries * kPartitions));
}

size_t LimiterTable::size_for(size_t entries) {
  size_t const rounded = entries_per_partition(entries) * kPartitions;
  return times_offset(rounded) + rounded * sizeof(CallTimes);
}

LimiterTable LimiterTable::format(void* memory, size_t entries, uint64_t seed, std::string_view epoch,
                                  int64_t window) {
  auto* const header = static_cast<Header*>(memory);
  header->format = kFormat;
  header->seed = seed;
  header->partition_entries = entries_per_partition(entries);
  epoch.copy(header->epoch.data(), header->epoch.size() - 1);
  return {memory, window};
}

std::optional<LimiterTable> LimiterTable::adopt(void* memory, size_t size, int64_t window) {
  const auto* const header = static_cast<const Header*>(memory);
  if (size < sizeof(Header) || header->format != kFormat || header->epoch.back() != '\0' ||
      header->partition_entries > size || size != size_for(header->partition_entries * kPartitions))
    return std::nullopt;
  return LimiterTable(memory, window);
}

size_t LimiterTable::size() const {
  return size_for(header_->partition_entries * kPartitions);
}

bool LimiterTable::is_of_epoch(std::string_view epoch) const {
  return epoch == header_->epoch.data();
}

bool LimiterTable::is_sound(int64_t now) const {
  for (uint32_t partition = 0; partition < kPartitions; partition++)
    for (const RateEntry& entry : entries(partition))
      if (!entry.log.is_sound(now)) return false;
  return true;
}

uint64_t LimiterTable::hash(const RateKey& key) const {
  uint64_t hash = header_->seed;
  const auto* const bytes = reinterpret_cast<const std::byte*>(&key);
  for (size_t i = 0; i < sizeof key; i += sizeof(uint32_t)) {
    uint32_t word;
    std::memcpy(&word, bytes + i, sizeof word);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return hash;
}

std::span<const RateEntry> LimiterTable::entries(uint32_t partition) const {
  size_t const count = header_->partition_entries;
  return {entries_ + partition * count, count};
}

bool LimiterTable::is_in_use(const RateEntry& entry) {
  return entry.key.scope != kNeverUsed && entry.key.scope != kBeingGiven;
}

/// The entries of a partition that serve addresses, or those for all others.
std::span<RateEntry> LimiterTable::share(uint32_t partition, bool for_addresses) const {
  size_t const all = header_->partition_entries;
  size_t const others = all - all / 4;
  RateEntry* const first = entries_ + partition * all;
  return for_addresses ? std::span(first + others, all - others) : std::span(first, others);
}

LimiterTable::Room LimiterTable::room(uint32_t partition, bool for_addresses, int64_t now) const {
  std::span<RateEntry> const part = share(partition, for_addresses);
  auto const is_taken = [&](const RateEntry& entry) {
    return is_in_use(entry) && !entry.log.is_idle(now, window_);
  };
  return {.entries = part.size(),
          .taken = static_cast<size_t>(std::count_if(part.begin(), part.end(), is_taken))};
}

const CallTimes& LimiterTable::times_of(const RateEntry& entry) const {
  return times_[&entry - entries_];
}

/// Looks from the key's home on, around its part of the partition. An entry once used never becomes unused
/// again, so one that was never used ends the search.
LimiterTable::Search LimiterTable::find(const RateKey& key, uint64_t hash, int64_t now) const {
  std::span<RateEntry> const part =
      share(partition_of(hash), key.scope >= static_cast<uint8_t>(RateScope::address));
  size_t const count = part.size();
  RateEntry* const first = part.data();
  RateEntry* const home = first + (((hash & 0xffffffff) * count) >> 32);

  Search search{.entry = nullptr, .is_new = true, .room_at = INT64_MAX};
  RateEntry* entry = home;
  for (size_t looked_at = 0; looked_at < count; looked_at++) {
    if (equal(entry->key, key)) return {.entry = entry, .is_new = false, .room_at = 0};
    if (entry->key.scope == kNeverUsed) {
      if (search.entry == nullptr) search.entry = entry;
      break;
    }
    if (search.entry == nullptr) {
      if (entry->log.is_idle(now, window_))
        search.entry = entry;
      else
        search.room_at = std::min(search.room_at, entry->log.idle_at(window_));
    }
    if (++entry == first + count) entry = first;
  }
  return search;
}

/// Killed anywhere in here, it leaves an entry that is nobody's and that no search stops at.
void LimiterTable::give(RateEntry& entry, const RateKey& key) {
  entry.key.scope = kBeingGiven;
  keep_order();
  entry.key.caller = key.caller;
  entry.key.group = key.group;
  entry.key.database = key.database;
  keep_order();
  entry.key.scope = key.scope;
}

RateVerdict LimiterTable::take(const RateKey& key, uint64_t hash, int64_t now, int32_t limit,
                               int64_t wall_time) {
  using Outcome = RateVerdict::Outcome;
  if (now < header_->held_until)
    return {.outcome = Outcome::refused, .limit = limit, .remaining = 0, .reset = header_->held_until - now};
  Search const search = find(key, hash, now);
  if (search.entry == nullptr)
    return {.outcome = Outcome::no_room, .limit = limit, .remaining = 0, .reset = search.room_at - now};
  RateEntry& entry = *search.entry;
  if (search.is_new) give(entry, key);
  entry.limit = limit;
  RateVerdict const verdict = entry.log.take(times_[search.entry - entries_], now, limit, window_);
  if (verdict.outcome == Outcome::admitted) entry.last_used = wall_time;
  return verdict;
}

void LimiterTable::hold_until(int64_t time) {
  header_->held_until = time;
}

bool LimiterTable::import(const LimiterTable& other, int64_t now) {
  for (uint32_t partition = 0; partition < kPartitions; partition++)
    for (const RateEntry& theirs : other.entries(partition)) {
      if (!is_in_use(theirs) || theirs.log.is_idle(now, window_)) continue;
      Search const search = find(theirs.key, hash(theirs.key), now);
      if (search.entry == nullptr) return false;
      *search.entry = theirs;
      times_[search.entry - entries_] = other.times_of(theirs);
    }
  header_->held_until = other.header_->held_until;
  return true;
}

int64_t LimiterTable::last_used() const {
  int64_t latest = 0;
  for (uint32_t partition = 0; partition < kPartitions; partition++)
    for (const RateEntry& entry : entries(partition)) latest = std::max(latest, entry.last_used);
  return latest;
}

}  // namespace pg_booking
