#pragma once

namespace pg_booking::auth {

/// Declares the settings pg_booking.auth_*, which the functions of schema auth read; called once, from
/// _PG_init.
void settings_init();

}  // namespace pg_booking::auth
