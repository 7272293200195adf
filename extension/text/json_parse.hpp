#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "text/rapidjson.hpp"

namespace pg_booking {

struct JsonError {
  std::string message;  // for the client: says what is wrong, never quotes the input
  size_t offset;        // where the parser stopped, in bytes: the bad byte, the start of a refused number,
                        // the end of a refused name or string
};

/// Deepest nesting of arrays and objects that parse_json accepts.
inline constexpr int kMaxJsonDepth = 64;

/// Parses `text` as one RFC 8259 value into `out`. Returns nothing if all is well; else the fault, and `out`
/// is null. Stricter than the RFC where RFC 8785 (canonical form) or PostgreSQL's text would lose something:
/// refuses duplicate member names, lone surrogates, U+0000, integers beyond ±(2^53 - 1), numbers beyond a
/// double's range, nesting deeper than kMaxJsonDepth and a byte order mark. A number written without '.' and
/// exponent becomes an int64, any other a double (too small ones become 0). Time O(n log n) whatever the
/// input, no recursion.
[[nodiscard]] std::optional<JsonError> parse_json(std::string_view text, json::Document& out);

}  // namespace pg_booking
