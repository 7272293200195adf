#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "access_log.hpp"
#include "database.hpp"
#include "monitor.hpp"
#include "telemetry/request_metrics.hpp"

namespace pg_booking::http {

/// How full the service is at one moment.
struct Load {
  std::size_t clients;
  std::size_t max_clients;
  std::size_t database_connections;
  std::size_t open_connections;
  std::size_t busy_connections;
  std::size_t waiting;  // requests, for their turn at the database
};

/// Counts what the service does, and tells it as a page of metrics. Nothing but additions on the way of a
/// request. For the loop's thread.
class ServiceMetrics {
 public:
  /// `operations` are those that requests are told apart by.
  explicit ServiceMetrics(const std::vector<std::string>& operations) : requests_(operations) {}

  void count_client(bool taken_in) { ++(taken_in ? clients_taken_in_ : clients_refused_); }
  void count_outcome(const Outcome& outcome);
  void count_request(const Served& served);

  /// The page, in the format of Exposition::kContentType.
  std::string page(const Load& load, const Findings& findings) const;

 private:
  void write_service(Exposition& page, const Load& load) const;

  RequestMetrics requests_;
  std::uint64_t clients_taken_in_ = 0;
  std::uint64_t clients_refused_ = 0;
  std::uint64_t not_sent_away_ = 0;
  std::uint64_t not_sent_overload_ = 0;
  std::uint64_t not_sent_too_late_ = 0;
  std::uint64_t outcomes_unknown_ = 0;
};

}  // namespace pg_booking::http
