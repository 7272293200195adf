#pragma once
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "client.hpp"
#include "door.hpp"
#include "waiting_room.hpp"
#include "workers.hpp"

namespace pg_booking::http {

/// The address can't be listened on. The message names it and says why.
struct AddressError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// cpp-httplib accepts the connections and would read them one per thread, with heads and bodies of any size;
/// from process_and_close_socket on, this class does it instead: bounded, and only as long as there is
/// something to do.
class Server : private httplib::Server {
 public:
  Server(Door& door, std::size_t threads, std::size_t max_clients);

  /// Binds and listens; returns the port. Throws AddressError.
  int listen_on(const std::string& host, int port);

  /// Serves until stop(); returns when every request in flight is answered. False if accepting failed by
  /// itself.
  bool run();

  /// Stops accepting and lets requests in flight finish. For any thread; waits until run() has begun.
  void stop();

 private:
  using ClientPtr = WaitingRoom::ClientPtr;

  bool process_and_close_socket(socket_t socket) override;
  void serve(ClientPtr client);
  bool linger(const Client& client);
  void answer_request(Client& client, std::chrono::steady_clock::time_point arrived_at);
  void answer_rejection(Client& client);
  void send_answer(Client& client, const Request& request, const Answer& answer, bool keep_alive,
                   std::chrono::steady_clock::time_point began_at);
  void drain();

  Door& door_;
  const std::size_t threads_;
  const std::size_t max_clients_;
  std::atomic<std::size_t> clients_{0};
  std::atomic<std::size_t> lingering_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<Workers*> workers_{nullptr};  // owned by the library, from the start of run() to its end
  std::unique_ptr<WaitingRoom> room_;
};

}  // namespace pg_booking::http
