CREATE FUNCTION booking.are_rate_limits(limits jsonb) RETURNS boolean
  LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN jsonb_typeof(limits) = 'object' AND NOT EXISTS (
    SELECT FROM jsonb_each(limits) AS entry
    WHERE NOT booking.is_rate_group(entry.key) OR jsonb_typeof(entry.value) <> 'number' OR entry.value::text !~ '^[0-9]{1,4}$' OR entry.value::text::integer NOT BETWEEN 1 AND 1000);
END
$$;
COMMENT ON FUNCTION booking.are_rate_limits(jsonb) IS 'Whether this is an object that maps route groups to 1 to 1000 requests a minute.';

CREATE TABLE booking.api_keys (
  tenant_id    uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id           uuid NOT NULL DEFAULT booking.uuid_v7(),
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  type         booking.api_key_type NOT NULL DEFAULT 'integration',
  kind         booking.api_key_kind NOT NULL DEFAULT 'owner',
  capabilities booking.capability[] NOT NULL CHECK (cardinality(capabilities) > 0),
  rate_tier    booking.rate_tier NOT NULL DEFAULT 'standard',
  rate_limits  jsonb NOT NULL DEFAULT '{}' CHECK (booking.are_rate_limits(rate_limits)),
  created_by   uuid,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT personal_keys_have_a_user CHECK (type = 'integration' OR created_by IS NOT NULL),
  CONSTRAINT guest_partners_are_integrations CHECK (kind = 'owner' OR type = 'integration'),
  CONSTRAINT guest_partner_capabilities CHECK (kind = 'owner' OR capabilities <@
    ARRAY['services.read', 'staff.read', 'availability.read', 'booking.create']::booking.capability[])
);
COMMENT ON TABLE booking.api_keys IS 'Keys of the public API: what each may do, how often, how long. Their texts are in api_key_secrets.';
COMMENT ON COLUMN booking.api_keys.rate_limits IS
  'Requests a minute for single route groups of this key, before the tier''s: e.g. {"booking": 300}.';
COMMENT ON COLUMN booking.api_keys.created_by IS 'The user who made the key; a personal key ends when that user is no member any more.';
COMMENT ON COLUMN booking.api_keys.last_used_at IS 'Exact to a minute; written in the background, never by the request.';
ALTER TABLE booking.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.api_keys
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.api_keys TO service_role;

-- A tenant's owner manages keys but grants no rate limits.
GRANT SELECT, INSERT (tenant_id, id, name, type, kind, capabilities, created_by, expires_at), UPDATE (revoked_at)
  ON booking.api_keys TO authenticated;

-- Global look-up: a caller brings a key before anybody knows the tenant, so it cannot start with tenant_id.
CREATE TABLE booking.api_key_secrets (
  lookup_id  text PRIMARY KEY CHECK (lookup_id ~ '^[0-9A-Za-z]{6}$'),
  tenant_id  uuid NOT NULL,
  api_key_id uuid NOT NULL,
  digest     bytea NOT NULL CHECK (length(digest) = 32),
  suffix     text NOT NULL CHECK (length(suffix) = 4),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  FOREIGN KEY (tenant_id, api_key_id) REFERENCES booking.api_keys ON DELETE CASCADE
);
CREATE INDEX api_key_secrets_by_key ON booking.api_key_secrets (tenant_id, api_key_id, created_at);
COMMENT ON TABLE booking.api_key_secrets IS
  'The texts that stand for an API key: one, and while a rotation overlaps two. A text is shown once and never stored; here are its look-up part and its SHA-256.';
COMMENT ON COLUMN booking.api_key_secrets.suffix IS 'Last four characters of the text, to recognise it by.';
COMMENT ON COLUMN booking.api_key_secrets.expires_at IS 'When a rotated-out text stops working; NULL: with its key.';
ALTER TABLE booking.api_key_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.api_key_secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.api_key_secrets
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.api_key_secrets TO service_role;
GRANT SELECT (lookup_id, tenant_id, api_key_id, suffix, created_at, expires_at),
  INSERT (lookup_id, tenant_id, api_key_id, digest, suffix), UPDATE (expires_at) ON booking.api_key_secrets TO authenticated;

CREATE FUNCTION booking.generate_api_key() RETURNS text
  LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_generate_api_key';
COMMENT ON FUNCTION booking.generate_api_key() IS
  'A new random key text: bk_live_, a six-character look-up part, a secret of more than 200 bits, a checksum.';

