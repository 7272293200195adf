#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <span>
#include <string>
#include <string_view>

#include "gateway/errors.hpp"
#include "gateway/exchange.hpp"

namespace pg_booking {

/// What a face knows about one operation beyond the route; each face defines its own.
struct Operation;

/// One line of the route table: dispatch, capability, rate-limit group and metrics label come from it.
struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/bookings/{bookingId}"; a segment in braces takes any non-empty segment
  std::string_view operation_id;  // also the label in log, metrics and statistics
  std::string_view capability;    // what an API key must hold; empty where the face has no such thing
  std::string_view rate_group;
  bool writes;  // false: runs read-only, can be served by a standby
  const Operation* operation;
};

/// A dialect: its routes, how it runs one of them, how it words an error.
struct Face {
  std::string_view prefix;        // first path segment
  std::span<const Route> routes;  // empty: the dialect has no fixed operations, `run` gets every path
  void (*run)(Exchange& exchange);
  /// Body and Content-Type for an error.
  void (*render_error)(Exchange& exchange, const ApiError& error);
  /// Where there are no routes: what requests are counted and logged as. `run` puts one of these into
  /// exchange.notes.operation.
  std::span<const std::string_view> operations = {};
  /// The answer to a database error. Null: the error catalogue's, which tells nothing of the database's
  /// texts.
  HttpAnswer (*answer_database_error)(const Exchange& exchange, const DatabaseError& error) = nullptr;
  /// Adds to every answer, whatever it is, what the dialect says with each. Null: nothing.
  void (*finish)(Exchange& exchange) = nullptr;
};

/// Adds a face; called from _PG_init. The face must be static.
void register_face(const Face& face);

/// The face of this path segment; the first one registered words the errors of paths that belong to none.
const Face& face_for(std::string_view first_segment);
bool is_known_face(std::string_view first_segment);
std::span<const Face* const> all_faces();

/// The operations of all faces in the order of registration, which is the same in every process of a server.
size_t operation_count();
std::string_view operation_at(size_t number);

/// The number of an exchange's operation; operation_count() if it has none.
size_t operation_number(const Exchange& exchange);

/// Finds the route of exchange.target and fills route and path_parameters. Throws request.route_not_found, or
/// request.method_not_allowed with its Allow header. HEAD is GET without the body.
void match_route(const Face& face, Exchange& exchange);

}  // namespace pg_booking
