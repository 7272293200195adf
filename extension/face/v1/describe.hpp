#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>
#include <vector>

#include "face/v1/operation.hpp"

// What an operation tells about itself: documents and tests are made from it.
namespace pg_booking::v1 {

/// The inputs of an operation, salonSlug first, as a JSON array of {name, in: path | query | body, required,
/// description, schema}; a name with a dot is a member of an object in the body, `schema` is JSON Schema.
std::string describe_inputs(const Route& route);

/// Where salonSlug is, as a word: query, body, anywhere (one of the two), optional; empty for a public
/// document, which has none.
std::string_view describe_slug_rule(const Route& route);

/// The codes of every error that a caller can meet at this route.
std::vector<std::string_view> possible_errors(const Route& route);

/// Whether callers need no key.
bool is_public(const Route& route);

}  // namespace pg_booking::v1
