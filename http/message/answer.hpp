#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <stdexcept>
#include <string>
#include <string_view>

namespace pg_booking::http {

/// An answer as the gateway composed it, before the door adds what belongs to the transport.
struct Answer {
  int status = 0;
  std::string headers;  // "Name: value\r\n" lines
  std::string body;
  std::string request_id;      // the value of X-Request-Id, for the log
  std::string content_length;  // as the gateway gave it: only an answer to HEAD needs it
  std::string operation;       // for log and metrics: of the route; empty where none matched
  std::string tenant;          // and whose data were asked for; empty where nobody knows
  bool replayed = false;       // and whether the answer was given before, under the same Idempotency-Key
};

struct MalformedAnswer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Takes apart "STATUS OPERATION TENANT[ replayed]\nName: value\n…\n\nbody" ("-": no operation, no tenant).
/// Throws MalformedAnswer; a field that could split the answer in two (a control character in it) is
/// malformed.
Answer unpack_answer(std::string_view packed);

/// What the wire needs to know beside the answer.
struct Transmission {
  bool to_head = false;     // the request was HEAD: no body
  bool keep_alive = false;  // the connection stays open afterwards
  std::string_view date;    // RFC 9110 section 5.6.7
  bool secure = false;      // the connection is encrypted
};

/// The answer's bytes in HTTP/1.1.
std::string serialize(const Answer& answer, const Transmission& transmission);

}  // namespace pg_booking::http
