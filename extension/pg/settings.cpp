#include "text/typeid.hpp"
#include "text/uuid.hpp"

#include "pg/settings.hpp"

#include "pg/compat.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "utils/rls.h"
}

namespace pg_booking {
namespace {

constinit char* tenant_id_text = nullptr;
constinit bool rate_limits = true;
constinit int rate_limit_entries_value = 10000;

struct TenantSetting {
  bool is_set;
  pg_uuid_t id;
};
constinit TenantSetting tenant{};

// GUC hooks are called from C frames: they neither throw nor report.
bool check_tenant_id(char** new_value, void** extra, GucSource) noexcept {
  TenantSetting parsed{};
  if (*new_value != nullptr && **new_value != '\0') {
    std::optional<UuidBytes> const uuid = parse_uuid(*new_value);
    if (!uuid) {
      GUC_check_errdetail("A tenant is named by its UUID.");
      return false;
    }
    parsed.is_set = true;
    memcpy(parsed.id.data, uuid->data(), sizeof parsed.id.data);
  }
  *extra = guc_extra_alloc(sizeof(TenantSetting));
  if (*extra == nullptr) return false;
  memcpy(*extra, &parsed, sizeof parsed);
  return true;
}

void assign_tenant_id(const char*, void* extra) noexcept {
  if (extra == nullptr)
    tenant = TenantSetting{};
  else
    memcpy(&tenant, extra, sizeof tenant);
}

}  // namespace

void settings_init() {
  DefineCustomStringVariable(
      "pg_booking.tenant_id",
      "The tenant as which the session works: row-level security shows its rows only.",
      "Set by the HTTP gateway for each request; superusers may set it to look at one tenant's rows.",
      &tenant_id_text, "", PGC_SUSET, GUC_NOT_IN_SAMPLE, check_tenant_id, assign_tenant_id, nullptr);
  DefineCustomBoolVariable("pg_booking.rate_limits", "Whether callers of the HTTP APIs are limited.",
                           "Off is for benchmarks and test suites: calls are neither counted nor refused.",
                           &rate_limits, true, PGC_SUSET, 0, nullptr, nullptr, nullptr);
  // Memory can be had only while the server starts; a session that loads the library has no use for its size.
  if (process_shared_preload_libraries_in_progress)
    DefineCustomIntVariable(
        "pg_booking.rate_limit_entries",
        "How many callers (keys, users, addresses, each per route group) can be counted in the same minute.",
        "Each takes 4160 bytes of memory and of the file in pg_stat_tmp that keeps it across restarts.",
        &rate_limit_entries_value, 10000, 1000, 1000000, PGC_POSTMASTER, 0, nullptr, nullptr, nullptr);
}

bool rate_limits_on() noexcept {
  return rate_limits;
}

int rate_limit_entries() noexcept {
  return rate_limit_entries_value;
}

const pg_uuid_t* current_tenant() noexcept {
  return tenant.is_set ? &tenant.id : nullptr;
}

void set_current_tenant(const pg_uuid_t& tenant_id) {
  char* const text = DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&tenant_id)));
  set_config_option("pg_booking.tenant_id", text, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, ERROR,
                    false);
  pfree(text);
}

void clear_current_tenant() {
  set_config_option("pg_booking.tenant_id", "", PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, ERROR,
                    false);
}

int begin_request_settings() {
  int const scope = NewGUCNestLevel();
  // Off, row-level security is an error where it would hide rows.
  if (!row_security)
    set_config_option("row_security", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, ERROR, false);
  set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
                    ERROR, false);
  return scope;
}

// "false" takes back even what was SET for the session, as the server does around functions of indexes.
void end_request_settings(int scope) {
  AtEOXact_GUC(false, scope);
}

void set_lock_timeout(const char* value) {
  set_config_option("lock_timeout", value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, ERROR, false);
}

}  // namespace pg_booking

PG_BOOKING_FUNCTION(pg_booking_current_tenant) {
  const pg_uuid_t* const tenant_id = pg_booking::current_tenant();
  if (tenant_id == nullptr) PG_RETURN_NULL();
  // The setting may change while the value is in use: hand out a copy.
  return pg_booking::pg([&] {
    auto* const copy = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
    *copy = *tenant_id;
    return UUIDPGetDatum(copy);
  });
}
