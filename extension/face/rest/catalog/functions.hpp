#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "face/rest/plan/schema.hpp"

// Functions as PostgreSQL's catalogs have them. C-zone throughout.
namespace pg_booking::rest {

/// The functions of that name that can be called by names of parameters or with a body as their only
/// argument. `hoisted`: which of their settings are to hold for the whole request.
std::vector<Function> load_functions(std::string_view schema, std::string_view name,
                                     const std::vector<std::string_view>& hoisted);

/// The computed relationships of that name: functions of the schema that take a row of the relation and
/// return rows of a relation of an exposed schema.
std::vector<Relationship> load_computed_relationships(const Relation& origin, std::string_view schema,
                                                      std::string_view name);

/// A media type as the name of a domain may be: "text/html", "*/*".
bool is_media_type_name(std::string_view name);

/// Aggregates of these schemas that return a domain named like the media type, each for rows of one relation
/// or of any.
std::vector<MediaHandler> load_media_handlers(std::string_view media_type,
                                              const std::vector<std::string_view>& schemas);

}  // namespace pg_booking::rest
