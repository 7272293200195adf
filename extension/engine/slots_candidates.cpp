#include "engine/slots_candidates.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace pg_booking {

BookedDays::BookedDays(const Person& person, const slots::Zone& zone)
    : max_per_day_(person.max_per_day), max_per_week_(person.max_per_week) {
  std::set<std::pair<slots::Date, UuidBytes>> days;
  std::set<std::pair<slots::Date, UuidBytes>> weeks;
  for (const Booked& booked : person.booked) {
    slots::Date const date = zone.date_at(booked.starts_us);
    if (days.emplace(date, booked.id).second) ++per_day_[date];
    if (weeks.emplace(monday_of(date), booked.id).second) ++per_week_[monday_of(date)];
  }
}

int32_t BookedDays::count(const std::map<slots::Date, int32_t>& counts, slots::Date date) {
  auto const found = counts.find(date);
  return found == counts.end() ? 0 : found->second;
}

bool BookedDays::is_full(slots::Date date, int32_t more) const {
  return (max_per_day_ > 0 && count(per_day_, date) + more >= max_per_day_) ||
         (max_per_week_ > 0 && count(per_week_, monday_of(date)) + more >= max_per_week_);
}

namespace {

/// One more guest in a session is no more work.
bool is_over_limit(const Candidate& candidate, const BookedDays& booked, int64_t start_us) {
  return booked.is_full(candidate.place->zone->date_at(start_us)) &&
         candidate.session_at(start_us) == nullptr;
}

}  // namespace

CandidateSweep::CandidateSweep(const Candidate& candidate, const slots::Limits& limits,
                               SuppressedStarts* suppressed)
    : candidate_(candidate),
      booked_(*candidate.person, *candidate.place->zone),
      sweep_(candidate.member(), candidate.person->service, limits,
             suppressed == nullptr ? nullptr : &suppressed->by_rule),
      suppressed_(suppressed) {}

bool CandidateSweep::next(slots::Start& start) {
  while (sweep_.next(start)) {
    if (!is_over_limit(candidate_, booked_, start.at_us)) return true;
    if (suppressed_ != nullptr) ++suppressed_->by_limit;
  }
  return false;
}

MergedSweep::MergedSweep(const Calendars& calendars, const slots::Limits& limits) : calendars_(calendars) {
  sweeps_.reserve(calendars.candidates.size());
  for (size_t i = 0; i < calendars.candidates.size(); i++) {
    sweeps_.emplace_back(calendars.candidates[i], limits);
    advance(i);
  }
}

bool MergedSweep::next(Slot& slot) {
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  auto const [at_us, index] = heap_.back();
  heap_.pop_back();
  slot = {at_us, &calendars_.candidates[index]};
  advance(index);
  return true;
}

void MergedSweep::advance(size_t index) {
  slots::Start start{};
  if (!sweeps_[index].next(start)) return;
  heap_.emplace_back(start.at_us, index);  // candidates are in order, so the index breaks ties
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

const char* explain_candidate(const SlotQuestion& question, const SlotTerms& terms,
                              const Candidate& candidate, int64_t start_us, bool override_rules) {
  const slots::Zone& zone = *candidate.place->zone;
  slots::Date const date = zone.date_at(start_us);
  slots::Service service = candidate.person->service;
  if (!override_rules) {
    const char* const reason = slots::name_of(
        slots::explain(candidate.member(), service, terms.limits(question, {date, date}), start_us));
    if (*reason != '\0') return reason;
    return is_over_limit(candidate, BookedDays(*candidate.person, zone), start_us) ? kLimitReason : "";
  }
  // The same predicate over rules that allow everything.
  slots::Schedule always_open;
  for (slots::DayIntervals& day : always_open.weekly) day = {{0, slots::kMinutesPerDay}};
  service.step_minutes = 1;
  service.align = slots::Align::clock;
  slots::Limits const no_limits{.now_us = start_us, .dates = {date, date}};
  slots::Member const member{zone,           nullptr,           &always_open, {}, candidate.person->busy,
                             candidate.full, candidate.sessions};
  return slots::name_of(slots::explain(member, service, no_limits, start_us));
}

}  // namespace pg_booking
