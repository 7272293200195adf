#include <algorithm>

#include "engine/slots/preview_spec.hpp"
#include "engine/slots_tables.hpp"
#include "gateway/errors.hpp"
#include "pg/time_zone.hpp"

#include "gateway/raise_error.hpp"
#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "utils/date.h"
}

// The SQL functions over the slot engine.
using namespace pg_booking;

namespace {

constexpr int64_t kPostgresEpochMicroseconds = INT64_C(946684800000000);  // 2000-01-01 since 1970
constexpr int32_t kPostgresEpochDays = 10957;
constexpr int32_t kMaxRangeDays = 1100;
// The years that the engine works on, since 2000-01-01. Clocks of some zone show them two days more of
// instants.
constexpr DateADT kFirstDay = -730119;  // 0001-01-01
constexpr DateADT kLastDay = 2921939;   // 9999-12-31
constexpr TimestampTz kFirstInstant = (kFirstDay - INT64_C(1)) * USECS_PER_DAY;
constexpr TimestampTz kLastInstant = (kLastDay + INT64_C(2)) * USECS_PER_DAY;
constexpr int32_t kDaysPerLook =
    7;  // next_available reads a week at a time: the first one nearly always has a free start

UuidBytes uuid_argument(FunctionCallInfo fcinfo, int number, const char* name) {
  if (PG_ARGISNULL(number))
    throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, (std::string(name) + " must not be null").c_str());
  UuidBytes uuid;
  memcpy(uuid.data(), PG_GETARG_UUID_P(number)->data, uuid.size());
  return uuid;
}

std::optional<UuidBytes> optional_uuid_argument(FunctionCallInfo fcinfo, int number) {
  if (PG_ARGISNULL(number)) return std::nullopt;
  return uuid_argument(fcinfo, number, "");
}

[[noreturn]] void refuse_argument(const char* name, const char* problem) {
  throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, (std::string(name) + problem).c_str());
}

/// Microseconds since 1970.
int64_t instant_argument(FunctionCallInfo fcinfo, int number, const char* name) {
  if (PG_ARGISNULL(number)) refuse_argument(name, " must be an instant");
  TimestampTz const instant = PG_GETARG_TIMESTAMPTZ(number);
  if (instant < kFirstInstant || instant > kLastInstant)
    refuse_argument(name, " must be an instant of the years 0001 to 9999");
  return instant + kPostgresEpochMicroseconds;
}

slots::Date date_argument(FunctionCallInfo fcinfo, int number, const char* name) {
  if (PG_ARGISNULL(number)) refuse_argument(name, " must be a date");
  DateADT const date = PG_GETARG_DATEADT(number);
  if (date < kFirstDay || date > kLastDay) refuse_argument(name, " must be a date of the years 0001 to 9999");
  return date + kPostgresEpochDays;
}

size_t limit_argument(FunctionCallInfo fcinfo, int number) {
  if (PG_ARGISNULL(number)) return SIZE_MAX;
  int32 const limit = PG_GETARG_INT32(number);
  if (limit < 1) throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "max_slots must be at least 1");
  return static_cast<size_t>(limit);
}

SlotQuestion question_of(FunctionCallInfo fcinfo) {
  SlotQuestion question{};
  question.tenant_id = uuid_argument(fcinfo, 0, "tenant_id");
  question.service_id = uuid_argument(fcinfo, 1, "service_id");
  question.location_id = uuid_argument(fcinfo, 2, "location_id");
  question.only_staff_id = optional_uuid_argument(fcinfo, 3);
  return question;
}

struct Slot {
  int64_t at_us;
  UuidBytes staff_id;
};

/// The starts of everybody in order of time, then staff: a merge of one sweep per person.
class MergedSweep {
 public:
  MergedSweep(const SlotTerms& terms, const Calendars& calendars, const slots::Limits& limits)
      : calendars_(calendars) {
    sweeps_.reserve(calendars.staff.size());
    for (size_t i = 0; i < calendars.staff.size(); i++) {
      sweeps_.emplace_back(make_member(terms, calendars, calendars.staff[i]), terms.service, limits);
      advance(i);
    }
  }

