#pragma once

#include "text/uuid.hpp"

namespace pg_booking {

/// A new version 7 UUID from the server's clock and its cryptographic generator. C-zone.
UuidBytes new_uuid_v7();

}  // namespace pg_booking
