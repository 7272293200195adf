#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace pg_booking {

/// The bytes of a detoasted text or bytea; valid as long as the datum.
inline std::string_view view_of(const varlena* value) {
  return {VARDATA_ANY(value), static_cast<size_t>(VARSIZE_ANY_EXHDR(value))};
}

/// P-zone.
inline Datum text_datum(std::string_view value) {
  return PointerGetDatum(cstring_to_text_with_len(value.data(), static_cast<int>(value.size())));
}

/// Sixteen bytes as a uuid. P-zone.
inline Datum uuid_datum(const void* bytes) {
  auto* const copy = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
  memcpy(copy->data, bytes, sizeof copy->data);
  return UUIDPGetDatum(copy);
}

}  // namespace pg_booking
