#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>

#include "gateway/routes.hpp"

namespace pg_booking::v1 {

/// The OpenAPI document, as the public route's statement makes it: built as booking_integration of no tenant,
/// once per backend until a type or function of the database changes. C-zone.
std::string openapi_document(const Route& route);

}  // namespace pg_booking::v1
