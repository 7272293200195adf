#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "message/rejection.hpp"
#include "message/request_reader.hpp"

namespace pg_booking::http {

/// One client's TCP connection: its socket, what was read of its next request and what is still to be sent.
/// Never blocks; when it can't go on, it says what it waits for. For one thread at a time.
class Client {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Step {
    kRequest,   // a request is complete: take_request(), then answer()
    kRejected,  // what came is no acceptable request: take_rejection(), then answer() without keep-alive
    kReadable,  // wait until the socket is readable
    kWritable,  // wait until the socket is writable
    kClosed,    // nothing more to do: destroy it
  };

  /// Takes over the socket; counts itself in `population` as long as it lives.
  Client(int socket, std::atomic<std::size_t>& population);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int socket() const { return socket_; }
  const std::string& peer() const { return peer_; }

  /// Reads and writes as far as possible. A deadline that has passed ends the waiting: a half-sent request
  /// becomes a rejection (408), anything else is closed.
  Step advance();

  Request take_request() { return reader_.take(); }
  Rejection take_rejection() { return *rejection_; }

  /// The request being read, as far as it is understood.
  const Request& present() const { return reader_.present(); }

  /// Queues an answer; advance() sends it.
  void answer(std::string wire, bool keep_alive);

  /// True between requests: closing now loses nothing.
  bool is_idle() const;

  /// When to call advance() even if nothing has happened.
  Clock::time_point deadline() const { return deadline_; }

 private:
  // kLingering: the answer is out, but unread input makes the kernel discard it if the socket is closed at
  // once.
  enum class State { kReading, kWriting, kLingering, kClosed };

  Step advance_reading();
  Step advance_writing();
  Step advance_lingering();
  Step read_some();
  Step close();
  bool is_late() const;
  void set_reading_deadline();

  const int socket_;
  std::atomic<std::size_t>& population_;
  const std::string peer_;
  State state_ = State::kReading;
  RequestReader reader_;
  RequestReader::Stage timed_stage_ = RequestReader::Stage::kIdle;
  std::optional<Rejection> rejection_;
  std::string output_;
  std::size_t sent_ = 0;
  bool keep_alive_ = true;
  Clock::time_point deadline_;
};

}  // namespace pg_booking::http
