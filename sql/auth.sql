-- Who is signed in, for policies: names and meaning as in Supabase.
CREATE SCHEMA auth;
COMMENT ON SCHEMA auth IS 'Who is signed in, users and their sessions, and the keys that tokens are signed with.';
GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role;

CREATE FUNCTION auth.uid() RETURNS uuid
  LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_auth_uid';
COMMENT ON FUNCTION auth.uid() IS 'The id of the user whose token the request brought: its claim "sub"; NULL without one, or if it is no UUID.';

CREATE FUNCTION auth.role() RETURNS text
  LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_auth_role';
COMMENT ON FUNCTION auth.role() IS 'The role that the request''s claims name; NULL outside of requests.';

CREATE FUNCTION auth.email() RETURNS text
  LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_auth_email';
COMMENT ON FUNCTION auth.email() IS 'The e-mail address in the request''s claims; NULL if there is none.';

CREATE FUNCTION auth.jwt() RETURNS jsonb
  LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_auth_jwt';
COMMENT ON FUNCTION auth.jwt() IS 'All claims of the request''s token (setting request.jwt.claims); NULL outside of requests.';
