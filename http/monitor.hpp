#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "postgres.hpp"

namespace pg_booking::http {

enum class Health {
  kUsable,
  kAway,      // no connection, or it is lost
  kUnusable,  // the extension is missing, or its version or the library's is another one
};

/// One value that the database contributes to the metrics; rows of one name come together.
struct DatabaseMetric {
  std::string name;
  std::string label;  // empty: none
  std::string label_value;
  double value;
  std::string help;
};

/// What a look at the database has found.
struct Findings {
  Health health;
  std::vector<DatabaseMetric> metrics;  // empty where they could not be read or were not asked for
};

/// Looks at the database every two seconds, on a thread and a connection of its own, so that neither a
/// request nor a monitor's question waits for it. Says in the log when the database becomes unusable and when
/// it is usable again.
class Monitor {
 public:
  /// `on_findings` is called on the monitor's thread.
  Monitor(std::string conninfo, bool reads_metrics, std::function<void(Findings)> on_findings);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

 private:
  void run();
  Findings look();
  bool is_stopping();
  void use(ConnectionHandle connection);
  std::vector<DatabaseMetric> read_metrics();

  const std::string conninfo_;
  const bool reads_metrics_;
  const std::function<void(Findings)> on_findings_;
  std::string problem_;  // what the log has been told last; empty: nothing
  std::mutex mutex_;     // guards stopping_ and the change of connection_
  ConnectionHandle connection_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace pg_booking::http
