#include "monitor.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "log.hpp"
#include "startup_check.hpp"

namespace pg_booking::http {

namespace {

constexpr std::chrono::seconds kPause{2};

}  // namespace

Monitor::Monitor(std::string conninfo, bool reads_metrics, std::function<void(Findings)> on_findings)
    : conninfo_(std::move(conninfo)),
      reads_metrics_(reads_metrics),
      on_findings_(std::move(on_findings)),
      thread_([this] { run(); }) {}

Monitor::~Monitor() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    // A question that a database which hangs has not answered ends here.
    if (connection_ != nullptr) ::shutdown(PQsocket(connection_.get()), SHUT_RDWR);
  }
  wake_.notify_all();
  thread_.join();
}

void Monitor::run() {
  std::unique_lock lock(mutex_);
  do {
    lock.unlock();
    on_findings_(look());
    lock.lock();
  } while (!wake_.wait_for(lock, kPause, [this] { return stopping_; }));
}

bool Monitor::is_stopping() {
  const std::scoped_lock lock(mutex_);
  return stopping_;
}

void Monitor::use(ConnectionHandle connection) {
  const std::scoped_lock lock(mutex_);
  connection_ = std::move(connection);
}

Findings Monitor::look() {
  Findings findings{Health::kUsable, {}};
  std::string problem;
  try {
    if (connection_ == nullptr) use(connect(conninfo_));
    check_database(connection_.get());
    if (reads_metrics_) findings.metrics = read_metrics();
  } catch (const DatabaseError& error) {
    findings.health = Health::kAway;
    problem = error.what();
    use(nullptr);
  } catch (const std::exception& error) {
    findings.health = Health::kUnusable;
    problem = error.what();
  }
  // What the end of this service has cut off says nothing about the database.
  if (!problem.empty() && problem_.empty() && !is_stopping()) {
    LogLine(Level::kError, "database_unusable").field("message", problem).write();
  }
  if (problem.empty() && !problem_.empty()) LogLine(Level::kInfo, "database_usable").write();
  problem_ = std::move(problem);
  return findings;
}

std::vector<DatabaseMetric> Monitor::read_metrics() {
  const ResultHandle result(
      PQexec(connection_.get(), "SELECT name, label, label_value, value, help FROM booking.metrics()"));
  require_success(connection_.get(), result.get());
  std::vector<DatabaseMetric> metrics;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    const auto value = [&](int column) { return PQgetvalue(result.get(), row, column); };
    metrics.push_back({value(0), value(1), value(2), std::strtod(value(3), nullptr), value(4)});
  }
  return metrics;
}

}  // namespace pg_booking::http