  bool next(Slot& slot) {
    if (heap_.empty()) return false;
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    auto const [at_us, index] = heap_.back();
    heap_.pop_back();
    slot = {at_us, calendars_.staff[index].staff_id};
    advance(index);
    return true;
  }

 private:
  void advance(size_t index) {
    slots::Start start{};
    if (!sweeps_[index].next(start)) return;
    heap_.emplace_back(start.at_us,
                       index);  // people are ordered by id, so the index breaks ties as the id would
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  const Calendars& calendars_;
  std::vector<slots::StartSweep> sweeps_;
  std::vector<std::pair<int64_t, size_t>> heap_;
};

void put_slot(ReturnSetInfo* result, const Slot& slot, const slots::Service& service) {
  int64_t const end_us = slot.at_us + service.duration_minutes * slots::kMicrosecondsPerMinute;
  pg([&] {
    Datum values[] = {TimestampTzGetDatum(slot.at_us - kPostgresEpochMicroseconds),
                      TimestampTzGetDatum(end_us - kPostgresEpochMicroseconds),
                      UUIDPGetDatum(slot.staff_id.data())};
    bool nulls[lengthof(values)] = {};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  });
}

ReturnSetInfo* begin_result(FunctionCallInfo fcinfo, SetOf set_of = SetOf::rows) {
  pg([&] { materialize_result(fcinfo, set_of); });
  return reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
}

}  // namespace

PG_BOOKING_FUNCTION(pg_booking_search_slots) {
  return raising_api_errors([&]() -> Datum {
    SlotQuestion question = question_of(fcinfo);
    slots::DateRange const dates{date_argument(fcinfo, 4, "from_date"), date_argument(fcinfo, 5, "to_date")};
    question.now_us = instant_argument(fcinfo, 6, "now");
    size_t left = limit_argument(fcinfo, 7);
    question.moved_booking_id = optional_uuid_argument(fcinfo, 8);
    if (dates.to - dates.from > kMaxRangeDays)
      throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "from_date and to_date must be at most 1100 days apart");
    ReturnSetInfo* const result = begin_result(fcinfo);
    SlotTerms const terms = read_terms(question);
    if (dates.to < dates.from) return (Datum)0;
    Calendars const calendars = read_calendars(question, terms, dates);
    MergedSweep sweep(terms, calendars, terms.limits(question, dates));
    for (Slot slot{}; left > 0 && sweep.next(slot); left--) put_slot(result, slot, terms.service);
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
    slots::Date const last = terms.zone->date_at(question.now_us) + terms.horizon_days;
    slots::Date from = terms.zone->date_at(std::max(not_before, question.now_us));
    for (; left > 0 && from <= last; from += kDaysPerLook) {
      slots::DateRange const dates{from, std::min(from + kDaysPerLook - 1, last)};
      Calendars const calendars = read_calendars(question, terms, dates);
      MergedSweep sweep(terms, calendars, terms.limits(question, dates));
      for (Slot slot{}; left > 0 && sweep.next(slot);) {
        if (slot.at_us < not_before) continue;
        put_slot(result, slot, terms.service);
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
    ReturnSetInfo* const result = begin_result(fcinfo);
    SlotTerms const terms = read_terms(question);
    slots::Date const date = terms.zone->date_at(start_us);
    Calendars const calendars = read_calendars(question, terms, {date, date});
    for (const StaffCalendar& person : calendars.staff) {
      slots::Reason const reason = explain(question, terms, calendars, person, start_us, override_rules);
      const char* const name = slots::name_of(reason);
      pg([&] {
        bool const bookable = reason == slots::Reason::none;
        Datum values[] = {UUIDPGetDatum(person.staff_id.data()),
                          bookable ? (Datum)0 : CStringGetTextDatum(name)};
        bool nulls[lengthof(values)] = {false, bookable};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
      });
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
