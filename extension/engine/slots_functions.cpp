#include <algorithm>
#include <tuple>
#include <vector>

#include "engine/slots/gaps.hpp"
#include "engine/slots/preview_spec.hpp"
#include "engine/slots_candidates.hpp"
#include "engine/slots_occupancy.hpp"
#include "engine/slots_tables.hpp"
#include "gateway/errors.hpp"
#include "pg/time_zone.hpp"

#include "engine/slots_arguments.hpp"
#include "engine/slots_rows.hpp"
#include "gateway/raise_error.hpp"
#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/date.h"
}

// The SQL functions over the slot engine.
using namespace pg_booking;

namespace {

constexpr int64_t kPostgresEpochMicroseconds = INT64_C(946684800000000);  // 2000-01-01 since 1970
// next_available reads a week at a time: the first one nearly always has a free start.
constexpr int64_t kLookMicroseconds = 7 * slots::kMicrosecondsPerDay;

SlotQuestion question_of(FunctionCallInfo fcinfo) {
  SlotQuestion question{};
  question.tenant_id = uuid_argument(fcinfo, 0, "tenant_id");
  question.service_id = uuid_argument(fcinfo, 1, "service_id");
  question.location_id = optional_uuid_argument(fcinfo, 2);
  question.only_staff_id = optional_uuid_argument(fcinfo, 3);
  return question;
}

/// What search_slots and rank_slots are asked, by the same arguments.
struct Search {
  SlotQuestion question;
  slots::DateRange dates;
  size_t max_slots;
};

Search search_of(FunctionCallInfo fcinfo) {
  Search search{question_of(fcinfo), dates_argument(fcinfo, 4), limit_argument(fcinfo, 7)};
  search.question.now_us = instant_argument(fcinfo, 6, "now");
  search.question.moved_booking_id = optional_uuid_argument(fcinfo, 8);
  return search;
}

/// P-zone.
Datum uuid_array(const std::vector<UuidBytes>& ids) {
  auto* const elements = static_cast<Datum*>(palloc(sizeof(Datum) * (ids.size() + 1)));
  for (size_t i = 0; i < ids.size(); i++) elements[i] = uuid_view(ids[i]);
  return PointerGetDatum(
      construct_array(elements, static_cast<int>(ids.size()), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

/// P-zone.
template <size_t count>
void put_row(ReturnSetInfo* result, const Datum (&values)[count], const bool (&nulls)[count]) {
  tuplestore_putvalues(result->setResult, result->setDesc, const_cast<Datum*>(values),
                       const_cast<bool*>(nulls));
}

int64_t end_of(const Slot& slot) {
  return slot.at_us + slot.candidate->person->service.duration_minutes * slots::kMicrosecondsPerMinute;
}

void put_slot(ReturnSetInfo* result, const Slot& slot) {
  const Candidate& candidate = *slot.candidate;
  int64_t const end_us = end_of(slot);
  pg([&] {
    CHECK_FOR_INTERRUPTS();  // a search may find millions of starts
    put_row(result,
            {TimestampTzGetDatum(slot.at_us - kPostgresEpochMicroseconds),
             TimestampTzGetDatum(end_us - kPostgresEpochMicroseconds), uuid_view(candidate.person->id),
             uuid_view(candidate.place->id)},
            {false, false, false, false});
  });
}

struct RankedSlot {
  int32_t gap_minutes;
  Slot slot;

  bool operator<(const RankedSlot& other) const {
    // Candidates stand in the order of their calendars: by person, then place.
    return std::tie(gap_minutes, slot.at_us, slot.candidate) <
           std::tie(other.gap_minutes, other.slot.at_us, other.slot.candidate);
  }
};

/// All starts with their gaps; the calendars must be those of gap_dates.
std::vector<RankedSlot> rank_slots(const Calendars& calendars, const slots::Limits& limits) {
  std::vector<RankedSlot> ranked;
  for (const Candidate& candidate : calendars.candidates) {
    slots::GapMeter const meter(candidate.member(), candidate.person->service, limits.dates);
    CandidateSweep sweep(candidate, limits);
    for (slots::Start start{}; sweep.next(start);)
      ranked.push_back({meter.gap_minutes(start.at_us), {start.at_us, &candidate}});
  }
  std::sort(ranked.begin(), ranked.end());
  return ranked;
}

void put_ranked_slot(ReturnSetInfo* result, const RankedSlot& ranked) {
  const Candidate& candidate = *ranked.slot.candidate;
  int64_t const end_us = end_of(ranked.slot);
  pg([&] {
    CHECK_FOR_INTERRUPTS();
    put_row(result,
            {TimestampTzGetDatum(ranked.slot.at_us - kPostgresEpochMicroseconds),
             TimestampTzGetDatum(end_us - kPostgresEpochMicroseconds), uuid_view(candidate.person->id),
             uuid_view(candidate.place->id), Int32GetDatum(ranked.gap_minutes)},
            {false, false, false, false, false});
  });
}

ReturnSetInfo* begin_result(FunctionCallInfo fcinfo, SetOf set_of = SetOf::rows) {
  pg([&] { materialize_result(fcinfo, set_of); });
  return reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
}

/// The dates that some place's calendar shows at these instants.
slots::DateRange dates_of(const SlotTerms& terms, slots::Interval instants) {
  slots::DateRange dates{INT32_MAX, INT32_MIN};
  for (const Place& place : terms.places) {
    dates.from = std::min(dates.from, place.zone->date_at(instants.from));
    dates.to = std::max(dates.to, place.zone->date_at(instants.to - 1));
  }
  return dates;
}

/// Of these dates those within the horizon somewhere; empty when it is passed everywhere.
slots::DateRange bookable_dates(const SlotQuestion& question, const SlotTerms& terms,
                                slots::Interval instants) {
  slots::DateRange dates = dates_of(terms, instants);
  slots::DateRange const today = dates_of(terms, {question.now_us, question.now_us + 1});
  // A date more: where clocks are set back at midnight, the next date has begun before.
  dates.to = std::min(dates.to + 1,
                      slots::last_date_of_horizon(today.to, terms.horizon_days, terms.horizon_business_days));
  return dates;
}

void put_count(ReturnSetInfo* result, const Candidate& candidate, const char* reason, int64_t count) {
  if (count == 0) return;
  pg([&] {
    put_row(result,
            {uuid_view(candidate.place->id), uuid_view(candidate.person->id), CStringGetTextDatum(reason),
             Int64GetDatum(count)},
            {false, false, false, false});
  });
}

}  // namespace

PG_BOOKING_FUNCTION(pg_booking_search_slots) {
  return raising_api_errors([&]() -> Datum {
    auto const [question, dates, max_slots] = search_of(fcinfo);
    ReturnSetInfo* const result = begin_result(fcinfo);
    SlotTerms const terms = read_terms(question);
    if (dates.to < dates.from) return (Datum)0;
    Calendars const calendars = read_calendars(question, terms, dates);
    MergedSweep sweep(calendars, terms.limits(question, dates));
    size_t left = max_slots;
    for (Slot slot{}; left > 0 && sweep.next(slot); left--) put_slot(result, slot);
    return (Datum)0;
  });
}

PG_BOOKING_FUNCTION(pg_booking_rank_slots) {
  return raising_api_errors([&]() -> Datum {
    auto const [question, dates, max_slots] = search_of(fcinfo);
    ReturnSetInfo* const result = begin_result(fcinfo);
    SlotTerms const terms = read_terms(question);
    if (dates.to < dates.from) return (Datum)0;
    Calendars const calendars = read_calendars(question, terms, slots::gap_dates(dates));
    std::vector<RankedSlot> const ranked = rank_slots(calendars, terms.limits(question, dates));
    for (size_t i = 0; i < std::min(max_slots, ranked.size()); i++) put_ranked_slot(result, ranked[i]);
    return (Datum)0;
  });
}

PG_BOOKING_FUNCTION(pg_booking_next_available) {
  return raising_api_errors([&]() -> Datum {
    SlotQuestion question = question_of(fcinfo);
    int64_t const not_before = instant_argument(fcinfo, 4, "not_before");
    question.now_us = instant_argument(fcinfo, 5, "now");
    size_t left = limit_argument(fcinfo, 6);
    question.moved_booking_id = optional_uuid_argument(fcinfo, 7);
    ReturnSetInfo* const result = begin_result(fcinfo);
    SlotTerms const terms = read_terms(question);
    // Looks end at one instant for all places, whatever their zones: so what is found comes in order.
    for (int64_t from = std::max(not_before, question.now_us); left > 0; from += kLookMicroseconds) {
      int64_t const to = from + kLookMicroseconds;
      slots::DateRange const dates = bookable_dates(question, terms, {from, to});
      if (dates.to < dates.from) break;
      Calendars const calendars = read_calendars(question, terms, dates);
      MergedSweep sweep(calendars, terms.limits(question, dates));
      for (Slot slot{}; left > 0 && sweep.next(slot) && slot.at_us < to;) {
        if (slot.at_us < from) continue;
        put_slot(result, slot);
        left--;
      }
    }
    return (Datum)0;
  });
}

PG_BOOKING_FUNCTION(pg_booking_explain_slot) {
  return raising_api_errors([&]() -> Datum {
    SlotQuestion question = question_of(fcinfo);
    int64_t const start_us = instant_argument(fcinfo, 4, "starts_at");
    question.now_us = instant_argument(fcinfo, 5, "now");
    question.moved_booking_id = optional_uuid_argument(fcinfo, 6);
    bool const override_rules = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
    question.duration_minutes = duration_argument(fcinfo, 8);
    ReturnSetInfo* const result = begin_result(fcinfo);
    SlotTerms const terms = read_terms(question);
    Calendars const calendars = read_calendars(question, terms, dates_of(terms, {start_us, start_us + 1}));
    for (const Candidate& candidate : calendars.candidates) {
      const char* const reason = explain_candidate(question, terms, candidate, start_us, override_rules);
      bool const bookable = *reason == '\0';
      UnitChoice const units = choose_units(candidate, candidate.person->service, start_us);
      bool const lacks_unit = !bookable && units.lacking_kind_id && strcmp(reason, "capacity") == 0;
      pg([&] {
        put_row(result,
                {uuid_view(candidate.person->id), bookable ? (Datum)0 : CStringGetTextDatum(reason),
                 uuid_view(candidate.place->id), lacks_unit ? uuid_view(*units.lacking_kind_id) : (Datum)0,
                 bookable ? uuid_array(units.unit_ids) : (Datum)0,
                 BoolGetDatum(candidate.session_at(start_us) != nullptr)},
                {false, bookable, false, !lacks_unit, !bookable, false});
      });
    }
    return (Datum)0;
  });
}

PG_BOOKING_FUNCTION(pg_booking_count_suppressed) {
  return raising_api_errors([&]() -> Datum {
    SlotQuestion question = question_of(fcinfo);
    slots::DateRange const dates = dates_argument(fcinfo, 4);
    question.now_us = instant_argument(fcinfo, 6, "now");
    question.moved_booking_id = optional_uuid_argument(fcinfo, 7);
    ReturnSetInfo* const result = begin_result(fcinfo);
    SlotTerms const terms = read_terms(question);
    if (dates.to < dates.from) return (Datum)0;
    Calendars const calendars = read_calendars(question, terms, dates);
    for (const Candidate& candidate : calendars.candidates) {
      SuppressedStarts suppressed;
      CandidateSweep sweep(candidate, terms.limits(question, dates), &suppressed);
      for (slots::Start start{}; sweep.next(start);) {
      }
      for (size_t reason = 1; reason < slots::kReasons; reason++)
        put_count(result, candidate, slots::name_of(static_cast<slots::Reason>(reason)),
                  suppressed.by_rule[reason]);
      put_count(result, candidate, kLimitReason, suppressed.by_limit);
    }
    return (Datum)0;
  });
}

PG_BOOKING_FUNCTION(pg_booking_slots_preview) {
  const char* const json =
      pg([&] { return DatumGetCString(DirectFunctionCall1(jsonb_out, PG_GETARG_DATUM(0))); });
  slots::PreviewSpec spec;
  if (std::optional<std::string> const problem = slots::parse_preview_spec(json, spec))
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, problem->c_str());
  const slots::Zone* const zone = find_time_zone(spec.time_zone);
  if (zone == nullptr) throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "tz: there is no such time zone");
  ReturnSetInfo* const result = begin_result(fcinfo, SetOf::values);
  slots::Limits limits = spec.limits;
  limits.now_us = spec.now_us.value_or(GetCurrentTransactionStartTimestamp() + kPostgresEpochMicroseconds);
  slots::Member const member{*zone, nullptr, &spec.schedule, spec.time_off, spec.busy};
  slots::StartSweep sweep(member, spec.service, limits);
  for (slots::Start start{}; sweep.next(start);) {
    pg([&] {
      Datum values[] = {TimestampTzGetDatum(start.at_us - kPostgresEpochMicroseconds)};
      bool nulls[lengthof(values)] = {};
      tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    });
  }
  return (Datum)0;
}
