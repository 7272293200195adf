#pragma once
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace pg_booking::http {

/// The bytes of one TCP connection, whose socket it owns. Never blocks.
class Stream {
 public:
  enum class State {
    kDone,     // `bytes` were moved
    kBlocked,  // not now: again when the socket has an event
    kClosed,   // never again
  };
  struct Transfer {
    State state;
    std::size_t bytes = 0;
  };

  /// Takes over the socket.
  explicit Stream(int socket) : socket_(socket) {}
  virtual ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  int socket() const { return socket_; }

  virtual Transfer read(char* buffer, std::size_t size);
  virtual Transfer write(std::string_view bytes);

  /// True if a read that did not fill its buffer has left nothing behind.
  virtual bool is_empty_after_short_read() const { return true; }

  /// Tells the peer that nothing more will be written.
  virtual void end();

  /// True if it is encrypted.
  virtual bool is_secure() const { return false; }

  /// Takes in and drops what the peer still sends.
  State discard();

 private:
  const int socket_;
};

}  // namespace pg_booking::http
