#include <doctest/doctest.h>

#include <string>

#include "telemetry/exposition.hpp"
#include "telemetry/process_metrics.hpp"
#include "telemetry/request_metrics.hpp"

using namespace pg_booking::http;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

bool has_line(const Exposition& page, const std::string& line) {
  return ("\n" + page.text()).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("families and samples are written in Prometheus' text format") {
  Exposition page;
  page.family("a_total", "counter", "Lines\nand \\ and \"quotes\".");
  page.sample(3);
  page.sample(0.25, {{"x", "1"}, {"y", "a\"b\\c\nd"}});
  page.family("b", "summary", "B.");
  page.sample(1e21, {}, "_sum");
  CHECK(page.text() ==
        "# HELP a_total Lines\\nand \\\\ and \"quotes\".\n# TYPE a_total counter\na_total 3\n"
        "a_total{x=\"1\",y=\"a\\\"b\\\\c\\nd\"} 0.25\n# HELP b B.\n# TYPE b summary\nb_sum 1e+21\n");
}

TEST_CASE("requests are counted by operation and status; every operation is there from the start") {
  RequestMetrics metrics({"create", "list"});
  metrics.count({"create", 201, milliseconds(3), milliseconds(2), 10, false});
  metrics.count({"create", 201, milliseconds(4), milliseconds(2), 10, true});
  metrics.count({"create", 429, microseconds(200), microseconds(100), 5, false});
  metrics.count({"", 404, microseconds(10), {}, 7, false});
  metrics.count({"somebody_else", 200, std::chrono::seconds(11), {}, 0, false});
  Exposition page;
  metrics.write(page);
  for (const char* line :
       {"pg_booking_http_requests_total{operation=\"create\",status=\"200\"} 0",
        "pg_booking_http_requests_total{operation=\"create\",status=\"201\"} 2",
        "pg_booking_http_requests_total{operation=\"create\",status=\"429\"} 1",
        "pg_booking_http_requests_total{operation=\"list\",status=\"200\"} 0",
        "pg_booking_http_requests_total{operation=\"none\",status=\"200\"} 1",
        "pg_booking_http_requests_total{operation=\"none\",status=\"404\"} 1",
        "pg_booking_http_idempotent_replays_total{operation=\"create\"} 1",
        "pg_booking_http_idempotent_replays_total{operation=\"list\"} 0",
        "pg_booking_http_rate_limit_refusals_total{operation=\"create\"} 1",
        "pg_booking_http_response_bytes_total{operation=\"create\"} 25",
        "pg_booking_http_request_duration_seconds_bucket{operation=\"create\",le=\"0.0005\"} 1",
        "pg_booking_http_request_duration_seconds_bucket{operation=\"create\",le=\"0.0025\"} 1",
        "pg_booking_http_request_duration_seconds_bucket{operation=\"create\",le=\"0.005\"} 3",
        "pg_booking_http_request_duration_seconds_bucket{operation=\"create\",le=\"10\"} 3",
        "pg_booking_http_request_duration_seconds_bucket{operation=\"create\",le=\"+Inf\"} 3",
        "pg_booking_http_request_duration_seconds_count{operation=\"create\"} 3",
        "pg_booking_http_request_duration_seconds_bucket{operation=\"none\",le=\"10\"} 1",
        "pg_booking_http_request_duration_seconds_bucket{operation=\"none\",le=\"+Inf\"} 2",
        "pg_booking_http_request_database_seconds_count{operation=\"create\"} 3",
        "pg_booking_http_request_database_seconds_count{operation=\"none\"} 0"}) {
    CAPTURE(line);
    CHECK(has_line(page, line));
  }
}

TEST_CASE("a duration on a bucket's bound is in the bucket") {
  RequestMetrics metrics({});
  metrics.count({"", 200, milliseconds(10), {}, 0, false});
  Exposition page;
  metrics.write(page);
  CHECK(has_line(page, "pg_booking_http_request_duration_seconds_bucket{operation=\"none\",le=\"0.005\"} 0"));
  CHECK(has_line(page, "pg_booking_http_request_duration_seconds_bucket{operation=\"none\",le=\"0.01\"} 1"));
}

TEST_CASE("the process tells about itself") {
  Exposition page;
  write_process_metrics(page);
  for (const char* zero : {"process_resident_memory_bytes 0", "process_open_fds 0", "process_max_fds 0",
                           "process_start_time_seconds 0"}) {
    CHECK_FALSE(has_line(page, zero));
  }
}
