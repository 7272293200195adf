#include "gateway/idempotency.hpp"

#include "gateway/errors.hpp"

#include "gateway/database_error.hpp"
#include "pg/guard.hpp"

namespace pg_booking {
namespace {

constexpr std::string_view kLockNotAvailable = "55P03";

std::optional<StoredAnswer> claim(const UuidBytes& tenant_id, const UuidBytes& key,
                                  const Fingerprint& fingerprint) {
  try {
    return claim_idempotency_key(tenant_id, key, fingerprint);
  } catch (const PgError& error) {
    if (sqlstate_of(error) == kLockNotAvailable)
      throw ApiError("idempotency.in_progress", {}, "Retry-After: 1\n");
    throw;
  }
}

}  // namespace

std::optional<UuidBytes> read_idempotency_key(const Exchange& exchange) {
  constexpr std::string_view kHeader = "idempotency-key";
  std::optional<std::string_view> const header = find_header(exchange.headers, kHeader);
  if (!header) return std::nullopt;
  std::optional<UuidBytes> const key =
      count_header(exchange.headers, kHeader) == 1 ? parse_idempotency_key(*header) : std::nullopt;
  if (!key) throw ApiError("idempotency.invalid_key");
  return key;
}

std::optional<StoredAnswer> claim_for_request(Exchange& exchange, const UuidBytes& tenant_id,
                                              const UuidBytes& key, const Fingerprint& fingerprint) {
  std::optional<StoredAnswer> stored = claim(tenant_id, key, fingerprint);
  if (!stored) return std::nullopt;
  if (stored->fingerprint != fingerprint) throw ApiError("idempotency.payload_mismatch");
  exchange.notes.replayed = true;
  return stored;
}

}  // namespace pg_booking
