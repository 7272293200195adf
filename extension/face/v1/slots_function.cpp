#include "engine/slots_candidates.hpp"
#include "face/v1/slot_writer.hpp"
#include "gateway/errors.hpp"

#include "engine/slots_arguments.hpp"
#include "gateway/raise_error.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"

// The slots of POST /v1/availability/search, written where they are found: as rows they would take longer
// than all the rest of the search.
namespace pg_booking::v1 {
namespace {

constexpr int64_t kPostgresEpochMicroseconds = INT64_C(946684800000000);  // 2000-01-01 since 1970
constexpr size_t kSlotBytes = 230;                                        // about
constexpr size_t kInterruptible = 1024;

/// Where a page of the answer ends and the next one goes on.
struct Place {
  int64_t starts_us;
  UuidBytes staff_id;

  auto operator<=>(const Place&) const = default;
};

/// Text of any length that becomes a datum without a copy.
class TextDatum {
 public:
  /// Where the next bytes go, so many at most; then advance() to where they ended. C-zone.
  char* reserve(size_t bytes) {
    if (VARHDRSZ + size_ + bytes > capacity_) {
      capacity_ = std::max(2 * capacity_, VARHDRSZ + size_ + bytes + kFirstBytes);
      pg([&] {
        CHECK_FOR_INTERRUPTS();
        if (capacity_ > MaxAllocSize)
          ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                          errmsg("there are too many slots for one answer")));
        bytes_ = static_cast<char*>(bytes_ == nullptr ? palloc(capacity_) : repalloc(bytes_, capacity_));
      });
    }
    return bytes_ + VARHDRSZ + size_;
  }
  void advance(const char* end) { size_ = static_cast<size_t>(end - bytes_) - VARHDRSZ; }
  void append(char byte) {
    char* const at = reserve(1);
    *at = byte;
    advance(at + 1);
  }
  Datum finish() {
    SET_VARSIZE(bytes_, VARHDRSZ + size_);
    return PointerGetDatum(bytes_);
  }

 private:
  static constexpr size_t kFirstBytes = 1000;
  char* bytes_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

struct Page {
  TextDatum slots;
  size_t count = 0;
  bool truncated = false;
  Place last{};
};

/// The first slots on these dates behind a place, as many as the page takes.
void find_page(const SlotQuestion& question, slots::DateRange dates, std::optional<Place> after, size_t limit,
               Page& page) {
  SlotTerms const terms = read_terms(question);
  const slots::Zone& zone = *terms.places.front().zone;
  // A date more: where clocks are set back at midnight a date comes back after the next one has begun.
  if (after) dates.from = std::max(dates.from, zone.date_at(after->starts_us) - 1);
  if (dates.to < dates.from) return;
  Calendars const calendars = read_calendars(question, terms, dates);
  std::vector<StaffId> staff_ids;
  for (const Person& person : calendars.persons) staff_ids.push_back(public_staff_id(person.id));
  SlotWriter writer(zone);
  MergedSweep sweep(calendars, terms.limits(question, dates));
  for (Slot slot{}; sweep.next(slot);) {
    const Person& person = *slot.candidate->person;
    Place const place{slot.at_us, person.id};
    if (after && place <= *after) continue;
    page.truncated = page.count == limit;
    if (page.truncated) break;
    if (page.count++ > 0) page.slots.append(',');
    int64_t const ends_us = slot.at_us + person.service.duration_minutes * slots::kMicrosecondsPerMinute;
    const StaffId& staff_id = staff_ids[static_cast<size_t>(&person - calendars.persons.data())];
    page.slots.advance(
        writer.write(page.slots.reserve(SlotWriter::kMaxBytes), slot.at_us, ends_us, staff_id));
    page.last = place;
  }
}

/// P-zone: takes references, destroys nothing.
Datum make_row(FunctionCallInfo fcinfo, Page& page) {
  TupleDesc shape = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE)
    elog(ERROR, "return type must be a row type");
  bool const is_last = !page.truncated;
  Datum values[] = {page.slots.finish(), Int32GetDatum(static_cast<int32>(page.count)),
                    TimestampTzGetDatum(page.last.starts_us - kPostgresEpochMicroseconds),
                    uuid_datum(page.last.staff_id.data())};
  bool nulls[] = {false, false, is_last, is_last};
  return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

}  // namespace
}  // namespace pg_booking::v1

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_v1_find_slots) {
  return raising_api_errors([&]() -> Datum {
    SlotQuestion question{};
    question.tenant_id = uuid_argument(fcinfo, 0, "tenant_id");
    question.service_id = uuid_argument(fcinfo, 1, "service_id");
    question.location_id = uuid_argument(fcinfo, 2, "location_id");
    question.only_staff_id = optional_uuid_argument(fcinfo, 3);
    slots::DateRange const dates = dates_argument(fcinfo, 4);
    std::optional<v1::Place> after;
    if (!PG_ARGISNULL(6))
      after = {instant_argument(fcinfo, 6, "after_start"), uuid_argument(fcinfo, 7, "after_staff_id")};
    size_t const limit = limit_argument(fcinfo, 8);
    question.now_us = instant_argument(fcinfo, 9, "now");
    v1::Page page;
    page.slots.append('[');
    v1::find_page(question, dates, after, limit, page);
    page.slots.append(']');
    return pg([&] { return v1::make_row(fcinfo, page); });
  });
}
