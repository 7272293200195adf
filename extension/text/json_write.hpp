#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>

namespace pg_booking {

/// Appends `utf8` to `out` as a JSON string with its quotes. Escapes only what must be: '"', '\',
/// U+0000..U+001F (RFC 8785 section 3.2.2.2). `utf8` must be valid UTF-8.
void append_json_string(std::string& out, std::string_view utf8);

}  // namespace pg_booking
