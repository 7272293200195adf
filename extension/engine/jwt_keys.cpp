#include "engine/jwt_keys.hpp"

#include "text/json_parse.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/role.hpp"
#include "pg/statement.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "utils/array.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"
}

namespace pg_booking {
namespace {

// A key that can sign holds its public part too; what only verifies needs no unsealing.
constinit Statement read_keys{R"(
  SELECT coalesce(booking.unseal(s.key, k.sealed_jwk), k.public_jwk::text), k.roles, k.status = 'current'
  FROM auth.jwt_keys AS k LEFT JOIN auth.secret_keys AS s ON s.purpose = 'jwt' AND k.sealed_jwk IS NOT NULL
  WHERE k.status <> 'revoked'
  ORDER BY k.status = 'current' DESC, k.id)"};

constinit bool known = false;
constinit Oid table_id = InvalidOid;

void forget(Datum, Oid relation_id) noexcept {
  if (relation_id == table_id || relation_id == InvalidOid) known = false;
}

void watch_table() {
  static constinit bool watching = false;
  if (!watching) CacheRegisterRelcacheCallback(forget, (Datum)0);
  watching = true;
  table_id = get_relname_relid("jwt_keys", get_namespace_oid("auth", /*missing_ok=*/false));
}

/// A row in the server's memory, so that the P-zone has nothing to destroy.
struct Row {
  std::string_view jwk;
  ArrayType* roles;
  bool is_current;
};
struct Rows {
  Row* rows;
  uint64 count;
};

/// P-zone.
Rows fetch(Oid owner_id) {
  MemoryContext const results = CurrentMemoryContext;
  watch_table();
  // Before the look: a change that commits meanwhile makes it unknown again.
  known = true;
  Identity const caller = become_owner(owner_id);
  spi_connect();
  // The newest snapshot: the transaction's own may be older than the change that made us read again.
  PushActiveSnapshot(GetLatestSnapshot());
  uint64 const count = read_keys.execute(nullptr, 0, /*read_only=*/true);
  MemoryContext const spi = MemoryContextSwitchTo(results);
  Rows fetched{static_cast<Row*>(palloc0(sizeof(Row) * (count + 1))), count};
  for (uint64 i = 0; i < count; i++) {
    bool is_null;
    auto const column = [&](int number) {
      return SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, number, &is_null);
    };
    fetched.rows[i].jwk = view_of(DatumGetTextPCopy(column(1)));
    Datum const roles = column(2);
    if (!is_null) fetched.rows[i].roles = DatumGetArrayTypePCopy(roles);
    fetched.rows[i].is_current = DatumGetBool(column(3));
  }
  MemoryContextSwitchTo(spi);
  PopActiveSnapshot();
  spi_finish();
  leave_owner(caller);
  return fetched;
}

std::vector<std::string> names_of(ArrayType* array) {
  std::vector<std::string> names;
  if (array == nullptr) return names;
  Datum* elements = nullptr;
  int count = 0;
  pg([&] { deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count); });
  for (int i = 0; i < count; i++)
    names.emplace_back(view_of(reinterpret_cast<const varlena*>(DatumGetPointer(elements[i]))));
  return names;
}

}  // namespace

const JwtKeys& jwt_keys(unsigned owner_id) {
  static JwtKeys keys;
  if (known) return keys;
  try {
    Rows const fetched = pg([&] { return fetch(owner_id); });
    keys.trusted.clear();
    keys.can_sign = false;
    keys.version++;
    for (uint64 i = 0; i < fetched.count; i++) {
      const Row& row = fetched.rows[i];
      json::Document jwk;
      if (parse_json(row.jwk, jwk))
        throw SqlError(ERRCODE_DATA_EXCEPTION, "auth.jwt_keys holds what is no key");
      keys.trusted.push_back({jwt::Key(jwk), names_of(row.roles)});
      if (i == 0) keys.can_sign = row.is_current && keys.trusted.front().key.can_sign();
    }
  } catch (...) {
    known = false;
    throw;
  }
  return keys;
}

}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_jwt_keys_changed) {
  if (!CALLED_AS_TRIGGER(fcinfo))
    throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, "jwt_keys_changed is a trigger's function");
  Relation const table = reinterpret_cast<TriggerData*>(fcinfo->context)->tg_relation;
  pg([&] { CacheInvalidateRelcache(table); });
  return PointerGetDatum(nullptr);
}
