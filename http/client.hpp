#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "call.hpp"
#include "event_loop.hpp"
#include "message/rejection.hpp"
#include "message/request_reader.hpp"
#include "stream.hpp"

namespace pg_booking::http {

/// Whom an address is for.
enum class Audience { kPublic, kOperators };

/// One client's TCP connection: its socket, what was read of its next request and what is still to be sent.
/// Never blocks; when it can't go on, it waits for events of its socket. For the loop's thread.
class Client final : public EventLoop::Watcher {
 public:
  using Clock = std::chrono::steady_clock;
  using OnEvents = std::function<void(Client&)>;

  enum class Step {
    kRequest,   // a request is complete: take_request(), then answer()
    kRejected,  // what came is no acceptable request: take_rejection(), then answer() without keep-alive
    kWaiting,   // for the socket, or for answer()
    kClosed,    // nothing more to do: destroy it
  };

  /// `on_events` is to call advance(); it must live as long as this. The stream's socket is to be watched for
  /// kEvents.
  Client(std::unique_ptr<Stream> stream, Audience audience, const OnEvents& on_events);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Edge-triggered: the kernel tells once what has changed, and no system call is spent on what to watch.
  static const std::uint32_t kEvents;
  void on_events(std::uint32_t events) override;

  int socket() const { return stream_->socket(); }
  bool is_secure() const { return stream_->is_secure(); }
  const std::string& peer() const { return peer_; }

  /// Whom the address is for that it came to.
  Audience audience() const { return audience_; }

  /// Reads and writes as far as possible. A deadline that has passed ends the waiting: a half-sent request
  /// becomes a rejection (408), anything else is closed.
  Step advance();

  Request take_request();
  Rejection take_rejection() { return *rejection_; }

  /// The request being read, as far as it is understood.
  const Request& present() const { return reader_.present(); }

  /// Queues an answer; advance() sends it.
  void answer(std::string wire, bool keep_alive);

  /// The request that take_request() has handed out and that waits for its answer; null if there is none.
  Call* call = nullptr;

  /// True between requests: closing now loses nothing.
  bool is_idle() const;

  /// When to call advance() even if nothing has happened.
  Clock::time_point deadline() const { return deadline_; }

 private:
  // kLingering: the answer is out, but unread input makes the kernel discard it if the socket is closed at
  // once.
  enum class State { kReading, kAnswering, kWriting, kLingering, kClosed };

  Step advance_reading();
  Step advance_writing();
  Step advance_lingering();
  bool read_some();
  Step close();
  bool is_late() const;
  void set_reading_deadline();

  const std::unique_ptr<Stream> stream_;
  const Audience audience_;
  const OnEvents& on_events_;
  const std::string peer_;
  State state_ = State::kReading;
  bool readable_ = true;       // there may be bytes to read
  bool peer_is_done_ = false;  // it has closed its side: behind the last bytes is the end
  RequestReader reader_;
  RequestReader::Stage timed_stage_ = RequestReader::Stage::kIdle;
  std::optional<Rejection> rejection_;
  std::string output_;
  std::size_t sent_ = 0;
  bool keep_alive_ = true;
  Clock::time_point deadline_;
};

}  // namespace pg_booking::http
