#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>

// Base64 (RFC 4648) for bytes that travel as text.
namespace pg_booking {

/// The form with '-' and '_' and without padding (section 5).
std::string encode_base64url(std::string_view bytes);

/// The bytes of which encode_base64url makes exactly `text`: nothing for padding, blanks, another alphabet or
/// bits left over, so that no two texts mean the same.
std::optional<std::string> decode_base64url(std::string_view text);

/// Lenient, for what people paste into settings: either alphabet, with or without padding.
std::optional<std::string> decode_base64_leniently(std::string_view text);

}  // namespace pg_booking
