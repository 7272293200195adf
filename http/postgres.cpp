#include "postgres.hpp"

#include <cstdlib>
#include <vector>

namespace pg_booking::http {

namespace {

struct OptionsFreer {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

// A notice may quote a row, and so may an error's details: neither belongs into a log.
void ignore_notice(void* /*context*/, const PGresult* /*notice*/) {}

}  // namespace

bool is_valid_conninfo(const std::string& conninfo) {
  // libpq's own message is not shown: it quotes the part it stumbled over, which may be a password.
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, OptionsFreer> options(PQconninfoParse(conninfo.c_str(), &message));
  PQfreemem(message);
  return options != nullptr;
}

ConnectionHandle connect(const std::string& conninfo) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  const auto set = [&](const char* name, const char* value) {
    names.push_back(name);
    values.push_back(value);
  };
  // What stands before dbname is a default, what stands behind it rules: libpq expands conninfo in that
  // place.
  set("fallback_application_name", "pg-booking-http");
  if (std::getenv("PGCONNECT_TIMEOUT") == nullptr) set("connect_timeout", "5");
  set("keepalives_idle", "10");
  set("keepalives_interval", "5");
  set("keepalives_count", "3");
  set("tcp_user_timeout", "20000");
  set("dbname", conninfo.c_str());
  set("client_encoding", "UTF8");
  set(nullptr, nullptr);

  constexpr int kExpandDbname = 1;
  ConnectionHandle connection(PQconnectdbParams(names.data(), values.data(), kExpandDbname));
  if (connection == nullptr) throw std::bad_alloc();
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    throw DatabaseError(last_error(connection.get()), "");
  }
  PQsetNoticeReceiver(connection.get(), ignore_notice, nullptr);
  PQsetErrorVerbosity(connection.get(), PQERRORS_TERSE);
  return connection;
}

void require_success(PGconn* connection, const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
  const std::string message = error_field(result, PG_DIAG_MESSAGE_PRIMARY);
  throw DatabaseError(message.empty() ? last_error(connection) : message,
                      error_field(result, PG_DIAG_SQLSTATE));
}

std::string last_error(PGconn* connection) {
  return one_line(PQerrorMessage(connection));
}

std::string one_line(std::string message) {
  while (message.ends_with('\n')) message.pop_back();
  for (char& c : message) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return message;
}

std::string error_field(const PGresult* result, int field) {
  const char* const value = PQresultErrorField(result, field);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace pg_booking::http
