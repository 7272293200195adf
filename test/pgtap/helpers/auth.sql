-- Calls of /auth/v1. To be included in a transaction that is rolled back.
CREATE SCHEMA test;
SET LOCAL pg_booking.rate_limits = off;

CREATE TABLE test.keys AS
  SELECT auth.create_legacy_key('anon') AS anon, auth.create_project_key('service_role', 'tests') AS service_role,
         auth.create_project_key('anon', 'tests') AS publishable;

CREATE TYPE test.answer AS (status integer, headers jsonb, body jsonb);

-- With the anonymous key unless told otherwise; bearer: the token of a user.
CREATE FUNCTION test.call(method text, path text, body jsonb DEFAULT NULL, bearer text DEFAULT NULL, key text DEFAULT NULL,
                          headers jsonb DEFAULT '{"x-supabase-api-version": "2024-01-01"}') RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$
    SELECT ROW(answer.status, answer.headers, nullif(answer.body, '')::jsonb)::test.answer
    FROM booking.http_request(call.method, '/auth/v1' || call.path, call.headers || jsonb_strip_nulls(jsonb_build_object(
      'apikey', coalesce(call.key, (SELECT anon FROM test.keys)), 'authorization', 'Bearer ' || call.bearer)), call.body::text) AS answer $$;

-- As an administrator.
CREATE FUNCTION test.admin(method text, path text, body jsonb DEFAULT NULL) RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$ SELECT test.call(method, path, body, k.service_role, k.service_role) FROM test.keys AS k $$;

-- What came of it in a word or two: "200", "400 invalid_credentials".
CREATE FUNCTION test.outcome(answer test.answer) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$ SELECT concat_ws(' ', answer.status, CASE WHEN answer.status >= 400 THEN answer.body ->> 'code' END) $$;

CREATE FUNCTION test.sign_up(email text, password text DEFAULT 'a good password', data jsonb DEFAULT '{}') RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$
    SELECT test.call('POST', '/signup', jsonb_build_object('email', email, 'password', password, 'data', data)) $$;

CREATE FUNCTION test.sign_in(email text, password text DEFAULT 'a good password') RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$
    SELECT test.call('POST', '/token?grant_type=password', jsonb_build_object('email', email, 'password', password)) $$;

CREATE FUNCTION test.refresh(token text) RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$ SELECT test.call('POST', '/token?grant_type=refresh_token', jsonb_build_object('refresh_token', token)) $$;

CREATE FUNCTION test.claims(token text) RETURNS jsonb
  LANGUAGE sql IMMUTABLE AS $$ SELECT convert_from(auth.decode_base64url(split_part(token, '.', 2)), 'UTF8')::jsonb $$;

-- The newest message to an address.
CREATE FUNCTION test.mail(email text) RETURNS jsonb
  LANGUAGE sql STABLE AS $$
    SELECT m.message FROM auth.mails AS m WHERE m.message ->> 'email' = mail.email AND m.message ->> 'kind' <> 'unknown'
    ORDER BY m.id DESC LIMIT 1 $$;
