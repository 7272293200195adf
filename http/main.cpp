#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "config.hpp"
#include "exit_code.hpp"
#include "housekeeper.hpp"
#include "log.hpp"
#include "postgres.hpp"
#include "service.hpp"
#include "startup_check.hpp"

namespace pg_booking::http {

namespace {

constexpr std::size_t kMaxClients = 4096;
constexpr std::size_t kOtherDescriptors = 64;
constexpr std::chrono::seconds kLongestStop{10};

int fail(ExitCode code, const std::string& message) {
  std::fprintf(stderr, "pg-booking-http: %s\n", message.c_str());
  return code;
}

/// How many clients the limit on open files allows, after raising it as far as this user may.
std::size_t max_clients(std::size_t database_connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMaxClients;
  const std::size_t others = database_connections + kOtherDescriptors;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, kMaxClients + others);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return kMaxClients;
  return std::clamp<std::size_t>(limit.rlim_cur, others + 1, kMaxClients + others) - others;
}

/// Waits for SIGTERM or SIGINT, which all threads have blocked, and stops the service; ends the process
/// itself if the requests in flight take too long.
class Stopper {
 public:
  static sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
  }

  Stopper(Service& service, sigset_t signals)
      : thread_([this, &service, signals] { wait_and_stop(service, signals); }) {}

  /// To be called when the service has stopped.
  void finish() {
    {
      const std::scoped_lock lock(mutex_);
      finished_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

 private:
  void wait_and_stop(Service& service, sigset_t signals) {
    int signal = 0;
    sigwait(&signals, &signal);
    LogLine(Level::kInfo, "stopping").write();
    service.stop();
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, kLongestStop, [this] { return finished_; })) return;
    LogLine(Level::kError, "requests_dropped").write();
    _exit(kExitRequestsDropped);
  }

  std::mutex mutex_;  // guards finished_
  std::condition_variable wake_;
  bool finished_ = false;
  std::thread thread_;
};

int serve(const Config& config) {
  check_database(config.db);
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = Stopper::block_signals();  // before there is any other thread

  Service service(config, max_clients(config.pool));
  const int port = service.listen_on(config.host, config.port);
  std::printf("pg-booking-http %s listening on http://%s, %zu database connections\n", PG_BOOKING_VERSION,
              listen_address(config.host, port).c_str(), config.pool);
  std::fflush(stdout);

  Stopper stopper(service, signals);
  const Housekeeper housekeeper(config.db);
  if (!service.run()) {
    LogLine(Level::kError, "accept_failed").write();
    _exit(kExitFailure);
  }
  stopper.finish();
  LogLine(Level::kInfo, "stopped").write();
  return kExitOk;
}

int run(const std::vector<std::string>& arguments) {
  try {
    const Config config = read_config(arguments);
    if (config.help) {
      std::fputs(help_text().c_str(), stdout);
      return kExitOk;
    }
    if (config.version) {
      std::puts("pg-booking-http " PG_BOOKING_VERSION);
      return kExitOk;
    }
    return serve(config);
  } catch (const ConfigError& error) {
    return fail(kExitUsage, error.what());
  } catch (const DatabaseError& error) {
    return fail(kExitDatabaseAway, std::string("no connection to the database: ") + error.what());
  } catch (const ExtensionUnusable& error) {
    return fail(kExitExtensionUnusable, error.what());
  } catch (const VersionMismatch& error) {
    return fail(kExitVersionMismatch, error.what());
  } catch (const AddressError& error) {
    return fail(kExitAddressUnusable, error.what());
  } catch (const std::exception& error) {
    return fail(kExitFailure, error.what());
  }
}

}  // namespace

}  // namespace pg_booking::http

int main(int argc, char** argv) {
  return pg_booking::http::run({argv + 1, argv + argc});
}
