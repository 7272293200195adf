#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "text/sealed_box.hpp"
#include "text/sha256.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/random.hpp"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace pg_booking {
namespace {

constexpr int32 kMaxRandomBytes = 1024;

using SealKey = std::span<const uint8_t, kSealKeyLength>;

SealKey seal_key(const bytea* key) {
  std::string_view const bytes = view_of(key);
  if (bytes.size() != kSealKeyLength)
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the key must have exactly 32 bytes");
  return SealKey(reinterpret_cast<const uint8_t*>(bytes.data()), kSealKeyLength);
}

/// As text or bytea: both are a length and bytes.
Datum guarded_bytes(std::string_view value) {
  return pg([&] { return text_datum(value); });
}

}  // namespace
}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_random_bytes) {
  int32 const count = PG_GETARG_INT32(0);
  if (count < 1 || count > kMaxRandomBytes)
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the count of random bytes must be between 1 and 1024");
  std::array<char, kMaxRandomBytes> random;
  fill_random(random.data(), static_cast<size_t>(count));
  return guarded_bytes({random.data(), static_cast<size_t>(count)});
}

PG_BOOKING_FUNCTION(pg_booking_hmac_sha256) {
  const bytea* const key = pg([&] { return PG_GETARG_BYTEA_PP(0); });
  const bytea* const message = pg([&] { return PG_GETARG_BYTEA_PP(1); });
  std::array<uint8_t, 32> const code = hmac_sha256(view_of(key), view_of(message));
  return guarded_bytes({reinterpret_cast<const char*>(code.data()), code.size()});
}

PG_BOOKING_FUNCTION(pg_booking_seal) {
  const bytea* const key = pg([&] { return PG_GETARG_BYTEA_PP(0); });
  const text* const plain = pg([&] { return PG_GETARG_TEXT_PP(1); });
  std::array<uint8_t, kSealNonceLength> nonce;
  fill_random(nonce.data(), nonce.size());
  return guarded_bytes(seal(seal_key(key), nonce, view_of(plain)));
}

PG_BOOKING_FUNCTION(pg_booking_unseal) {
  const bytea* const key = pg([&] { return PG_GETARG_BYTEA_PP(0); });
  const bytea* const sealed = pg([&] { return PG_GETARG_BYTEA_PP(1); });
  std::optional<std::string> const plain = unseal(seal_key(key), view_of(sealed));
  if (!plain) throw SqlError(ERRCODE_DATA_EXCEPTION, "the content was changed, or sealed with another key");
  // Sealed in a database of another encoding, it may be no text here. The server's own complaint would quote
  // it.
  bool const is_text =
      pg([&] { return pg_verifymbstr(plain->data(), static_cast<int>(plain->size()), true); });
  if (!is_text)
    throw SqlError(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "the content is no text in this database's encoding");
  return guarded_bytes(*plain);
}
