#include "engine/jwt_keys.hpp"

#include "text/json_parse.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/role.hpp"
#include "pg/statement.hpp"
#include "pg/watched_table.hpp"

extern "C" {
#include "utils/array.h"
}

namespace pg_booking {
namespace {

// A key that can sign holds its public part too; what only verifies needs no unsealing.
constinit Statement read_keys{R"(
  SELECT coalesce(booking.unseal(s.key, k.sealed_jwk), k.public_jwk::text), k.roles, k.status = 'current'
  FROM auth.jwt_keys AS k LEFT JOIN auth.secret_keys AS s ON s.purpose = 'jwt' AND k.sealed_jwk IS NOT NULL
  WHERE k.status <> 'revoked'
  ORDER BY k.status = 'current' DESC, k.id)"};

constinit WatchedTable table{"auth", "jwt_keys"};

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
  table.begin_reading();
  Identity const caller = become_owner(owner_id);
  spi_connect();
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
  spi_finish();
  leave_owner(caller);
  table.end_reading();
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
  if (table.is_unchanged()) return keys;
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
    table.forget();
    throw;
  }
  return keys;
}

}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_sign_jwt) {
  const text* const claims = pg([&] { return PG_GETARG_TEXT_PP(0); });
  const JwtKeys& keys = jwt_keys(GetUserId());
  if (!keys.can_sign) throw SqlError(ERRCODE_NO_DATA_FOUND, "auth.jwt_keys has no current key to sign with");
  std::string const token = jwt::sign_token(view_of(claims), keys.trusted.front().key);
  return pg([&] { return text_datum(token); });
}
