#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pg_booking {

struct HeaderField {
  std::string_view name, value;  // point into the parsed block
};

/// Splits a block of "name: value" lines, ended by LF or CRLF, as the HTTP service passes it on. Blanks
/// around the value are cut. A line without a colon or without a name before it is no field and is skipped.
std::vector<HeaderField> parse_header_block(std::string_view block);

/// The value of the first field of that name. `lower_name` is in lower case; the fields' names may be in any.
std::optional<std::string_view> find_header(const std::vector<HeaderField>& headers,
                                            std::string_view lower_name);

/// How many fields have that name.
size_t count_header(const std::vector<HeaderField>& headers, std::string_view lower_name);

struct MediaType {
  std::string type;     // "application/json", lower case
  std::string charset;  // lower case, empty if absent
};

/// Parses a Content-Type value (RFC 9110 section 8.3.1); parameters other than charset are checked and
/// dropped. Nothing if it is malformed or names charset twice.
std::optional<MediaType> parse_media_type(std::string_view value);

/// The token of an Authorization value "Bearer <token68>" (RFC 6750); the scheme's case does not matter.
/// Nothing for another scheme, no token, or anything after it. The result points into the argument.
std::optional<std::string_view> bearer_token(std::string_view authorization);

}  // namespace pg_booking
