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

inline constexpr size_t kSealKeyLength = 32;
inline constexpr size_t kSealNonceLength = 12;

/// Encrypts and authenticates with AES-256-GCM (NIST SP 800-38D): a version byte 1, the nonce, the
/// ciphertext, 16 bytes of tag. A nonce must never be used twice with a key; random ones are safe for 2^32
/// boxes. Throws std::length_error for 2 GB or more.
std::string seal(std::span<const uint8_t, kSealKeyLength> key,
                 std::span<const uint8_t, kSealNonceLength> nonce, std::string_view plain);

/// What `seal` encrypted; nothing when `sealed` was changed or made with another key.
std::optional<std::string> unseal(std::span<const uint8_t, kSealKeyLength> key, std::string_view sealed);

}  // namespace pg_booking
