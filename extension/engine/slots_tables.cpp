#include "engine/slots_tables.hpp"

#include <map>

#include "gateway/errors.hpp"
#include "pg/time_zone.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/row_receiver.hpp"
#include "pg/statement.hpp"

extern "C" {
#include "utils/array.h"
#include "utils/date.h"
}

namespace pg_booking {
namespace {

using slots::Interval;

constexpr int32_t kPostgresEpochDays = 10957;                             // 2000-01-01 since 1970-01-01
constexpr int64_t kPostgresEpochMicroseconds = INT64_C(946684800000000);  // the same in microseconds
// Bounds the look-back: a busy window that reaches into a range begins at most this much before it
// (constraint busy_times_length).
constexpr int64_t kLongestBusyMicroseconds = INT64_C(72) * 60 * slots::kMicrosecondsPerMinute;

constinit Statement terms_statement{R"(
  SELECT coalesce((extract(epoch FROM moved.ends_at - moved.starts_at) / 60)::integer, s.duration_minutes),
         coalesce(moved.buffer_before_minutes, s.buffer_before_minutes),
         coalesce(moved.buffer_after_minutes, s.buffer_after_minutes), s.slot_step_minutes, s.slot_alignment::text,
         s.buffers_inside_hours, l.time_zone, t.minimum_notice_minutes, t.horizon_days,
         EXISTS (SELECT FROM booking.opening_hours AS h WHERE h.tenant_id = $1 AND h.location_id = $3)
         OR EXISTS (SELECT FROM booking.date_overrides AS o
                    WHERE o.tenant_id = $1 AND o.location_id = $3 AND o.staff_id IS NULL),
         moved.id IS NOT NULL
  FROM booking.tenants AS t
  LEFT JOIN booking.bookings AS moved ON moved.tenant_id = $1 AND moved.id = $4 AND moved.service_id = $2
  LEFT JOIN booking.services AS s ON s.tenant_id = $1 AND s.id = $2 AND (s.active OR moved.id IS NOT NULL)
  LEFT JOIN booking.locations AS l ON l.tenant_id = $1 AND l.id = $3 AND l.active
  WHERE t.tenant_id = $1)"};

constinit Statement staff_statement{R"(
  SELECT person.id,
         EXISTS (SELECT FROM booking.working_hours AS h WHERE h.tenant_id = $1 AND h.staff_id = person.id)
         OR EXISTS (SELECT FROM booking.date_overrides AS o WHERE o.tenant_id = $1 AND o.staff_id = person.id)
  FROM booking.staff_services AS skill
  JOIN booking.staff AS person ON person.tenant_id = $1 AND person.id = skill.staff_id
  WHERE skill.tenant_id = $1 AND skill.service_id = $2 AND ($3 IS NULL OR skill.staff_id = $3) AND person.active
  ORDER BY person.id)"};

// staff_id NULL: the location's own hours.
constinit Statement hours_statement{R"(
  SELECT NULL::uuid, h.weekday, h.opens, h.closes FROM booking.opening_hours AS h
  WHERE h.tenant_id = $1 AND h.location_id = $2
  UNION ALL
  SELECT h.staff_id, h.weekday, h.opens, h.closes FROM booking.working_hours AS h
  WHERE h.tenant_id = $1 AND h.location_id = $2 AND h.staff_id = ANY ($3))"};

constinit Statement overrides_statement{R"(
  SELECT o.staff_id, o.on_date, o.opens, o.closes FROM booking.date_overrides AS o
  WHERE o.tenant_id = $1 AND o.location_id = $2 AND o.on_date BETWEEN $4 AND $5 AND (o.staff_id IS NULL OR o.staff_id = ANY ($3))
  ORDER BY o.on_date)"};

constinit Statement time_off_statement{R"(
  SELECT off.staff_id, off.starts_at, off.ends_at FROM booking.time_off AS off
  WHERE off.tenant_id = $1 AND off.staff_id = ANY ($2) AND off.ends_at > $3 AND off.starts_at < $4
  ORDER BY off.staff_id, off.starts_at)"};

// A nested loop over people, each one index-only scan in order: no sort, no heap.
constinit Statement busy_statement{R"(
  SELECT person.id, busy.protected_from, busy.protected_to
  FROM unnest($2) AS person (id)
  CROSS JOIN LATERAL (
    SELECT b.protected_from, b.protected_to FROM booking.busy_times AS b
    WHERE b.tenant_id = $1 AND b.staff_id = person.id AND b.protected_from >= $3 AND b.protected_from < $4
      AND (b.expires_at IS NULL OR b.expires_at > $5)
    ORDER BY b.protected_from) AS busy)"};

constinit Statement busy_but_one_statement{R"(
  SELECT b.staff_id, b.protected_from, b.protected_to FROM booking.busy_times AS b
  WHERE b.tenant_id = $1 AND b.staff_id = ANY ($2) AND b.protected_from >= $3 AND b.protected_from < $4
    AND (b.expires_at IS NULL OR b.expires_at > $5) AND b.booking_id IS DISTINCT FROM $6
  ORDER BY b.staff_id, b.protected_from)"};

/// Rows of one fixed shape, collected below the executor in plain memory of the calling context.
template <typename Row>
struct RowBuffer {
  Row* rows;
  size_t count;
  size_t capacity;
  MemoryContext context;

