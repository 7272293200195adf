#include "engine/idempotency.hpp"

#include "text/sha256.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/statement.hpp"

extern "C" {
#include "access/htup_details.h"
}

namespace pg_booking {
namespace {

// A new key or an expired one becomes ours; a live one gives no row. Waits for a concurrent claim by its
// unique index entry.
constinit Statement claim{R"(
  INSERT INTO booking.idempotency_keys AS k (tenant_id, key, fingerprint, expires_at)
  VALUES ($1, $2, $3, now() + interval '24 hours')
  ON CONFLICT (tenant_id, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, expires_at = excluded.expires_at, http_status = NULL, answer = NULL
    WHERE k.expires_at <= now()
  RETURNING 1)"};

constinit Statement read_answer{R"(
  SELECT fingerprint, http_status, answer FROM booking.idempotency_keys WHERE tenant_id = $1 AND key = $2)"};

// 24 hours from here, not from the transaction's start: a slow request must not shorten what its caller was
// promised.
constinit Statement store_answer{R"(
  UPDATE booking.idempotency_keys
  SET http_status = $3, answer = $4, expires_at = clock_timestamp() + interval '24 hours'
  WHERE tenant_id = $1 AND key = $2)"};

struct Row {
  bool claimed;
  Fingerprint fingerprint;
  int http_status;
  const char* answer;  // palloc'd in the caller's context
  size_t answer_length;
};

/// P-zone.
Row claim_row(const UuidBytes& tenant_id, const UuidBytes& key, const Fingerprint& fingerprint) {
  Row row{};
  spi_connect();
  auto* const digest = static_cast<bytea*>(palloc(VARHDRSZ + fingerprint.size()));
  SET_VARSIZE(digest, VARHDRSZ + fingerprint.size());
  memcpy(VARDATA(digest), fingerprint.data(), fingerprint.size());
  Statement::Parameter const parameters[] = {{UUIDOID, uuid_datum(tenant_id.data()), false},
                                             {UUIDOID, uuid_datum(key.data()), false},
                                             {BYTEAOID, PointerGetDatum(digest), false}};
  row.claimed = claim.execute(parameters, 3, /*read_only=*/false) == 1;
  if (!row.claimed) {
    // A fresh snapshot: it sees the row whose transaction the claim waited for.
    if (read_answer.execute(parameters, 2, /*read_only=*/false) != 1)
      ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                      errmsg("the idempotency key vanished while it was read")));
    HeapTuple const tuple = SPI_tuptable->vals[0];
    TupleDesc const descriptor = SPI_tuptable->tupdesc;
    bool is_null;
    // The gateway commits no row without its answer; whoever else writes the table may.
    if (heap_attisnull(tuple, 2, descriptor) || heap_attisnull(tuple, 3, descriptor))
      elog(ERROR, "an idempotency key has no answer");
    bytea* const stored = DatumGetByteaPP(SPI_getbinval(tuple, descriptor, 1, &is_null));
    memcpy(row.fingerprint.data(), VARDATA_ANY(stored), row.fingerprint.size());
    row.http_status = DatumGetInt16(SPI_getbinval(tuple, descriptor, 2, &is_null));
    std::string_view const answer = view_of(DatumGetTextPP(SPI_getbinval(tuple, descriptor, 3, &is_null)));
    auto* const copy = static_cast<char*>(SPI_palloc(answer.size()));
    memcpy(copy, answer.data(), answer.size());
    row.answer = copy;
    row.answer_length = answer.size();
  }
  spi_finish();
  return row;
}

}  // namespace

std::optional<UuidBytes> parse_idempotency_key(std::string_view header) {
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"')
    header = header.substr(1, header.size() - 2);
  std::optional<UuidBytes> const key = parse_uuid(header);
  return key && is_uuid_v4(*key) ? key : std::nullopt;
}

Fingerprint make_fingerprint(std::span<const std::string_view> parts) {
  std::string text;
  for (std::string_view const part : parts) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  return sha256(text);
}

std::optional<StoredAnswer> claim_idempotency_key(const UuidBytes& tenant_id, const UuidBytes& key,
                                                  const Fingerprint& fingerprint) {
  Row const row = pg([&] { return claim_row(tenant_id, key, fingerprint); });
  if (row.claimed) return std::nullopt;
  return StoredAnswer{row.fingerprint, row.http_status, std::string(row.answer, row.answer_length)};
}

void store_idempotent_answer(const UuidBytes& tenant_id, const UuidBytes& key, int http_status,
                             const std::string& answer) {
  pg([&] {
    spi_connect();
    Statement::Parameter const parameters[] = {{UUIDOID, uuid_datum(tenant_id.data()), false},
                                               {UUIDOID, uuid_datum(key.data()), false},
                                               {INT2OID, Int16GetDatum(http_status), false},
                                               {TEXTOID, text_datum(answer), false}};
    if (store_answer.execute(parameters, 4, /*read_only=*/false) != 1)
      elog(ERROR, "the claimed idempotency key is gone");
    spi_finish();
  });
}

}  // namespace pg_booking
