#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

namespace pg_booking::http {

// Codes of the gateway's catalogue, which knows their status.
inline constexpr const char* kInvalidInput = "request.invalid_input";
inline constexpr const char* kTimeout = "request.timeout";
inline constexpr const char* kTargetTooLong = "request.target_too_long";
inline constexpr const char* kHeadersTooLarge = "request.headers_too_large";
inline constexpr const char* kPayloadTooLarge = "request.payload_too_large";
inline constexpr const char* kUnsupportedMediaType = "request.unsupported_media_type";
inline constexpr const char* kInternalError = "internal.error";
inline constexpr const char* kUnavailable = "internal.unavailable";
inline constexpr const char* kOutcomeUnknown = "internal.outcome_unknown";

/// Thrown for a request that can't be passed on; the client gets `message` under `code`, then the connection
/// is closed, because where its next request would start is not known.
struct Rejection {
  const char* code;
  const char* message;  // a literal in plain ASCII without quotes: it goes into a JSON string as it is
};

}  // namespace pg_booking::http
