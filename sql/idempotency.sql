CREATE TABLE booking.idempotency_keys (
  tenant_id   uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  key         uuid NOT NULL,
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  http_status smallint CHECK (http_status BETWEEN 200 AND 599),
  answer      text,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_keys_by_expiry ON booking.idempotency_keys (expires_at);
COMMENT ON TABLE booking.idempotency_keys IS
  'Answers of writes that carried an Idempotency-Key, for 24 hours. A row commits together with the effect of its request, so nobody ever sees one without an answer.';
COMMENT ON COLUMN booking.idempotency_keys.fingerprint IS
  'SHA-256 over tenant, operation and what it is asked to do: tells a repeated request from another one with the same key.';
COMMENT ON COLUMN booking.idempotency_keys.answer IS
  'Of /v1 the members "ok" and "data" or "error" of the envelope; of /rest/v1 header lines, an empty line and the body in base64url.';
ALTER TABLE booking.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.idempotency_keys
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, UPDATE ON booking.idempotency_keys TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.idempotency_keys TO service_role;

