-- Keys of JSON Web Tokens. Signing keys are sealed, so that neither a look at the table nor a column that is shown by mistake
-- gives one away.
CREATE TABLE auth.secret_keys (
  purpose text PRIMARY KEY CHECK (purpose IN ('jwt', 'token')),
  key     bytea NOT NULL CHECK (length(key) = 32)
);
COMMENT ON TABLE auth.secret_keys IS
  'jwt: the AES-256 key that seals signing keys; token: the key that makes refresh and one-time tokens unforgeable. Made on first use, readable by the extension''s owner only. They travel with a dump, which therefore is as secret as they are.';

CREATE TYPE auth.jwt_key_status AS ENUM ('current', 'standby', 'previous', 'revoked');
COMMENT ON TYPE auth.jwt_key_status IS
  'current: signs and verifies, there is at most one; standby: verifies and is published, to be the next one; previous: verifies what it has signed; revoked: does nothing.';

CREATE TABLE auth.jwt_keys (
  id         uuid PRIMARY KEY DEFAULT booking.uuid_v7(),
  kid        text UNIQUE CHECK (length(kid) BETWEEN 1 AND 128),
  status     auth.jwt_key_status NOT NULL,
  public_jwk jsonb,
  sealed_jwk bytea,
  roles      text[] CHECK (cardinality(roles) > 0 AND array_position(roles, NULL) IS NULL),
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (public_jwk IS NOT NULL OR sealed_jwk IS NOT NULL),
  CHECK (status <> 'current' OR sealed_jwk IS NOT NULL)
);
CREATE UNIQUE INDEX jwt_keys_one_current ON auth.jwt_keys (status) WHERE status = 'current';
COMMENT ON TABLE auth.jwt_keys IS
  'The keys that sign and verify tokens; a change holds for every session from its commit on. No role but the extension''s owner can read it.';
COMMENT ON COLUMN auth.jwt_keys.kid IS 'The name by which tokens refer to the key; NULL: for tokens that name none.';
COMMENT ON COLUMN auth.jwt_keys.public_jwk IS 'What everybody may know of the key, as a JSON Web Key; NULL for a secret.';
COMMENT ON COLUMN auth.jwt_keys.sealed_jwk IS 'The whole key, sealed; NULL for a key that only verifies.';
COMMENT ON COLUMN auth.jwt_keys.roles IS 'The roles that the key''s tokens may claim; NULL: any. For keys of other issuers.';

-- Without a policy, row-level security leaves these tables to their owner.
ALTER TABLE auth.secret_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.secret_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE auth.jwt_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.jwt_keys FORCE ROW LEVEL SECURITY;

CREATE FUNCTION auth.keys_changed() RETURNS trigger
  LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_booking_keys_changed';
COMMENT ON FUNCTION auth.keys_changed() IS 'Tells every session, when the transaction commits, to read the keys again.';
CREATE TRIGGER keys_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON auth.jwt_keys
  FOR EACH STATEMENT EXECUTE FUNCTION auth.keys_changed();

CREATE FUNCTION auth.parse_jwt_keys(secret text, is_base64 boolean, OUT kid text, OUT can_sign boolean, OUT jwk text, OUT public_jwk jsonb)
  RETURNS SETOF record
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_parse_jwt_keys';
COMMENT ON FUNCTION auth.parse_jwt_keys(text, boolean) IS
  'The keys in a plain secret, a JSON Web Key or a key set: jwk is NULL for what only verifies, public_jwk for a secret.';

CREATE FUNCTION auth.generate_jwk(algorithm text, kid text) RETURNS text
  LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_generate_jwk';
COMMENT ON FUNCTION auth.generate_jwk(text, text) IS 'A new private key as a JSON Web Key.';

CREATE FUNCTION auth.secret_key(purpose text) RETURNS bytea
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found bytea;
BEGIN
  SELECT s.key INTO found FROM auth.secret_keys AS s WHERE s.purpose = secret_key.purpose;
  IF found IS NULL THEN
    INSERT INTO auth.secret_keys (purpose, key) VALUES (secret_key.purpose, booking.random_bytes(32)) ON CONFLICT DO NOTHING;
    SELECT s.key INTO STRICT found FROM auth.secret_keys AS s WHERE s.purpose = secret_key.purpose;
  END IF;
  RETURN found;
END
$$;
COMMENT ON FUNCTION auth.secret_key(text) IS 'The key of auth.secret_keys for this purpose, made if there is none yet.';

CREATE FUNCTION auth.seal_jwk(jwk text) RETURNS bytea
  LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN booking.seal(auth.secret_key('jwt'), jwk);
