-- Messages that prove an address, and answers that do not tell whose addresses are known.
BEGIN;
\ir helpers/auth.sql
SELECT plan(56);

SET LOCAL pg_booking.auth_autoconfirm = off;
SET LOCAL pg_booking.auth_site_url = 'https://app.example.com';

-- Sign-up that waits for a confirmation.

SELECT body AS new_user FROM test.sign_up('eva@example.com', data => '{"full_name": "Éva"}') \gset
SELECT is(:'new_user'::jsonb ? 'access_token', false, 'sign-up opens no session');
SELECT is(:'new_user'::jsonb ->> 'email', 'eva@example.com', 'but shows the user');
SELECT is(test.outcome(test.sign_in('eva@example.com')), '400 email_not_confirmed', 'who cannot sign in yet');
SELECT is((SELECT count(*) FROM booking.tenants), 0::bigint, 'and has no practice');
SELECT is(test.mail('eva@example.com') - ARRAY['otp', 'token_hash', 'link'],
  '{"kind": "signup", "email": "eva@example.com", "redirect_to": "https://app.example.com"}', 'a message waits in auth.mails');
SELECT matches(test.mail('eva@example.com') ->> 'otp', '^\d{6}$', 'with a code');
SELECT is(test.mail('eva@example.com') ->> 'link', format('http://127.0.0.1:8080/auth/v1/verify?token=%s&type=signup&redirect_to=https%%3A%%2F%%2Fapp.example.com',
  test.mail('eva@example.com') ->> 'token_hash'), 'and a link');
SELECT is((SELECT count(*) FROM auth.one_time_tokens AS t, test.mail('eva@example.com') AS m
           WHERE t::text LIKE '%' || (m ->> 'otp') || '%' OR t::text LIKE '%' || (m ->> 'token_hash') || '%'), 0::bigint, 'neither can be read from the tokens');

-- The same to see for a known address.

