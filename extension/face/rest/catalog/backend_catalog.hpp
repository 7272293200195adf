#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <string_view>

#include "face/rest/plan/schema.hpp"

namespace pg_booking::rest {

/// Registers for PostgreSQL's invalidation messages; called once, from _PG_init.
void catalog_init();

/// The catalogs as they are at the start of this request. What is known of them is kept from request to
/// request; whatever a message makes doubtful is looked up again. The lists are those of the settings.
/// C-zone.
Catalog& current_catalog(std::string_view schemas, std::string_view extra_search_path,
                         std::string_view hoisted_settings);

/// Changes whenever something that was known of the catalogs was forgotten: what was made of it is doubtful.
uint64_t catalog_generation();

}  // namespace pg_booking::rest
