#include "access_log.hpp"

#include <array>
#include <cstdio>

#include "log.hpp"

namespace pg_booking::http {

namespace {

/// Milliseconds with three decimals.
std::string milliseconds(std::chrono::steady_clock::duration duration) {
  const long long microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03lld", microseconds / 1000, microseconds % 1000);
  return text.data();
}

}  // namespace

void log_access(const Served& served) {
  if (!is_logged(Level::kInfo)) return;
  const Answer& answer = served.answer;
  // The query string may hold names and e-mail addresses: the path is all that is logged of the target.
  LogLine line(Level::kInfo, "request");
  line.field("request_id", answer.request_id);
  line.field("method", served.request.method).field("path", served.request.path());
  if (!answer.operation.empty()) line.field("operation", answer.operation);
  if (!answer.tenant.empty()) line.field("tenant", answer.tenant);
  line.field("status", answer.status).field("duration_ms", milliseconds(served.total));
  if (served.database) line.field("database_ms", milliseconds(*served.database));
  line.field("bytes", static_cast<long long>(served.bytes())).field("peer", served.peer);
  if (answer.replayed) line.field("replayed", "true");
  line.write();
}

void log_probe(const Served& served) {
  if (!is_logged(Level::kDebug)) return;
  LogLine(Level::kDebug, "probe")
      .field("path", served.request.path())
      .field("status", served.answer.status)
      .field("peer", served.peer)
      .write();
}

}  // namespace pg_booking::http