  Row& add() {
    if (count == capacity) {
      capacity = capacity == 0 ? 64 : capacity * 2;
      Size const size = capacity * sizeof(Row);
      rows = static_cast<Row*>(rows == nullptr ? MemoryContextAllocHuge(context, size)
                                               : repalloc_huge(rows, size));
    }
    return rows[count++];
  }
};

struct TermsRow {
  bool found, has_service, has_location, has_moved_booking;
  int32_t duration, before, after, step, notice, horizon;
  char alignment[16];
  bool buffers_inside_hours, location_hours_set;
  char time_zone[128];
};

struct StaffRow {
  UuidBytes id;
  bool hours_set;
};

/// A weekly interval (`day` is the ISO weekday) or one of an override (`day` is the date since 1970).
struct HoursRow {
  bool has_staff;
  UuidBytes staff_id;
  int32_t day;
  bool closed;
  Interval minutes;
};

struct InstantsRow {
  UuidBytes staff_id;
  Interval instants;
};

void copy_uuid(UuidBytes& to, Datum value) {
  memcpy(to.data(), DatumGetUUIDP(value)->data, to.size());
}

int64_t minutes_of(Datum time) {
  return DatumGetTimeADT(time) / slots::kMicrosecondsPerMinute;
}

/// Infinities stay what they are: the engine cuts them off.
int64_t instant_of(Datum value) {
  TimestampTz const instant = DatumGetTimestampTz(value);
  return TIMESTAMP_NOT_FINITE(instant) ? instant : instant + kPostgresEpochMicroseconds;
}

void take_terms(void* state, const Datum* values, const bool* nulls) {
  auto* const row = static_cast<TermsRow*>(state);
  row->found = true;
  row->has_service = !nulls[0];
  row->has_location = !nulls[6];
  if (!row->has_service || !row->has_location) return;
  row->duration = DatumGetInt32(values[0]);
  row->before = DatumGetInt32(values[1]);
  row->after = DatumGetInt32(values[2]);
  row->step = DatumGetInt32(values[3]);
  text_to_cstring_buffer(DatumGetTextPP(values[4]), row->alignment, sizeof row->alignment);
  row->buffers_inside_hours = DatumGetBool(values[5]);
  text_to_cstring_buffer(DatumGetTextPP(values[6]), row->time_zone, sizeof row->time_zone);
  row->notice = DatumGetInt32(values[7]);
  row->horizon = DatumGetInt32(values[8]);
  row->location_hours_set = DatumGetBool(values[9]);
  row->has_moved_booking = DatumGetBool(values[10]);
}

void take_staff(void* state, const Datum* values, const bool*) {
  StaffRow& row = static_cast<RowBuffer<StaffRow>*>(state)->add();
  copy_uuid(row.id, values[0]);
  row.hours_set = DatumGetBool(values[1]);
}

HoursRow& take_hours_row(void* state, const Datum* values, const bool* nulls) {
  HoursRow& row = static_cast<RowBuffer<HoursRow>*>(state)->add();
  row.has_staff = !nulls[0];
  if (row.has_staff) copy_uuid(row.staff_id, values[0]);
  row.closed = nulls[2];
  row.minutes = row.closed ? Interval{0, 0} : Interval{minutes_of(values[2]), minutes_of(values[3])};
  return row;
}

void take_weekly(void* state, const Datum* values, const bool* nulls) {
  take_hours_row(state, values, nulls).day = DatumGetInt16(values[1]);
}

void take_override(void* state, const Datum* values, const bool* nulls) {
  take_hours_row(state, values, nulls).day = DatumGetDateADT(values[1]) + kPostgresEpochDays;
}

void take_instants(void* state, const Datum* values, const bool*) {
  InstantsRow& row = static_cast<RowBuffer<InstantsRow>*>(state)->add();
  copy_uuid(row.staff_id, values[0]);
  row.instants = {instant_of(values[1]), instant_of(values[2])};
}

/// P-zone.
Statement::Parameter uuid_parameter(const UuidBytes& uuid) {
  return {UUIDOID, uuid_datum(uuid.data()), false};
}

/// P-zone.
Statement::Parameter optional_uuid(const std::optional<UuidBytes>& uuid) {
  return uuid ? uuid_parameter(*uuid) : Statement::Parameter{UUIDOID, (Datum)0, true};
}

Statement::Parameter instant_parameter(int64_t unix_us) {
  int64_t const instant = std::clamp(unix_us - kPostgresEpochMicroseconds, MIN_TIMESTAMP, END_TIMESTAMP - 1);
  return {TIMESTAMPTZOID, TimestampTzGetDatum(instant), false};
}

Statement::Parameter date_parameter(slots::Date date) {
  return {DATEOID, DateADTGetDatum(date - kPostgresEpochDays), false};
}

/// P-zone.
Statement::Parameter staff_parameter(const RowBuffer<StaffRow>& staff) {
  auto* const ids = static_cast<Datum*>(palloc(sizeof(Datum) * (staff.count + 1)));
  for (size_t i = 0; i < staff.count; i++) ids[i] = uuid_datum(staff.rows[i].id.data());
  ArrayType* const array =
      construct_array(ids, static_cast<int>(staff.count), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR);
  return {UUIDARRAYOID, PointerGetDatum(array), false};
}

/// Runs a statement whose rows go to `take`. The slot functions are STABLE: they see what their caller's
/// statement sees. P-zone.
void collect(Statement& statement, const Statement::Parameter* parameters, int count, RowHandler take,
             void* state) {
  statement.execute(parameters, count, /*read_only=*/true, create_row_receiver(take, state));
}

struct RawCalendars {
  RowBuffer<StaffRow> staff;
  RowBuffer<HoursRow> weekly;
  RowBuffer<HoursRow> overrides;
  RowBuffer<InstantsRow> time_off;
  RowBuffer<InstantsRow> busy;
};

/// P-zone.
void read_rows(const SlotQuestion& question, const SlotTerms& terms, slots::DateRange dates,
               RawCalendars& raw) {
  raw = RawCalendars{};
  for (MemoryContext* context : {&raw.staff.context, &raw.weekly.context, &raw.overrides.context,
                                 &raw.time_off.context, &raw.busy.context})
    *context = CurrentMemoryContext;
  Interval const span = slots::relevant_span(*terms.zone, terms.service, dates);
  spi_connect();
  Statement::Parameter const tenant = uuid_parameter(question.tenant_id);
  Statement::Parameter const location = uuid_parameter(question.location_id);
  Statement::Parameter const of_service[] = {tenant, uuid_parameter(question.service_id),
                                             optional_uuid(question.only_staff_id)};
  collect(staff_statement, of_service, 3, take_staff, &raw.staff);
  Statement::Parameter const staff = staff_parameter(raw.staff);

  slots::DateRange const overrides = slots::relevant_dates(terms.service, dates);
  Statement::Parameter const of_location[] = {tenant, location, staff, date_parameter(overrides.from),
                                              date_parameter(overrides.to)};
  collect(hours_statement, of_location, 3, take_weekly, &raw.weekly);
  collect(overrides_statement, of_location, 5, take_override, &raw.overrides);

  Statement::Parameter const off[] = {tenant, staff, instant_parameter(span.from),
                                      instant_parameter(span.to)};
  collect(time_off_statement, off, 4, take_instants, &raw.time_off);
  Statement::Parameter const busy[] = {tenant, staff, instant_parameter(span.from - kLongestBusyMicroseconds),
                                       instant_parameter(span.to), instant_parameter(question.now_us),
                                       optional_uuid(question.moved_booking_id)};
  if (question.moved_booking_id)
    collect(busy_but_one_statement, busy, 6, take_instants, &raw.busy);
  else
    collect(busy_statement, busy, 5, take_instants, &raw.busy);
  spi_finish();
}

void add_override(slots::Schedule& schedule, const HoursRow& row) {
  if (schedule.overrides.empty() || schedule.overrides.back().date != row.day)
    schedule.overrides.push_back({row.day, {}});
  if (!row.closed) schedule.overrides.back().intervals.push_back(row.minutes);
}

void add_instants(const RowBuffer<InstantsRow>& rows, std::map<UuidBytes, StaffCalendar*>& by_id,
                  std::vector<Interval> StaffCalendar::*member) {
  StaffCalendar* person = nullptr;
  for (size_t i = 0; i < rows.count; i++) {
    const InstantsRow& row = rows.rows[i];
    if (person == nullptr || person->staff_id != row.staff_id) person = by_id.at(row.staff_id);
    (person->*member).push_back(row.instants);
  }
  for (auto const& [id, calendar] : by_id) slots::merge(calendar->*member);
}

}  // namespace

SlotTerms read_terms(const SlotQuestion& question) {
  TermsRow row{};
  pg([&] {
    spi_connect();
    Statement::Parameter const parameters[] = {uuid_parameter(question.tenant_id),
                                               uuid_parameter(question.service_id),
                                               uuid_parameter(question.location_id),
                                               optional_uuid(question.moved_booking_id)};
    collect(terms_statement, parameters, 4, take_terms, &row);
    spi_finish();
  });
  if (!row.found || !row.has_service) throw ApiError("service.not_found", R"({"resource":"service"})");
  if (!row.has_location) throw ApiError("service.not_found", R"({"resource":"location"})");
  if (question.moved_booking_id && !row.has_moved_booking) throw ApiError("booking.not_found");
  SlotTerms terms{};
  terms.zone = find_time_zone(row.time_zone);
  if (terms.zone == nullptr)
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the server does not know the location's time zone");
  std::string_view const alignment = row.alignment;
  slots::Align const align = alignment == "clock" ? slots::Align::clock
                             : alignment == "gap" ? slots::Align::gap
                                                  : slots::Align::interval;
  terms.service = {.duration_minutes = row.duration,
                   .buffer_before_minutes = row.before,
                   .buffer_after_minutes = row.after,
                   .step_minutes = row.step,
                   .align = align,
                   .buffers_inside_hours = row.buffers_inside_hours};
  terms.notice_minutes = row.notice;
  terms.horizon_days = row.horizon;
  terms.location_hours_set = row.location_hours_set;
  return terms;
}

Calendars read_calendars(const SlotQuestion& question, const SlotTerms& terms, slots::DateRange dates) {
  RawCalendars raw;
  pg([&] { read_rows(question, terms, dates, raw); });
  Calendars calendars;
  calendars.staff.resize(raw.staff.count);
  std::map<UuidBytes, StaffCalendar*> by_id;
  for (size_t i = 0; i < raw.staff.count; i++) {
    StaffCalendar& person = calendars.staff[i];
    person.staff_id = raw.staff.rows[i].id;
    person.hours_set = raw.staff.rows[i].hours_set;
    by_id.emplace(person.staff_id, &person);
  }
  auto const schedule_of = [&](const HoursRow& row) -> slots::Schedule& {
    return row.has_staff ? by_id.at(row.staff_id)->schedule : calendars.location;
  };
  for (size_t i = 0; i < raw.weekly.count; i++) {
    const HoursRow& row = raw.weekly.rows[i];
    schedule_of(row).weekly.at(static_cast<size_t>(row.day - 1)).push_back(row.minutes);
  }
  for (size_t i = 0; i < raw.overrides.count; i++)
    add_override(schedule_of(raw.overrides.rows[i]), raw.overrides.rows[i]);
  add_instants(raw.time_off, by_id, &StaffCalendar::time_off);
  add_instants(raw.busy, by_id, &StaffCalendar::busy);
  return calendars;
}

slots::Member make_member(const SlotTerms& terms, const Calendars& calendars, const StaffCalendar& person) {
  return {*terms.zone, terms.location_hours_set ? &calendars.location : nullptr,
          person.hours_set ? &person.schedule : nullptr, person.time_off, person.busy};
}

slots::Reason explain(const SlotQuestion& question, const SlotTerms& terms, const Calendars& calendars,
                      const StaffCalendar& person, int64_t start_us, bool override_rules) {
  slots::Date const date = terms.zone->date_at(start_us);
  slots::DateRange const dates{date, date};
  if (!override_rules)
    return slots::explain(make_member(terms, calendars, person), terms.service, terms.limits(question, dates),
                          start_us);
  // The same predicate over rules that allow everything.
  slots::Schedule always_open;
  for (slots::DayIntervals& day : always_open.weekly) day = {{0, slots::kMinutesPerDay}};
  slots::Service service = terms.service;
  service.step_minutes = 1;
  service.align = slots::Align::clock;
  return slots::explain({*terms.zone, nullptr, &always_open, {}, person.busy}, service,
                        {.now_us = start_us, .dates = dates}, start_us);
}

}  // namespace pg_booking
