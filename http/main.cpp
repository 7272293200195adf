#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "config.hpp"
#include "exit_code.hpp"
#include "housekeeper.hpp"
#include "log.hpp"
#include "monitor.hpp"
#include "postgres.hpp"
#include "service.hpp"
#include "startup_check.hpp"
#include "webhooks/own_addresses.hpp"
#include "webhooks/sender.hpp"

namespace pg_booking::http {

namespace {

constexpr std::size_t kMaxClients = 4096;
constexpr std::size_t kOtherDescriptors = 256;  // most of them for webhooks
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

/// Waits for SIGTERM or SIGINT; meanwhile SIGHUP reads the configuration again.
void await_stop(sigset_t signals, const std::function<void()>& reload) {
  int signal = 0;
  while (sigwait(&signals, &signal) != 0 || signal == SIGHUP) reload();
  LogLine(Level::kInfo, "stopping").write();
}

/// Acts on signals, which all threads have blocked: SIGHUP reads the configuration again, SIGTERM and SIGINT
/// stop the service; if the requests in flight take too long, the process ends all the same.
class Signals {
 public:
  static sigset_t block() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
  }

  Signals(Service& service, sigset_t signals, std::function<void()> reload)
      : thread_([this, &service, signals, reload = std::move(reload)] { wait(service, signals, reload); }) {}

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
  void wait(Service& service, sigset_t signals, const std::function<void()>& reload) {
    await_stop(signals, reload);
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

/// Puts into force what can be while the service runs (null: no clients are served). A configuration with an
/// error changes nothing.
void reload(Service* service, const std::vector<std::string>& arguments, const Config& running) {
  try {
    const Config wanted = read_config(arguments);
    if (service != nullptr) service->reload(wanted);
    set_log_level(wanted.log_level);
    LogLine(Level::kInfo, "configuration_reloaded").write();
    const std::string pending = changes_for_restart(running, wanted);
    if (!pending.empty()) LogLine(Level::kWarning, "restart_needed").field("changed", pending).write();
  } catch (const std::runtime_error& error) {  // ConfigError or TlsError
    LogLine(Level::kError, "configuration_refused").field("message", error.what()).write();
  }
}

Gateway check_and_read_gateway(const std::string& conninfo) {
  const ConnectionHandle connection = connect(conninfo);
  check_database(connection.get());
  return {.operations = read_operations(connection.get()), .errors = read_error_answers(connection.get())};
}

void announce(const Config& config, int port, const std::optional<int>& metrics_port) {
  std::printf("pg-booking-http %s listening on %s://%s, %zu database connections\n", PG_BOOKING_VERSION,
              config.tls_certificate.empty() ? "http" : "https",
              Address{config.listen.host, port}.text().c_str(), config.pool);
  if (metrics_port) {
    std::printf("metrics on http://%s/metrics\n",
                Address{config.metrics_listen.host, *metrics_port}.text().c_str());
  }
  std::fflush(stdout);
}

/// `own`: where this service listens itself.
std::unique_ptr<Sender> start_sender(const Config& config, std::vector<SocketAddress> own) {
  if (!config.private_webhooks.empty()) {
    LogLine(Level::kWarning, "private_webhooks_allowed")
        .field("addresses", config.given.at("--allow-private-webhooks"))
        .field("message",
               "--allow-private-webhooks lets tenants reach into this network: for development only")
        .write();
  }
  return std::make_unique<Sender>(SenderOptions{config.db,
                                                AddressPolicy(config.private_webhooks, std::move(own)),
                                                config.webhook_resolver, config.webhook_ca_file});
}

int send_webhooks_only(const std::vector<std::string>& arguments, const Config& config, sigset_t signals) {
  std::puts("pg-booking-http " PG_BOOKING_VERSION " sending webhooks");
  std::fflush(stdout);
  {
    const std::unique_ptr<Sender> sender = start_sender(config, {});
    const Housekeeper housekeeper(config.db);
    await_stop(signals, [&] { reload(nullptr, arguments, config); });
  }
  LogLine(Level::kInfo, "stopped").write();
  return kExitOk;
}

int serve(const std::vector<std::string>& arguments, const Config& config) {
  set_log_level(config.log_level);
  const Gateway gateway = check_and_read_gateway(config.db);
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = Signals::block();  // before there is any other thread
  if (config.webhooks == Webhooks::kOnly) return send_webhooks_only(arguments, config, signals);

  Service service(config, max_clients(config.pool), gateway);
  const int port = service.listen_on(config.listen);
  const bool has_metrics = !config.metrics_listen.host.empty();
  std::vector<SocketAddress> own = own_addresses(config.listen.host, port);
  std::optional<int> metrics_port;
  if (has_metrics) {
    metrics_port = service.listen_for_operators(config.metrics_listen);
    for (const SocketAddress& address : own_addresses(config.metrics_listen.host, *metrics_port))
      own.push_back(address);
  }
  announce(config, port, metrics_port);

  Signals handling(service, signals, [&] { reload(&service, arguments, config); });
  const Housekeeper housekeeper(config.db);
  const std::unique_ptr<Sender> sender =
      config.webhooks == Webhooks::kOff ? nullptr : start_sender(config, std::move(own));
  const Monitor monitor(config.db, has_metrics,
                        [&](Findings findings) { service.take(std::move(findings)); });
  if (!service.run()) {
    LogLine(Level::kError, "accept_failed").write();
    _exit(kExitFailure);
  }
  handling.finish();
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
    return serve(arguments, config);
  } catch (const ConfigError& error) {
    return fail(kExitUsage, error.what());
  } catch (const TlsError& error) {
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
