#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>
#include <vector>

#include "face/rest/plan/schema.hpp"

namespace pg_booking::rest {

/// PGRST200: there is no relationship of that name; the hint tells a similar one if there is.
[[noreturn]] void refuse_no_relationship(Catalog& catalog, std::string_view schema, std::string_view origin,
                                         std::string_view target, std::string_view hint);

/// PGRST201: there are several; the details describe each.
[[noreturn]] void refuse_ambiguous_relationship(std::string_view origin, std::string_view target,
                                                std::vector<Relationship> found);

}  // namespace pg_booking::rest
