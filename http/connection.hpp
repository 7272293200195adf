#pragma once
#include <chrono>
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

/// One database connection with the gateway's statement prepared. For one thread at a time.
class Connection {
 public:
  /// Throws DatabaseError.
  explicit Connection(const std::string& conninfo);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False once an idle connection has been closed by the server. Costs one system call.
  bool is_alive() const;

  /// Has the gateway answer `request` from `peer` in one round trip. After OutcomeUnknown the connection is
  /// broken, except that a commit which was not replicated leaves it usable.
  Reply call(const Request& request, const std::string& peer);

  /// True if the connection can serve another request.
  bool is_usable() const;

 private:
  static void on_notice(void* self, const PGresult* notice);

  bool send(const Request& request, const std::string& peer);
  bool wait_for_result(std::chrono::steady_clock::time_point deadline);
  Reply receive();
  OutcomeUnknown broken();

  ConnectionHandle connection_;
  bool commit_not_replicated_ = false;
  bool timed_out_ = false;
};

}  // namespace pg_booking::http
