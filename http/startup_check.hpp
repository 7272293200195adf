#pragma once
#include <stdexcept>
#include <string>

namespace pg_booking::http {

/// The database can be reached, but does not hold what this service needs. The message says what to do.
struct ExtensionUnusable : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct VersionMismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Compares the version of this service with that of the extension's SQL and of the library the server has
/// loaded, and sees that the login role may call the gateway. Throws DatabaseError (no connection) or one of
/// the above.
void check_database(const std::string& conninfo);

}  // namespace pg_booking::http
