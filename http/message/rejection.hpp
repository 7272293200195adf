#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

namespace pg_booking::http {

/// Thrown for a request that can't be passed on; the client gets `status` and `message`, then the connection
/// is closed, because where its next request would start is not known.
struct Rejection {
  int status;           // 4xx or 5xx
  const char* message;  // a literal in plain ASCII without quotes: it goes into a JSON string as it is
};

}  // namespace pg_booking::http
