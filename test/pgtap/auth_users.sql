-- Sign-up to sign-out over /auth/v1.
BEGIN;
\ir helpers/auth.sql
SELECT plan(92);

-- Who may call at all.

SELECT is(test.outcome(test.call('GET', '/health')), '200', 'a legacy key opens the door');
SELECT is(test.outcome(test.call('GET', '/health', key => (SELECT publishable FROM test.keys))), '200', 'so does a publishable one');
SELECT is(test.outcome(test.call('GET', '/health', key => (SELECT service_role FROM test.keys))), '200', 'and a secret one');
SELECT is((booking.http_request('GET', '/auth/v1/health')).status, 401, 'nobody comes in without');
SELECT is((booking.http_request('GET', '/auth/v1/health')).body::jsonb ->> 'msg', 'No API key found in request', 'and is told why');
SELECT is((test.call('GET', '/health', key => 'sb_publishable_wrong')).body,
  '{"code": "INVALID_API_KEY", "message": "Invalid API key", "hint": "Double check the `anon` or `service_role` API key."}', 'a wrong opaque key');
SELECT is(test.outcome(test.call('GET', '/health', key => 'x.y.z')), '401 INVALID_API_KEY', 'what is no token');
SELECT is((booking.http_request('GET', '/auth/v1/health?apikey=' || (SELECT anon FROM test.keys))).status, 200, 'the key may stand in the query');
DELETE FROM auth.project_keys WHERE role = 'anon';
SELECT is(test.outcome(test.call('GET', '/health', key => (SELECT publishable FROM test.keys))), '401 INVALID_API_KEY', 'a deleted key is refused at once');
SELECT is((booking.http_request('GET', '/auth/v1/.well-known/jwks.json')).body::jsonb, '{"keys": []}', 'the key set is public, and holds no secret');

-- Sign-up.

SELECT * FROM test.sign_up('Eva@Example.com', data => '{"full_name": "Éva Kiss", "time_zone": "Europe/Budapest", "practice_name": "Kiss Massage"}') \gset signup_
SELECT is(:signup_status, 200, 'a new user is signed in at once');
CREATE TABLE test.session AS SELECT :'signup_body'::jsonb AS body;
SELECT is((SELECT array_agg(key ORDER BY key) FROM test.session, jsonb_object_keys(body) AS key),
  ARRAY['access_token', 'expires_at', 'expires_in', 'refresh_token', 'token_type', 'user'], 'with a session');
