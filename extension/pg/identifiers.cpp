#include "pg/identifiers.hpp"

#include <array>

#include "text/api_key_format.hpp"
#include "text/datetime.hpp"
#include "text/typeid.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/xlog.h"
#include "utils/xid8.h"
}
#include "pg/random.hpp"

namespace pg_booking {
namespace {

constexpr int64_t kPostgresEpochMicroseconds = INT64_C(946684800000000);         // 2000-01-01 since 1970
constexpr TimestampTz kLastInstant = PG_INT64_MAX - kPostgresEpochMicroseconds;  // countable since 1970
constexpr size_t kMaxPrefixLength = 16;

Datum guarded_text(std::string_view value) {
  return pg([&] { return text_datum(value); });
}

Datum guarded_uuid(const UuidBytes& uuid) {
  return pg([&] { return uuid_datum(uuid.data()); });
}

}  // namespace

UuidBytes new_uuid_v7() {
  std::array<uint8_t, 8> random;
  fill_random(random.data(), random.size());
  return make_uuid_v7(GetCurrentTimestamp() + kPostgresEpochMicroseconds, random);
}

}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_uuid_v7) {
  return guarded_uuid(new_uuid_v7());
}

PG_BOOKING_FUNCTION(pg_booking_public_id) {
  const text* const prefix = pg([&] { return PG_GETARG_TEXT_PP(0); });
  UuidBytes uuid;
  memcpy(uuid.data(), PG_GETARG_UUID_P(1)->data, uuid.size());
  char buffer[kMaxPrefixLength + 1 + kTypeIdSuffixLength];
  std::string_view const name = view_of(prefix);
  if (name.size() > kMaxPrefixLength)
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the prefix of a public id has at most 16 characters");
  format_typeid(name, uuid, buffer);
  return guarded_text({buffer, name.size() + 1 + kTypeIdSuffixLength});
}

PG_BOOKING_FUNCTION(pg_booking_parse_public_id) {
  const text* const prefix = pg([&] { return PG_GETARG_TEXT_PP(0); });
  const text* const public_id = pg([&] { return PG_GETARG_TEXT_PP(1); });
  std::optional<UuidBytes> const uuid = parse_typeid(view_of(prefix), view_of(public_id));
  if (!uuid) PG_RETURN_NULL();
  return guarded_uuid(*uuid);
}

PG_BOOKING_FUNCTION(pg_booking_rfc3339) {
  TimestampTz const instant = PG_GETARG_TIMESTAMPTZ(0);
  if (TIMESTAMP_NOT_FINITE(instant))
    throw SqlError(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "infinity is no instant");
  if (instant > kLastInstant)
    throw SqlError(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "the instant is too far in the future");
  return guarded_text(format_rfc3339(instant + kPostgresEpochMicroseconds));
}

PG_BOOKING_FUNCTION(pg_booking_generate_api_key) {
  std::array<uint8_t, 48> random;
  fill_random(random.data(), random.size());
  return guarded_text(format_api_key(random));
}

PG_BOOKING_FUNCTION(pg_booking_writing_transaction) {
  return pg([] { return FullTransactionIdGetDatum(GetTopFullTransactionId()); });
}

PG_BOOKING_FUNCTION(pg_booking_cluster_id) {
  PG_RETURN_INT64(static_cast<int64>(GetSystemIdentifier()));
}
