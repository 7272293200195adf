#pragma once

#include <string>

#include "gateway/errors.hpp"

#include "pg/guard.hpp"

namespace pg_booking {

/// Raises an entry of the catalogue as a PostgreSQL error: its SQLSTATE and message, details (may be null) as
/// DETAIL. P-zone.
[[noreturn]] void raise(const ErrorCode& entry, const char* details);

/// Runs the body of a SQL function in which ApiError may be thrown, and raises it as a PostgreSQL error.
/// C-zone.
template <typename Function>
Datum raising_api_errors(Function&& body) {
  const ErrorCode* code = nullptr;
  std::string details;
  try {
    return body();
  } catch (ApiError& error) {
    code = error.code;
    details = std::move(error.details);
  }
  pg([&] { raise(*code, details.empty() ? nullptr : details.c_str()); });
  pg_unreachable();
}

}  // namespace pg_booking
