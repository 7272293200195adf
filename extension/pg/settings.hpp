#pragma once

#include "pg/postgres.hpp"

namespace pg_booking {

/// Declares the pg_booking.* settings; called once, from _PG_init.
void settings_init();

/// Whether calls are counted and limited in this database.
bool rate_limits_on() noexcept;

/// How many callers can be counted at the same time.
int rate_limit_entries() noexcept;

/// The tenant of the running request, or null when none is set.
const pg_uuid_t* current_tenant() noexcept;

/// Sets pg_booking.tenant_id until the current (sub)transaction ends; clear: to none. P-zone.
void set_current_tenant(const pg_uuid_t& tenant_id);
void clear_current_tenant();

/// Opens the scope of a request's settings: what is set from here on, by whomever, ends with
/// end_request_settings or with the subtransaction. Names resolve in pg_catalog only, whatever search_path
/// the session has: look-ups as the extension's owner must not meet the caller's operators. P-zone.
int begin_request_settings();
void end_request_settings(int scope);

/// Bounds every wait for a lock until the current (sub)transaction ends; a longer one fails with SQLSTATE
/// 55P03. P-zone.
void set_lock_timeout(const char* value);

}  // namespace pg_booking
