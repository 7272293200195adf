#include "gateway/errors.hpp"

#include <array>
#include <stdexcept>

#include "text/json_parse.hpp"

namespace pg_booking {
namespace {

constexpr std::array kErrorCodes = {
    ErrorCode{"auth.missing_key", "BK001", 401, false,
              "Send your API key as 'Authorization: Bearer bk_live_…'."},
    ErrorCode{"auth.invalid_key", "BK002", 401, false, "The API key is not valid."},
    ErrorCode{"auth.key_revoked", "BK003", 401, false, "The API key was revoked."},
    ErrorCode{"auth.key_expired", "BK004", 401, false, "The API key has expired."},
    ErrorCode{"auth.plan_insufficient", "BK005", 403, false, "The public API needs a Pro subscription."},
    ErrorCode{"auth.capability_missing", "BK006", 403, false,
              "The API key lacks the capability for this operation."},
    ErrorCode{"auth.scope_mismatch", "BK007", 403, false, "The key is not authorized for this provider."},
    ErrorCode{"booking.not_found", "BK101", 404, false, "There is no such booking."},
    ErrorCode{"booking.slot_unavailable", "BK102", 409, false, "This time is not available."},
    ErrorCode{"booking.invalid_state", "BK103", 409, false, "The booking's status does not allow this."},
    ErrorCode{"booking.cancel_deadline_passed", "BK104", 409, false,
              "The guest can no longer cancel this booking."},
    ErrorCode{"booking.outside_booking_window", "BK105", 409, false,
              "This time is too soon or too far ahead to be booked."},
    ErrorCode{"booking.guest_blocked", "BK106", 403, false,
              "This booking cannot be made. Please contact the business."},
    ErrorCode{"booking.pricing_changed", "BK107", 409, false,
              "The price has changed. Read the service again."},
    ErrorCode{"booking.not_bookable", "BK108", 409, false, "This cannot be booked online at the moment."},
    ErrorCode{"service.not_found", "BK201", 404, false, "There is no such resource."},
    ErrorCode{"request.invalid_input", "BK301", 400, false, "The request is not valid. See details.fields."},
    ErrorCode{"request.route_not_found", "BK302", 404, false, "There is no such path."},
    ErrorCode{"request.method_not_allowed", "BK303", 405, false,
              "This path does not know the method. See the Allow header."},
    ErrorCode{"request.unsupported_media_type", "BK304", 415, false,
              "Send the body as Content-Type: application/json."},
    ErrorCode{"request.payload_too_large", "BK305", 413, false, "The request body is too large."},
    ErrorCode{"request.timeout", "BK306", 408, true, "The request did not arrive in time."},
    ErrorCode{"request.target_too_long", "BK307", 414, false, "The request target is longer than 8 kB."},
    ErrorCode{"request.headers_too_large", "BK308", 431, false,
              "The header fields are larger than 16 kB or more than 100."},
    ErrorCode{"rate_limit.exceeded", "BK401", 429, true, "Rate limit exceeded."},
    ErrorCode{"idempotency.invalid_key", "BK501", 400, false,
              "Idempotency-Key must be a UUID of version 4, sent once."},
    ErrorCode{"idempotency.payload_mismatch", "BK502", 409, false,
              "This Idempotency-Key was used for another request."},
    ErrorCode{"idempotency.in_progress", "BK503", 409, true,
              "A request with this Idempotency-Key is still running."},
    ErrorCode{"internal.error", "BK901", 500, true, "Something went wrong on our side."},
    ErrorCode{"internal.unavailable", "BK902", 503, true,
              "The service is not available at the moment. Try again."},
    ErrorCode{"internal.outcome_unknown", "BK903", 503, false,
              "It is not known whether the request was carried out. Send it again with the same "
              "Idempotency-Key, or look before you repeat it."},
};

struct SqlstateAnswer {
  std::string_view sqlstate;  // five characters, or the two of a class
  std::string_view code;
};

// Exact codes first, classes after them.
constexpr std::array kSqlstateAnswers = {
    SqlstateAnswer{"23P01", "booking.slot_unavailable"},  // exclusion: the last line against double booking
    SqlstateAnswer{"55P03", "internal.unavailable"},      // lock not available in time
    SqlstateAnswer{"25006", "internal.unavailable"},      // a write met a standby
    SqlstateAnswer{"40", "internal.unavailable"},  // serialization failure, deadlock, after our own retries
    SqlstateAnswer{"53", "internal.unavailable"},  // memory, disk, connections
};

}  // namespace

std::span<const ErrorCode> error_codes() {
  return kErrorCodes;
}

const ErrorCode* find_error_code(std::string_view code) {
  for (const ErrorCode& entry : kErrorCodes)
    if (entry.code == code) return &entry;
  return nullptr;
}

const ErrorCode& error_code(std::string_view code) {
  const ErrorCode* const entry = find_error_code(code);
  if (entry == nullptr) throw std::logic_error("unknown error code " + std::string(code));
  return *entry;
}

const ErrorCode& error_code_for_sqlstate(std::string_view sqlstate) {
  for (const ErrorCode& entry : kErrorCodes)
    if (entry.sqlstate == sqlstate) return entry;
  for (const SqlstateAnswer& answer : kSqlstateAnswers)
    if (sqlstate.starts_with(answer.sqlstate)) return error_code(answer.code);
  return error_code("internal.error");
}

bool is_transient_conflict(std::string_view sqlstate) {
  return sqlstate == "40001" || sqlstate == "40P01";
}

bool is_cancellation(std::string_view sqlstate) {
  return sqlstate == "57014";
}

std::optional<ApiError> catalogued_error(const DatabaseError& error) {
  const ErrorCode& entry = error_code_for_sqlstate(error.sqlstate);
  if (entry.sqlstate != error.sqlstate) return std::nullopt;
  // raise_error() takes JSON only; a plain RAISE with one of our SQLSTATEs may bring anything.
  json::Document details;
  bool const usable = error.detail && !parse_json(*error.detail, details) && details.IsObject();
  return ApiError(entry, usable ? *error.detail : "");
}

}  // namespace pg_booking
