#pragma once

namespace pg_booking::v1 {

/// Registers the face "v1"; called once, from _PG_init.
void face_init();

}  // namespace pg_booking::v1
