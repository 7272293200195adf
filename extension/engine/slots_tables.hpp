#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <vector>

#include "engine/slots/sweep.hpp"
#include "text/uuid.hpp"

// The calendars of a tenant, read from its tables for the slot engine. All as the calling role, under
// row-level security.
namespace pg_booking {

/// Whose starts are asked for.
struct SlotQuestion {
  UuidBytes tenant_id;
  UuidBytes service_id;
  UuidBytes location_id;
  std::optional<UuidBytes> only_staff_id;
  std::optional<UuidBytes> moved_booking_id;  // not in the way, and with its own duration and buffers
  int64_t now_us;
};

/// What holds for everybody who is asked about.
struct SlotTerms {
  const slots::Zone* zone;
  slots::Service service;
  int32_t notice_minutes;
  int32_t horizon_days;
  bool location_hours_set;

  slots::Limits limits(const SlotQuestion& question, slots::DateRange dates) const {
    return {question.now_us, notice_minutes, horizon_days, dates};
  }
};

/// One eligible person with their calendar.
struct StaffCalendar {
  UuidBytes staff_id;
  bool hours_set;
  slots::Schedule schedule;
  std::vector<slots::Interval> time_off;
  std::vector<slots::Interval> busy;
};

struct Calendars {
  slots::Schedule location;
  std::vector<StaffCalendar> staff;  // by id
};

/// Throws ApiError service.not_found when service or location do not exist or are not active, and
/// booking.not_found when the booking to be moved is none of this service. C-zone.
SlotTerms read_terms(const SlotQuestion& question);

/// Everything that matters to starts on these local dates; one query per kind of row, however many people.
/// C-zone.
Calendars read_calendars(const SlotQuestion& question, const SlotTerms& terms, slots::DateRange dates);

/// A person as the engine takes them; refers to `calendars` and `terms`.
slots::Member make_member(const SlotTerms& terms, const Calendars& calendars, const StaffCalendar& person);

/// Why this person cannot serve at this start, none if they can. Staff who override the rules are still
/// refused other bookings' time (busy), and what is no whole minute (off_grid).
slots::Reason explain(const SlotQuestion& question, const SlotTerms& terms, const Calendars& calendars,
                      const StaffCalendar& person, int64_t start_us, bool override_rules);

}  // namespace pg_booking
