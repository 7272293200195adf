#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "client.hpp"

namespace pg_booking::http {

/// Holds the clients that wait for their network, so that none of them occupies a worker: a thousand idle
/// connections or dripping requests cost one thread together. For any number of threads.
class WaitingRoom {
 public:
  using ClientPtr = std::unique_ptr<Client>;

  /// `on_ready` gets every client that can go on or whose deadline has passed; it is called on the room's
  /// thread and must not block.
  explicit WaitingRoom(std::function<void(ClientPtr)> on_ready);
  ~WaitingRoom();
  WaitingRoom(const WaitingRoom&) = delete;
  WaitingRoom& operator=(const WaitingRoom&) = delete;

  /// Takes a client in until its socket is readable (or writable), or its deadline has passed.
  void wait(ClientPtr client, Client::Step what);

  /// Sends everybody on at once: the idle ones have to hear that the service stops.
  void send_all_on();

 private:
  void run();
  void send_on(int socket);
  void send_late_on();

  const std::function<void(ClientPtr)> on_ready_;
  int epoll_;
  int stop_event_;
  std::mutex mutex_;  // guards clients_
  std::unordered_map<int, ClientPtr> clients_;
  std::thread thread_;
};

}  // namespace pg_booking::http