END
$$;
COMMENT ON FUNCTION auth.seal_jwk(text) IS 'A key as auth.jwt_keys.sealed_jwk holds it.';

CREATE FUNCTION auth.set_jwt_secret(secret text, is_base64 boolean DEFAULT false) RETURNS bigint
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  installed bigint;
BEGIN
  DELETE FROM auth.jwt_keys;
  INSERT INTO auth.jwt_keys (kid, status, public_jwk, sealed_jwk)
    SELECT k.kid, CASE WHEN k.can_sign AND row_number() OVER (ORDER BY NOT k.can_sign, k.place) = 1 THEN 'current'
                       ELSE 'previous' END::auth.jwt_key_status,
           k.public_jwk, auth.seal_jwk(k.jwk)
    FROM auth.parse_jwt_keys(secret, is_base64) WITH ORDINALITY AS k (kid, can_sign, jwk, public_jwk, place) ORDER BY k.place;
  GET DIAGNOSTICS installed = ROW_COUNT;
  RETURN installed;
END
$$;
COMMENT ON FUNCTION auth.set_jwt_secret(text, boolean) IS
  'Replaces all keys by those in a value of PostgREST''s jwt-secret: a plain secret of at least 32 bytes (HS256; is_base64 where it is encoded), a JSON Web Key or a key set. NULL: no keys. Returns how many there are; the first that can sign becomes the current one.';

CREATE FUNCTION auth.create_jwt_key(algorithm text DEFAULT 'ES256') RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  id CONSTANT uuid := booking.uuid_v7();
BEGIN
  INSERT INTO auth.jwt_keys (id, kid, status, public_jwk, sealed_jwk)
    SELECT id, id::text, 'standby', k.public_jwk, auth.seal_jwk(k.jwk)
    FROM auth.parse_jwt_keys(auth.generate_jwk(algorithm, id::text), false) AS k;
  RETURN id::text;
END
$$;
COMMENT ON FUNCTION auth.create_jwt_key(text) IS
  'Makes a key (HS256, RS256, PS256, ES256, their 384 and 512 forms, or EdDSA) that stands by, and returns its kid: verifiers learn it before anything is signed with it.';

CREATE FUNCTION auth.promote_jwt_key(kid text) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE auth.jwt_keys AS k SET status = 'previous' WHERE k.status = 'current';
  UPDATE auth.jwt_keys AS k SET status = 'current' WHERE k.kid = promote_jwt_key.kid AND k.status <> 'revoked';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no usable key of this kid' USING ERRCODE = 'no_data_found';
  END IF;
END
$$;
COMMENT ON FUNCTION auth.promote_jwt_key(text) IS
  'Signs with this key from the commit on; the one before goes on verifying until auth.revoke_jwt_key ends it, at the earliest when its last token has expired.';

CREATE FUNCTION auth.revoke_jwt_key(kid text) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE auth.jwt_keys AS k SET status = 'revoked' WHERE k.kid = revoke_jwt_key.kid;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no key of this kid' USING ERRCODE = 'no_data_found';
  END IF;
END
$$;
COMMENT ON FUNCTION auth.revoke_jwt_key(text) IS 'From the commit on no token that the key has signed is accepted any more.';

CREATE FUNCTION auth.sign_jwt(claims text) RETURNS text
  LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_sign_jwt';
COMMENT ON FUNCTION auth.sign_jwt(text) IS 'A token of these claims, signed with the current key.';

CREATE FUNCTION auth.require_jwt_key() RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  id CONSTANT uuid := booking.uuid_v7();
BEGIN
  IF EXISTS (SELECT FROM auth.jwt_keys AS k WHERE k.status = 'current') THEN
    RETURN;
  END IF;
  INSERT INTO auth.jwt_keys (id, kid, status, sealed_jwk)
    VALUES (id, id::text, 'current', auth.seal_jwk(auth.generate_jwk('HS256', id::text))) ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION auth.require_jwt_key() IS 'Makes an HS256 key and the current one, if there is none to sign with.';

CREATE FUNCTION auth.create_legacy_key(role text, expires_in interval DEFAULT '10 years') RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM auth.require_jwt_key();
  RETURN auth.sign_jwt(json_build_object(
    'iss', 'pg_booking', 'role', role, 'iat', extract(epoch FROM now())::bigint, 'exp', extract(epoch FROM now() + expires_in)::bigint)::text);
END
$$;
COMMENT ON FUNCTION auth.create_legacy_key(text, interval) IS
  'An API key of the older kind for the header apikey: a long-lived token for anon or service_role. It ends with the key that signs it; auth.create_project_key makes keys that can be revoked one by one.';
