-- Users, by service_role.
BEGIN;
\ir helpers/auth.sql
SELECT plan(41);

SELECT body AS user FROM test.sign_up('eva@example.com') \gset

-- Who may.

SELECT is(test.outcome(test.call(method, path, '{}', token)), '403 not_admin', format('%s %s by %s', method, path, who))
FROM (VALUES ('GET', '/admin/users'), ('POST', '/admin/users'), ('GET', '/admin/users/x'), ('PUT', '/admin/users/x'), ('DELETE', '/admin/users/x'),
             ('POST', '/admin/generate_link'), ('POST', '/invite')) AS o (method, path),
     (VALUES (:'user'::jsonb ->> 'access_token', 'a user'), ((SELECT anon FROM test.keys), 'the anonymous key')) AS caller (token, who);
SELECT is(test.outcome(test.call('GET', '/admin/users')), '401 no_authorization', 'nor without a token');

-- Make, read, change, delete.

SELECT body AS made FROM test.admin('POST', '/admin/users', '{"email": "Bob@example.com", "password": "a good password", "email_confirm": true,
  "user_metadata": {"name": "Bob"}, "app_metadata": {"tier": "gold"}}') \gset
SELECT is(:'made'::jsonb -> 'app_metadata', '{"provider": "email", "providers": ["email"], "tier": "gold"}', 'a user, with metadata');
SELECT is(test.outcome(test.sign_in('bob@example.com')), '200', 'who can sign in at once');
SELECT is((SELECT count(*) FROM booking.tenants WHERE tenant_id = (:'made'::jsonb ->> 'id')::uuid), 1::bigint, 'and has a practice');
SELECT is(test.outcome(test.admin('POST', '/admin/users', body)), expected, what) FROM (VALUES
  ('{"email": "bob@example.com"}'::jsonb, '422 email_exists', 'a known address'), ('{}', '400 validation_failed', 'none'),
  ('{"email": "x@example.com", "password": "12345"}', '422 weak_password', 'a weak password'),
  ('{"email": "x@example.com", "ban_duration": "soon"}', '400 validation_failed', 'a ban without a length'),
  ('{"email": "x@example.com", "password_hash": "plain"}', '400 validation_failed', 'a hash of another kind')) AS bad (body, expected, what);
SELECT is((test.admin('POST', '/admin/users', '{"id": "01890a5d-ac96-774b-bcce-b302099a8057", "email": "carl@example.com"}')).body ->> 'id',
  '01890a5d-ac96-774b-bcce-b302099a8057', 'an id may be given');
SELECT is((test.admin('GET', '/admin/users/' || (:'made'::jsonb ->> 'id'))).body ->> 'email', 'bob@example.com', 'one user');
SELECT is(test.outcome(test.admin('GET', '/admin/users/01890a5d-ac96-774b-bcce-000000000000')), '404 user_not_found', 'an unknown one');
SELECT is(test.outcome(test.admin('GET', '/admin/users/x')), '404 validation_failed', 'what is no id');
SELECT is((SELECT array_agg(u ->> 'email' ORDER BY u ->> 'email') FROM jsonb_array_elements((test.admin('GET', '/admin/users')).body -> 'users') AS u),
  ARRAY['bob@example.com', 'carl@example.com', 'eva@example.com'], 'all users');
SELECT is((a).headers ->> 'X-Total-Count' || ' ' || ((a).headers ->> 'Link'),
  '3 </auth/v1/admin/users?page=2&per_page=2>; rel="next", </auth/v1/admin/users?page=2&per_page=2>; rel="last"', 'page by page')
FROM test.admin('GET', '/admin/users?page=1&per_page=2') AS a;
SELECT is(jsonb_array_length((test.admin('GET', '/admin/users?page=2&per_page=2')).body -> 'users'), 1, 'the last page');
SELECT is(test.outcome(test.admin('GET', '/admin/users?page=0')), '400 validation_failed', 'no such page');
SELECT is((test.admin('GET', '/admin/users?filter=BOB')).body #>> '{users,0,email}', 'bob@example.com', 'by a part of the address');
SELECT is((test.admin('PUT', '/admin/users/' || (:'made'::jsonb ->> 'id'), '{"app_metadata": {"tier": null, "x": 1}, "ban_duration": "24h"}')).body -> 'app_metadata',
  '{"provider": "email", "providers": ["email"], "x": 1}', 'metadata are merged');
SELECT is(test.outcome(test.sign_in('bob@example.com')), '400 user_banned', 'a ban holds');
SELECT is((test.admin('PUT', '/admin/users/' || (:'made'::jsonb ->> 'id'), '{"ban_duration": "none", "password": "another password", "email": "bobby@example.com"}')).status, 200, 'and ends');
SELECT is(test.outcome(test.sign_in('bobby@example.com', 'another password')), '200', 'password and address count at once');
SELECT is((test.admin('DELETE', '/admin/users/' || (:'made'::jsonb ->> 'id'), '{"should_soft_delete": false}')).body, '{}', 'a user is deleted');
SELECT is(test.outcome(test.sign_in('bobby@example.com', 'another password')), '400 invalid_credentials', 'and gone');

-- Links for servers that send their own messages.

SELECT body AS link FROM test.admin('POST', '/admin/generate_link', '{"type": "recovery", "email": "eva@example.com"}') \gset
SELECT is(test.outcome(test.call('POST', '/verify', jsonb_build_object('type', 'recovery', 'token_hash', :'link'::jsonb ->> 'hashed_token'))), '200', 'a recovery link works');
SELECT is((test.admin('POST', '/admin/generate_link', '{"type": "magiclink", "email": "dora@example.com"}')).body ->> 'verification_type', 'signup', 'a link for somebody new is a sign-up');
SELECT is(test.outcome(test.admin('POST', '/admin/generate_link', '{"type": "recovery", "email": "zoe@example.com"}')), '404 user_not_found', 'not so recovery');

SELECT * FROM finish();
ROLLBACK;
