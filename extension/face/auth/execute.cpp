#include "face/auth/execute.hpp"

#include <array>

#include "face/auth/operation.hpp"
#include "text/json_write.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/role.hpp"
#include "pg/settings.hpp"
#include "pg/statement.hpp"

extern "C" {
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
}

namespace pg_booking::auth {
namespace {

// How long a call waits for another one of the same session or user.
constexpr const char* kLockTimeout = "5s";
constexpr size_t kMaxRoutes = 32;

constinit std::array<Statement, kMaxRoutes> statements{};

/// The statement of a route, kept for the life of the backend.
Statement& statement_of(const Route& route) {
  Statement& statement = statements.at(place_of(route));
  if (!statement.is_set()) statement = Statement(endpoint_of(route).sql);
  return statement;
}

/// The query as a JSON object; of a repeated parameter the first counts.
std::string query_object(const Target& target) {
  std::string object = "{";
  for (const QueryParameter& parameter : target.query) {
    if (find_query(target, parameter.name) != &parameter.value) continue;
    if (object.size() > 1) object += ',';
    append_json_string(object, parameter.name);
    object += ':';
    append_json_string(object, parameter.value);
  }
  return object + '}';
}

/// The answer in the server's memory, so that the P-zone has nothing to destroy.
struct Row {
  int32 status;
  std::string_view code, message, body, headers;
};

/// P-zone.
Statement::Parameter jsonb_parameter(std::string_view text) {
  if (text.empty()) return {JSONBOID, (Datum)0, true};
  char* const terminated = pnstrdup(text.data(), text.size());
  return {JSONBOID, DirectFunctionCall1(jsonb_in, CStringGetDatum(terminated)), false};
}

/// P-zone.
Statement::Parameter text_parameter(std::string_view text) {
  return {TEXTOID, text_datum(text), text.empty()};
}

/// P-zone.
Statement::Parameter path_parameter(const Exchange& exchange) {
  Datum elements[1] = {};
  int const count = exchange.path_parameters.empty() ? 0 : 1;
  if (count == 1) elements[0] = text_datum(exchange.path_parameters.front());
  return {TEXTARRAYOID, PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT)),
          false};
}

/// P-zone.
Row call(Statement& statement, const Exchange& exchange, std::string_view body, std::string_view query,
         std::string_view claims, std::string_view user_agent) {
  MemoryContext const results = CurrentMemoryContext;
  set_lock_timeout(kLockTimeout);
  Identity const caller = become_owner(exchange.owner_id);
  spi_connect();
  Statement::Parameter const parameters[] = {
      jsonb_parameter(body),    jsonb_parameter(query),     jsonb_parameter(claims),
      path_parameter(exchange), text_parameter(user_agent), text_parameter(exchange.request.peer)};
  if (statement.execute(parameters, lengthof(parameters), /*read_only=*/!exchange.route->writes) != 1)
    elog(ERROR, "an operation of /auth/v1 gave no answer");
  HeapTuple const tuple = SPI_tuptable->vals[0];
  MemoryContext const spi = MemoryContextSwitchTo(results);
  bool is_null;
  auto const member = [&](int column) {
    Datum const value = SPI_getbinval(tuple, SPI_tuptable->tupdesc, column, &is_null);
    return is_null ? std::string_view{} : view_of(DatumGetTextPCopy(value));
  };
  Row row{};
  row.status = DatumGetInt32(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &is_null));
  row.code = member(2);
  row.message = member(3);
  row.body = member(4);
  row.headers = member(5);
  MemoryContextSwitchTo(spi);
  spi_finish();
  leave_owner(caller);
  return row;
}

}  // namespace

Answer execute(const Exchange& exchange, std::string_view body, std::string_view claims) {
  Statement& statement = statement_of(*exchange.route);
  std::string const query = query_object(exchange.target);
  std::string_view const user_agent = find_header(exchange.headers, "user-agent").value_or("");
  Row const row = pg([&] { return call(statement, exchange, body, query, claims, user_agent); });
  return Answer{.status = row.status,
                .code = std::string(row.code),
                .message = std::string(row.message),
                .body = std::string(row.body),
                .headers = std::string(row.headers)};
}

}  // namespace pg_booking::auth
