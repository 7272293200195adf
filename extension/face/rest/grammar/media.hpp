#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>
#include <vector>

namespace pg_booking::rest {

/// A media type of Accept or Content-Type, as far as this dialect knows it.
struct Media {
  enum class Kind {
    any,             // */*
    json,            // application/json
    array_stripped,  // application/vnd.pgrst.array+json;nulls=stripped
    object,          // application/vnd.pgrst.object+json
    csv,             // text/csv
    geojson,         // application/geo+json
    openapi,         // application/openapi+json
    plan,            // application/vnd.pgrst.plan
    form,            // application/x-www-form-urlencoded
    text,            // text/plain
    xml,             // text/xml
    octets,          // application/octet-stream
    other,
  };

  Kind kind = Kind::other;
  /// As it is written in an answer, with its parameters but without charset; of `other`: as sent.
  std::string name = {};
  bool strip_nulls = false;   // of object
  bool plan_as_json = false;  // of plan
  std::string plan_for = {};  // of plan: the media type whose query is explained, e.g. "application/json"
  // Of plan.
  bool analyze = false, verbose = false, settings = false, buffers = false, wal = false;

  bool operator==(const Media&) const = default;
};

/// Reads one media type with its parameters.
Media parse_media(std::string_view text);

/// Reads the value of Accept (several fields joined by ','): best first, by q, then the more specific, then
/// in order of appearance; q=0 is left out.
std::vector<Media> parse_accept(std::string_view value);

/// The value of Content-Type for an answer of that type, with its charset where it has one.
std::string content_type(const Media& media);

}  // namespace pg_booking::rest
