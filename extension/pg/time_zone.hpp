#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>

#include "engine/slots/zone.hpp"

namespace pg_booking {

/// The rules of an IANA zone by PostgreSQL's own time zone database, read once per backend; null when there
/// is no such zone. The result lives as long as the backend. C-zone.
const slots::Zone* find_time_zone(const std::string& name);

}  // namespace pg_booking
