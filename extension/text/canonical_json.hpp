#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>

#include "text/rapidjson.hpp"

namespace pg_booking {

/// The RFC 8785 (JCS) form of `value`: equal values give equal bytes. Members sorted by the UTF-16 code units
/// of their names, numbers as ECMAScript writes them, shortest escapes, no blanks. Expects what parse_json
/// gives: valid UTF-8, unique names, finite numbers, kMaxJsonDepth (it recurses).
std::string canonical_json(const json::Value& value);

}  // namespace pg_booking
