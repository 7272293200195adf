#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <vector>

#include "engine/slots_tables.hpp"

// Classes, rooms and devices: from the tables' rows to what the engine knows of them.
namespace pg_booking {

/// What tells sessions of classes apart: bookings share one if service, place, person and start are the same.
UuidBytes class_session_id(const UuidBytes& service_id, const UuidBytes& place_id, const UuidBytes& staff_id,
                           int64_t start_us);

/// Fills in a candidate's pools, full starts and sessions.
void occupy(const UuidBytes& service_id, int32_t capacity, Candidate& candidate);

/// The units that a booking takes, one of each pool; where one is lacking, its kind.
struct UnitChoice {
  std::vector<UuidBytes> unit_ids;
  std::optional<UuidBytes> lacking_kind_id;
};
/// A unit that another part of the same visit takes.
struct UnitUse {
  UuidBytes unit_id;
  slots::Interval window;
};
UnitChoice choose_units(const Candidate& candidate, const slots::Service& service, int64_t start_us,
                        const std::vector<UnitUse>& also_taken = {});

}  // namespace pg_booking
