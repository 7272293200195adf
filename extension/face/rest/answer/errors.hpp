#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>

#include "face/rest/plan/refusal.hpp"

namespace pg_booking::rest {

/// The answer to a request that failed.
struct ErrorAnswer {
  int status;
  std::string headers;  // "Name: value\n" lines
  std::string body;
};

/// The HTTP status of one of PostgREST's own codes.
int status_of_code(std::string_view code);

/// The HTTP status of a SQLSTATE. `authenticated`: the caller proved who it is, so a missing privilege is no
/// reason to log in.
int status_of_sqlstate(std::string_view sqlstate, std::string_view message, bool authenticated);

/// `minimal` leaves details and hint out.
ErrorAnswer answer_refusal(const Refusal& refusal, bool minimal);

/// The body alone.
std::string error_body(const Refusal& refusal, bool minimal);

/// What PostgreSQL said, word for word. RAISE SQLSTATE 'PGRST' words the whole answer, 'PTxyz' its status.
ErrorAnswer answer_database_error(std::string_view sqlstate, const std::string& message,
                                  const std::optional<std::string>& detail,
                                  const std::optional<std::string>& hint, bool authenticated, bool minimal);

}  // namespace pg_booking::rest
