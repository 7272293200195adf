#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <string_view>

namespace pg_booking {

/// CRC-32 as in zlib, PNG and Ethernet (reflected polynomial 0xEDB88320). Finds typing errors, proves
/// nothing.
uint32_t crc32(std::string_view bytes);

}  // namespace pg_booking