CREATE FUNCTION test.shape(body jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_object_agg(key, CASE WHEN key ~ '^id$|_at$' THEN '"…"' WHEN key = 'identities' THEN '[]' ELSE value END) FROM jsonb_each(body) $$;
SELECT body AS again FROM test.sign_up('eva@example.com', data => '{"full_name": "Éva"}') \gset
SELECT is(test.shape(:'again'), test.shape(:'new_user'), 'sign-up with an address that waits');
SELECT isnt(:'again'::jsonb ->> 'id', :'new_user'::jsonb ->> 'id', 'tells no id');
UPDATE auth.users SET email_confirmed_at = now();
SELECT body AS known FROM test.sign_up('eva@example.com', 'another password', '{"full_name": "Éva"}') \gset
SELECT is(test.shape(:'known'), test.shape(:'new_user'), 'and with one that is confirmed, are answered like a new one');
SELECT is((SELECT count(*) FROM auth.users), 1::bigint, 'nothing was made');
SELECT is(auth.password_matches('a good password', (SELECT encrypted_password FROM auth.users)), true, 'the password is the first one');
UPDATE auth.users SET email_confirmed_at = NULL;

-- Verification.

CREATE FUNCTION test.verify(kind text, email text, code text) RETURNS test.answer
  LANGUAGE sql AS $$ SELECT test.call('POST', '/verify', jsonb_build_object('type', kind, 'email', email, 'token', code)) $$;
SELECT is(test.outcome(test.verify('signup', 'eva@example.com', '')), '403 otp_expired', 'a wrong code');
SELECT is(test.outcome(test.verify('recovery', 'eva@example.com', test.mail('eva@example.com') ->> 'otp')), '403 otp_expired', 'a code of another kind');
SELECT is(test.outcome(test.verify('signup', 'bob@example.com', test.mail('eva@example.com') ->> 'otp')), '403 otp_expired', 'of another address');
SELECT is(test.outcome(test.verify('email', 'Eva@example.com', test.mail('eva@example.com') ->> 'otp')), '200', 'the right code signs in');
SELECT is(test.outcome(test.verify('email', 'eva@example.com', test.mail('eva@example.com') ->> 'otp')), '403 otp_expired', 'once');
SELECT is((SELECT t.name FROM booking.tenants AS t JOIN auth.users AS u ON u.id = t.tenant_id WHERE u.email = 'eva@example.com'), 'Éva', 'and makes the practice');
SELECT is(test.outcome(test.sign_in('eva@example.com')), '200', 'now the password is good');
SELECT is(test.outcome(test.call('POST', '/verify', body)), '400 validation_failed', what) FROM (VALUES
  ('{}'::jsonb, 'no type'), ('{"type": "signup"}', 'no token'), ('{"type": "signup", "token": "123456"}', 'no address')) AS bad (body, what);

-- Recovery.

CREATE FUNCTION test.recover(email text) RETURNS test.answer LANGUAGE sql AS $$ SELECT test.call('POST', '/recover', jsonb_build_object('email', email)) $$;
SELECT is(ROW((a).status, (a).body), ROW(200, '{}'::jsonb), who) FROM (VALUES
  (test.recover('eva@example.com'), 'recovery of a known address'), (test.recover('nobody@example.com'), 'of an unknown one'),
  (test.recover('eva@example.com'), 'and of one that has asked a moment ago are answered alike')) AS asked (a, who);
SELECT is((SELECT count(*) FROM auth.mails WHERE message ->> 'kind' = 'recovery'), 1::bigint, 'one message a minute');
SELECT is((SELECT count(*) FROM auth.mails WHERE message ->> 'kind' = 'unknown' AND NOT message ? 'otp'), 3::bigint, 'the others wrote a row that is for nobody');
SELECT is(test.outcome(test.call('POST', '/recover', '{}')), '400 validation_failed', 'no address');
SELECT body AS session FROM test.call('POST', '/verify', jsonb_build_object('type', 'recovery', 'token_hash', test.mail('eva@example.com') ->> 'token_hash')) \gset
SELECT is(test.claims(:'session'::jsonb ->> 'access_token') #>> '{amr,0,method}', 'recovery', 'the link signs in, to set another password');
SELECT is(test.outcome(test.call('PUT', '/user', '{"password": "a new password"}', :'session'::jsonb ->> 'access_token')), '200', 'which works');
SELECT is(test.outcome(test.sign_in('eva@example.com', 'a new password')), '200', 'from then on');

-- Codes must not be tried out, and end with their time.

UPDATE auth.users SET recovery_sent_at = NULL;
SELECT test.recover('eva@example.com') \g /dev/null
SELECT is((SELECT array_agg(test.outcome(test.verify('recovery', 'eva@example.com', 'wrong'))) FROM generate_series(1, 5)), array_fill('403 otp_expired'::text, ARRAY[5]), 'five wrong codes');
SELECT is(test.outcome(test.verify('recovery', 'eva@example.com', test.mail('eva@example.com') ->> 'otp')), '403 otp_expired', 'end the right one');
UPDATE auth.users SET recovery_sent_at = NULL;
SELECT test.recover('eva@example.com') \g /dev/null
UPDATE auth.one_time_tokens SET created_at = created_at - interval '1 hour';
SELECT is(test.outcome(test.verify('recovery', 'eva@example.com', test.mail('eva@example.com') ->> 'otp')), '403 otp_expired', 'so does an hour');

-- Magic links.

SELECT is((test.call('POST', '/otp', '{"email": "new@example.com", "data": {"x": 1}}')).body, '{}', 'a link for somebody new');
SELECT is(test.outcome(test.verify('email', 'new@example.com', test.mail('new@example.com') ->> 'otp')), '200', 'signs up');
SELECT is((test.call('POST', '/otp', '{"email": "other@example.com", "create_user": false}')).body, '{}', 'who must be known and is not is told nothing');
SELECT is((SELECT count(*) FROM auth.users WHERE email = 'other@example.com'), 0::bigint, 'and not added');

-- The link in a browser.

UPDATE auth.users SET recovery_sent_at = NULL;
SELECT test.recover('eva@example.com') \g /dev/null
SELECT status, headers ->> 'Location' AS location FROM booking.http_request('GET', split_part(test.mail('eva@example.com') ->> 'link', '8080', 2)) \gset
SELECT is(:status, 303, 'the link leads on');
SELECT matches(:'location'::text, '^https://app\.example\.com#access_token=[\w.-]+&expires_at=\d+&expires_in=3600&refresh_token=[\w-]+&token_type=bearer&type=recovery&sb=$', 'with the session');
SELECT headers ->> 'Location' AS location FROM booking.http_request('GET', '/auth/v1/verify?token=used&type=recovery&redirect_to=https%3A%2F%2Fapp.example.com%2Fin') \gset
SELECT is(:'location'::text, 'https://app.example.com/in#error=access_denied&error_code=otp_expired&error_description=Email%20link%20is%20invalid%20or%20has%20expired&sb=',
  'or with the error');
SET LOCAL pg_booking.auth_redirect_urls = 'https://*.example.org/in, myapp://login';
SELECT is(auth.redirect_target(wish), CASE WHEN allowed THEN wish ELSE 'https://app.example.com' END, coalesce(quote_literal(replace(wish, E'\n', '')), 'nothing'))
FROM (VALUES ('https://app.example.com/a?b=c', true), ('https://app.example.com.evil.com', false), ('https://app.example.com@evil.com', false),
  ('https://a.example.org/in', true), ('https://a.example.org/out', false), ('myapp://login', true), (E'https://app.example.com/\nSet-Cookie: x', false),
  (NULL, false)) AS wishes (wish, allowed);

-- Another address.

SELECT body ->> 'access_token' AS token FROM test.sign_in('eva@example.com', 'a new password') \gset
SELECT is((test.call('PUT', '/user', '{"email": "Eva@example.net"}', :'token')).body ->> 'new_email', 'eva@example.net', 'another address waits');
SELECT is(test.outcome(test.verify('email_change', 'eva@example.net', test.mail('eva@example.net') ->> 'otp')), '200', 'for its confirmation');
SELECT is(test.outcome(test.sign_in('eva@example.net', 'a new password')), '200', 'and is the one to sign in with');
SELECT is(test.outcome(test.call('PUT', '/user', '{"email": "eva@example.edu"}', :'token')), '429 over_email_send_rate_limit', 'not two a minute');

-- The operator's mail function.

CREATE TABLE test.sent (message jsonb);
CREATE FUNCTION test.send(message jsonb) RETURNS void LANGUAGE sql AS $$ INSERT INTO test.sent VALUES (message) $$;
SET LOCAL pg_booking.auth_mail_function = 'test.send';
UPDATE auth.users SET recovery_sent_at = NULL;
DELETE FROM auth.mails;
SELECT test.recover('eva@example.net'), test.recover('nobody@example.com') \g /dev/null
SELECT is((SELECT array_agg(message ->> 'kind') FROM test.sent), ARRAY['recovery'], 'gets the messages, and those only');
SELECT is((SELECT count(*) FROM auth.mails WHERE message ->> 'kind' <> 'unknown'), 0::bigint, 'which wait nowhere then');

SELECT * FROM finish();
ROLLBACK;
