#include "telemetry/process_metrics.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace pg_booking::http {

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double resident_bytes() {
  long pages = 0;
  std::ifstream statistics("/proc/self/statm");
  statistics >> pages >> pages;  // the second is resident
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator first("/proc/self/fd", error);
  // One of them is the directory's own.
  return error ? 0 : static_cast<double>(std::distance(begin(first), end(first)) - 1);
}

/// The kernel makes the process's directory when the process starts.
double start_time() {
  struct stat status {};
  return ::stat("/proc/self", &status) == 0 ? static_cast<double>(status.st_ctim.tv_sec) : 0;
}

}  // namespace

void write_process_metrics(Exposition& page) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  page.family("process_cpu_seconds_total", "counter", "CPU time of this process.");
  page.sample(seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  page.family("process_resident_memory_bytes", "gauge", "Memory of this process.");
  page.sample(resident_bytes());
  page.family("process_open_fds", "gauge", "Open descriptors of this process.");
  page.sample(open_descriptors());
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  page.family("process_max_fds", "gauge", "How many descriptors this process may have.");
  page.sample(static_cast<double>(limit.rlim_cur));
  page.family("process_start_time_seconds", "gauge", "When this process began, in seconds since 1970.");
  page.sample(start_time());
}

}  // namespace pg_booking::http
