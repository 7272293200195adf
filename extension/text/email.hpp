#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <string_view>

namespace pg_booking {

inline constexpr size_t kMaxEmailLength = 254;  // bytes
inline constexpr size_t kMaxPhoneLength = 32;

/// Whether mail to that address could work: at most 254 bytes of UTF-8, one '@', a local part of at most 64
/// bytes without blanks, control characters or the specials that need quoting (RFC 5322: they would break a
/// header), and a dotted domain of labels made of letters, digits, inner hyphens and non-ASCII letters.
bool is_plausible_email(std::string_view text);

/// Whether `text` is an international phone number (E.164): '+', then 7 to 15 digits, the first not 0.
/// Blanks, '-', '.',
/// '(' and ')' may stand between digits; at most 32 bytes in all.
bool is_e164_phone(std::string_view text);

}  // namespace pg_booking
