#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "message/request.hpp"

namespace pg_booking::http {

class Client;

/// A request on its way through the database and back.
struct Call {
  using Clock = std::chrono::steady_clock;

  Request request;
  std::string peer;
  Client* client = nullptr;  // null once it has gone: the answer is for the log only
  Clock::time_point arrived_at;
  Clock::time_point sent_at{};  // to the database, the last time
  bool sent_before = false;     // its first connection was lost

  /// True if to run it twice is as good as once, and it waits for no lock.
  bool is_read() const { return request.method == "GET" || request.method == "HEAD"; }
};

using CallPtr = std::unique_ptr<Call>;

}  // namespace pg_booking::http
