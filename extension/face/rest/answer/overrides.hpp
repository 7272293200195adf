#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>

namespace pg_booking::rest {

/// The value of the setting response.headers, a JSON array of one-member objects, as "Name: value\n" lines.
/// Throws Refusal: PGRST111.
std::string read_response_headers(std::string_view setting);

/// The value of the setting response.status. Throws Refusal: PGRST112.
int read_response_status(std::string_view setting);

/// The lines of `headers` whose names are not in `overriding`, and those after them.
std::string override_headers(std::string_view headers, std::string_view overriding);

/// Whether the text can stand in a header without ending it.
bool is_header_text(std::string_view text);

/// Whether there is a line of that name; `lower_name` is in lower case.
bool has_header_line(std::string_view headers, std::string_view lower_name);

}  // namespace pg_booking::rest
