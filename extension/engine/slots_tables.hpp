#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <vector>

#include "engine/slots_question.hpp"

// The calendars of a tenant, read from its tables for the slot engine.
namespace pg_booking {

/// A location with its own hours.
struct Place {
  UuidBytes id;
  const slots::Zone* zone;
  bool hours_set;
  slots::Schedule schedule;  // as far as it has been read
};

/// What holds for everybody who is asked about.
struct SlotTerms {
  slots::Service service;
  int32_t notice_minutes;
  int32_t horizon_days;
  bool horizon_business_days;
  std::vector<Place> places;  // by id, at least one; without schedules

  slots::Limits limits(const SlotQuestion& question, slots::DateRange dates) const {
    return {question.now_us, notice_minutes, horizon_days, horizon_business_days, dates};
  }
};

/// Something that counts for the limits of who serves: a booking, a proposal or a hold.
struct Booked {
  int64_t starts_us;
  UuidBytes id;
};

/// Somebody who performs the service.
struct Person {
  UuidBytes id;
  bool hours_set;
  bool own_hours_win;      // over the place's, where both are set
  slots::Service service;  // as this person performs it
  int32_t max_per_day;     // 0: no limit
  int32_t max_per_week;    // likewise
  std::vector<slots::Interval> time_off;
  std::vector<slots::Interval> busy;
  std::vector<Booked> booked;  // of whole weeks; empty without a limit
};

/// A person at a place: what the engine calls a member.
struct Candidate {
  const Person* person;
  const Place* place;
  bool schedule_set = false;
  slots::Schedule schedule = {};               // the person's own there
  std::vector<slots::Interval> time_off = {};  // the person's, and everybody's there

  slots::Member member() const {
    bool const place_counts = place->hours_set && !(person->own_hours_win && person->hours_set);
    return {*place->zone, place_counts ? &place->schedule : nullptr, schedule_set ? &schedule : nullptr,
            time_off, person->busy};
  }
};

/// Candidates refer to the others.
struct Calendars {
  std::vector<Place> places;          // by id
  std::vector<Person> persons;        // by id
  std::vector<Candidate> candidates;  // by person, then place
};

/// Throws ApiError service.not_found when the service or the location do not exist or are not active, and
/// booking.not_found when the booking to be moved is none of this service. C-zone.
SlotTerms read_terms(const SlotQuestion& question);

/// Everything that matters to starts on these local dates. C-zone.
Calendars read_calendars(const SlotQuestion& question, const SlotTerms& terms, slots::DateRange dates);

}  // namespace pg_booking
