#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>

#include "engine/slots/sweep.hpp"
#include "text/uuid.hpp"

namespace pg_booking {

/// The Monday of the week that a date is in.
inline slots::Date monday_of(slots::Date date) {
  return date - static_cast<slots::Date>(slots::weekday_of(date));
}

/// Whose starts are asked for.
struct SlotQuestion {
  UuidBytes tenant_id;
  UuidBytes service_id;
  std::optional<UuidBytes> location_id;  // none: every active one
  std::optional<UuidBytes> only_staff_id;
  std::optional<UuidBytes> moved_booking_id;  // not in the way, and with its own duration and buffers
  std::optional<int32_t> duration_minutes;    // instead of the service's, whoever performs it
  int64_t now_us;
};

}  // namespace pg_booking
