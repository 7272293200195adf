#include "telemetry/request_metrics.hpp"

#include <algorithm>
#include <charconv>

namespace pg_booking::http {

namespace {

constexpr const char* kNone = "none";
constexpr int kTooManyRequests = 429;

double seconds_of(RequestMetrics::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

RequestMetrics::RequestMetrics(const std::vector<std::string>& operations) : none_(operations_[kNone]) {
  // Each is there from the start: a rate needs a value before the first request.
  for (const std::string& operation : operations) operations_[operation].by_status[200] = 0;
}

void RequestMetrics::count(const Sample& sample) {
  const auto found = operations_.find(sample.operation);
  Operation& operation = found == operations_.end() ? none_ : found->second;
  const double seconds = seconds_of(sample.total);
  ++operation.by_status[sample.status];
  ++operation.count;
  operation.seconds += seconds;
  const auto* const bucket = std::lower_bound(kBuckets.begin(), kBuckets.end(), seconds);
  if (bucket != kBuckets.end()) ++operation.buckets[static_cast<std::size_t>(bucket - kBuckets.begin())];
  if (sample.database) {
    ++operation.database_count;
    operation.database_seconds += seconds_of(*sample.database);
  }
  operation.bytes += sample.bytes;
  if (sample.replayed) ++operation.replays;
  if (sample.status == kTooManyRequests) ++operation.rate_limit_refusals;
}

template <typename Member>
void RequestMetrics::write_each(Exposition& page, Member Operation::*member) const {
  for (const auto& [name, operation] : operations_) {
    page.sample(static_cast<double>(operation.*member), {{"operation", name}});
  }
}

void RequestMetrics::write_durations(Exposition& page) const {
  page.family("pg_booking_http_request_duration_seconds", "histogram",
              "Time from a request's last byte to its answer.");
  for (const auto& [name, operation] : operations_) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBuckets.size(); ++i) {
      sum += operation.buckets[i];
      std::array<char, 16> bound;
      const auto end =
          std::to_chars(bound.data(), bound.data() + bound.size(), kBuckets[i], std::chars_format::fixed).ptr;
      page.sample(static_cast<double>(sum), {{"operation", name}, {"le", {bound.data(), end}}}, "_bucket");
    }
    page.sample(static_cast<double>(operation.count), {{"operation", name}, {"le", "+Inf"}}, "_bucket");
    page.sample(operation.seconds, {{"operation", name}}, "_sum");
    page.sample(static_cast<double>(operation.count), {{"operation", name}}, "_count");
  }
  page.family("pg_booking_http_request_database_seconds", "summary",
              "Of that, time from sending the request to the database to its answer.");
  for (const auto& [name, operation] : operations_) {
    page.sample(operation.database_seconds, {{"operation", name}}, "_sum");
    page.sample(static_cast<double>(operation.database_count), {{"operation", name}}, "_count");
  }
}

void RequestMetrics::write(Exposition& page) const {
  page.family("pg_booking_http_requests_total", "counter", "Answered requests.");
  for (const auto& [name, operation] : operations_) {
    for (const auto& [status, count] : operation.by_status) {
      page.sample(static_cast<double>(count), {{"operation", name}, {"status", std::to_string(status)}});
    }
  }
  write_durations(page);
  page.family("pg_booking_http_response_bytes_total", "counter", "Bytes of bodies in answers.");
  write_each(page, &Operation::bytes);
  page.family("pg_booking_http_idempotent_replays_total", "counter",
              "Answers given again under their Idempotency-Key.");
  write_each(page, &Operation::replays);
  page.family("pg_booking_http_rate_limit_refusals_total", "counter",
              "Requests refused by a rate limit (429).");
  write_each(page, &Operation::rate_limit_refusals);
}

}  // namespace pg_booking::http
