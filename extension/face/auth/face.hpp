#pragma once

namespace pg_booking::auth {

/// Registers the face "auth"; called once, from _PG_init.
void face_init();

}  // namespace pg_booking::auth
