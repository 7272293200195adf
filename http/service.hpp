#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "client.hpp"
#include "config.hpp"
#include "database.hpp"
#include "event_loop.hpp"
#include "listener.hpp"
#include "message/answer.hpp"

namespace pg_booking::http {

/// The running service: a thread that accepts, and one whose loop holds all clients and database connections.
class Service {
 public:
  /// Connects to the database. Throws DatabaseError.
  Service(const Config& config, std::size_t max_clients);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Throws AddressError.
  int listen_on(const std::string& host, int port) { return listener_.listen_on(host, port); }

  /// Serves until stop(); returns when every request in flight is answered. False if accepting failed by
  /// itself.
  bool run();

  /// Stops accepting and lets requests in flight finish. For any thread; waits until run() has begun.
  void stop() { listener_.stop(); }

 private:
  void run_loop();
  void take_in(int socket);
  void serve(Client& client);
  bool advance(Client& client);
  void begin(Client& client);
  void reject(Client& client);
  void on_outcome(CallPtr call, const Outcome& outcome);
  void respond(Client& client, const Request& request, const Answer& answer, bool keep_alive);
  void log_access(const Request& request, const std::string& peer, const Answer& answer,
                  Client::Clock::time_point arrived_at);
  void drop(Client& client);
  void serve_late();
  void begin_to_stop();
  void after_turn();

  const std::size_t max_clients_;
  EventLoop loop_;
  const Client::OnEvents on_client_events_;
  std::unordered_map<int, std::unique_ptr<Client>> clients_;  // by socket
  std::vector<std::unique_ptr<Client>> dropped_;  // until the turn ends, which may still hold events for them
  std::vector<Client*> unfinished_;               // to go on with in the next turn
  Client* serving_ = nullptr;
  Client::Clock::time_point next_look_{};
  bool stopping_ = false;
  Database database_;
  Listener listener_;
  std::thread thread_;
};

}  // namespace pg_booking::http
