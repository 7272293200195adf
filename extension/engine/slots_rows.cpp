#include "engine/slots_rows.hpp"

#include "engine/slots_busy.hpp"

#include "pg/datum.hpp"
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
// No zone is that far from UTC, so no local day begins earlier or ends later.
constexpr int64_t kZoneMargin = slots::kMicrosecondsPerDay;

constinit Statement terms_statement{R"(
  SELECT s.id IS NOT NULL, moved.id IS NOT NULL,
         coalesce((extract(epoch FROM moved.ends_at - moved.starts_at) / 60)::integer, s.duration_minutes),
         coalesce(moved.buffer_before_minutes, s.buffer_before_minutes),
         coalesce(moved.buffer_after_minutes, s.buffer_after_minutes), s.slot_step_minutes, s.slot_alignment::text,
         s.buffers_inside_hours, t.minimum_notice_minutes, t.horizon_days, t.horizon_business_days,
         l.id, l.time_zone,
         EXISTS (SELECT FROM booking.opening_hours AS h WHERE h.tenant_id = $1 AND h.location_id = l.id)
         OR EXISTS (SELECT FROM booking.date_overrides AS o
                    WHERE o.tenant_id = $1 AND o.location_id = l.id AND o.staff_id IS NULL),
         coalesce(moved.capacity, s.capacity), s.processing_minutes,
         EXISTS (SELECT FROM booking.service_resources AS need WHERE need.tenant_id = $1 AND need.service_id = $2)
  FROM booking.tenants AS t
  LEFT JOIN booking.bookings AS moved ON moved.tenant_id = $1 AND moved.id = $4 AND moved.service_id = $2
  LEFT JOIN booking.services AS s ON s.tenant_id = $1 AND s.id = $2 AND (s.active OR moved.id IS NOT NULL)
  LEFT JOIN booking.locations AS l ON l.tenant_id = $1 AND ($3 IS NULL OR l.id = $3) AND l.active
  WHERE t.tenant_id = $1
  ORDER BY l.id)"};

constinit Statement staff_statement{R"(
  SELECT person.id,
         EXISTS (SELECT FROM booking.working_hours AS h WHERE h.tenant_id = $1 AND h.staff_id = person.id)
         OR EXISTS (SELECT FROM booking.date_overrides AS o WHERE o.tenant_id = $1 AND o.staff_id = person.id),
         coalesce(skill.duration_minutes, 0), coalesce(person.max_bookings_per_day, 0), coalesce(person.max_bookings_per_week, 0),
         person.own_hours_win
  FROM booking.staff_services AS skill
  JOIN booking.staff AS person ON person.tenant_id = $1 AND person.id = skill.staff_id
  WHERE skill.tenant_id = $1 AND skill.service_id = $2 AND ($3 IS NULL OR skill.staff_id = $3) AND person.active
  ORDER BY person.id)"};

// staff_id NULL: the location's own hours, and everybody's breaks there. Where rows are many per person they
// are read person by person (OFFSET 0 keeps it so): the planner, to whom tenant and person are unrelated,
// would read all of the tenant's.
constinit Statement hours_statement{R"(
  SELECT h.location_id, NULL::uuid, h.weekday, h.opens, h.closes, false FROM booking.opening_hours AS h
  WHERE h.tenant_id = $1 AND h.location_id = ANY ($2)
  UNION ALL
  SELECT h.location_id, person.id, h.weekday, h.opens, h.closes, false
  FROM unnest($3) AS person (id)
  CROSS JOIN LATERAL (SELECT * FROM booking.working_hours AS w
                      WHERE w.tenant_id = $1 AND w.staff_id = person.id OFFSET 0) AS h
  WHERE h.location_id = ANY ($2)
  UNION ALL
  SELECT k.location_id, k.staff_id, k.weekday, k.begins, k.ends, true FROM booking.breaks AS k
  WHERE k.tenant_id = $1 AND k.location_id = ANY ($2) AND (k.staff_id IS NULL OR k.staff_id = ANY ($3)))"};

