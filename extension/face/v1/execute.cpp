#include "face/v1/execute.hpp"

#include <array>

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/json_receiver.hpp"
#include "pg/role.hpp"
#include "pg/settings.hpp"
#include "pg/statement.hpp"

extern "C" {
#include "utils/array.h"
#include "utils/date.h"
}

namespace pg_booking::v1 {
namespace {

constexpr const char* kRole = "booking_integration";
// How long a write waits for another one: for the same idempotency key, the same person's calendar, the same
// booking.
constexpr const char* kLockTimeout = "2s";
constexpr int32_t kPostgresEpochDays = 10957;  // 2000-01-01 since 1970-01-01
constexpr size_t kMaxRoutes = 32;

constinit std::array<Statement, kMaxRoutes> statements{};

/// The statement of a route, kept for the life of the backend.
Statement& statement_of(const Route& route) {
  Statement& statement = statements.at(static_cast<size_t>(&route - routes().data()));
  if (!statement.is_set()) statement = Statement(route.operation->sql);
  return statement;
}

Oid sql_type(Type type) {
  switch (type) {
    case Type::public_id:
      return UUIDOID;
    case Type::date:
      return DATEOID;
    case Type::timestamp:
      return TIMESTAMPTZOID;
    case Type::time_of_day:
      return TIMEOID;
    case Type::integer:
      return INT4OID;
    case Type::some_of:
      return TEXTARRAYOID;
    case Type::boolean:
      return BOOLOID;
    default:
      return TEXTOID;
  }
}

/// P-zone: takes references, destroys nothing.
Datum to_datum(const Value& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return text_datum(*text);
  if (const auto* const uuid = std::get_if<UuidBytes>(&value)) return uuid_datum(uuid->data());
  if (const auto* const instant = std::get_if<Instant>(&value))
    return TimestampTzGetDatum(instant->microseconds_since_1970 - kPostgresEpochDays * USECS_PER_DAY);
  if (const auto* const day = std::get_if<Day>(&value))
    return DateADTGetDatum(day->days_since_1970 - kPostgresEpochDays);
  if (const auto* const time = std::get_if<TimeOfDay>(&value))
    return TimeADTGetDatum(INT64CONST(60000000) * time->minutes);
  if (const auto* const flag = std::get_if<bool>(&value)) return BoolGetDatum(*flag);
  if (const auto* const number = std::get_if<int32_t>(&value)) return Int32GetDatum(*number);
  if (const auto* const list = std::get_if<std::vector<std::string>>(&value)) {
    auto* const elements = static_cast<Datum*>(palloc(sizeof(Datum) * list->size()));
    for (size_t i = 0; i < list->size(); i++) elements[i] = text_datum((*list)[i]);
    return PointerGetDatum(
        construct_array(elements, static_cast<int>(list->size()), TEXTOID, -1, false, TYPALIGN_INT));
  }
  return (Datum)0;
}

/// P-zone.
uint64 run(Statement& statement, const Route& route, const ApiKey& key, const Value* values, StringInfo data,
           StringInfo meta) {
  DestReceiver* const receiver = create_json_receiver(data, meta);

  spi_connect();
  Statement::Parameter parameters[Statement::kMaxParameters];
  int count = 0;
  parameters[count++] = {UUIDOID, uuid_datum(key.tenant_id.data()), false};
  if (route.writes) parameters[count++] = {UUIDOID, uuid_datum(key.id.data()), false};
  for (const Field& field : route.operation->fields) {
    const Value& value = *values++;
    parameters[count++] = {sql_type(field.type), to_datum(value),
                           std::holds_alternative<std::monostate>(value)};
  }
  uint64 const rows = statement.execute(parameters, count, /*read_only=*/!route.writes, receiver);
  spi_finish();
  return rows;
}

}  // namespace

CallerScope::CallerScope(const ApiKey& key, bool writes) {
  Identity const outer = pg([&] {
    pg_uuid_t tenant_id;
    memcpy(tenant_id.data, key.tenant_id.data(), sizeof tenant_id.data);
    set_current_tenant(tenant_id);
    if (writes) set_lock_timeout(kLockTimeout);
    return become_role(kRole);
  });
  outer_user_ = outer.user_id;
  outer_security_context_ = outer.security_context;
}

CallerScope::CallerScope() {
  Identity const outer = pg([&] { return become_role(kRole); });
  outer_user_ = outer.user_id;
  outer_security_context_ = outer.security_context;
}

void CallerScope::leave() {
  pg([&] { leave_role(Identity{outer_user_, outer_security_context_}); });
}

Result execute(const Route& route, const ApiKey& key, const std::vector<Value>& values) {
  Statement& statement = statement_of(route);
  const Value* const first = values.data();
  StringInfoData data;
  StringInfoData meta;
  Result result{};
  result.rows = pg([&] {
    initStringInfo(&data);
    initStringInfo(&meta);
    return run(statement, route, key, first, &data, &meta);
  });
  result.data.assign(data.data, static_cast<size_t>(data.len));
  result.meta.assign(meta.data, static_cast<size_t>(meta.len));
  return result;
}

}  // namespace pg_booking::v1
