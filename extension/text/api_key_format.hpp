#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pg_booking {

// An API key is "bk_live_", 6 characters lookup id (stored in clear, indexed), 36 characters secret (214
// bits) and 6 characters checksum: the CRC-32 of all before it. All after the prefix is Base62, so a double
// click selects the key and a secret scanner recognises one without asking us: bk_live_[0-9A-Za-z]{48}
inline constexpr std::string_view kApiKeyPrefix = "bk_live_";
inline constexpr size_t kApiKeyLookupIdLength = 6;
inline constexpr size_t kApiKeySecretLength = 36;
inline constexpr size_t kApiKeyChecksumLength = 6;
inline constexpr size_t kApiKeyLength =
    kApiKeyPrefix.size() + kApiKeyLookupIdLength + kApiKeySecretLength + kApiKeyChecksumLength;

struct ApiKeyText {
  std::string_view lookup_id;  // points into the parsed text
};

/// Checks prefix, length, alphabet and checksum, so that garbage is refused without a look-up. Says nothing
/// about whether such a key exists.
std::optional<ApiKeyText> parse_api_key(std::string_view text);

/// The key made of 384 random bits, which must come from a cryptographic generator. Unbiased for all
/// purposes: lookup id and secret are those bits modulo 62^42 (250 bits), so no character string is likelier
/// than another by more than 2^-133.
std::string format_api_key(std::span<const uint8_t, 48> random);

/// The last four characters, by which people tell their keys apart; they are part of the checksum, not of the
/// secret.
std::string_view api_key_suffix(std::string_view text);

}  // namespace pg_booking