SELECT is((SELECT body -> 'user' ->> 'email' FROM test.session), 'eva@example.com', 'addresses are in lower case');
SELECT is((SELECT body -> 'user' -> 'app_metadata' FROM test.session), '{"provider": "email", "providers": ["email"]}', 'app_metadata');
SELECT is((SELECT body -> 'user' -> 'user_metadata' ->> 'full_name' FROM test.session), 'Éva Kiss', 'data becomes user_metadata');
SELECT is((SELECT body #>> '{user,identities,0,provider}' FROM test.session), 'email', 'one identity');
SELECT is((SELECT body ->> 'user' ~ 'password|\$2a' FROM test.session), false, 'no hash is shown');
SELECT is((SELECT test.claims(body ->> 'access_token') - ARRAY['sub', 'exp', 'iat', 'amr', 'session_id', 'user_metadata'] FROM test.session),
  '{"iss": "http://127.0.0.1:8080/auth/v1", "aud": "authenticated", "email": "eva@example.com", "phone": "", "role": "authenticated", "aal": "aal1",
    "is_anonymous": false, "app_metadata": {"provider": "email", "providers": ["email"]}}', 'claims');
SELECT is((SELECT (test.claims(body ->> 'access_token') ->> 'exp')::bigint - (test.claims(body ->> 'access_token') ->> 'iat')::bigint FROM test.session),
  3600::bigint, 'good for an hour');
SELECT is((SELECT ROW(t.name, l.time_zone, p.name, p.role, m.role)::text FROM test.session, booking.tenants AS t
           JOIN booking.locations AS l USING (tenant_id) JOIN booking.staff AS p USING (tenant_id) JOIN booking.members AS m USING (tenant_id)
           WHERE t.tenant_id = (body -> 'user' ->> 'id')::uuid AND m.user_id = t.tenant_id),
  '("Kiss Massage",Europe/Budapest,"Éva Kiss",owner,owner)', 'the user has a practice of the same id, and works there');

SELECT is(test.outcome(test.call('POST', '/signup', body)), expected, what)
FROM (VALUES
  ('{"email": "eva@example.com", "password": "another password"}'::jsonb, '422 user_already_exists', 'a known address'),
  ('{"email": "new@example.com"}', '400 validation_failed', 'no password'),
  ('{"email": "new@example.com", "password": "12345"}', '422 weak_password', 'a short password'),
  (jsonb_build_object('email', 'new@example.com', 'password', repeat('é', 37)), '400 validation_failed', 'more than 72 bytes'),
  ('{"email": "new@", "password": "a good password"}', '400 validation_failed', 'no address'),
  ('{"email": "a b@example.com", "password": "a good password"}', '400 validation_failed', 'an address with a blank'),
  (jsonb_build_object('email', repeat('x', 250) || '@example.com', 'password', 'a good password'), '400 validation_failed', 'a long address'),
  (jsonb_build_object('email', 'new@example.com', 'password', 'a good password', 'data', jsonb_build_object('x', repeat('x', 5000))),
   '400 validation_failed', 'metadata that no token could carry'),
  ('{}', '422 anonymous_provider_disabled', 'neither address nor password')) AS refused (body, expected, what);
SELECT is((test.call('POST', '/signup', '{"email": "new@example.com", "password": "12345"}')).body -> 'weak_password', '{"reasons": ["length"]}', 'why a password is weak');
SELECT is((SELECT count(*) FROM auth.users), 1::bigint, 'none of them is there');
SELECT test.call('POST', '/signup',
  '{"email": "sly@example.com", "password": "a good password", "role": "service_role", "aud": "x", "app_metadata": {"admin": true}}') \g /dev/null
SELECT is((SELECT role || aud || raw_app_meta_data FROM auth.users AS u WHERE u.email = 'sly@example.com'),
  'authenticatedauthenticated{"provider": "email", "providers": ["email"]}', 'nobody chooses the own role');

-- Sign-in.

SELECT is(test.outcome(test.sign_in('EVA@example.com')), '200', 'the right password, whatever the case of the address');
SELECT is(test.outcome(test.sign_in('eva@example.com', 'wrong')), '400 invalid_credentials', 'a wrong password');
SELECT is((test.sign_in('nobody@example.com', 'wrong')).body, (test.sign_in('eva@example.com', 'wrong')).body, 'an unknown address is answered alike');
SELECT is(test.outcome(test.sign_in(NULL)), '400 validation_failed', 'no address');
SELECT is(test.outcome(test.call('POST', '/token?grant_type=magic', '{}')), '400 invalid_credentials', 'an unknown grant');
SELECT is((test.call('POST', '/token?grant_type=pkce', '{}')).body ->> 'message', 'unsupported_grant_type', 'is told as such');
UPDATE auth.users SET banned_until = now() + interval '1 hour' WHERE email = 'sly@example.com';
SELECT is(test.outcome(test.sign_in('sly@example.com')), '400 user_banned', 'who is banned stays out');
SELECT is(test.outcome(test.sign_in('sly@example.com', 'wrong')), '400 invalid_credentials', 'and only who has the password learns of it');

-- Bodies and versions of errors.

SELECT is((booking.http_request('POST', '/auth/v1/token?grant_type=password', jsonb_build_object('apikey', (SELECT anon FROM test.keys)), body)).body::jsonb ->> 'error_code',
  'bad_json', 'a body that is ' || coalesce(body, 'missing')) FROM unnest(ARRAY['', NULL, 'x', '[]', '"x"', '{"email":"a","email":"b"}']) AS body;
SELECT is((test.call('POST', '/token?grant_type=password', '{"email": "x", "password": "y"}', headers => '{}')).body,
  '{"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}', 'an old client gets the old body');
SELECT is((test.call('POST', '/token?grant_type=password', '{"email": "x", "password": "y"}', headers => '{"x-supabase-api-version": "2023-12-31"}')).body ->> 'code',
  '400', 'so does one of the last year before');
SELECT is((a).body || jsonb_build_object('version', (a).headers ->> 'X-Supabase-Api-Version', 'header', (a).headers ->> 'X-Sb-Error-Code'),
  '{"code": "invalid_credentials", "message": "Invalid login credentials", "version": "2024-01-01", "header": "invalid_credentials"}', 'a new one the new')
FROM test.sign_in('eva@example.com', 'wrong') AS a;
SELECT is(test.outcome(test.call('GET', '/nothing')), '404 unknown', 'an unknown path');
SELECT is(test.outcome(test.call('DELETE', '/token')), '405 unknown', 'a wrong method');

-- Browsers.

SELECT is(ROW(a.status, a.headers ->> 'Access-Control-Allow-Origin', a.headers ->> 'Access-Control-Allow-Headers')::text,
  '(204,*,"apikey,x-client-info")', 'a browser may send what supabase-js sends, from anywhere')
FROM booking.http_request('OPTIONS', '/auth/v1/token?grant_type=password', '{"origin": "https://app.example.com",
  "access-control-request-method": "POST", "access-control-request-headers": "apikey,x-client-info"}') AS a;
SELECT is((a).headers ->> 'Access-Control-Allow-Origin', '*', 'and read the answer')
FROM test.call('GET', '/health', headers => '{"origin": "https://app.example.com"}') AS a;
SELECT is((booking.http_request('OPTIONS', '/auth/v1/token')).status, 405, 'what is no such question is no method');

-- The user.

CREATE FUNCTION test.token() RETURNS text LANGUAGE sql AS $$ SELECT body ->> 'access_token' FROM test.session $$;
SELECT is((test.call('GET', '/user', bearer => test.token())).body ->> 'email', 'eva@example.com', 'the user, by the token');
SELECT is(test.outcome(test.call('GET', '/user')), '401 no_authorization', 'without a token');
SELECT is(test.outcome(test.call('GET', '/user', bearer => (SELECT anon FROM test.keys))), '403 bad_jwt', 'with a key in its place');
SELECT is((test.call('GET', '/user', bearer => (SELECT anon FROM test.keys))).body ->> 'message', 'invalid claim: missing sub claim', 'is told as such');
SELECT is(test.outcome(test.call('GET', '/user', bearer => test.token() || 'x')), '403 bad_jwt', 'with a changed token');
SELECT is((test.call('GET', '/user', bearer => auth.sign_jwt(json_build_object('sub', gen_random_uuid(), 'exp', 1)::text))).body ->> 'message',
  'invalid JWT: unable to parse or verify signature, JWT expired', 'with one that has expired');
SELECT is(test.outcome(test.call('GET', '/user', bearer => auth.sign_jwt(json_build_object('sub', gen_random_uuid())::text))), '403 user_not_found', 'of nobody');
SELECT is((test.call('PUT', '/user', '{"data": {"full_name": "Kiss Éva", "practice_name": null, "colour": "green"}}', test.token())).body -> 'user_metadata',
  '{"email_verified": true, "full_name": "Kiss Éva", "time_zone": "Europe/Budapest", "colour": "green"}', 'metadata are merged, null takes away');
SELECT is(test.outcome(test.call('PUT', '/user', '{"app_metadata": {"admin": true}}', test.token())), '403 not_admin', 'not those of the operator');
SELECT is(test.outcome(test.call('PUT', '/user', '{"role": "service_role"}', test.token())), '200', 'a role is ignored');
SELECT is((SELECT role FROM auth.users WHERE email = 'eva@example.com'), 'authenticated', 'and stays');
SELECT is(test.outcome(test.call('PUT', '/user', '{"email": "sly@example.com"}', test.token())), '422 email_exists', 'not the address of another');
SELECT is(test.outcome(test.call('PUT', '/user', '{"password": "12345"}', test.token())), '422 weak_password', 'not a weak password');
SELECT is(test.outcome(test.call('PUT', '/user', '{"password": "a good password"}', test.token())), '422 same_password', 'not the same password');
SELECT (test.sign_in('eva@example.com')).body ->> 'access_token' AS other \gset
SELECT is(test.outcome(test.call('PUT', '/user', '{"password": "a better password"}', test.token())), '200', 'another password');
SELECT is(test.outcome(test.call('GET', '/user', bearer => test.token())), '200', 'leaves the session that sets it');
SELECT is(test.outcome(test.call('GET', '/user', bearer => :'other')), '403 session_not_found', 'and ends all others');
SELECT is(test.outcome(test.sign_in('eva@example.com')), '400 invalid_credentials', 'the old one is no good');
SELECT is(test.outcome(test.sign_in('eva@example.com', 'a better password')), '200', 'the new one is');

-- Sign-out.

SELECT (test.sign_in('eva@example.com', 'a better password')).body ->> 'access_token' AS second \gset
SELECT (test.sign_in('eva@example.com', 'a better password')).body ->> 'access_token' AS third \gset
SELECT is((test.call('POST', '/logout?scope=local', bearer => :'third')).status, 204, 'sign-out of one session');
SELECT is(test.outcome(test.call('GET', '/user', bearer => :'third')), '403 session_not_found', 'ends it');
SELECT is(test.outcome(test.call('GET', '/user', bearer => :'second')), '200', 'and no other');
SELECT is((test.call('POST', '/logout?scope=others', bearer => test.token())).status, 204, 'sign-out of the others');
SELECT is(test.outcome(test.call('GET', '/user', bearer => :'second')), '403 session_not_found', 'ends them');
SELECT is(test.outcome(test.call('GET', '/user', bearer => test.token())), '200', 'and not this one');
SELECT is(test.outcome(test.call('POST', '/logout?scope=all', bearer => test.token())), '400 validation_failed', 'an unknown scope');
SELECT is((test.call('POST', '/logout', bearer => test.token())).status, 204, 'sign-out of all');
SELECT is((SELECT count(*) FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id WHERE u.email = 'eva@example.com'), 0::bigint, 'leaves none');

-- Anonymous users.

SET LOCAL pg_booking.auth_anonymous_users = on;
SELECT * FROM test.call('POST', '/signup', '{"data": {"x": 1}}') \gset guest_
SELECT is(:'guest_body'::jsonb -> 'user' -> 'is_anonymous', 'true', 'an anonymous user');
SELECT is(test.claims(:'guest_body'::jsonb ->> 'access_token') -> 'is_anonymous', 'true', 'the token says so');
SELECT is(:'guest_body'::jsonb -> 'user' -> 'identities', '[]', 'without an identity');
SELECT is((SELECT count(*) FROM booking.tenants WHERE tenant_id = (:'guest_body'::jsonb -> 'user' ->> 'id')::uuid), 0::bigint, 'and without a practice');
SELECT is((test.call('PUT', '/user', '{"email": "guest@example.com", "password": "a good password"}', :'guest_body'::jsonb ->> 'access_token')).body ->> 'email',
  'guest@example.com', 'an address makes a user of them');
SELECT is((test.sign_in('guest@example.com')).body -> 'user' ->> 'id', :'guest_body'::jsonb -> 'user' ->> 'id', 'of the same id');
SELECT is((SELECT count(*) FROM booking.tenants WHERE tenant_id = (:'guest_body'::jsonb -> 'user' ->> 'id')::uuid), 1::bigint, 'with a practice');

-- Settings.

SELECT is((test.call('GET', '/settings')).body -> 'external' -> 'email', 'true', 'settings tell how to sign in');
SET LOCAL pg_booking.auth_disable_signup = on;
SELECT is(test.outcome(test.sign_up('late@example.com')), '422 signup_disabled', 'no sign-up where it is switched off');
SELECT is((test.call('GET', '/settings')).body -> 'disable_signup', 'true', 'and the settings say so');

SELECT * FROM finish();
ROLLBACK;
