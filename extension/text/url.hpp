#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/utf8.hpp"

namespace pg_booking {

struct QueryParameter {
  std::string name, value;  // decoded; a parameter without '=' has an empty value
  bool has_value = true;    // whether there is a '='
};

struct Target {
  std::string path;                   // as sent, still encoded, without the query
  std::vector<std::string> segments;  // decoded; "/a/b" is {"a","b"}, "/a/" is {"a",""}, "/" is {""}
  std::vector<QueryParameter> query;  // decoded, in order of appearance, repeats kept
};

/// Splits a request target in origin form (RFC 9112 section 3.2.1) at its first '?', then decodes. '%2F'
/// stays inside its segment; '+' is a space in the query only. As in the WHATWG form parser, nothing between
/// two '&' is no parameter. Refuses: no leading '/', '#', bad %-escapes, control bytes, a NUL or invalid
/// UTF-8 after decoding.
std::optional<Target> parse_target(std::string_view target);

/// Reads the body of a form (application/x-www-form-urlencoded), which is written as a query is. Refuses bad
/// %-escapes, a NUL or invalid UTF-8 after decoding.
std::optional<std::vector<QueryParameter>> parse_form(std::string_view body);

/// The value of the first parameter of that name (decoded, case-sensitive), or nullptr. Lives as long as
/// `target`.
const std::string* find_query(const Target& target, std::string_view name);

/// How often that parameter occurs.
size_t count_query(const Target& target, std::string_view name);

}  // namespace pg_booking
