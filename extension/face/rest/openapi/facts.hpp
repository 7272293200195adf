#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string_view>
#include <vector>

#include "face/rest/openapi/document.hpp"

namespace pg_booking::rest {

// Each is a statement with one row of one value. Run as the caller, with the request's schema in search_path.

/// A JSON array of {name, comment, is_writable, columns: [{name, comment, type, default_value, max_length,
/// labels, is_nullable}]}. Parameters: the schema; whether the current user's privileges are ignored.
extern const char* const kRelationFacts;

/// A JSON array of {name, comment, is_volatile, arguments: [{name, type, is_required, is_variadic}]}.
/// Parameters as above.
extern const char* const kFunctionFacts;

/// The schema's comment; null if there is none. Parameter: the schema.
extern const char* const kSchemaComment;

/// What those statements answered; keys and references of columns are left to the caller. Throws
/// std::runtime_error for anything else.
std::vector<DescribedRelation> read_relation_facts(std::string_view json_text);
std::vector<DescribedFunction> read_function_facts(std::string_view json_text);

}  // namespace pg_booking::rest
