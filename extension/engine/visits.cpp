#include "engine/visits.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pg_booking {
namespace {

bool overlap(const slots::Interval& a, const slots::Interval& b) {
  return a.from < b.to && b.from < a.to;
}

bool contains(const std::vector<slots::Interval>& intervals, int64_t instant_us) {
  auto const after = std::upper_bound(
      intervals.begin(), intervals.end(), instant_us,
      [](int64_t instant, const slots::Interval& interval) { return instant < interval.from; });
  return after != intervals.begin() && instant_us < std::prev(after)->to;
}

int64_t microseconds(int32_t minutes) {
  return minutes * slots::kMicrosecondsPerMinute;
}

}  // namespace

VisitPlanner::VisitPlanner(const std::vector<VisitPart>& parts, const UuidBytes& place_id, bool same_staff,
                           const std::vector<UuidBytes>& staff_order)
    : parts_(parts), same_staff_(same_staff) {
  auto const rank = [&](const Candidate* candidate) {
    return std::find(staff_order.begin(), staff_order.end(), candidate->person->id) - staff_order.begin();
  };
  for (const VisitPart& part : parts) {
    auto& candidates = candidates_.emplace_back();
    for (const Candidate& candidate : part.calendars.candidates)
      if (candidate.place->id == place_id) candidates.push_back(&candidate);
    std::stable_sort(candidates.begin(), candidates.end(),
                     [&](const Candidate* a, const Candidate* b) { return rank(a) < rank(b); });
  }
}

slots::Service VisitPlanner::service_of(size_t part, const Person& person, bool same_before,
                                        bool same_after) const {
  slots::Service service = person.service;
  if (same_before) {
    int32_t const gap = parts_[part - 1].gap_minutes;
    int32_t const used = std::min(parts_[part - 1].terms.service.buffer_after_minutes, gap);
    service.buffer_before_minutes = std::min(service.buffer_before_minutes, gap - used);
  }
  if (same_after)
    service.buffer_after_minutes = std::min(service.buffer_after_minutes, parts_[part].gap_minutes);
  return service;
}

VisitPlanner::Variant& VisitPlanner::variant_of(size_t part, const Candidate& base, bool same_before,
                                                bool same_after) {
  auto& variant = variants_[{part, &base, same_before, same_after}];
  if (variant != nullptr) return *variant;
  const VisitPart& visit_part = parts_[part];
  variant = std::make_unique<Variant>(Variant{*base.person, base, {}});
  Candidate& candidate = variant->candidate;
  variant->person.service = service_of(part, *base.person, same_before, same_after);
  candidate.person = &variant->person;
  candidate.pools.clear();
  candidate.full.clear();
  candidate.sessions.clear();
  occupy(visit_part.question.service_id, visit_part.terms.capacity, candidate);
  if (part == 0) {
    slots::StartSweep sweep(candidate.member(), variant->person.service, visit_part.limits);
    for (slots::Start start{}; sweep.next(start);) variant->free.push_back({start.at_us, start.at_us + 1});
  } else {
    variant->free = slots::free_starts(candidate.member(), variant->person.service, visit_part.limits);
  }
  return *variant;
}

std::vector<int64_t> VisitPlanner::starts() {
  std::vector<int64_t> starts;
  bool const has_next = parts_.size() > 1;
  for (const Candidate* candidate : candidates_[0])
    for (bool const same_after : {false, true})
      if (has_next || !same_after)
        for (const slots::Interval& start : variant_of(0, *candidate, false, same_after).free)
          starts.push_back(start.from);
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  return starts;
}

