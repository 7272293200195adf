#pragma once
#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace pg_booking::http {

struct ConnectionCloser {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ResultClearer {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ConnectionHandle = std::unique_ptr<PGconn, ConnectionCloser>;
using ResultHandle = std::unique_ptr<PGresult, ResultClearer>;

/// The database could not be reached or refused something. The text is libpq's or the server's; it holds no
/// password.
struct DatabaseError : std::runtime_error {
  DatabaseError(const std::string& text, std::string state)
      : std::runtime_error(text), sqlstate(std::move(state)) {}
  std::string sqlstate;  // empty if the server did not send one
};

/// True if libpq understands `conninfo` ("key=value …" or a postgresql:// URI).
bool is_valid_conninfo(const std::string& conninfo);

/// Opens a connection as `conninfo` and libpq's environment say, with limits on how long a dead server goes
/// unnoticed that both may override. Throws DatabaseError.
ConnectionHandle connect(const std::string& conninfo);

/// Throws DatabaseError unless `result` is a success.
void require_success(PGconn* connection, const PGresult* result);

/// A message of libpq, which ends with a line feed and may hold more, in one line.
std::string one_line(std::string message);

/// What libpq says went wrong last, in one line.
std::string last_error(PGconn* connection);

/// One field of an error, or an empty string.
std::string error_field(const PGresult* result, int field);

}  // namespace pg_booking::http
