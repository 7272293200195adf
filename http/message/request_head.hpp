#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <cstddef>
#include <string_view>

#include "message/request.hpp"

namespace pg_booking::http {

/// How the body that follows a head is delimited (RFC 9112 section 6).
enum class BodyFraming { kNone, kLength, kChunked };

struct RequestHead {
  Request request;  // without its body
  BodyFraming framing = BodyFraming::kNone;
  std::size_t content_length = 0;  // for kLength: 1 to kMaxBodyBytes
  bool expects_continue = false;
};

/// Parses request line and header fields, without the empty line that ends them, into the fresh `result`.
/// Strict where leniency lets two parsers disagree (RFC 9112 section 11.2): throws Rejection; what was
/// understood before is then in `result`.
void parse_request_head(std::string_view head, RequestHead& result);

}  // namespace pg_booking::http
