-- Tokens to call /rest/v1 with, signed with a secret of the tests' own. Include it after fixture.sql.
CREATE EXTENSION IF NOT EXISTS pgcrypto;
SELECT auth.set_jwt_secret('a secret of the tests, long enough for HS256') \g /dev/null

CREATE FUNCTION test.base64url(bytes bytea) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$ SELECT translate(rtrim(encode(bytes, 'base64'), '='), E'+/\n', '-_') $$;

CREATE FUNCTION test.token(claims jsonb) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT signed || '.' || test.base64url(hmac(signed, 'a secret of the tests, long enough for HS256', 'sha256'))
  FROM (SELECT test.base64url('{"alg":"HS256","typ":"JWT"}') || '.' || test.base64url(convert_to(claims::text, 'UTF8')) AS signed) AS t
$$;

-- The owner of a practice, signed in.
CREATE FUNCTION test.owner_token(tenant text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT test.token(jsonb_build_object('sub', test.id(tenant, 'tenant'), 'role', 'authenticated'))
$$;

-- A request to /rest/v1 as the owner of a practice.
CREATE FUNCTION test.rest(tenant text, method text, target text, body jsonb DEFAULT NULL, headers jsonb DEFAULT '{}',
                          OUT status integer, OUT headers_out jsonb, OUT body_out jsonb) LANGUAGE sql AS $$
  SELECT r.status, r.headers, nullif(r.body, '')::jsonb
  FROM booking.http_request(method, '/rest/v1' || target,
    '{"content-type": "application/json"}' || jsonb_build_object('authorization', 'Bearer ' || test.owner_token(tenant)) || headers,
    body::text) AS r
$$;