constinit Statement overrides_statement{R"(
  SELECT o.location_id, o.staff_id, o.on_date, o.opens, o.closes FROM booking.date_overrides AS o
  WHERE o.tenant_id = $1 AND o.location_id = ANY ($2) AND o.on_date BETWEEN $4 AND $5
    AND (o.staff_id IS NULL OR o.staff_id = ANY ($3))
  ORDER BY o.on_date)"};

// A person is blocked wherever they are, by the clocks of the place the block was made at. Two halves, one
// for each index: in one condition neither would be used, and all the blocks of years gone by would be read.
constinit Statement blocks_statement{R"(
  SELECT b.location_id, b.staff_id, b.on_date, b.begins, b.ends, false, l.time_zone
  FROM booking.blocked_slots AS b
  JOIN booking.locations AS l ON l.tenant_id = $1 AND l.id = b.location_id
  WHERE b.tenant_id = $1 AND NOT b.weekly AND b.on_date BETWEEN $4 AND $5
    AND (b.staff_id = ANY ($3) OR b.staff_id IS NULL AND b.location_id = ANY ($2))
  UNION ALL
  SELECT b.location_id, b.staff_id, b.on_date, b.begins, b.ends, true, l.time_zone
  FROM booking.blocked_slots AS b
  JOIN booking.locations AS l ON l.tenant_id = $1 AND l.id = b.location_id
  WHERE b.tenant_id = $1 AND b.weekly AND b.on_date <= $5
    AND (b.staff_id = ANY ($3) OR b.staff_id IS NULL AND b.location_id = ANY ($2)))"};

constinit Statement time_off_statement{R"(
  SELECT person.id, off.starts_at, off.ends_at
  FROM unnest($2) AS person (id)
  CROSS JOIN LATERAL (SELECT * FROM booking.time_off AS t
                      WHERE t.tenant_id = $1 AND t.staff_id = person.id AND t.ends_at > $3 OFFSET 0) AS off
  WHERE off.starts_at < $4)"};

// What read_busy_from_index reads, where it cannot, and what only the table can tell: whose it is.
constinit Statement busy_statement{R"(
  SELECT b.staff_id, b.protected_from, b.protected_to FROM booking.busy_times AS b
  WHERE b.tenant_id = $1 AND b.staff_id = ANY ($2) AND b.protected_from >= $3 AND b.protected_from < $4
    AND (b.expires_at IS NULL OR b.expires_at > $5) AND ($6 IS NULL OR b.booking_id IS DISTINCT FROM $6)
  ORDER BY b.staff_id, b.protected_from)"};

// Whose and which session it is: for classes, and for rooms and devices.
constinit Statement taken_statement{R"(
  SELECT person.id, b.protected_from, b.protected_to, b.session_id, b.session_starts_at
  FROM unnest($2) AS person (id)
  JOIN booking.busy_times AS b ON b.tenant_id = $1 AND b.staff_id = person.id
  WHERE b.protected_from >= $3 AND b.protected_from < $4
    AND (b.expires_at IS NULL OR b.expires_at > $5) AND ($6 IS NULL OR b.booking_id IS DISTINCT FROM $6))"};

constinit Statement units_statement{R"(
  SELECT need.kind_id, unit.id, unit.location_id
  FROM booking.service_resources AS need
  LEFT JOIN booking.resources AS unit
    ON unit.tenant_id = $1 AND unit.kind_id = need.kind_id AND unit.location_id = ANY ($3) AND unit.active
  WHERE need.tenant_id = $1 AND need.service_id = $2
  ORDER BY need.kind_id, unit.id)"};

constinit Statement units_taken_statement{R"(
  SELECT unit.id, b.protected_from, b.protected_to, b.session_id, b.session_starts_at
  FROM unnest($2) AS unit (id)
  JOIN booking.busy_times AS b ON b.tenant_id = $1 AND b.resource_id = unit.id
  WHERE b.protected_from >= $3 AND b.protected_from < $4
    AND (b.expires_at IS NULL OR b.expires_at > $5) AND ($6 IS NULL OR b.booking_id IS DISTINCT FROM $6))"};

constinit Statement booked_statement{
    "SELECT b.staff_id, b.starts_at, b.id FROM booking.booked_starts($1, $2, $3, $4, $5, $6) AS b"};

UuidBytes uuid_of(Datum value) {
  UuidBytes uuid;
  memcpy(uuid.data(), DatumGetUUIDP(value)->data, uuid.size());
  return uuid;
}

