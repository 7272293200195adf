#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string_view>

#include "engine/idempotency.hpp"
#include "gateway/exchange.hpp"

// What faces have in common about Idempotency-Key.
namespace pg_booking {

/// The header line of an answer that was given before.
constexpr std::string_view kReplayedHeader = "Idempotent-Replayed: true\n";

/// The key of the Idempotency-Key header, nothing when there is none. Throws idempotency.invalid_key.
std::optional<UuidBytes> read_idempotency_key(const Exchange& exchange);

/// Claims the key for this request: nothing, it is ours, or what the same request was answered before, which
/// the exchange's notes then tell. Throws idempotency.in_progress, idempotency.payload_mismatch. C-zone, as
/// the tenant's role.
std::optional<StoredAnswer> claim_for_request(Exchange& exchange, const UuidBytes& tenant_id,
                                              const UuidBytes& key, const Fingerprint& fingerprint);

}  // namespace pg_booking
