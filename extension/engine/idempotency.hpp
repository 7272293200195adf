#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "text/uuid.hpp"

// Exactly-once writes: a key is claimed, its effect made and its answer stored in one transaction. Rules: at
// most one effect per (tenant, key) in 24 hours; the same request again gets the stored answer; another
// request with the key is refused.
namespace pg_booking {

using Fingerprint = std::array<uint8_t, 32>;

/// Reads the header's value: a UUID v4, bare or (as in the IETF draft) a quoted string.
std::optional<UuidBytes> parse_idempotency_key(std::string_view header);

/// SHA-256 over the parts, each preceded by its length, so that no two lists of parts look alike.
Fingerprint make_fingerprint(std::span<const std::string_view> parts);

struct StoredAnswer {
  Fingerprint fingerprint;
  int http_status;
  std::string answer;
};

/// Claims the key for the running transaction. Nothing: it is ours now, and store_idempotent_answer must
/// follow. Else what was answered before. While another transaction holds the key this waits, at most
/// lock_timeout, then fails with SQLSTATE 55P03. C-zone, as the tenant's role.
std::optional<StoredAnswer> claim_idempotency_key(const UuidBytes& tenant_id, const UuidBytes& key,
                                                  const Fingerprint& fingerprint);

/// Stores the answer of a claimed key; it lives for 24 hours. C-zone, as the tenant's role.
void store_idempotent_answer(const UuidBytes& tenant_id, const UuidBytes& key, int http_status,
                             const std::string& answer);

}  // namespace pg_booking
