#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/limiter/sliding_log.hpp"
#include "text/headers.hpp"
#include "text/url.hpp"
#include "text/uuid.hpp"

namespace pg_booking {

struct Route;

/// One HTTP request as the gateway got it. The views live as long as the call.
struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view header_block;
  std::string_view body;
  std::string_view peer;
};

/// The answer under construction.
struct HttpAnswer {
  int status = 200;
  std::string headers;  // "Name: value\n" lines
  std::string body;
};

/// What the service's log and metrics tell about a request; its caller is not told.
struct RequestNotes {
  std::string_view operation;       // of the route; empty where none matched
  std::optional<UuidBytes> tenant;  // whose data were asked for, once that is known
  bool replayed = false;            // the answer was given before, under the same Idempotency-Key
};

/// An answer and what is to be told about it.
struct NotedAnswer {
  HttpAnswer answer;
  RequestNotes notes;
};

/// Thrown by a face's run: whatever the request did is rolled back, and this is its answer.
struct RolledBackAnswer {
  HttpAnswer answer;
};

/// How the limiter counted a request.
struct RateLimit {
  std::string_view group;
  RateVerdict verdict;
};

/// A request on its way through the gateway, parsed as far as every face needs it.
struct Exchange {
  HttpRequest request;
  std::string request_id;  // req_…, in the answer and in the log
  Target target;
  std::vector<HeaderField> headers;
  const Route* route = nullptr;              // null in a face without routes
  std::vector<std::string> path_parameters;  // in the order of the pattern
  unsigned owner_id = 0;                     // Oid of the role that owns the gateway function
  std::optional<RateLimit> rate_limit;       // of the first run: a retry is the same call
  bool limits_time = false;                  // running out of time is an answer, not the session's end
  bool is_anonymous = false;  // the caller proved nothing: a missing right may come by logging in
  std::optional<size_t> batch_part;          // which request runs, where the body is several; from 0
  HttpAnswer answer;
  RequestNotes notes;
};

}  // namespace pg_booking
