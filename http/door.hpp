#pragma once
#include <chrono>
#include <string>

#include "message/answer.hpp"
#include "message/request.hpp"
#include "pool.hpp"

namespace pg_booking::http {

/// Turns a request into an answer by asking the gateway in the database; when that fails, into an answer that
/// says so, and a line in the log. For any number of threads.
class Door {
 public:
  explicit Door(Pool& pool) : pool_(pool) {}

  /// `arrived_at` is when the request began to wait for a worker: it bounds the wait for a database
  /// connection.
  Answer answer(const Request& request, const std::string& peer,
                std::chrono::steady_clock::time_point arrived_at);

 private:
  Pool& pool_;
};

}  // namespace pg_booking::http
