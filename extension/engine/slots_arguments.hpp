#pragma once

#include <optional>

#include "engine/slots_question.hpp"

#include "pg/postgres.hpp"

// Arguments of the SQL functions over the slot engine, by number; refused by name. C-zone.
namespace pg_booking {

UuidBytes uuid_argument(FunctionCallInfo fcinfo, int number, const char* name);

/// Nothing for NULL.
std::optional<UuidBytes> optional_uuid_argument(FunctionCallInfo fcinfo, int number);

/// Microseconds since 1970, in the years that the engine works on.
int64_t instant_argument(FunctionCallInfo fcinfo, int number, const char* name);

/// from_date and to_date, two arguments from this one on, at most 1100 days apart; to_date may come first.
slots::DateRange dates_argument(FunctionCallInfo fcinfo, int number);

/// max_slots; without end for NULL.
size_t limit_argument(FunctionCallInfo fcinfo, int number);

/// duration_minutes, a day at most; nothing for NULL.
std::optional<int32_t> duration_argument(FunctionCallInfo fcinfo, int number);

}  // namespace pg_booking
