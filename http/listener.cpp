#include "listener.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace pg_booking::http {

namespace {

// Longer than any burst of new connections between two turns of the accepting thread.
constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kStartInterval{5};

/// Does the library's jobs, which hand a socket over, on its own thread.
class AtOnce : public httplib::TaskQueue {
 public:
  explicit AtOnce(const std::function<void()>& on_shutdown) : on_shutdown_(on_shutdown) {}
  void enqueue(std::function<void()> job) override { job(); }
  void shutdown() override { on_shutdown_(); }

 private:
  const std::function<void()>& on_shutdown_;
};

}  // namespace

Listener::Listener(Events events) : events_(std::move(events)) {
  new_task_queue = [this] { return new AtOnce(events_.closed); };  // the library deletes it
}

int Listener::listen_on(const Address& address) {
  set_tcp_nodelay(true);
  // The library's default, SO_REUSEPORT, would let two services share a port without either knowing.
  set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  errno = 0;
  const int bound = address.port == 0                          ? bind_to_any_port(address.host)
                    : bind_to_port(address.host, address.port) ? address.port
                                                               : -1;
  // Again, because the library's own backlog is 5.
  if (bound < 0 || ::listen(svr_sock_, kBacklog) != 0) {
    const std::string reason = errno == 0 ? "not an address of this machine" : std::strerror(errno);
    throw AddressError("can not listen on " + address.text() + ": " + reason);
  }
  return bound;
}

bool Listener::run() {
  return listen_after_bind();
}

void Listener::stop() {
  while (!is_running()) std::this_thread::sleep_for(kStartInterval);
  httplib::Server::stop();
}

bool Listener::process_and_close_socket(socket_t socket) {
  events_.accepted(socket);
  return true;
}

}  // namespace pg_booking::http
