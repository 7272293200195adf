#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/slots/occupancy.hpp"
#include "engine/slots_question.hpp"

// The calendars of a tenant, read from its tables for the slot engine.
namespace pg_booking {

/// A window on a calendar, and the session that it belongs to.
struct Taken {
  slots::Interval window;
  std::optional<UuidBytes> session_id;
  int64_t session_us;
};

/// A room or device.
struct ResourceUnit {
  UuidBytes id;
  std::vector<Taken> taken;
};

/// The units of a kind at a place.
struct ResourcePool {
  UuidBytes kind_id;
  std::vector<ResourceUnit> units;  // by id
};

/// A location with its own hours.
struct Place {
  UuidBytes id;
  const slots::Zone* zone;
  bool hours_set;
  slots::Schedule schedule;         // as far as it has been read
  std::vector<ResourcePool> pools;  // that the service needs, by kind
};

/// What holds for everybody who is asked about.
struct SlotTerms {
  slots::Service service;
  int32_t capacity;  // of a class; 1: of one's own
  bool needs_units;
  int32_t processing_minutes;  // before the next part of a visit
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
  std::vector<Taken> taken;    // of a class: the same, seat by seat
  std::vector<Booked> booked;  // of whole weeks; empty without a limit
};

/// A person at a place: what the engine calls a member.
struct Candidate {
  const Person* person;
  const Place* place;
  bool schedule_set = false;
  slots::Schedule schedule = {};               // the person's own there
  std::vector<slots::Interval> time_off = {};  // the person's, and everybody's there
  std::vector<slots::Pool> pools = {};         // the place's, as far as they matter to this person's bookings
  std::vector<slots::Interval> full = {};      // starts at which a pool has no unit free
  std::vector<slots::Session> sessions = {};   // of the class

  slots::Member member() const {
    bool const place_counts = place->hours_set && !(person->own_hours_win && person->hours_set);
    return {*place->zone,
            place_counts ? &place->schedule : nullptr,
            schedule_set ? &schedule : nullptr,
            time_off,
            person->busy,
            full,
            sessions};
  }

  /// The session that starts then, null if there is none.
  const slots::Session* session_at(int64_t start_us) const {
    auto const found = std::lower_bound(
        sessions.begin(), sessions.end(), start_us,
        [](const slots::Session& session, int64_t instant) { return session.start_us < instant; });
    return found != sessions.end() && found->start_us == start_us ? &*found : nullptr;
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
