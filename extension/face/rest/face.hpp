#pragma once

namespace pg_booking::rest {

/// Registers the face; called once, from _PG_init.
void face_init();

}  // namespace pg_booking::rest
