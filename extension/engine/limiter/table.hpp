#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/limiter/caller.hpp"
#include "engine/limiter/sliding_log.hpp"

namespace pg_booking {

/// Whose calls of which routes an entry counts.
struct RateKey {
  CallerId caller;
  std::array<char, 15> group;  // padded with zeros
  uint8_t scope;               // RateScope, or one of LimiterTable's own marks
  uint32_t database;           // one server, one table: a copied database has the same ids
};
static_assert(sizeof(RateKey) == 36, "compared and hashed as bytes");

RateKey make_rate_key(RateScope scope, const CallerId& caller, std::string_view group, uint32_t database);

struct RateEntry {
  RateKey key;
  int32_t limit;  // as of the last call
  SlidingLog log;
  int64_t last_used;  // what the caller of take() said; microseconds since 1970
};
static_assert(std::is_trivially_copyable_v<RateEntry> && sizeof(RateEntry) == 64, "one cache line");

/// A view of the memory that holds all logs: a header, a fixed number of entries and as many rings of times,
/// and no pointer, so that it can be mapped anywhere and outlive every process. Entries belong to partitions;
/// who calls holds the partition's lock.
///
/// Room: an entry is used again once its window is empty, and only then, so nobody ever gets more than the
/// limit by being forgotten. A caller for whom no entry is free is not admitted. Addresses, of which anybody
/// may have many, get a quarter of each partition and cannot take the room of keys and users.
class LimiterTable {
 public:
  static constexpr uint32_t kPartitions = 32;

  LimiterTable() = default;

  /// Bytes for at least so many entries (4 * kPartitions or more).
  static size_t size_for(size_t entries);

  /// Makes an empty table out of zeroed memory of size_for(entries) bytes, aligned to 64. `seed` keeps
  /// callers from choosing who shares a partition with them. `epoch` (shorter than 60 characters) says what
  /// the clock's times refer to.
  static LimiterTable format(void* memory, size_t entries, uint64_t seed, std::string_view epoch,
                             int64_t window = kRateWindow);

  /// The table that lies in `size` bytes of memory; nothing if they hold no table.
  static std::optional<LimiterTable> adopt(void* memory, size_t size, int64_t window = kRateWindow);

  size_t size() const;
  bool is_of_epoch(std::string_view epoch) const;

  /// Whether every log can be what take() left behind, at `now` of the same epoch.
  bool is_sound(int64_t now) const;

  uint64_t hash(const RateKey& key) const;
  static uint32_t partition_of(uint64_t hash) { return static_cast<uint32_t>(hash >> 59); }

  /// Counts a call, as SlidingLog::take. `hash` is the key's. Needs the partition's lock.
  RateVerdict take(const RateKey& key, uint64_t hash, int64_t now, int32_t limit, int64_t wall_time);

  /// Admits nobody before this time: what was admitted before this table began is not known.
  void hold_until(int64_t time);

  /// The entries of a partition, used or not. Needs its lock.
  std::span<const RateEntry> entries(uint32_t partition) const;

  /// Room for callers of one kind in a partition, and how many of them called within the window that ends at
  /// `now`. Needs its lock.
  struct Room {
    size_t entries;
    size_t taken;
  };
  Room room(uint32_t partition, bool for_addresses, int64_t now) const;

  static bool is_in_use(const RateEntry& entry);
  const CallTimes& times_of(const RateEntry& entry) const;

  /// Takes over the calls of another table whose window has not ended; false when there is not room for all.
  bool import(const LimiterTable& other, int64_t now);

  /// The latest wall_time of any entry; 0 when there is none.
  int64_t last_used() const;

 private:
  struct Header;
  static_assert(kPartitions == uint64_t{1} << (64 - 59));
  struct Search {
    RateEntry* entry;  // of the key, or to be used for it; null when there is none
    bool is_new;
    int64_t room_at;  // no entry: when the first one becomes free
  };

  LimiterTable(void* memory, int64_t window);
  Search find(const RateKey& key, uint64_t hash, int64_t now) const;
  void give(RateEntry& entry, const RateKey& key);
  std::span<RateEntry> share(uint32_t partition, bool for_addresses) const;

  Header* header_ = nullptr;
  RateEntry* entries_ = nullptr;
  CallTimes* times_ = nullptr;
  int64_t window_ = 0;
};

}  // namespace pg_booking
