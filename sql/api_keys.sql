CREATE TABLE booking.api_keys (
  tenant_id    uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id           uuid NOT NULL DEFAULT booking.uuid_v7(),
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  type         booking.api_key_type NOT NULL DEFAULT 'integration',
  kind         booking.api_key_kind NOT NULL DEFAULT 'owner',
  capabilities booking.capability[] NOT NULL CHECK (cardinality(capabilities) > 0),
  digest       bytea NOT NULL CHECK (length(digest) = 32),
  suffix       text NOT NULL CHECK (length(suffix) = 4),
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT guest_partner_capabilities CHECK (kind = 'owner' OR capabilities <@
    ARRAY['services.read', 'staff.read', 'availability.read', 'booking.create']::booking.capability[])
);
COMMENT ON TABLE booking.api_keys IS 'Keys of the public API. The key itself is shown once and never stored: digest is its SHA-256.';
COMMENT ON COLUMN booking.api_keys.suffix IS 'Last four characters of the key, to recognise it by.';
ALTER TABLE booking.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.api_keys
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.api_keys TO service_role;

-- Global look-up: a caller brings a key before anybody knows the tenant, so it cannot start with tenant_id.
CREATE TABLE booking.api_key_lookups (
  lookup_id  text PRIMARY KEY CHECK (lookup_id ~ '^[0-9A-Za-z]{6}$'),
  tenant_id  uuid NOT NULL,
  api_key_id uuid NOT NULL,
  FOREIGN KEY (tenant_id, api_key_id) REFERENCES booking.api_keys ON DELETE CASCADE
);
CREATE INDEX api_key_lookups_by_key ON booking.api_key_lookups (tenant_id, api_key_id);
COMMENT ON TABLE booking.api_key_lookups IS 'From the look-up part inside a key''s text to the key''s row.';
ALTER TABLE booking.api_key_lookups ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.api_key_lookups FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.api_key_lookups
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.api_key_lookups TO service_role;

CREATE FUNCTION booking.generate_api_key() RETURNS text
  LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_generate_api_key';
COMMENT ON FUNCTION booking.generate_api_key() IS
  'A new random key text: bk_live_, a six-character look-up part, a secret of more than 200 bits, a checksum.';

CREATE FUNCTION booking.create_api_key(
  tenant_id uuid, name text, capabilities booking.capability[],
  kind booking.api_key_kind DEFAULT 'owner', type booking.api_key_type DEFAULT 'integration',
  expires_at timestamptz DEFAULT NULL, OUT api_key text, OUT api_key_id uuid)
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  lookup text;
BEGIN
  LOOP
    api_key := booking.generate_api_key();
    lookup := substr(api_key, 9, 6);
    EXIT WHEN NOT EXISTS (SELECT FROM booking.api_key_lookups AS taken WHERE taken.lookup_id = lookup);
  END LOOP;
  api_key_id := booking.uuid_v7();
  INSERT INTO booking.api_keys (tenant_id, id, name, type, kind, capabilities, digest, suffix, expires_at)
    VALUES (create_api_key.tenant_id, api_key_id, name, type, kind,
            ARRAY(SELECT DISTINCT c FROM unnest(capabilities) AS c ORDER BY c), sha256(api_key::bytea), "right"(api_key, 4), expires_at);
  INSERT INTO booking.api_key_lookups (lookup_id, tenant_id, api_key_id)
    VALUES (lookup, create_api_key.tenant_id, create_api_key.api_key_id);
END
$$;
COMMENT ON FUNCTION booking.create_api_key(uuid, text, booking.capability[], booking.api_key_kind, booking.api_key_type, timestamptz) IS
  'Makes an API key and returns its text, which is shown here once and cannot be had again.';

CREATE FUNCTION booking.revoke_api_key(tenant_id uuid, api_key_id uuid) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH revoked AS (
    UPDATE booking.api_keys AS k SET revoked_at = now()
    WHERE k.tenant_id = revoke_api_key.tenant_id AND k.id = revoke_api_key.api_key_id AND k.revoked_at IS NULL
    RETURNING 1)
  SELECT EXISTS (SELECT FROM revoked);
END;
COMMENT ON FUNCTION booking.revoke_api_key(uuid, uuid) IS
  'Ends a key at commit: the next request with it is refused. False when it was revoked already or does not exist.';

