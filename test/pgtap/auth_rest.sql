-- Callers of /rest/v1: who they are by apikey and token, and that nothing they run makes somebody else of them.
BEGIN;
\ir helpers/auth.sql
SELECT plan(31);

SET LOCAL pg_booking.rest_require_apikey = on;
CREATE TABLE test.users AS
  SELECT name, (test.sign_up(name || '@example.com')).body AS session FROM unnest(ARRAY['eva', 'bob']) AS name;
CREATE FUNCTION test.token(name text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT u.session ->> 'access_token' FROM test.users AS u WHERE u.name = token.name $$;
CREATE FUNCTION test.id(name text) RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (u.session -> 'user' ->> 'id')::uuid FROM test.users AS u WHERE u.name = id.name $$;
CREATE FUNCTION test.rest(method text, path text, bearer text DEFAULT NULL, key text DEFAULT NULL, body text DEFAULT NULL) RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$
    SELECT ROW(answer.status, answer.headers, nullif(answer.body, '')::jsonb)::test.answer
    FROM booking.http_request(rest.method, '/rest/v1' || rest.path, jsonb_strip_nulls(jsonb_build_object('apikey', rest.key,
      'authorization', 'Bearer ' || rest.bearer, 'content-type', 'application/json')), rest.body) AS answer $$;
CREATE FUNCTION test.as_user(name text, method text, path text, body text DEFAULT NULL) RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$ SELECT test.rest(method, path, test.token(name), (SELECT anon FROM test.keys), body) $$;

-- The header apikey.

SELECT is((test.rest('GET', '/clients')).body,
  '{"code": "INVALID_API_KEY", "details": null, "hint": "No `apikey` request header or url param was found.", "message": "No API key found in request"}', 'no key');
SELECT is(test.outcome(test.rest('GET', '/clients')), '401 INVALID_API_KEY', 'is 401');
SELECT is(test.outcome(test.rest('GET', '/clients', test.token('eva'))), '401 INVALID_API_KEY', 'with a token too');
SELECT is(test.outcome(test.rest('GET', '/clients', test.token('eva'), 'wrong')), '401 INVALID_API_KEY', 'a wrong key');
SELECT is(test.outcome(test.rest('GET', '/clients', test.token('eva'), test.token('eva'))), '401 INVALID_API_KEY', 'a user''s token is no key');
SELECT is(test.outcome(test.rest('GET', '/clients', test.token('eva'), anon)), '200', 'a legacy key and a token') FROM test.keys;
SELECT is(test.outcome(test.rest('GET', '/clients', test.token('eva'), publishable)), '200', 'a publishable key and a token') FROM test.keys;
SELECT is(test.outcome(test.rest('GET', '/clients', NULL, publishable)), '401 42501', 'without a token the key''s role is the caller''s: anon reads nothing') FROM test.keys;
SELECT is(test.outcome(test.rest('GET', '/clients', publishable, publishable)), '401 42501', 'nor with the key once more in the token''s place') FROM test.keys;
SELECT is(test.outcome(test.rest('GET', '/clients', service_role, service_role)), '200', 'a secret key reads') FROM test.keys;
SELECT is(test.outcome(test.rest('GET', '/clients', service_role, publishable)), '401 INVALID_API_KEY', 'another key in the token''s place does not') FROM test.keys;
SELECT is(test.outcome(test.rest('GET', '/clients', 'x.y', anon)), '401 PGRST301', 'a malformed token') FROM test.keys;
SELECT is((test.rest('GET', '/clients', 'x.y', anon)).headers ->> 'WWW-Authenticate',
  'Bearer error="invalid_token", error_description="Expected 3 parts in JWT; got 2"', 'is told as such') FROM test.keys;
SELECT is(test.outcome(test.rest('GET', '/clients', auth.sign_jwt('{"role": "authenticated", "exp": 1}'), anon)), '401 PGRST303', 'one that has expired') FROM test.keys;

-- Tenants.

SELECT is(test.outcome(test.as_user('eva', 'POST', '/clients', '{"name": "Guest of Eva"}')), '201', 'a user writes');
SELECT is((test.as_user('eva', 'GET', '/clients?select=name,therapist_id')).body, jsonb_build_array(jsonb_build_object('name', 'Guest of Eva', 'therapist_id', test.id('eva'))), 'and reads it back');
SELECT is((test.as_user('bob', 'GET', '/clients')).body, '[]', 'another one does not');
SELECT is((test.rest('GET', '/clients?select=name', service_role, service_role)).body, '[{"name": "Guest of Eva"}]', 'service_role reads everything') FROM test.keys;

-- A function that the caller may call, and that believes whatever it is told.
CREATE FUNCTION api.impersonate(victim uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('request.jwt.claims', json_build_object('sub', victim, 'role', 'authenticated')::text, true);
  BEGIN
    PERFORM set_config('pg_booking.tenant_id', victim::text, true);
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END;
  RETURN jsonb_build_object('uid', auth.uid(), 'tenant', booking.current_tenant(), 'clients', (SELECT count(*) FROM api.clients));
END $$;
GRANT EXECUTE ON FUNCTION api.impersonate TO authenticated;
SELECT is((test.as_user('bob', 'POST', '/rpc/impersonate', jsonb_build_object('victim', test.id('eva'))::text)).body,
  jsonb_build_object('uid', test.id('eva'), 'tenant', test.id('bob'), 'clients', 0), 'who forges claims is still the own tenant');
SELECT is((test.as_user('eva', 'POST', '/rpc/impersonate', jsonb_build_object('victim', test.id('bob'))::text)).body -> 'clients', '1', 'and sees what is its own');
SELECT is(auth.uid(), NULL, 'nothing of it outlives the request');
SELECT is(booking.current_tenant(), NULL, 'nor does the tenant');

-- A session that works as a tenant lends nothing to who calls inside it.
SELECT set_config('pg_booking.tenant_id', test.id('eva')::text, true) \g /dev/null
SELECT is((test.rest('GET', '/clients', auth.sign_jwt('{"role": "authenticated"}'), anon)).body, '[]', 'a token without a user has no tenant') FROM test.keys;
SET LOCAL pg_booking.tenant_id = '';

-- Roles.

SELECT is(test.outcome(test.rest('GET', '/clients', auth.sign_jwt(json_build_object('role', session_user)::text), anon)), '403 42501', 'no request runs as a superuser') FROM test.keys;
SELECT is(test.outcome(test.rest('GET', '/clients', auth.sign_jwt('{"role": "nobody there"}'), anon)), '401 22023', 'or as nobody') FROM test.keys;
UPDATE auth.jwt_keys SET roles = '{authenticated,anon}';
SELECT is(test.outcome(test.rest('GET', '/clients', auth.sign_jwt('{"role": "service_role"}'), anon)), '401 PGRST303', 'a key that may not grant a role does not') FROM test.keys;
SELECT is(test.outcome(test.as_user('eva', 'GET', '/clients')), '200', 'what it may, it does');
UPDATE auth.jwt_keys SET roles = NULL;

-- Claims are checked with every request, and settings count at once.

SET LOCAL pg_booking.jwt_aud = 'somebody else';
SELECT is(test.outcome(test.as_user('eva', 'GET', '/clients')), '401 PGRST303', 'a token for another audience');
SET LOCAL pg_booking.jwt_aud = 'authenticated';
SELECT is(test.outcome(test.as_user('eva', 'GET', '/clients')), '200', 'and for this one');
SET LOCAL pg_booking.jwt_aud = '';

-- Plain PostgREST.

SET LOCAL pg_booking.rest_require_apikey = off;
SELECT is(test.outcome(test.rest('GET', '/clients', test.token('eva'))), '200', 'without keys a token is enough');
DELETE FROM auth.jwt_keys;
SELECT is(test.outcome(test.rest('GET', '/clients', test.token('eva'))), '500 PGRST300', 'which nobody can verify without a key');

SELECT * FROM finish();
ROLLBACK;
