#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "message/request.hpp"
#include "postgres.hpp"

namespace pg_booking::http {

/// The statement's result: the packed answer, as long as this lives.
class PackedAnswer {
 public:
  explicit PackedAnswer(ResultHandle result) : result_(std::move(result)) {}
  std::string_view bytes() const;

 private:
  ResultHandle result_;
};

/// The statement was rolled back with an error.
struct SqlError {
  std::string sqlstate;
  std::string message;
  std::string hint;
};

/// The server did not say how the statement ended, or said that its commit is not safe yet.
struct OutcomeUnknown {
  std::string reason;
};

using Reply = std::variant<PackedAnswer, SqlError, OutcomeUnknown>;

/// One database connection with the gateway's statement prepared, in libpq's pipeline mode: requests are sent
/// one behind the other, each a transaction of its own, and answered in that order. Never blocks, but for the
/// constructor. For one thread at a time.
class Connection {
 public:
  /// Throws DatabaseError.
  explicit Connection(const std::string& conninfo);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return PQsocket(connection_.get()); }

  /// When the server itself ends a statement; zero if never.
  std::chrono::milliseconds statement_timeout() const { return statement_timeout_; }

  /// Has the gateway answer `request` from `peer`. False if the connection is lost.
  bool send(const Request& request, const std::string& peer);

  /// Sends what the socket did not take before. False if the connection is lost.
  bool flush();

  /// True if flush() has to be called when the socket is writable.
  bool has_unsent() const { return has_unsent_; }

  /// Reads what has come. False if the connection is lost; replies that came before are there all the same.
  bool receive() { return PQconsumeInput(connection_.get()) == 1; }

  /// The reply to the oldest request without one, if it is complete: a commit comes after its row and may
  /// still fail.
  std::optional<Reply> next_reply();

  /// Why the connection was lost.
  std::string reason_of_loss() const;

 private:
  static void on_notice(void* self, const PGresult* notice);
  Reply take_reply();

  ConnectionHandle connection_;
  std::chrono::milliseconds statement_timeout_{};
  std::size_t in_flight_ = 0;
  bool has_unsent_ = false;
  // Of the oldest request in flight, as far as it is known.
  ResultHandle answer_;
  ResultHandle error_;
  bool commit_not_replicated_ = false;
};

}  // namespace pg_booking::http
