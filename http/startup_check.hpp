#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "message/error_answers.hpp"
#include "postgres.hpp"

namespace pg_booking::http {

/// The database can be reached, but does not hold what this service needs. The message says what to do.
struct ExtensionUnusable : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct VersionMismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Compares the version of this service with that of the extension's SQL and of the library the server has
/// loaded, and sees that the login role may call the gateway. Throws DatabaseError (the connection is lost)
/// or one of the above.
void check_database(PGconn* connection);

/// The names of the operations that the gateway knows. Throws DatabaseError.
std::vector<std::string> read_operations(PGconn* connection);

/// What the service is to answer by itself. Throws DatabaseError, or ExtensionUnusable if something is
/// missing.
ErrorAnswers read_error_answers(PGconn* connection);

}  // namespace pg_booking::http