/// Whether a part can be performed then, beside those that are planned before it.
bool VisitPlanner::fits(const Variant& variant, size_t part, int64_t start_us, PlannedPart& planned) const {
  if (!contains(variant.free, start_us)) return false;
  const Person& person = variant.person;
  const slots::Zone& zone = *variant.candidate.place->zone;
  slots::Interval const window = slots::protected_window(person.service, start_us);
  slots::Date const date = zone.date_at(start_us);
  int32_t more = 0;
  std::vector<UnitUse> uses;
  for (size_t before = 0; before < part; before++) {
    const PlannedPart& earlier = plan_[before];
    slots::Interval const earlier_window = slots::protected_window(earlier.service, earlier.start_us);
    for (const UuidBytes& unit_id : earlier.unit_ids) uses.push_back({unit_id, earlier_window});
    if (earlier.staff_id != person.id) continue;
    if (overlap(window, earlier_window)) return false;
    if (monday_of(zone.date_at(earlier.start_us)) == monday_of(date)) more++;
  }
  if (variant.candidate.session_at(start_us) == nullptr && BookedDays(person, zone).is_full(date, more))
    return false;
  UnitChoice units = choose_units(variant.candidate, person.service, start_us, uses);
  if (units.lacking_kind_id) return false;
  planned = {person.id, person.service, start_us, start_us + microseconds(person.service.duration_minutes),
             std::move(units.unit_ids)};
  return true;
}

/// same_as_before: whether this part must be performed by the person before it, or must not be.
bool VisitPlanner::plan_from(size_t part, int64_t start_us, std::optional<bool> same_as_before) {
  if (part == parts_.size()) return true;
  if (part >= reached_part_) {
    reached_part_ = part;
    reached_us_ = start_us;
  }
  bool const is_last = part + 1 == parts_.size();
  const VisitPart& visit_part = parts_[part];
  // Else it does not matter to this part who performs the next one.
  bool const is_cut = !is_last && visit_part.terms.service.buffer_after_minutes > visit_part.gap_minutes;
  for (const Candidate* candidate : candidates_[part]) {
    bool const same = part > 0 && plan_[part - 1].staff_id == candidate->person->id;
    if ((same_as_before && *same_as_before != same) || (same_staff_ && part > 0 && !same)) continue;
    for (bool const same_after : {true, false}) {
      if (same_after && !is_cut) continue;
      PlannedPart planned;
      if (!fits(variant_of(part, *candidate, same, same_after), part, start_us, planned)) continue;
      int64_t const next_us = planned.end_us + microseconds(visit_part.gap_minutes);
      plan_.push_back(std::move(planned));
      if (plan_from(part + 1, next_us, is_cut ? std::optional(same_after) : std::nullopt)) return true;
      plan_.pop_back();
    }
  }
  return false;
}

VisitPlan VisitPlanner::plan(int64_t start_us) {
  plan_.clear();
  reached_part_ = 0;
  plan_from(0, start_us, std::nullopt);
  return plan_;
}

const char* VisitPlanner::explain_part(size_t part, const Candidate& candidate, int64_t start_us) const {
  slots::Service service = candidate.person->service;
  if (part > 0) {
    service.step_minutes = 1;  // only the first part is on a grid
    service.align = slots::Align::clock;
  }
  slots::Reason const reason = slots::explain(candidate.member(), service, parts_[part].limits, start_us);
  if (reason != slots::Reason::none) return slots::name_of(reason);
  const slots::Zone& zone = *candidate.place->zone;
  return BookedDays(*candidate.person, zone).is_full(zone.date_at(start_us)) ? kLimitReason : "";
}

VisitPlanner::Refusal VisitPlanner::explain() {
  // From the most helpful one on. What is free by itself is in the way of another part.
  constexpr std::array<std::string_view, 9> kReasons = {"",       "capacity", "busy",     "limit", "time_off",
                                                        "notice", "horizon",  "off_grid", "closed"};
  size_t best = kReasons.size() - 1;
  for (const Candidate* candidate : candidates_[reached_part_]) {
    const char* const reason = explain_part(reached_part_, *candidate, reached_us_);
    auto const rank = std::find(kReasons.begin(), kReasons.end(), reason) - kReasons.begin();
    best = std::min(best, static_cast<size_t>(rank));
  }
  return {reached_part_, best == 0 ? "busy" : kReasons[best].data()};
}

}  // namespace pg_booking