int64_t minutes_of(Datum time) {
  return DatumGetTimeADT(time) / slots::kMicrosecondsPerMinute;
}

slots::Date date_of(Datum date) {
  return DatumGetDateADT(date) + kPostgresEpochDays;
}

int64_t instant_of(Datum value) {
  return unix_microseconds(DatumGetTimestampTz(value));
}

void take_terms(void* state, const Datum* values, const bool* nulls) {
  auto* const rows = static_cast<TermsRows*>(state);
  rows->has_service = DatumGetBool(values[0]);
  rows->has_moved_booking = DatumGetBool(values[1]);
  if (!rows->has_service || nulls[11]) return;
  rows->duration = DatumGetInt32(values[2]);
  rows->before = DatumGetInt32(values[3]);
  rows->after = DatumGetInt32(values[4]);
  rows->step = DatumGetInt32(values[5]);
  text_to_cstring_buffer(DatumGetTextPP(values[6]), rows->alignment, sizeof rows->alignment);
  rows->buffers_inside_hours = DatumGetBool(values[7]);
  rows->notice = DatumGetInt32(values[8]);
  rows->horizon = DatumGetInt32(values[9]);
  rows->horizon_business_days = DatumGetBool(values[10]);
  PlaceRow& place = rows->places.add();
  place.id = uuid_of(values[11]);
  text_to_cstring_buffer(DatumGetTextPP(values[12]), place.time_zone, sizeof place.time_zone);
  place.hours_set = DatumGetBool(values[13]);
  rows->capacity = DatumGetInt32(values[14]);
  rows->processing = DatumGetInt32(values[15]);
  rows->needs_units = DatumGetBool(values[16]);
}

void take_staff(void* state, const Datum* values, const bool*) {
  static_cast<RowBuffer<StaffRow>*>(state)->add() = {uuid_of(values[0]),
                                                     DatumGetBool(values[1]),
                                                     DatumGetInt32(values[2]),
                                                     DatumGetInt32(values[3]),
                                                     DatumGetInt32(values[4]),
                                                     DatumGetBool(values[5]),
                                                     0};
}

HoursRow& take_hours_row(void* state, const Datum* values, const bool* nulls) {
  HoursRow& row = static_cast<RowBuffer<HoursRow>*>(state)->add();
  row.place_id = uuid_of(values[0]);
  row.has_staff = !nulls[1];
  if (row.has_staff) row.staff_id = uuid_of(values[1]);
  row.closed = nulls[3];
  row.minutes = row.closed ? Interval{0, 0} : Interval{minutes_of(values[3]), minutes_of(values[4])};
  row.is_break = false;
  return row;
}

void take_weekly(void* state, const Datum* values, const bool* nulls) {
  HoursRow& row = take_hours_row(state, values, nulls);
  row.day = DatumGetInt16(values[2]);
  row.is_break = DatumGetBool(values[5]);
}

void take_override(void* state, const Datum* values, const bool* nulls) {
  take_hours_row(state, values, nulls).day = date_of(values[2]);
}

void take_block(void* state, const Datum* values, const bool* nulls) {
  BlockRow& row = static_cast<RowBuffer<BlockRow>*>(state)->add();
  row.place_id = uuid_of(values[0]);
  row.has_staff = !nulls[1];
  if (row.has_staff) row.staff_id = uuid_of(values[1]);
  row.on_date = date_of(values[2]);
  row.minutes = {minutes_of(values[3]), minutes_of(values[4])};
  row.weekly = DatumGetBool(values[5]);
  text_to_cstring_buffer(DatumGetTextPP(values[6]), row.time_zone, sizeof row.time_zone);
}

void take_instants(void* state, const Datum* values, const bool*) {
  static_cast<RowBuffer<InstantsRow>*>(state)->add() = {uuid_of(values[0]),
                                                        {instant_of(values[1]), instant_of(values[2])}};
}

/// Where rows of busy times go: person by person, in the order of the staff.
struct BusyTaker {
  CalendarRows& rows;
  StaffRow* person;
};

