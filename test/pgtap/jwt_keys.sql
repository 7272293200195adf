-- The keys of tokens: what can be installed, how keys take turns, and that nobody reads them.
BEGIN;
SELECT plan(38);

SELECT is((SELECT count(*) FROM auth.jwt_keys), 0::bigint, 'a new database has no keys');

-- PostgREST's jwt-secret.

CREATE FUNCTION pg_temp.keys() RETURNS text
  LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', kid, status, public_jwk ->> 'kty', sealed_jwk IS NOT NULL), ', ' ORDER BY kid) FROM auth.jwt_keys $$;

SELECT is(auth.set_jwt_secret('a secret of at least thirty-two bytes'), 1::bigint, 'a plain secret');
SELECT is(pg_temp.keys(), 'current t', 'signs and verifies');
SELECT is(auth.set_jwt_secret('YSBzZWNyZXQgb2YgYXQgbGVhc3QgdGhpcnR5LXR3byBieXRlcw==', is_base64 => true), 1::bigint, 'one in base64');
SELECT is(pg_temp.keys(), 'current t', 'takes the place of the one before');
SELECT is(auth.set_jwt_secret('{"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'), 1::bigint,
  'a public key');
SELECT is(pg_temp.keys(), 'ed previous OKP f', 'verifies only');
SELECT is(auth.set_jwt_secret('{"keys":[
  {"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
  {"kty":"oct","kid":"s1","k":"c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M"},
  {"kty":"oct","kid":"s2","k":"dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHQ"},
  {"kty":"RSA","use":"enc"}]}'), 3::bigint, 'a set, without what is not for signatures');
SELECT is(pg_temp.keys(), 'ed previous OKP f, s1 current t, s2 previous t', 'the first that can sign does');
SELECT is(auth.set_jwt_secret(NULL), 0::bigint, 'NULL');
SELECT is(pg_temp.keys(), NULL, 'leaves none');
SELECT auth.set_jwt_secret('a secret of at least thirty-two bytes') \g /dev/null

CREATE FUNCTION pg_temp.complaint(secret text, is_base64 boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM auth.set_jwt_secret(secret, is_base64);
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  RETURN concat_ws(' ', SQLSTATE, SQLERRM);
END $$;
SELECT is(pg_temp.complaint('a short secret'), '22023 a secret must have at least 32 bytes', 'a short secret is refused');
SELECT is(pg_temp.complaint('no base64!', true), '22023 the secret is no base64', 'so is what should be base64');
SELECT is(pg_temp.complaint('{"kty":"oct","k":"c2hvcnQ"}'), '22023 a secret must have at least 32 bytes', 'a key that is too short');
SELECT is(pg_temp.complaint('{"kty":"EC","crv":"secp256k1"}'), '22023 the curve of an EC key must be P-256, P-384 or P-521', 'a curve');
SELECT is(pg_temp.complaint('{"keys":[{"kty":"RSA","use":"enc"}]}'), '22023 the set holds no key for signatures', 'an empty set');
SELECT is(pg_temp.keys(), 'current t', 'and the keys stay as they were');

-- At rest.

SELECT is((SELECT count(*) FROM auth.jwt_keys WHERE position('secret'::bytea IN sealed_jwk) > 0 OR public_jwk IS NOT NULL), 0::bigint,
  'a secret is not to be seen in the table');
SELECT is((SELECT booking.unseal(s.key, k.sealed_jwk) FROM auth.jwt_keys AS k, auth.secret_keys AS s)::jsonb,
  '{"kty": "oct", "k": "YSBzZWNyZXQgb2YgYXQgbGVhc3QgdGhpcnR5LXR3byBieXRlcw", "alg": "HS256", "use": "sig"}', 'but with the key of secrets');

-- Taking turns.

SELECT auth.create_jwt_key() AS ec, auth.create_jwt_key('RS256') AS rsa, auth.create_jwt_key('HS256') AS hmac \gset
CREATE FUNCTION pg_temp.status(kid text) RETURNS text
  LANGUAGE sql AS $$ SELECT k.status::text FROM auth.jwt_keys AS k WHERE k.kid IS NOT DISTINCT FROM status.kid $$;
SELECT is(pg_temp.status(:'ec'), 'standby', 'a new key stands by');
SELECT is((SELECT public_jwk - 'x' - 'y' FROM auth.jwt_keys WHERE kid = :'ec'),
  jsonb_build_object('kty', 'EC', 'crv', 'P-256', 'kid', :'ec', 'alg', 'ES256', 'use', 'sig', 'key_ops', '["verify"]'::jsonb),
  'its public part is a JSON Web Key');
SELECT is((SELECT public_jwk ?| ARRAY['d', 'p', 'q'] FROM auth.jwt_keys WHERE kid = :'rsa'), false, 'without the private part');
SELECT is((SELECT public_jwk FROM auth.jwt_keys WHERE kid = :'hmac'), NULL, 'a secret has none');
SELECT auth.promote_jwt_key(:'ec') \g /dev/null
SELECT is(pg_temp.status(:'ec'), 'current', 'promoted it signs');
SELECT is(pg_temp.status(NULL), 'previous', 'the one before verifies');
SELECT auth.promote_jwt_key(:'rsa') \g /dev/null
SELECT is((SELECT count(*) FROM auth.jwt_keys WHERE status = 'current'), 1::bigint, 'there is one current key');
SELECT throws_ok($$ UPDATE auth.jwt_keys SET status = 'current' $$, '23505', NULL, 'the table says so');
SELECT auth.revoke_jwt_key(:'ec') \g /dev/null
SELECT is(pg_temp.status(:'ec'), 'revoked', 'revoked it does nothing');
SELECT throws_ok(format('SELECT auth.promote_jwt_key(%L)', :'ec'), 'P0002', 'there is no usable key of this kid', 'and comes back no more');
SELECT is(pg_temp.status(:'rsa'), 'current', 'what was to be replaced goes on');
SELECT throws_ok($$ SELECT auth.promote_jwt_key('nobody') $$, 'P0002', 'there is no usable key of this kid', 'promote: an unknown key');
SELECT throws_ok($$ SELECT auth.revoke_jwt_key('nobody') $$, 'P0002', 'there is no key of this kid', 'revoke: an unknown key');
SELECT throws_ok($$ SELECT auth.create_jwt_key('none') $$, '22023', NULL, 'create: an unknown algorithm');
SELECT throws_ok($$ INSERT INTO auth.jwt_keys (status, public_jwk) VALUES ('current', '{}') $$, '23514', NULL,
  'a key that cannot sign cannot be current');

-- Who may what.

SELECT is_empty($$
  SELECT role, p.oid::regprocedure FROM unnest(ARRAY['anon', 'authenticated', 'authenticator', 'booking_integration', 'service_role']) AS role, pg_proc AS p
  WHERE p.pronamespace = 'auth'::regnamespace AND p.proname ~ 'jwk|jwt_' AND has_function_privilege(role, p.oid, 'EXECUTE')
$$, 'keys are the owner''s: no role calls their functions');
SELECT is_empty($$
  SELECT role, name FROM unnest(ARRAY['anon', 'authenticated', 'authenticator', 'booking_integration', 'service_role']) AS role,
    unnest(ARRAY['auth.jwt_keys', 'auth.secret_keys']) AS name
  WHERE has_any_column_privilege(role, name, 'SELECT, INSERT, UPDATE') OR has_table_privilege(role, name, 'DELETE, TRUNCATE')
$$, 'or reads their tables');
GRANT SELECT ON auth.jwt_keys TO service_role, authenticated;
SET LOCAL ROLE authenticated;
SELECT count(*) AS seen FROM auth.jwt_keys \gset
RESET ROLE;
SELECT is(:'seen'::text, '0', 'a grant alone opens nothing: row-level security has no policy');
SELECT is((SELECT relforcerowsecurity FROM pg_class WHERE oid = 'auth.jwt_keys'::regclass), true, 'and binds everybody');

SELECT * FROM finish();
ROLLBACK;
