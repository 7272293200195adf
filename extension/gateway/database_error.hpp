#pragma once

#include <string>

#include "gateway/errors.hpp"

#include "pg/guard.hpp"

namespace pg_booking {

std::string sqlstate_of(const PgError& error);

/// What the error says, without where it happened.
DatabaseError to_database_error(const PgError& error);

/// What a database error means to the caller. Our own errors bring their details along; any other error's
/// texts may hold SQL or another tenant's values, so they go to the server's log with the request's id and no
/// further. C-zone.
ApiError to_api_error(const PgError& error, const std::string& request_id);

}  // namespace pg_booking
