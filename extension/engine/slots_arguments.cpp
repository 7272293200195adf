#include "engine/slots_arguments.hpp"

#include "pg/guard.hpp"

extern "C" {
#include "utils/date.h"
}

namespace pg_booking {
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

[[noreturn]] void refuse_argument(const char* name, const char* problem) {
  throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, (std::string(name) + problem).c_str());
}

slots::Date date_argument(FunctionCallInfo fcinfo, int number, const char* name) {
  if (PG_ARGISNULL(number)) refuse_argument(name, " must be a date");
  DateADT const date = PG_GETARG_DATEADT(number);
  if (date < kFirstDay || date > kLastDay) refuse_argument(name, " must be a date of the years 0001 to 9999");
  return date + kPostgresEpochDays;
}

}  // namespace

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

int64_t instant_argument(FunctionCallInfo fcinfo, int number, const char* name) {
  if (PG_ARGISNULL(number)) refuse_argument(name, " must be an instant");
  TimestampTz const instant = PG_GETARG_TIMESTAMPTZ(number);
  if (instant < kFirstInstant || instant > kLastInstant)
    refuse_argument(name, " must be an instant of the years 0001 to 9999");
  return instant + kPostgresEpochMicroseconds;
}

slots::DateRange dates_argument(FunctionCallInfo fcinfo, int number) {
  slots::DateRange const dates{date_argument(fcinfo, number, "from_date"),
                               date_argument(fcinfo, number + 1, "to_date")};
  if (dates.to - dates.from > kMaxRangeDays)
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "from_date and to_date must be at most 1100 days apart");
  return dates;
}

size_t limit_argument(FunctionCallInfo fcinfo, int number) {
  if (PG_ARGISNULL(number)) return SIZE_MAX;
  int32 const limit = PG_GETARG_INT32(number);
  if (limit < 1) throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "max_slots must be at least 1");
  return static_cast<size_t>(limit);
}

std::optional<int32_t> duration_argument(FunctionCallInfo fcinfo, int number) {
  if (PG_ARGISNULL(number)) return std::nullopt;
  int32 const minutes = PG_GETARG_INT32(number);
  if (minutes < 1 || minutes > slots::kMinutesPerDay)
    refuse_argument("duration_minutes", " must be 1 to 1440");
  return minutes;
}

}  // namespace pg_booking
