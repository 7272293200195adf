#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>

// Validators of answers (RFC 9110 section 8.8.3).
namespace pg_booking::rest {

/// A strong entity tag, with its quotes, of these "Name: value\n" lines and this body.
std::string make_etag(std::string_view headers, std::string_view body);

/// Whether the value of If-None-Match, "*" or a list, names the tag; weak ones do, too. `etag` is one of
/// make_etag.
bool matches_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace pg_booking::rest
