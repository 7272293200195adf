#pragma once

#include <span>

#include "engine/slots_question.hpp"

#include "pg/postgres.hpp"

extern "C" {
#include "utils/memutils.h"
}

// Rows of the tables behind the slot engine, as they come: trivially destructible, for the P-zone. All are
// read as the calling role, under row-level security, and with the snapshot of the calling statement.
namespace pg_booking {

/// Rows of one fixed shape, collected below the executor in plain memory of the context they were made in.
template <typename Row>
class RowBuffer {
 public:
  /// P-zone.
  Row& add() {
    if (count_ == capacity_) {
      capacity_ = capacity_ == 0 ? 64 : capacity_ * 2;
      Size const size = capacity_ * sizeof(Row);
      rows_ = static_cast<Row*>(rows_ == nullptr ? MemoryContextAllocHuge(context_, size)
                                                 : repalloc_huge(rows_, size));
    }
    return rows_[count_++];
  }

  size_t size() const { return count_; }
  Row* begin() { return rows_; }
  Row* end() { return rows_ + count_; }
  const Row* begin() const { return rows_; }
  const Row* end() const { return rows_ + count_; }

 private:
  Row* rows_ = nullptr;
  size_t count_ = 0;
  size_t capacity_ = 0;
  MemoryContext context_ = CurrentMemoryContext;
};

struct PlaceRow {
  UuidBytes id;
  bool hours_set;
  char time_zone[128];
};

/// Service, tenant and the places asked about; `places` is empty when there are none.
struct TermsRows {
  bool has_service, has_moved_booking, needs_units;
  int32_t duration, before, after, step, notice, horizon, capacity, processing;
  char alignment[16];
  bool buffers_inside_hours, horizon_business_days;
  RowBuffer<PlaceRow> places;  // by id
};

struct StaffRow {
  UuidBytes id;
  bool hours_set;
  int32_t duration;      // 0: the service's
  int32_t max_per_day;   // 0: no limit
  int32_t max_per_week;  // likewise
  bool own_hours_win;
  size_t busy_count;  // of CalendarRows::busy
};

/// A weekly interval or break (`day` is the ISO weekday) or an interval of an override (`day` is the date
/// since 1970).
struct HoursRow {
  UuidBytes place_id;
  bool has_staff;
  UuidBytes staff_id;
  int32_t day;
  bool closed;
  slots::Interval minutes;
  bool is_break;
};

struct BlockRow {
  UuidBytes place_id;
  bool has_staff;
  UuidBytes staff_id;
  slots::Date on_date;
  bool weekly;
  slots::Interval minutes;
  char time_zone[128];
};

struct InstantsRow {
  UuidBytes staff_id;
  slots::Interval instants;
};

/// A unit of a kind that the service needs, at one of the places.
struct UnitRow {
  UuidBytes kind_id;
  bool has_unit;  // false: there is none of this kind
  UuidBytes id;
  UuidBytes place_id;
};

/// A busy time of a person or a unit, and the session that it belongs to.
struct TakenRow {
  UuidBytes owner_id;
  slots::Interval window;
  bool has_session;
  UuidBytes session_id;
  int64_t session_us;
};

/// Something that counts for the limits of who serves.
struct BookedRow {
  UuidBytes staff_id;
  int64_t starts_us;
  UuidBytes booking_id;
};

struct CalendarRows {
  RowBuffer<StaffRow> staff;  // by id
  RowBuffer<HoursRow> weekly;
  RowBuffer<HoursRow> overrides;  // by date
  RowBuffer<BlockRow> blocks;
  RowBuffer<InstantsRow> time_off;
  RowBuffer<slots::Interval> busy;  // by staff, then start
  RowBuffer<BookedRow> booked;      // of those with a limit
  RowBuffer<TakenRow> taken;        // of a class: busy once more, by staff
  RowBuffer<UnitRow> units;         // by kind, then id
  RowBuffer<TakenRow> units_taken;  // by unit
};

/// Instants and uuids as PostgreSQL has them. What lies beyond its calendar is moved to its ends; infinities
/// stay what they are, the engine cuts them off.
Datum instant_datum(int64_t unix_us);
int64_t unix_microseconds(TimestampTz instant);
inline Datum uuid_view(const UuidBytes& uuid) {
  return PointerGetDatum(uuid.data());  // without a copy: as long as the bytes live
}

/// What reading depends on.
struct CalendarRange {
  std::span<const UuidBytes> place_ids;
  slots::Service service;        // of the longest visit
  slots::DateRange dates;        // of starts
  slots::Interval span;          // instants
  slots::DateRange block_dates;  // on which a block can begin that reaches into the span, in any zone
  bool is_class;
  bool needs_units;
};

/// P-zone.
void read_terms_rows(const SlotQuestion& question, TermsRows& rows);

/// Those who perform the service. P-zone.
void read_staff_rows(const SlotQuestion& question, RowBuffer<StaffRow>& staff);

/// All the rest, about rows.staff; one query per kind of row, however many people and places. P-zone.
void read_calendar_rows(const SlotQuestion& question, const CalendarRange& range, CalendarRows& rows);

}  // namespace pg_booking
