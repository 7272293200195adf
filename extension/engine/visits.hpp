#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/slots_candidates.hpp"
#include "engine/slots_occupancy.hpp"

// Visits of several services: parts back to back, each by any eligible person, by the predicate that single
// bookings are made by.
namespace pg_booking {

/// A service in a visit.
struct VisitPart {
  SlotQuestion question;
  SlotTerms terms;
  Calendars calendars;
  slots::Limits limits;  // of the first part those of a booking; a later one only has to be free
  int32_t gap_minutes;   // until the next part; the person is free meanwhile
};

/// A part with who performs it, when, and where.
struct PlannedPart {
  UuidBytes staff_id;
  slots::Service service;  // with the buffers that apply
  int64_t start_us;
  int64_t end_us;
  std::vector<UuidBytes> unit_ids;
};
using VisitPlan = std::vector<PlannedPart>;

/// Plans visits at one place. Buffers between two parts of the same person are cut to the gap between them:
/// the guest stays. People are tried in `staff_order`, others after them by id.
class VisitPlanner {
 public:
  VisitPlanner(const std::vector<VisitPart>& parts, const UuidBytes& place_id, bool same_staff,
               const std::vector<UuidBytes>& staff_order);

  /// Starts of the first part for somebody, in order; whether the others follow is for plan() to say.
  std::vector<int64_t> starts();

  /// A visit that starts then; empty if there is none.
  VisitPlan plan(int64_t start_us);

  /// After plan() found none: the part (from 0) that nobody can perform, and why nobody can, by the reason
  /// that is closest to a free start.
  struct Refusal {
    size_t part;
    const char* reason;
  };
  Refusal explain();

 private:
  /// A candidate with buffers as they are beside the same person's part before or after.
  struct Variant {
    Person person;
    Candidate candidate;
    std::vector<slots::Interval> free;  // starts
  };

  Variant& variant_of(size_t part, const Candidate& base, bool same_before, bool same_after);
  slots::Service service_of(size_t part, const Person& person, bool same_before, bool same_after) const;
  bool fits(const Variant& variant, size_t part, int64_t start_us, PlannedPart& planned) const;
  bool plan_from(size_t part, int64_t start_us, std::optional<bool> same_as_before);
  const char* explain_part(size_t part, const Candidate& candidate, int64_t start_us) const;

  const std::vector<VisitPart>& parts_;
  bool same_staff_;
  std::vector<std::vector<const Candidate*>> candidates_;  // by part, in the order they are tried
  std::map<std::tuple<size_t, const Candidate*, bool, bool>, std::unique_ptr<Variant>> variants_;
  VisitPlan plan_;
  size_t reached_part_ = 0;
  int64_t reached_us_ = 0;
};

}  // namespace pg_booking
