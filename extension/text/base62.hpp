#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <span>
#include <string_view>

namespace pg_booking {

/// Digits in ASCII order, so that numbers of equal length sort as their texts do.
inline constexpr std::string_view kBase62Digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether `text` consists of Base62 digits only; true for empty text.
bool is_base62(std::string_view text);

/// Writes the big-endian number `bytes` modulo 62^out.size() as Base62 digits, padded with '0' on the left.
void encode_base62(std::span<const uint8_t> bytes, std::span<char> out);

}  // namespace pg_booking
