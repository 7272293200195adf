#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "message/answer.hpp"
#include "message/request.hpp"

namespace pg_booking::http {

/// A request and what became of it.
struct Served {
  const Request& request;
  const std::string& peer;
  const Answer& answer;
  std::chrono::steady_clock::duration total;                    // from the request's last byte to its answer
  std::optional<std::chrono::steady_clock::duration> database;  // of that, if it was sent there

  /// Bytes of the body that are sent.
  std::size_t bytes() const { return request.is_head() ? 0 : answer.body.size(); }
};

/// Writes the line of a request: whose it was and how long it took, and nothing of what it said beside its
/// path.
void log_access(const Served& served);

/// The line of a question about the service itself, at level debug: they come every few seconds.
void log_probe(const Served& served);

}  // namespace pg_booking::http
