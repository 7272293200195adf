#pragma once

namespace pg_booking {

/// Called once, from _PG_init: remembers whether the server itself loads the library.
void preload_init();

/// Whether it did, and so gave the library its shared memory.
bool is_preloaded();

/// Ends the calling function with an error, unless so. P-zone.
void require_preload();

}  // namespace pg_booking
