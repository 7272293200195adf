#pragma once

#include <cstddef>

#include "pg/guard.hpp"

namespace pg_booking {

/// Fills `bytes` from the server's cryptographic generator. C-zone; throws SqlError.
inline void fill_random(void* bytes, size_t count) {
  if (!pg_strong_random(bytes, count))
    throw SqlError(ERRCODE_INTERNAL_ERROR, "the server has no random bytes to give");
}

}  // namespace pg_booking
