#include "startup_check.hpp"

#include "message/rejection.hpp"

namespace pg_booking::http {

namespace {

ResultHandle query(PGconn* connection, const char* sql) {
  ResultHandle result(PQexec(connection, sql));
  require_success(connection, result.get());
  return result;
}

std::string value(const ResultHandle& result, int column) {
  return PQgetvalue(result.get(), 0, column);
}

void require_version(const std::string& what, const std::string& version, const std::string& remedy) {
  if (version == PG_BOOKING_VERSION) return;
  throw VersionMismatch(what + " is version " + version +
                        ", this service is version " PG_BOOKING_VERSION ": " + remedy);
}

}  // namespace

void check_database(PGconn* connection) {
  const ResultHandle extension =
      query(connection,
            "SELECT current_database(), current_user,"
            " (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pg_booking')");
  const std::string database = value(extension, 0);
  const std::string role = value(extension, 1);
  if (PQgetisnull(extension.get(), 0, 2) != 0) {
    throw ExtensionUnusable(
        "pg_booking is not installed in database \"" + database +
        "\": run CREATE EXTENSION pg_booking CASCADE there, or name another database with --db");
  }
  require_version("the extension pg_booking in database \"" + database + "\"", value(extension, 2),
                  "install both from the same release, then run ALTER EXTENSION pg_booking UPDATE");

  try {
    const ResultHandle library =
        query(connection,
              "SELECT booking.library_version(),"
              " has_function_privilege('booking.http_request_packed(text,text,text,bytea,text)', 'EXECUTE')");
    require_version("the pg_booking library loaded by the server", value(library, 0),
                    "install both from the same release, then restart the PostgreSQL server");
    if (value(library, 1) != "t") throw DatabaseError("permission denied", "42501");
  } catch (const DatabaseError& error) {
    if (error.sqlstate == "42501") {
      throw ExtensionUnusable(
          "role \"" + role +
          "\" may not call the gateway: connect as authenticator, or GRANT authenticator TO \"" + role +
          "\"");
    }
    if (PQstatus(connection) != CONNECTION_OK) throw;
    throw ExtensionUnusable("pg_booking in database \"" + database + "\" does not work: " + error.what());
  }
}

ErrorAnswers read_error_answers(PGconn* connection) {
  const ResultHandle rows =
      query(connection, "SELECT face, code, status, headers, body FROM booking.door_answers()");
  ErrorAnswers answers;
  for (int row = 0; row < PQntuples(rows.get()); ++row) {
    const auto column = [&](int number) { return std::string(PQgetvalue(rows.get(), row, number)); };
    answers.add(column(0), column(1), unpack_answer(column(2) + "\n" + column(3) + "\n" + column(4)));
  }
  for (const char* const code : {kInvalidInput, kTimeout, kTargetTooLong, kHeadersTooLarge, kPayloadTooLarge,
                                 kUnsupportedMediaType, kInternalError, kUnavailable, kOutcomeUnknown}) {
    if (!answers.has(code)) throw ExtensionUnusable(std::string("booking.door_answers() lacks ") + code);
  }
  return answers;
}

std::vector<std::string> read_operations(PGconn* connection) {
  const ResultHandle result = query(
      connection, "SELECT DISTINCT operation FROM booking.request_counters() WHERE operation IS NOT NULL");
  std::vector<std::string> operations;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    operations.emplace_back(PQgetvalue(result.get(), row, 0));
  }
  return operations;
}

}  // namespace pg_booking::http