void take_busy(void* state, const Datum* values, const bool*) {
  auto* const taker = static_cast<BusyTaker*>(state);
  UuidBytes const staff_id = uuid_of(values[0]);
  while (taker->person->id != staff_id) taker->person++;
  taker->person->busy_count++;
  taker->rows.busy.add() = {instant_of(values[1]), instant_of(values[2])};
}

void take_taken(void* state, const Datum* values, const bool* nulls) {
  TakenRow& row = static_cast<RowBuffer<TakenRow>*>(state)->add();
  row.owner_id = uuid_of(values[0]);
  row.window = {instant_of(values[1]), instant_of(values[2])};
  row.has_session = !nulls[3];
  if (!row.has_session) return;
  row.session_id = uuid_of(values[3]);
  row.session_us = instant_of(values[4]);
}

void take_unit(void* state, const Datum* values, const bool* nulls) {
  UnitRow& row = static_cast<RowBuffer<UnitRow>*>(state)->add();
  row.kind_id = uuid_of(values[0]);
  row.has_unit = !nulls[1];
  if (!row.has_unit) return;
  row.id = uuid_of(values[1]);
  row.place_id = uuid_of(values[2]);
}

void take_booked(void* state, const Datum* values, const bool*) {
  static_cast<RowBuffer<BookedRow>*>(state)->add() = {uuid_of(values[0]), instant_of(values[1]),
                                                      uuid_of(values[2])};
}

Statement::Parameter uuid_parameter(const UuidBytes& uuid) {
  return {UUIDOID, uuid_datum(uuid.data()), false};
}

Statement::Parameter optional_uuid(const std::optional<UuidBytes>& uuid) {
  return uuid ? uuid_parameter(*uuid) : Statement::Parameter{UUIDOID, (Datum)0, true};
}

Statement::Parameter instant_parameter(int64_t unix_us) {
  return {TIMESTAMPTZOID, instant_datum(unix_us), false};
}

Statement::Parameter date_parameter(slots::Date date) {
  return {DATEOID, DateADTGetDatum(date - kPostgresEpochDays), false};
}

/// The ids of those rows of `all` that `wanted` says.
template <typename All, typename IdOf, typename Wanted>
Statement::Parameter uuids_parameter(const All& all, IdOf id_of, Wanted wanted) {
  auto* const ids = static_cast<Datum*>(palloc(sizeof(Datum) * (all.size() + 1)));
  int count = 0;
  for (const auto& one : all)
    if (wanted(one)) ids[count++] = uuid_datum(id_of(one).data());
  ArrayType* const array = construct_array(ids, count, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR);
  return {UUIDARRAYOID, PointerGetDatum(array), false};
}

void collect(Statement& statement, const Statement::Parameter* parameters, int count, RowHandler take,
             void* state) {
  statement.execute(parameters, count, /*read_only=*/true, create_row_receiver(take, state));
}

bool has_limit(const StaffRow& person) {
  return person.max_per_day > 0 || person.max_per_week > 0;
}

/// Busy times of `owners` that begin in `begins`.
void read_taken_rows(Statement& statement, const SlotQuestion& question, Statement::Parameter owners,
                     Interval begins, RowBuffer<TakenRow>& taken) {
  Statement::Parameter const parameters[] = {
      uuid_parameter(question.tenant_id), owners,
      instant_parameter(begins.from),     instant_parameter(begins.to),
      instant_parameter(question.now_us), optional_uuid(question.moved_booking_id)};
  collect(statement, parameters, 6, take_taken, &taken);
}

/// The units that the service needs, and what they are busy with.
void read_units(const SlotQuestion& question, Statement::Parameter places, Interval begins,
                CalendarRows& rows) {
  Statement::Parameter const parameters[] = {uuid_parameter(question.tenant_id),
                                             uuid_parameter(question.service_id), places};
  collect(units_statement, parameters, 3, take_unit, &rows.units);
  Statement::Parameter const units = uuids_parameter(
      rows.units, [](const UnitRow& unit) -> auto& { return unit.id; },
      [](const UnitRow& unit) { return unit.has_unit; });
  read_taken_rows(units_taken_statement, question, units, begins, rows.units_taken);
}

