#pragma once
#include <chrono>
#include <vector>

#include "client.hpp"
#include "message/answer.hpp"
#include "monitor.hpp"
#include "service_metrics.hpp"

namespace pg_booking::http {

/// Answers those who watch the service: /healthz (it lives), /readyz (it can serve: send requests here),
/// /metrics. For the loop's thread.
class Probes {
 public:
  explicit Probes(const ServiceMetrics& metrics) : metrics_(metrics) {}

  /// True for a request that answer() answers: one about the service, or whatever came by the operators'
  /// address.
  static bool concern(const Request& request, Audience audience);

  /// Metrics are for operators only.
  Answer answer(const Request& request, Audience audience, const Load& load) const;

  void take(Findings findings);

  /// From now on nobody should send more requests here.
  void begin_to_stop() { stopping_ = true; }

 private:
  Answer readiness() const;

  const ServiceMetrics& metrics_;
  Findings findings_{Health::kUsable, {}};  // it was so when the service started
  std::chrono::steady_clock::time_point taken_at_ = std::chrono::steady_clock::now();
  bool stopping_ = false;
};

}  // namespace pg_booking::http
