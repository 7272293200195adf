#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "engine/limiter/succession.hpp"
#include "engine/limiter/table.hpp"

#include "engine/limiter_memory.hpp"
#include "pg/compat.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "common/file_perm.h"
#include "pgstat.h"
#include "storage/fd.h"
#include "storage/ipc.h"
}

// The table lies in a mapped file, not in PostgreSQL's own shared memory, which a crash of any backend resets
// and a restart forgets. Nobody writes the file: the kernel keeps its pages when processes are gone, however
// they went. pg_stat_tmp is the place for what belongs to this server alone: backups leave it out.
namespace pg_booking {
namespace {

constexpr const char* kPath = PG_STAT_TMP_DIR "/pg_booking_rate_limits";
constexpr const char* kPathOfNew = PG_STAT_TMP_DIR "/pg_booking_rate_limits.new";
constexpr const char* kBootIdPath = "/proc/sys/kernel/random/boot_id";
constexpr const char* kTranche = "pg_booking_rate_limits";

constinit shmem_startup_hook_type previous_startup_hook = nullptr;
constinit LWLockPadded* locks = nullptr;
constinit bool is_open = false;
constinit LimiterTable table;

struct BootId {
  char text[37];
};

[[noreturn]] void fail(const char* what, const char* path, const char* hint) {
  ereport(FATAL, (errcode_for_file_access(), errmsg("could not %s file \"%s\": %m", what, path),
                  hint != nullptr ? errhint("%s", hint) : 0));
  pg_unreachable();
}

BootId read_boot_id() {
  BootId id{};
  int const file = open(kBootIdPath, O_RDONLY | O_CLOEXEC);
  if (file < 0 || read(file, id.text, sizeof id.text - 1) != sizeof id.text - 1)
    fail("read", kBootIdPath,
         "pg_booking needs the /proc file system of Linux to tell a restart from a reboot.");
  close(file);
  return id;
}

std::byte* map(int file, size_t size, const char* path) {
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) fail("map", path, nullptr);
  return static_cast<std::byte*>(memory);
}

/// The file as the last server left it; nothing if there is none.
std::span<std::byte> map_left() {
  int const file = open(kPath, O_RDWR | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return {};
    fail("open", kPath, nullptr);
  }
  struct stat status;
  if (fstat(file, &status) != 0) fail("stat", kPath, nullptr);
  // Nothing can be mapped of an empty file; one byte of nonsense says as much.
  if (status.st_size == 0 && ftruncate(file, 1) != 0) fail("write", kPath, nullptr);
  auto const size = std::max<size_t>(1, static_cast<size_t>(status.st_size));
  std::byte* const memory = map(file, size, kPath);
  close(file);
  return {memory, size};
}

/// A new file of zeros, its room on disk reserved: to run out of it later would kill the process that writes.
std::byte* map_new(size_t size) {
  int const file = open(kPathOfNew, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, pg_file_create_mode);
  if (file < 0) fail("create", kPathOfNew, nullptr);
  errno = posix_fallocate(file, 0, static_cast<off_t>(size));
  if (errno != 0)
    fail("reserve room for", kPathOfNew, "Free disk space, or lower pg_booking.rate_limit_entries.");
  std::byte* const memory = map(file, size, kPathOfNew);
  close(file);
  return memory;
}

LimiterTable make_table(std::span<std::byte> left, size_t entries, const StartTime& start) {
  uint64_t seed;
  if (!pg_strong_random(&seed, sizeof seed))
    ereport(FATAL, (errmsg("the server has no random bytes to give")));
  size_t const size = LimiterTable::size_for(entries);
  std::byte* const memory = map_new(size);
  int64 const held_until = succeed_table(memory, entries, seed, left, start);
  if (held_until != 0)
    ereport(LOG,
            (errmsg("pg_booking: no call is admitted for %d seconds",
                    static_cast<int>((held_until - start.uptime + 999'999) / 1'000'000)),
             errdetail("How many were admitted before this start of the server is not known, so all rate "
                       "limits count as used up.")));
  if (rename(kPathOfNew, kPath) != 0) fail("rename", kPathOfNew, nullptr);
  return *LimiterTable::adopt(memory, size);
}

LimiterTable open_table() {
  auto const entries = static_cast<size_t>(rate_limit_entries());
  BootId const boot_id = read_boot_id();
  StartTime const start{.epoch = boot_id.text, .uptime = limiter_clock(), .wall_time = GetCurrentTimestamp()};
  std::span<std::byte> const left = map_left();
  if (std::optional<LimiterTable> const continued = continue_table(left, entries, start)) return *continued;
  LimiterTable const made = make_table(left, entries, start);
  if (!left.empty()) munmap(left.data(), left.size());
  return made;
}

void request_locks() {
  RequestNamedLWLockTranche(kTranche, LimiterTable::kPartitions);
}

/// Runs again after the crash of a backend: the locks are new then, the table is still there.
void start_up() {
  if (previous_startup_hook != nullptr) previous_startup_hook();
  locks = GetNamedLWLockTranche(kTranche);
  if (is_open) return;
  table = open_table();
  is_open = true;
}

}  // namespace

LimiterTable& limiter_table() {
  return table;
}

LWLock* limiter_lock(uint32_t partition) {
  return &locks[partition].lock;
}

int64 limiter_clock() {
  timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return int64{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

void limiter_memory_init() {
  on_shmem_request<request_locks>();
  previous_startup_hook = shmem_startup_hook;
  shmem_startup_hook = start_up;
}

}  // namespace pg_booking
