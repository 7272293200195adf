#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "face/rest/plan/relationships.hpp"
#include "face/rest/plan/schema.hpp"

// Hints for names that are not there. C-zone.
namespace pg_booking::rest {

/// "Perhaps you meant 'x' instead of 'y'." for a relationship; `origin` null: there is no such relation.
std::optional<std::string> similar_relationship(KeySource& keys, const KeyedRelation* origin,
                                                std::string_view schema, std::string_view origin_name,
                                                std::string_view target);

/// "Perhaps you meant to call the function s.f(a, b)". `overloads`: the functions of that very name.
std::optional<std::string> similar_function(const std::vector<Function>& overloads, std::string_view schema,
                                            std::string_view name,
                                            const std::vector<std::string>& parameters);

/// "Perhaps you meant the table 's.t'", in schemas of less than 500 tables.
std::optional<std::string> similar_table(std::string_view schema, std::string_view name);

}  // namespace pg_booking::rest
