#pragma once

#include "pg/postgres.hpp"

namespace pg_booking {

/// Declares the pg_booking.* settings; called once, from _PG_init.
void settings_init();

/// The tenant of the running request, or null when none is set.
const pg_uuid_t* current_tenant() noexcept;

/// Sets pg_booking.tenant_id until the current (sub)transaction ends. P-zone.
void set_current_tenant(const pg_uuid_t& tenant_id);

/// Bounds every wait for a lock until the current (sub)transaction ends; a longer one fails with SQLSTATE
/// 55P03. P-zone.
void set_lock_timeout(const char* value);

}  // namespace pg_booking
