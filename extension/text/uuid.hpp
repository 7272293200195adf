#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pg_booking {

using UuidBytes = std::array<uint8_t, 16>;  // in network order, as PostgreSQL's uuid

/// Parses the canonical form of RFC 9562: 8-4-4-4-12 hexadecimal digits of any case, nothing else.
std::optional<UuidBytes> parse_uuid(std::string_view text);

/// The canonical form, in lower case.
std::string format_uuid(const UuidBytes& uuid);

/// Whether version is 4 and variant is RFC 9562's.
bool is_uuid_v4(const UuidBytes& uuid);

/// A version 7 UUID: the low 48 bits of the milliseconds since 1970, the fraction of a millisecond in 12 bits
/// (RFC 9562 section 6.2, method 3: what was made a microsecond later sorts later), then 62 of the random
/// bits.
UuidBytes make_uuid_v7(int64_t unix_microseconds, std::span<const uint8_t, 8> random);

}  // namespace pg_booking
