#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/exposition.hpp"

namespace pg_booking::http {

/// Counts answered requests by operation. What can be a label's value is fixed at the start, so the number of
/// time series is, too. For one thread at a time.
class RequestMetrics {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// Requests of other operations than these, and of none, are counted as "none".
  explicit RequestMetrics(const std::vector<std::string>& operations);

  struct Sample {
    std::string_view operation;
    int status;
    Duration total;
    std::optional<Duration> database;  // nothing: the request was not sent there
    std::size_t bytes;
    bool replayed;
  };
  void count(const Sample& sample);

  void write(Exposition& page) const;

  /// Upper bounds of the buckets, in seconds.
  static constexpr std::array<double, 14> kBuckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                      0.1,    0.25,  0.5,    1,     2.5,  5,     10};

 private:
  struct Operation {
    std::map<int, std::uint64_t> by_status;
    std::array<std::uint64_t, kBuckets.size()> buckets{};  // not cumulative; beyond the last: only in count
    std::uint64_t count = 0;
    double seconds = 0;
    std::uint64_t database_count = 0;
    double database_seconds = 0;
    std::uint64_t bytes = 0;
    std::uint64_t replays = 0;
    std::uint64_t rate_limit_refusals = 0;
  };

  template <typename Member>
  void write_each(Exposition& page, Member Operation::*member) const;
  void write_durations(Exposition& page) const;

  std::map<std::string, Operation, std::less<>> operations_;
  Operation& none_;
};

}  // namespace pg_booking::http