/// Everything that counts for the limits of people on these dates, whole weeks of it.
void read_booked_rows(const SlotQuestion& question, slots::DateRange dates, CalendarRows& rows) {
  if (std::none_of(rows.staff.begin(), rows.staff.end(), has_limit)) return;
  auto const begins = [](slots::Date date) { return date * slots::kMicrosecondsPerDay; };
  Statement::Parameter const parameters[] = {
      uuid_parameter(question.tenant_id),
      uuids_parameter(
          rows.staff, [](const StaffRow& person) -> auto& { return person.id; }, has_limit),
      instant_parameter(begins(monday_of(dates.from)) - kZoneMargin),
      instant_parameter(begins(monday_of(dates.to) + 7) + kZoneMargin),
      instant_parameter(question.now_us),
      optional_uuid(question.moved_booking_id)};
  collect(booked_statement, parameters, 6, take_booked, &rows.booked);
}

}  // namespace

Datum instant_datum(int64_t unix_us) {
  return TimestampTzGetDatum(
      std::clamp(unix_us - kPostgresEpochMicroseconds, MIN_TIMESTAMP, END_TIMESTAMP - 1));
}

int64_t unix_microseconds(TimestampTz instant) {
  return TIMESTAMP_NOT_FINITE(instant) ? instant : instant + kPostgresEpochMicroseconds;
}

void read_terms_rows(const SlotQuestion& question, TermsRows& rows) {
  spi_connect();
  Statement::Parameter const parameters[] = {
      uuid_parameter(question.tenant_id), uuid_parameter(question.service_id),
      optional_uuid(question.location_id), optional_uuid(question.moved_booking_id)};
  collect(terms_statement, parameters, 4, take_terms, &rows);
  spi_finish();
}

void read_staff_rows(const SlotQuestion& question, RowBuffer<StaffRow>& staff) {
  spi_connect();
  Statement::Parameter const parameters[] = {uuid_parameter(question.tenant_id),
                                             uuid_parameter(question.service_id),
                                             optional_uuid(question.only_staff_id)};
  collect(staff_statement, parameters, 3, take_staff, &staff);
  spi_finish();
}

void read_calendar_rows(const SlotQuestion& question, const CalendarRange& range, CalendarRows& rows) {
  spi_connect();
  auto const everybody = [](const auto&) { return true; };
  Statement::Parameter const tenant = uuid_parameter(question.tenant_id);
  Statement::Parameter const places = uuids_parameter(
      range.place_ids, [](const UuidBytes& id) -> auto& { return id; }, everybody);
  Statement::Parameter const staff = uuids_parameter(
      rows.staff, [](const StaffRow& person) -> auto& { return person.id; }, everybody);

  slots::DateRange const dates = slots::relevant_dates(range.service, range.dates);
  Statement::Parameter const hours[] = {tenant, places, staff, date_parameter(dates.from),
                                        date_parameter(dates.to)};
  collect(hours_statement, hours, 3, take_weekly, &rows.weekly);
  collect(overrides_statement, hours, 5, take_override, &rows.overrides);
  Statement::Parameter const blocks[] = {tenant, places, staff, date_parameter(range.block_dates.from),
                                         date_parameter(range.block_dates.to)};
  collect(blocks_statement, blocks, 5, take_block, &rows.blocks);

  Statement::Parameter const off[] = {tenant, staff, instant_parameter(range.span.from),
                                      instant_parameter(range.span.to)};
  collect(time_off_statement, off, 4, take_instants, &rows.time_off);
  Interval const begins{range.span.from - kLongestBusyMicroseconds, range.span.to};
  if (question.moved_booking_id || !read_busy_from_index(question, begins, rows)) {
    Statement::Parameter const busy[] = {tenant,
                                         staff,
                                         instant_parameter(begins.from),
                                         instant_parameter(begins.to),
                                         instant_parameter(question.now_us),
                                         optional_uuid(question.moved_booking_id)};
    BusyTaker taker{rows, rows.staff.begin()};
    collect(busy_statement, busy, 6, take_busy, &taker);
  }
  if (range.is_class) read_taken_rows(taken_statement, question, staff, begins, rows.taken);
  if (range.needs_units) read_units(question, places, begins, rows);
  read_booked_rows(question, range.dates, rows);
  spi_finish();
}

}  // namespace pg_booking
