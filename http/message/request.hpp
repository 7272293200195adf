#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <string>
#include <string_view>

namespace pg_booking::http {

/// One request as the gateway gets it.
struct Request {
  std::string method;   // as received: methods are case-sensitive
  std::string target;   // path and query as received, still percent-encoded
  std::string headers;  // one line per field as received: "lower-case-name: value\n"
  std::string body;     // decoded from its transfer coding, otherwise untouched
  bool keep_alive = false;

  bool is_head() const { return method == "HEAD"; }

  /// The target without its query.
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
};

}  // namespace pg_booking::http
