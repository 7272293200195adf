-- Refresh tokens and signing keys: what a lost answer, a stolen token and a change of keys come to.
BEGIN;
\ir helpers/auth.sql
SELECT plan(36);

SELECT body AS session FROM test.sign_up('eva@example.com') \gset
CREATE TABLE test.tokens (number integer, refresh text, access text);
INSERT INTO test.tokens SELECT 1, :'session'::jsonb ->> 'refresh_token', :'session'::jsonb ->> 'access_token';
CREATE FUNCTION test.token(number integer) RETURNS text LANGUAGE sql AS $$ SELECT t.refresh FROM test.tokens AS t WHERE t.number = token.number $$;
CREATE FUNCTION test.note(number integer, answer test.answer) RETURNS text LANGUAGE sql AS $$
  INSERT INTO test.tokens VALUES (number, answer.body ->> 'refresh_token', answer.body ->> 'access_token');
  SELECT test.outcome(answer) $$;

-- Rotation.

SELECT is(test.note(2, test.refresh(test.token(1))), '200', 'a refresh token gives a new pair');
SELECT isnt(test.token(2), test.token(1), 'with another refresh token');
SELECT is((SELECT count(DISTINCT test.claims(access) ->> 'session_id') FROM test.tokens), 1::bigint, 'of the same session');
SELECT is((SELECT count(DISTINCT test.claims(access) -> 'amr') FROM test.tokens), 1::bigint, 'which remembers how it began');
SELECT is(test.note(3, test.refresh(test.token(1))), '200', 'the same token once more: the answer was lost');
SELECT is((SELECT ROW(refresh, access) FROM test.tokens WHERE number = 3), (SELECT ROW(refresh, access) FROM test.tokens WHERE number = 2), 'gives the same pair again');
SELECT is(test.note(4, test.refresh(test.token(2))), '200', 'the next refresh');
SELECT is((SELECT count(*) FROM auth.sessions), 1::bigint, 'all in one session');

-- Reuse.

SELECT is(test.outcome(test.refresh(test.token(1))), '400 refresh_token_already_used', 'a token two generations old is stolen');
SELECT is((SELECT count(*) FROM auth.sessions), 0::bigint, 'it ends the session');
SELECT is(test.outcome(test.refresh(test.token(4))), '400 refresh_token_not_found', 'for the good token too');
SELECT is(test.outcome(test.call('GET', '/user', bearer => (SELECT access FROM test.tokens WHERE number = 4))), '403 session_not_found', 'and the access token');

DELETE FROM test.tokens;
SELECT is(test.note(1, test.sign_in('eva@example.com')), '200', 'a new sign-in');
SELECT is(test.note(2, test.refresh(test.token(1))), '200', 'a refresh');
UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '11 seconds';
SELECT is(test.outcome(test.refresh(test.token(1))), '400 refresh_token_already_used', 'the token before, after the time of grace');
SELECT is(test.outcome(test.refresh(test.token(2))), '400 refresh_token_not_found', 'ends the session');

DELETE FROM test.tokens;
SET LOCAL pg_booking.auth_refresh_reuse_seconds = 0;
SELECT is(test.note(1, test.sign_in('eva@example.com')), '200', 'without a time of grace');
SELECT is(test.note(2, test.refresh(test.token(1))), '200', 'a refresh');
SELECT is(test.outcome(test.refresh(test.token(1))), '400 refresh_token_already_used', 'is the only one');
RESET pg_booking.auth_refresh_reuse_seconds;

-- What is no refresh token.

SELECT is(test.outcome(test.refresh(token)), expected, what) FROM (VALUES
  (NULL, '400 validation_failed', 'none'), ('short', '400 validation_failed', 'a short text'),
  (repeat('A', 48), '400 refresh_token_not_found', 'a forged one'), ('abcdefghijklmnop', '400 refresh_token_not_found', 'one of another make'),
  ('not base64url: \x', '400 refresh_token_not_found', 'no base64url')) AS bad (token, expected, what);
SELECT test.note(5, test.sign_in('eva@example.com')) \g /dev/null
SELECT is_empty($$
  SELECT place FROM generate_series(1, 48) AS place
  WHERE test.outcome(test.refresh(overlay(test.token(5) PLACING CASE substr(test.token(5), place, 1) WHEN 'A' THEN 'B' ELSE 'A' END FROM place))) <> '400 refresh_token_not_found'
$$, 'a token with any character changed is not found');
SELECT is((SELECT count(*) FROM auth.sessions), 1::bigint, 'and harms no session');
SELECT is((SELECT count(*) FROM auth.sessions AS s WHERE s::text LIKE '%' || test.token(5) || '%'), 0::bigint, 'no table holds a refresh token');
UPDATE auth.users SET banned_until = now() + interval '1 day';
SELECT is(test.outcome(test.refresh(test.token(5))), '400 user_banned', 'who is banned gets no new pair');
UPDATE auth.users SET banned_until = NULL;

-- Keys take turns.

SELECT (test.sign_in('eva@example.com')).body ->> 'access_token' AS old \gset
SELECT auth.create_jwt_key('ES256') AS kid \gset
SELECT is((test.call('GET', '/.well-known/jwks.json')).body #>> '{keys,0,kid}', :'kid'::text, 'a key that stands by is published');
SELECT is((test.call('GET', '/.well-known/jwks.json')).body #> '{keys,0}' ? 'd', false, 'its public part');
SELECT auth.promote_jwt_key(:'kid') \g /dev/null
SELECT (test.sign_in('eva@example.com')).body ->> 'access_token' AS new \gset
SELECT is(convert_from(auth.decode_base64url(split_part(:'new', '.', 1)), 'UTF8')::jsonb, jsonb_build_object('alg', 'ES256', 'typ', 'JWT', 'kid', :'kid'), 'promoted it signs');
SELECT is(test.outcome(test.call('GET', '/user', bearer => :'new')), '200', 'and verifies');
SELECT is(test.outcome(test.call('GET', '/user', bearer => :'old')), '200', 'the one before still verifies');
SELECT auth.create_legacy_key('anon') AS new_anon \gset
SELECT auth.revoke_jwt_key(kid) FROM auth.jwt_keys WHERE status = 'previous' \g /dev/null
SELECT is(test.outcome(test.call('GET', '/user', bearer => :'old', key => :'new_anon')), '403 bad_jwt', 'revoked it does not');
SELECT is(test.outcome(test.call('GET', '/user', bearer => :'new', key => :'new_anon')), '200', 'and the others go on');
SELECT is(test.outcome(test.call('GET', '/health')), '401 INVALID_API_KEY', 'a legacy API key ends with the key that signed it');

SELECT * FROM finish();
ROLLBACK;
