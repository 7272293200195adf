#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <map>
#include <utility>
#include <vector>

#include "engine/slots_tables.hpp"

// The one predicate over the tables: the engine's, and the limits of how much a person is booked. Search,
// booking, moving and explaining all go through here.
namespace pg_booking {

/// How much a person has on the days and in the weeks (from Monday on) of a zone. What is there twice, as a
/// booking with a proposal is, counts once.
class BookedDays {
 public:
  BookedDays(const Person& person, const slots::Zone& zone);
  /// Whether nothing more can start on this local date, with `more` on it that is not booked yet.
  bool is_full(slots::Date date, int32_t more = 0) const;

 private:
  static int32_t count(const std::map<slots::Date, int32_t>& counts, slots::Date date);

  int32_t max_per_day_;
  int32_t max_per_week_;
  std::map<slots::Date, int32_t> per_day_;
  std::map<slots::Date, int32_t> per_week_;  // by Monday
};

/// Number of grid starts that are not offered, by reason.
struct SuppressedStarts {
  slots::Suppressed by_rule{};
  int64_t by_limit = 0;
};

/// The bookable starts of one candidate in order.
class CandidateSweep {
 public:
  /// What is passed over is counted into `suppressed` if that is given.
  CandidateSweep(const Candidate& candidate, const slots::Limits& limits,
                 SuppressedStarts* suppressed = nullptr);
  bool next(slots::Start& start);

 private:
  const Candidate& candidate_;
  BookedDays booked_;
  slots::StartSweep sweep_;
  SuppressedStarts* suppressed_;
};

struct Slot {
  int64_t at_us;
  const Candidate* candidate;
};

/// The starts of all candidates in order of time, then person, then place: a merge of one sweep each.
class MergedSweep {
 public:
  MergedSweep(const Calendars& calendars, const slots::Limits& limits);
  bool next(Slot& slot);

 private:
  void advance(size_t index);

  const Calendars& calendars_;
  std::vector<CandidateSweep> sweeps_;
  std::vector<std::pair<int64_t, size_t>> heap_;
};

/// The name of a limit as a reason.
inline constexpr const char* kLimitReason = "limit";

/// Why this candidate cannot serve at this start, empty if they can: off_grid, closed, time_off, busy,
/// capacity, notice, horizon or limit. Staff who override the rules are still refused other people's time and
/// rooms (busy, capacity), and what is no whole minute (off_grid).
const char* explain_candidate(const SlotQuestion& question, const SlotTerms& terms,
                              const Candidate& candidate, int64_t start_us, bool override_rules);

}  // namespace pg_booking
