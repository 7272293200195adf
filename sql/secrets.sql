-- Keys that encrypt what must be read back in clear. No role but the extension's owner can read this table.
CREATE TABLE booking.secret_keys (
  tenant_id uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  purpose   text NOT NULL CHECK (purpose = 'webhook'),
  key       bytea NOT NULL CHECK (length(key) = 32),
  PRIMARY KEY (tenant_id, purpose)
);
COMMENT ON TABLE booking.secret_keys IS
  'AES-256 keys, one per tenant and purpose, made on first use; readable by the extension''s owner only. They travel with a dump, which therefore is as secret as they are.';
ALTER TABLE booking.secret_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.secret_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.secret_keys
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());

CREATE FUNCTION booking.random_bytes(count integer) RETURNS bytea
  LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_random_bytes';
COMMENT ON FUNCTION booking.random_bytes(integer) IS '1 to 1024 bytes from the server''s cryptographic generator.';

CREATE FUNCTION booking.seal(key bytea, plain text) RETURNS bytea
  LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_seal';
COMMENT ON FUNCTION booking.seal(bytea, text) IS 'Encrypts with AES-256-GCM under a fresh nonce; booking.unseal with the same key undoes it.';

CREATE FUNCTION booking.unseal(key bytea, sealed bytea) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_unseal';
COMMENT ON FUNCTION booking.unseal(bytea, bytea) IS 'What booking.seal encrypted; an error when key or content are not what they were.';

CREATE FUNCTION booking.seal_webhook_secret(tenant_id uuid, secret text) RETURNS bytea
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  tenant_key bytea;
BEGIN
  -- Runs with the owner's rights, so row-level security does not confine it: this does.
  IF booking.current_tenant() <> seal_webhook_secret.tenant_id THEN
    RAISE EXCEPTION 'a tenant seals its own secrets only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO booking.secret_keys AS k (tenant_id, purpose, key)
    VALUES (seal_webhook_secret.tenant_id, 'webhook', booking.random_bytes(32)) ON CONFLICT DO NOTHING;
  SELECT k.key INTO STRICT tenant_key FROM booking.secret_keys AS k
    WHERE k.tenant_id = seal_webhook_secret.tenant_id AND k.purpose = 'webhook';
  RETURN booking.seal(tenant_key, secret);
END
$$;
COMMENT ON FUNCTION booking.seal_webhook_secret(uuid, text) IS 'A webhook secret as it is stored. Whoever may seal cannot read back.';

CREATE FUNCTION booking.new_webhook_secret(tenant_id uuid, OUT secret text, OUT sealed bytea)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  secret := encode(booking.random_bytes(32), 'hex');
  sealed := booking.seal_webhook_secret(tenant_id, secret);
END
$$;
COMMENT ON FUNCTION booking.new_webhook_secret(uuid) IS
  'A random webhook secret, 64 hexadecimal characters, and how to store it. Runs as its owner: its callers make secrets, and seal none of their choice.';

