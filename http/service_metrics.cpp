#include "service_metrics.hpp"

#include <variant>

#include "telemetry/process_metrics.hpp"

namespace pg_booking::http {

namespace {

void write_value(Exposition& page, const char* name, const char* type, const char* help,
                 std::uint64_t value) {
  page.family(name, type, help);
  page.sample(static_cast<double>(value));
}

void write_database_metrics(Exposition& page, const std::vector<DatabaseMetric>& metrics) {
  const std::string* family = nullptr;
  for (const DatabaseMetric& metric : metrics) {
    if (family == nullptr || metric.name != *family) page.family(metric.name, "gauge", metric.help);
    family = &metric.name;
    if (metric.label.empty()) {
      page.sample(metric.value);
    } else {
      page.sample(metric.value, {{metric.label, metric.label_value}});
    }
  }
}

}  // namespace

void ServiceMetrics::count_outcome(const Outcome& outcome) {
  if (std::holds_alternative<OutcomeUnknown>(outcome)) ++outcomes_unknown_;
  const auto* const reason = std::get_if<NotSent>(&outcome);
  if (reason == nullptr) return;
  switch (*reason) {
    case NotSent::kAway:
      ++not_sent_away_;
      break;
    case NotSent::kOverload:
      ++not_sent_overload_;
      break;
    case NotSent::kTooLate:
      ++not_sent_too_late_;
      break;
  }
}

void ServiceMetrics::count_request(const Served& served) {
  requests_.count({.operation = served.answer.operation,
                   .status = served.answer.status,
                   .total = served.total,
                   .database = served.database,
                   .bytes = served.bytes(),
                   .replayed = served.answer.replayed});
}

void ServiceMetrics::write_service(Exposition& page, const Load& load) const {
  page.family("pg_booking_http_requests_not_sent_total", "counter",
              "Requests refused with 503 before they reached the database.");
  page.sample(static_cast<double>(not_sent_away_), {{"reason", "away"}});
  page.sample(static_cast<double>(not_sent_overload_), {{"reason", "overload"}});
  page.sample(static_cast<double>(not_sent_too_late_), {{"reason", "too_late"}});
  write_value(page, "pg_booking_http_outcomes_unknown_total", "counter",
              "Requests answered with 503 because the database did not say how they ended.",
              outcomes_unknown_);
  write_value(page, "pg_booking_http_clients", "gauge", "Open connections of clients.", load.clients);
  write_value(page, "pg_booking_http_clients_max", "gauge", "How many there may be.", load.max_clients);
  write_value(page, "pg_booking_http_clients_accepted_total", "counter", "Connections of clients taken in.",
              clients_taken_in_);
  write_value(page, "pg_booking_http_clients_refused_total", "counter",
              "Connections of clients refused because there were too many.", clients_refused_);
  write_value(page, "pg_booking_http_database_connections", "gauge", "Open connections to the database.",
              load.open_connections);
  write_value(page, "pg_booking_http_database_connections_busy", "gauge", "Of these, with a request on them.",
              load.busy_connections);
  write_value(page, "pg_booking_http_database_connections_max", "gauge", "How many there should be.",
              load.database_connections);
  write_value(page, "pg_booking_http_requests_waiting", "gauge",
              "Requests waiting for a database connection.", load.waiting);
}

std::string ServiceMetrics::page(const Load& load, const Findings& findings) const {
  Exposition page;
  page.family("pg_booking_http_build_info", "gauge", "The version of this service.");
  page.sample(1, {{"version", PG_BOOKING_VERSION}});
  write_value(page, "pg_booking_http_database_usable", "gauge",
              "1 if the database is there and of the right version.", findings.health == Health::kUsable);
  requests_.write(page);
  write_service(page, load);
  write_database_metrics(page, findings.metrics);
  write_process_metrics(page);
  return page.text();
}

}  // namespace pg_booking::http
