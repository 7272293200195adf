#pragma once
#include <httplib.h>

#include <functional>
#include <stdexcept>

#include "config.hpp"

namespace pg_booking::http {

/// The address can't be listened on. The message names it and says why.
struct AddressError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// cpp-httplib binds, listens and accepts. It would then read each connection on a thread of its own, with
/// heads and bodies of any size; from process_and_close_socket on, the connection is somebody else's.
class Listener : private httplib::Server {
 public:
  struct Events {
    /// Takes over a connection's socket; called on the thread of run().
    std::function<void(int socket)> accepted;
    /// Nothing more is accepted; run() returns afterwards. Called on the thread of run().
    std::function<void()> closed;
  };

  explicit Listener(Events events);

  /// Binds and listens; returns the port. Throws AddressError.
  int listen_on(const Address& address);

  /// Accepts until stop(). False if accepting failed by itself.
  bool run();

  /// For any thread; waits until run() has begun.
  void stop();

 private:
  bool process_and_close_socket(socket_t socket) override;

  const Events events_;
};

}  // namespace pg_booking::http
