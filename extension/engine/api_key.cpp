#include "engine/api_key.hpp"

#include <algorithm>
#include <array>

#include "text/api_key_format.hpp"
#include "text/sha256.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/role.hpp"
#include "pg/statement.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/namespace.h"
#include "storage/bufmgr.h"
}

namespace pg_booking {
namespace {

template <size_t... kSizes>
consteval auto join(const char (&... parts)[kSizes]) {
  std::array<char, (kSizes + ...) - sizeof...(kSizes) + 1> text{};
  char* end = text.data();
  ((end = std::copy_n(parts, kSizes - 1, end)), ...);
  return text;
}

constexpr char kKeyAndItsLimit[] = R"(
  SELECT k.id, k.tenant_id, s.digest, slug.slug,
         k.revoked_at IS NOT NULL OR (k.type = 'personal' AND NOT EXISTS (
           SELECT FROM booking.members AS m WHERE m.tenant_id = k.tenant_id AND m.user_id = k.created_by)),
         coalesce(least(k.expires_at, s.expires_at) <= now(), false),
         booking.plan_in_force(t.plan, t.plan_period_end) = 'pro', $2::booking.capability = ANY (k.capabilities),
         coalesce((k.rate_limits ->> $3)::integer,)";
constexpr char kLimitOfPlan[] = R"(
                  (SELECT o.max_requests FROM booking.rate_limit_overrides AS o
                   WHERE o.plan = booking.plan_in_force(t.plan, t.plan_period_end) AND o.tier = k.rate_tier
                     AND o.rate_group = $3),)";
constexpr char kLimitOfTierAndTables[] = R"(
                  CASE k.rate_tier WHEN 'elevated' THEN $5 ELSE $4 END)
  FROM booking.api_key_secrets AS s
  JOIN booking.api_keys AS k ON k.tenant_id = s.tenant_id AND k.id = s.api_key_id
  JOIN booking.tenants AS t ON t.tenant_id = k.tenant_id
  JOIN booking.tenant_slugs AS slug ON slug.tenant_id = k.tenant_id
  WHERE s.lookup_id = $1)";
constexpr auto kLookUp = join(kKeyAndItsLimit, kLimitOfTierAndTables);
constexpr auto kLookUpWithOverrides = join(kKeyAndItsLimit, kLimitOfPlan, kLimitOfTierAndTables);
constinit Statement look_up{kLookUp.data()};
constinit Statement look_up_with_overrides{kLookUpWithOverrides.data()};

/// The row in plain memory, so that the P-zone has nothing to destroy.
struct Row {
  bool found;
  uint8_t id[UUID_LEN];
  uint8_t tenant_id[UUID_LEN];
  std::array<uint8_t, 32> digest;
  char slug[101];  // the table's own bound
  bool revoked, expired, on_pro_plan, has_capability;
  int32 rate_limit;
};

/// Whether there can be a row in booking.rate_limit_overrides. Most servers have none, and to learn it from
/// the table's size costs a tenth of asking its index with every request. P-zone.
bool may_have_overrides() {
  Oid const schema = get_namespace_oid("booking", /*missing_ok=*/false);
  Relation const table = table_open(get_relname_relid("rate_limit_overrides", schema), AccessShareLock);
  bool const has_pages = RelationGetNumberOfBlocks(table) > 0;
  table_close(table, AccessShareLock);
  return has_pages;
}

/// P-zone.
Row read_row(std::string_view lookup_id, std::string_view capability, const RateGroup& rate_group,
             Oid owner_id) {
  Row row{};
  Identity const caller = become_owner(owner_id);
  spi_connect();
  Statement::Parameter const parameters[] = {{TEXTOID, text_datum(lookup_id), false},
                                             {TEXTOID, text_datum(capability), false},
                                             {TEXTOID, text_datum(rate_group.name), false},
                                             {INT4OID, Int32GetDatum(rate_group.standard), false},
                                             {INT4OID, Int32GetDatum(rate_group.elevated), false}};
  Statement& statement = may_have_overrides() ? look_up_with_overrides : look_up;
  row.found = statement.execute(parameters, lengthof(parameters), /*read_only=*/true) == 1;
  if (row.found) {
    HeapTuple const tuple = SPI_tuptable->vals[0];
    TupleDesc const descriptor = SPI_tuptable->tupdesc;
    bool is_null;  // every column is NOT NULL
    auto const column = [&](int number) { return SPI_getbinval(tuple, descriptor, number, &is_null); };
    memcpy(row.id, DatumGetUUIDP(column(1))->data, UUID_LEN);
    memcpy(row.tenant_id, DatumGetUUIDP(column(2))->data, UUID_LEN);
    memcpy(row.digest.data(), VARDATA_ANY(DatumGetByteaPP(column(3))), row.digest.size());
    text_to_cstring_buffer(DatumGetTextPP(column(4)), row.slug, sizeof row.slug);
    row.revoked = DatumGetBool(column(5));
    row.expired = DatumGetBool(column(6));
    row.on_pro_plan = DatumGetBool(column(7));
    row.has_capability = DatumGetBool(column(8));
    row.rate_limit = DatumGetInt32(column(9));
  }
  spi_finish();
  leave_owner(caller);
  return row;
}

}  // namespace

std::optional<ApiKey> find_api_key(std::string_view key_text, std::string_view capability,
                                   const RateGroup& rate_group, unsigned owner_id) {
  std::optional<ApiKeyText> const parsed = parse_api_key(key_text);
  if (!parsed) return std::nullopt;
  std::array<uint8_t, 32> const digest = sha256(key_text);
  Row const row = pg([&] { return read_row(parsed->lookup_id, capability, rate_group, owner_id); });
  bool const equal = constant_time_equal(digest, row.digest);  // all zero when there is no row
  if (!row.found || !equal) return std::nullopt;

  ApiKey key{};
  memcpy(key.id.data(), row.id, key.id.size());
  memcpy(key.tenant_id.data(), row.tenant_id, key.tenant_id.size());
  key.tenant_slug = row.slug;
  key.revoked = row.revoked;
  key.expired = row.expired;
  key.on_pro_plan = row.on_pro_plan;
  key.has_capability = row.has_capability;
  key.rate_limit = row.rate_limit;
  return key;
}

}  // namespace pg_booking
