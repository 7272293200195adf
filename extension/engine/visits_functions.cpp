#include <algorithm>

#include "engine/visits.hpp"
#include "gateway/errors.hpp"

#include "engine/slots_arguments.hpp"
#include "engine/slots_rows.hpp"
#include "gateway/raise_error.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
}

// The SQL functions over visits.
using namespace pg_booking;

namespace {

// More would be searched for too long where many people perform them.
constexpr size_t kMostParts = 8;

/// Of an array argument; nothing for an element that is NULL.
template <typename Value>
using Elements = std::vector<std::optional<Value>>;

/// Empty for NULL.
template <typename Value, typename Convert>
Elements<Value> array_argument(FunctionCallInfo fcinfo, int number, Oid type, Convert convert) {
  Elements<Value> elements;
  if (PG_ARGISNULL(number)) return elements;
  Datum* values = nullptr;
  bool* nulls = nullptr;
  int count = 0;
  pg([&] {
    bool const is_uuid = type == UUIDOID;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), type,
                      is_uuid ? UUID_LEN : static_cast<int>(sizeof(int32)), !is_uuid,
                      is_uuid ? TYPALIGN_CHAR : TYPALIGN_INT, &values, &nulls, &count);
  });
  for (int i = 0; i < count; i++)
    elements.push_back(nulls[i] ? std::nullopt : std::optional<Value>(convert(values[i])));
  return elements;
}

Elements<UuidBytes> uuids_argument(FunctionCallInfo fcinfo, int number) {
  return array_argument<UuidBytes>(fcinfo, number, UUIDOID, [](Datum value) {
    UuidBytes uuid;
    memcpy(uuid.data(), DatumGetUUIDP(value)->data, uuid.size());
    return uuid;
  });
}

Elements<int32_t> minutes_argument(FunctionCallInfo fcinfo, int number) {
  return array_argument<int32_t>(fcinfo, number, INT4OID, [](Datum value) { return DatumGetInt32(value); });
}

/// What is asked about, part by part.
struct VisitQuestion {
  UuidBytes tenant_id;
  Elements<UuidBytes> service_ids;
  std::optional<UuidBytes> location_id;
  Elements<UuidBytes> staff_ids;  // empty: anybody
  bool same_staff;
  int64_t now_us;
  Elements<UuidBytes> moved_booking_ids;  // empty: a new visit
  Elements<int32_t> gaps;                 // empty: the services'
};

VisitQuestion question_of(FunctionCallInfo fcinfo) {
  VisitQuestion question{};
  question.tenant_id = uuid_argument(fcinfo, 0, "tenant_id");
  question.service_ids = uuids_argument(fcinfo, 1);
  question.location_id = optional_uuid_argument(fcinfo, 2);
  question.staff_ids = uuids_argument(fcinfo, 3);
  size_t const parts = question.service_ids.size();
  if (parts < 1 || parts > kMostParts ||
      std::any_of(question.service_ids.begin(), question.service_ids.end(), [](auto& id) { return !id; }))
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "service_ids must be one to eight services");
  if (!question.staff_ids.empty() && question.staff_ids.size() != parts)
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                   "staff_ids must have an element for each service, NULL for anybody");
  return question;
}

/// The same part of every place; later parts may lie days after the first one's dates.
std::vector<VisitPart> read_parts(const VisitQuestion& question, slots::DateRange dates) {
  std::vector<VisitPart> parts;
  int64_t passed_minutes = 0;
  for (size_t i = 0; i < question.service_ids.size(); i++) {
    VisitPart& part = parts.emplace_back();
    part.question.tenant_id = question.tenant_id;
    part.question.service_id = *question.service_ids[i];
    part.question.location_id = question.location_id;
    part.question.now_us = question.now_us;
    if (!question.staff_ids.empty()) part.question.only_staff_id = question.staff_ids[i];
    if (!question.moved_booking_ids.empty()) part.question.moved_booking_id = question.moved_booking_ids[i];
    part.terms = read_terms(part.question);
    part.gap_minutes = question.gaps.empty() ? part.terms.processing_minutes : question.gaps[i].value_or(0);
    slots::DateRange part_dates = dates;
    if (i > 0) part_dates.to += static_cast<slots::Date>(passed_minutes / slots::kMinutesPerDay + 2);
    part.limits = part.terms.limits(part.question, part_dates);
    if (i > 0) {
      part.limits.notice_minutes = 0;
      part.limits.horizon_days.reset();
    }
    part.calendars = read_calendars(part.question, part.terms, part_dates);
    for (Person& person : part.calendars.persons)
      std::erase_if(person.booked, [&](const Booked& booked) {
        return std::find(question.moved_booking_ids.begin(), question.moved_booking_ids.end(), booked.id) !=
               question.moved_booking_ids.end();
      });
    // Nobody takes longer than a day.
    passed_minutes += slots::kMinutesPerDay + part.gap_minutes;
  }
  return parts;
}

