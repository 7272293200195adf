#include "engine/project_key.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include "engine/jwt_verifier.hpp"
#include "text/sha256.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/role.hpp"
#include "pg/statement.hpp"
#include "pg/watched_table.hpp"

namespace pg_booking {
namespace {

constinit Statement read_keys{"SELECT k.digest, k.role = 'service_role' FROM auth.project_keys AS k"};
constinit WatchedTable table{"auth", "project_keys"};

struct OpaqueKey {
  std::array<uint8_t, 32> digest;
  bool is_secret;
};
struct OpaqueKeys {
  OpaqueKey* keys;
  uint64 count;
};

/// P-zone.
OpaqueKeys fetch(Oid owner_id) {
  MemoryContext const results = CurrentMemoryContext;
  table.begin_reading();
  Identity const caller = become_owner(owner_id);
  spi_connect();
  uint64 const count = read_keys.execute(nullptr, 0, /*read_only=*/true);
  auto* const keys =
      static_cast<OpaqueKey*>(MemoryContextAllocZero(results, sizeof(OpaqueKey) * (count + 1)));
  for (uint64 i = 0; i < count; i++) {
    bool is_null;  // every column is NOT NULL
    HeapTuple const tuple = SPI_tuptable->vals[i];
    const bytea* const digest = DatumGetByteaPP(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &is_null));
    memcpy(keys[i].digest.data(), VARDATA_ANY(digest), keys[i].digest.size());
    keys[i].is_secret = DatumGetBool(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &is_null));
  }
  spi_finish();
  leave_owner(caller);
  table.end_reading();
  return {keys, count};
}

const std::vector<OpaqueKey>& opaque_keys(Oid owner_id) {
  static std::vector<OpaqueKey> known;
  if (table.is_unchanged()) return known;
  try {
    OpaqueKeys const fetched = pg([&] { return fetch(owner_id); });
    known.assign(fetched.keys, fetched.keys + fetched.count);
  } catch (...) {
    table.forget();
    throw;
  }
  return known;
}

ProjectKey key_of_role(std::string_view role) {
  return {std::string(role), "{\"role\":\"" + std::string(role) + "\"}"};
}

}  // namespace

bool is_opaque_key(std::string_view text) {
  return text.starts_with("sb_publishable_") || text.starts_with("sb_secret_");
}

std::optional<ProjectKey> find_project_key(std::string_view text, unsigned owner_id) {
  if (is_opaque_key(text)) {
    std::array<uint8_t, 32> const digest = sha256(text);
    for (const OpaqueKey& known : opaque_keys(owner_id))
      if (constant_time_equal(digest, known.digest))
        return key_of_role(known.is_secret ? "service_role" : "anon");
    return std::nullopt;
  }
  std::variant<jwt::Claims, jwt::Refusal> const verified = verify_jwt(text, owner_id);
  const auto* const claims = std::get_if<jwt::Claims>(&verified);
  if (claims == nullptr || claims->subject || (claims->role != "anon" && claims->role != "service_role"))
    return std::nullopt;
  return ProjectKey{*claims->role, claims->json};
}

}  // namespace pg_booking
