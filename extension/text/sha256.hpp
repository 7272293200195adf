#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pg_booking {

/// SHA-256 by OpenSSL. Throws std::bad_alloc, the only way it can fail.
std::array<uint8_t, 32> sha256(std::string_view bytes);

/// HMAC with SHA-256 (RFC 2104) by OpenSSL. Throws std::bad_alloc, the only way it can fail;
/// std::length_error for a key of 2 GB or more.
std::array<uint8_t, 32> hmac_sha256(std::string_view key, std::string_view message);

/// Whether both are equal, in time that depends on their lengths only.
bool constant_time_equal(std::span<const uint8_t> left, std::span<const uint8_t> right);

/// Lower-case hexadecimal.
std::string to_hex(std::span<const uint8_t> bytes);

}  // namespace pg_booking