/// The ids of all elements of a vector. P-zone.
template <typename Element, typename IdOf>
Datum uuid_array(const std::vector<Element>& elements, IdOf id_of) {
  auto* const ids = static_cast<Datum*>(palloc(sizeof(Datum) * (elements.size() + 1)));
  for (size_t i = 0; i < elements.size(); i++) ids[i] = uuid_view(id_of(elements[i]));
  return PointerGetDatum(
      construct_array(ids, static_cast<int>(elements.size()), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

/// P-zone.
Datum starts_array(const VisitPlan& plan) {
  auto* const elements = static_cast<Datum*>(palloc(sizeof(Datum) * plan.size()));
  for (size_t i = 0; i < plan.size(); i++) elements[i] = instant_datum(plan[i].start_us);
  return PointerGetDatum(construct_array(elements, static_cast<int>(plan.size()), TIMESTAMPTZOID,
                                         sizeof(TimestampTz), true, TYPALIGN_DOUBLE));
}

/// P-zone.
template <size_t count>
void put_row(ReturnSetInfo* result, Datum (&&values)[count], bool (&&nulls)[count]) {
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void put_visit(ReturnSetInfo* result, const UuidBytes& place_id, const VisitPlan& plan) {
  pg([&] {
    put_row(result,
            {instant_datum(plan.front().start_us), instant_datum(plan.back().end_us), uuid_view(place_id),
             uuid_array(
                 plan, [](const PlannedPart& part) -> auto& { return part.staff_id; }),
             starts_array(plan)},
            {false, false, false, false, false});
  });
}

void put_part(ReturnSetInfo* result, size_t number, const PlannedPart& part) {
  pg([&] {
    put_row(
        result,
        {Int32GetDatum(static_cast<int32>(number)), uuid_view(part.staff_id), instant_datum(part.start_us),
         instant_datum(part.end_us), Int32GetDatum(part.service.buffer_before_minutes),
         Int32GetDatum(part.service.buffer_after_minutes),
         uuid_array(
             part.unit_ids, [](const UuidBytes& id) -> auto& { return id; }),
         (Datum)0},
        {false, false, false, false, false, false, false, true});
  });
}

void put_refusal(ReturnSetInfo* result, const VisitPlanner::Refusal& refusal) {
  pg([&] {
    put_row(result,
            {Int32GetDatum(static_cast<int32>(refusal.part + 1)), (Datum)0, (Datum)0, (Datum)0, (Datum)0,
             (Datum)0, (Datum)0, CStringGetTextDatum(refusal.reason)},
            {false, true, true, true, true, true, true, false});
  });
}

ReturnSetInfo* begin_result(FunctionCallInfo fcinfo) {
  pg([&] { materialize_result(fcinfo, SetOf::rows); });
  return reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
}

}  // namespace

PG_BOOKING_FUNCTION(pg_booking_search_visits) {
  return raising_api_errors([&]() -> Datum {
    VisitQuestion question = question_of(fcinfo);
    slots::DateRange const dates = dates_argument(fcinfo, 4);
    question.now_us = instant_argument(fcinfo, 6, "now");
    question.same_staff = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
    size_t left = limit_argument(fcinfo, 8);
    ReturnSetInfo* const result = begin_result(fcinfo);
    if (dates.to < dates.from) return (Datum)0;
    std::vector<VisitPart> const parts = read_parts(question, dates);
    std::vector<VisitPlanner> planners;
    std::vector<std::pair<int64_t, size_t>> starts;
    for (const Place& place : parts.front().terms.places) {
      planners.emplace_back(parts, place.id, question.same_staff, std::vector<UuidBytes>{});
      for (int64_t const start_us : planners.back().starts())
        starts.emplace_back(start_us, planners.size() - 1);
    }
    std::sort(starts.begin(), starts.end());
    for (auto const& [start_us, place] : starts) {
      if (left == 0) break;
      pg([] { CHECK_FOR_INTERRUPTS(); });
      VisitPlan const plan = planners[place].plan(start_us);
      if (plan.empty()) continue;
      put_visit(result, parts.front().terms.places[place].id, plan);
      left--;
    }
    return (Datum)0;
  });
}

PG_BOOKING_FUNCTION(pg_booking_plan_visit) {
  return raising_api_errors([&]() -> Datum {
    VisitQuestion question = question_of(fcinfo);
    if (!question.location_id) throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "location_id must not be null");
    int64_t const start_us = instant_argument(fcinfo, 4, "starts_at");
    question.now_us = instant_argument(fcinfo, 5, "now");
    question.same_staff = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
    std::vector<UuidBytes> staff_order;
    for (const auto& staff_id : uuids_argument(fcinfo, 7))
      if (staff_id) staff_order.push_back(*staff_id);
    question.moved_booking_ids = uuids_argument(fcinfo, 8);
    question.gaps = minutes_argument(fcinfo, 9);
    size_t const count = question.service_ids.size();
    if ((!question.moved_booking_ids.empty() && question.moved_booking_ids.size() != count) ||
        (!question.gaps.empty() && question.gaps.size() != count))
      throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "moved_booking_ids and gap_minutes must have an element for each service");
    ReturnSetInfo* const result = begin_result(fcinfo);
    SlotQuestion first{};
    first.tenant_id = question.tenant_id;
    first.service_id = *question.service_ids.front();
    first.location_id = question.location_id;
    if (!question.moved_booking_ids.empty()) first.moved_booking_id = question.moved_booking_ids.front();
    slots::Date const date = read_terms(first).places.front().zone->date_at(start_us);
    std::vector<VisitPart> const parts = read_parts(question, {date, date});
    VisitPlanner planner(parts, *question.location_id, question.same_staff, staff_order);
    VisitPlan const plan = planner.plan(start_us);
    for (size_t i = 0; i < plan.size(); i++) put_part(result, i + 1, plan[i]);
    if (plan.empty()) put_refusal(result, planner.explain());
    return (Datum)0;
  });
}
