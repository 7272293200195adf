#pragma once

namespace pg_booking {

/// Called once, from _PG_init: remembers whether the library was preloaded.
void gateway_init();

}  // namespace pg_booking
