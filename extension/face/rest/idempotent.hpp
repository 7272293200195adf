#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>

#include "engine/idempotency.hpp"
#include "engine/jwt_caller.hpp"
#include "face/rest/negotiated_answer.hpp"
#include "gateway/exchange.hpp"

// Writes that carry an Idempotency-Key happen at most once in 24 hours. What is refused or fails leaves the
// key free.
namespace pg_booking::rest {

struct IdempotentWrite {
  UuidBytes tenant_id;
  UuidBytes key;
  Fingerprint fingerprint;
};

/// The request as a write under its Idempotency-Key, nothing when it has none. Throws Refusal for a caller
/// whom no tenant can be told of, idempotency.invalid_key.
std::optional<IdempotentWrite> read_idempotent_write(const Exchange& exchange, const JwtCaller& caller);

/// Claims the key: nothing, and store_answer must follow in the same transaction, or the answer that was
/// given before. Throws as claim_for_request does. C-zone, before or after the request's Session.
std::optional<OperationAnswer> claim(Exchange& exchange, const IdempotentWrite& write);
void store_answer(const IdempotentWrite& write, const OperationAnswer& answer);

/// Refuses a key of a whole batch, which would protect nothing.
void refuse_idempotency_key(const Exchange& exchange);

}  // namespace pg_booking::rest