CREATE FUNCTION booking.add_api_key_secret(tenant_id uuid, api_key_id uuid) RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- The look-up part is unique over all tenants; that two texts share it (one chance in 57 billion) fails here, not later.
  api_key CONSTANT text := booking.generate_api_key();
BEGIN
  INSERT INTO booking.api_key_secrets (lookup_id, tenant_id, api_key_id, digest, suffix)
    VALUES (substr(api_key, 9, 6), add_api_key_secret.tenant_id, add_api_key_secret.api_key_id,
            sha256(api_key::bytea), "right"(api_key, 4));
  RETURN api_key;
END
$$;
COMMENT ON FUNCTION booking.add_api_key_secret(uuid, uuid) IS 'Makes a further text for a key and returns it: the only time that it is seen.';

CREATE FUNCTION booking.create_api_key(
  tenant_id uuid, name text, capabilities booking.capability[],
  kind booking.api_key_kind DEFAULT 'owner', type booking.api_key_type DEFAULT 'integration',
  expires_at timestamptz DEFAULT NULL, created_by uuid DEFAULT NULL, OUT api_key text, OUT api_key_id uuid)
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF type = 'personal' AND NOT EXISTS (SELECT FROM booking.members AS m
      WHERE m.tenant_id = create_api_key.tenant_id AND m.user_id = create_api_key.created_by) THEN
    RAISE EXCEPTION 'a personal key needs created_by to be a member of the tenant' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF expires_at <= now() THEN
    RAISE EXCEPTION 'expires_at must be in the future' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  INSERT INTO booking.api_keys (tenant_id, id, name, type, kind, capabilities, expires_at, created_by)
    VALUES (create_api_key.tenant_id, booking.uuid_v7(), name, type, kind,
            ARRAY(SELECT DISTINCT c FROM unnest(capabilities) AS c ORDER BY c), expires_at, created_by)
    RETURNING id INTO api_key_id;
  api_key := booking.add_api_key_secret(create_api_key.tenant_id, api_key_id);
END
$$;
COMMENT ON FUNCTION booking.create_api_key(uuid, text, booking.capability[], booking.api_key_kind, booking.api_key_type, timestamptz, uuid) IS
  'Makes an API key and returns its text, which is shown here once and cannot be had again. A personal key names the member it acts for.';

CREATE FUNCTION booking.list_api_keys(tenant_id uuid)
  RETURNS TABLE (api_key_id uuid, name text, type booking.api_key_type, kind booking.api_key_kind,
                 capabilities booking.capability[], suffix text, status booking.api_key_status, rate_tier booking.rate_tier,
                 created_by uuid, created_at timestamptz, expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT k.id, k.name, k.type, k.kind, k.capabilities,
         (SELECT s.suffix FROM booking.api_key_secrets AS s WHERE s.tenant_id = k.tenant_id AND s.api_key_id = k.id
          ORDER BY s.created_at DESC, s.expires_at DESC NULLS FIRST LIMIT 1),
         CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
              WHEN k.type = 'personal' AND NOT EXISTS (
                SELECT FROM booking.members AS m WHERE m.tenant_id = k.tenant_id AND m.user_id = k.created_by) THEN 'revoked'
              WHEN k.expires_at <= now() THEN 'expired' ELSE 'active' END::booking.api_key_status,
         k.rate_tier, k.created_by, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
  FROM booking.api_keys AS k
  WHERE k.tenant_id = list_api_keys.tenant_id
  ORDER BY k.created_at, k.id;
END;
COMMENT ON FUNCTION booking.list_api_keys(uuid) IS 'A tenant''s keys with their state, revoked and expired ones too; never a key''s text or digest.';

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

CREATE FUNCTION booking.rotate_api_key(tenant_id uuid, api_key_id uuid, overlap interval DEFAULT '24 hours') RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM booking.list_api_keys(rotate_api_key.tenant_id) AS k
                 WHERE k.api_key_id = rotate_api_key.api_key_id AND k.status = 'active') THEN
    RAISE EXCEPTION 'there is no active API key with this id' USING ERRCODE = 'no_data_found';
  END IF;
  UPDATE booking.api_key_secrets AS s SET expires_at = least(s.expires_at, now() + overlap)
  WHERE s.tenant_id = rotate_api_key.tenant_id AND s.api_key_id = rotate_api_key.api_key_id;
  RETURN booking.add_api_key_secret(rotate_api_key.tenant_id, rotate_api_key.api_key_id);
END
$$;
COMMENT ON FUNCTION booking.rotate_api_key(uuid, uuid, interval) IS
  'A new text for an active key, shown once; the old one goes on working for the overlap (0: ends at commit). Rights, limits and id stay.';

