#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "client.hpp"
#include "config.hpp"
#include "connection_count.hpp"
#include "database.hpp"
#include "event_loop.hpp"
#include "listener.hpp"
#include "message/answer.hpp"
#include "message/error_answers.hpp"
#include "probes.hpp"
#include "service_metrics.hpp"
#include "tls.hpp"

namespace pg_booking::http {

/// What the service has to know of the gateway beforehand.
struct Gateway {
  std::vector<std::string> operations;  // that metrics tell apart
  ErrorAnswers errors;                  // what the service answers by itself
};

/// The running service: a thread that accepts, and one whose loop holds all clients and database connections.
class Service {
 public:
  /// Connects to the database. Throws DatabaseError or TlsError.
  Service(const Config& config, std::size_t max_clients, const Gateway& gateway);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Binds and listens; returns the port. Operators' address is optional. Throws AddressError.
  int listen_on(const Address& address) { return listener_.listen_on(address); }
  int listen_for_operators(const Address& address);

  /// Serves until stop(); returns when every request in flight is answered. False if accepting failed by
  /// itself.
  bool run();

  /// Stops accepting and lets requests in flight finish. For any thread; waits until run() has begun.
  void stop() { listener_.stop(); }

  /// Puts settings into force that can change while it runs; connections that are there stay as they are.
  /// Throws TlsError. For any thread.
  void reload(const Config& config);

  /// What the monitor has found. For any thread.
  void take(Findings findings);

 private:
  void run_loop();
  void take_in(int socket, Audience audience);
  const char* reason_to_refuse(const Client& client) const;
  void serve(Client& client);
  bool advance(Client& client);
  void begin(Client& client);
  void reject(Client& client);
  void on_outcome(CallPtr call, const Outcome& outcome);
  void respond(Client& client, const Request& request, Answer answer, bool keep_alive);
  void record(const Served& served);
  bool answer_probe(Client& client, const Request& request);
  void drop(Client& client);
  void serve_late();
  void begin_to_stop();
  void after_turn();

  const ErrorAnswers errors_;
  std::shared_ptr<const TlsContext> tls_;  // null: no TLS
  TrustedProxies trusted_proxies_;
  std::size_t connections_per_address_;
  ConnectionCount connections_;
  const std::size_t max_clients_;
  EventLoop loop_;
  const Client::OnEvents on_client_events_;
  std::unordered_map<int, std::unique_ptr<Client>> clients_;  // by socket
  std::vector<std::unique_ptr<Client>> dropped_;  // until the turn ends, which may still hold events for them
  std::vector<Client*> unfinished_;               // to go on with in the next turn
  Client* serving_ = nullptr;
  Client::Clock::time_point next_look_{};
  bool stopping_ = false;
  ServiceMetrics metrics_;
  Probes probes_;
  Database database_;
  Listener listener_;
  std::unique_ptr<Listener> operators_listener_;
  std::thread thread_;
};

}  // namespace pg_booking::http
