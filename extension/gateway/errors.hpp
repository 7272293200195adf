#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pg_booking {

/// One error that a caller can meet. Everything about it stands here and nowhere else: documentation, SQL and
/// the faces read it.
struct ErrorCode {
  const char* code;      // domain.reason, part of the public contract with http_status and retryable
  const char* sqlstate;  // in SQL; class BK is ours
  int http_status;
  bool retryable;       // whether the same request can succeed later without a change
  const char* message;  // for people; may change
};

std::span<const ErrorCode> error_codes();

/// The entry of this code; every code used in our own sources exists.
const ErrorCode& error_code(std::string_view code);
const ErrorCode* find_error_code(std::string_view code);

/// The entry that answers a PostgreSQL error: ours by its own SQLSTATE, conflicts and overload by theirs,
/// else internal.error.
const ErrorCode& error_code_for_sqlstate(std::string_view sqlstate);

/// Whether a statement that failed so should be run again from its start: serialization failure or deadlock.
bool is_transient_conflict(std::string_view sqlstate);

/// Whether somebody, or statement_timeout, wants the session's whole statement to end: no answer to a
/// request.
bool is_cancellation(std::string_view sqlstate);

/// What PostgreSQL said when a statement failed; for faces whose callers may read it.
struct DatabaseError {
  std::string sqlstate;
  std::string message;
  std::optional<std::string> detail;
  std::optional<std::string> hint;
};

/// An error on its way to the caller. Thrown by handlers; the pipeline rolls back and has the face render it.
struct ApiError {
  const ErrorCode* code;
  std::string details;  // text of a JSON object, or empty
  std::string headers;  // additional "Name: value\n" lines

  explicit ApiError(std::string_view name, std::string details_json = {}, std::string header_lines = {})
      : code(&error_code(name)), details(std::move(details_json)), headers(std::move(header_lines)) {}
  ApiError(const ErrorCode& entry, std::string details_json)
      : code(&entry), details(std::move(details_json)) {}
};

/// One of the catalogue's entries as SQL raised it, with its details; nothing for any other database error.
std::optional<ApiError> catalogued_error(const DatabaseError& error);

}  // namespace pg_booking
