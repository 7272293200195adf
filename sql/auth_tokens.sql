-- What endpoints get and give, and the tokens of a session.
CREATE TYPE auth.request AS (body jsonb, query jsonb, claims jsonb, path text[], user_agent text, ip text);
COMMENT ON TYPE auth.request IS
  'A request to /auth/v1: its JSON body, its query, the claims of its verified Bearer token (NULL without one), parameters of the path, and where it came from.';
CREATE TYPE auth.answer AS (status integer, code text, message text, body jsonb, headers text);
COMMENT ON TYPE auth.answer IS
  'Its answer. With a code it is an error, which is worded as the client''s version of the API asks; body then holds further members. headers: "Name: value" lines.';

CREATE FUNCTION auth.succeed(body jsonb DEFAULT NULL, status integer DEFAULT 200, headers text DEFAULT NULL) RETURNS auth.answer
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT ROW(status, NULL, NULL, body, headers)::auth.answer;
END;
COMMENT ON FUNCTION auth.succeed(jsonb, integer, text) IS 'An answer that is no error.';

-- What was written before stays written: an endpoint that wants to undo raises an exception instead.
CREATE FUNCTION auth.refuse(status integer, code text, message text, body jsonb DEFAULT NULL) RETURNS auth.answer
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT ROW(status, code, message, body, NULL)::auth.answer;
END;
COMMENT ON FUNCTION auth.refuse(integer, text, text, jsonb) IS 'An answer that is an error.';

CREATE FUNCTION auth.text_member(object jsonb, name text) RETURNS text
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT CASE WHEN jsonb_typeof(object -> name) = 'string' THEN object ->> name END;
END;
COMMENT ON FUNCTION auth.text_member(jsonb, text) IS 'A member that is a string; NULL if it is missing or something else.';

CREATE FUNCTION auth.encode_base64url(bytes bytea) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT translate(rtrim(encode(bytes, 'base64'), '='), E'+/\n', '-_');
END;
COMMENT ON FUNCTION auth.encode_base64url(bytea) IS 'Bytes in base64url without padding.';

CREATE FUNCTION auth.decode_base64url(encoded text) RETURNS bytea
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN encoded ~ '^[A-Za-z0-9_-]*$' AND length(encoded) % 4 <> 1
              THEN decode(rpad(translate(encoded, '-_', '+/'), (length(encoded) + 3) / 4 * 4, '='), 'base64') END;
END;
COMMENT ON FUNCTION auth.decode_base64url(text) IS 'The bytes of a base64url text; NULL if it is none.';

CREATE FUNCTION auth.refresh_token(session_id uuid, counter integer) RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  named CONSTANT bytea := uuid_send(session_id) || int4send(counter);
BEGIN
  RETURN auth.encode_base64url(named || substr(auth.mac(auth.secret_key('token'), named), 1, 16));
END
$$;
COMMENT ON FUNCTION auth.refresh_token(uuid, integer) IS
  'The refresh token of this number in a session. It is computed, not stored: nobody can read it from a table, and the same number always gives the same token.';

CREATE FUNCTION auth.read_refresh_token(token text, OUT session_id uuid, OUT counter integer)
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  bytes CONSTANT bytea := auth.decode_base64url(token);
BEGIN
  IF length(bytes) = 36 THEN
    session_id := encode(substr(bytes, 1, 16), 'hex')::uuid;
    counter := ('x' || encode(substr(bytes, 17, 4), 'hex'))::bit(32)::integer;
    -- Unequal digests tell nothing of where they differ.
    IF sha256(convert_to(auth.refresh_token(session_id, counter), 'UTF8')) <> sha256(convert_to(token, 'UTF8')) THEN
      session_id := NULL;
      counter := NULL;
    END IF;
  END IF;
END
$$;
COMMENT ON FUNCTION auth.read_refresh_token(text) IS 'What a refresh token says; NULLs for a text that is none of ours.';

CREATE FUNCTION auth.access_token(owner auth.users, session auth.sessions) RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  issued CONSTANT bigint := floor(extract(epoch FROM session.refreshed_at));
BEGIN
  PERFORM auth.require_jwt_key();
  RETURN auth.sign_jwt(json_build_object(
    'iss', current_setting('pg_booking.auth_external_url') || '/auth/v1', 'sub', owner.id, 'aud', owner.aud,
    'exp', issued + current_setting('pg_booking.auth_jwt_exp')::integer, 'iat', issued, 'email', coalesce(owner.email, ''), 'phone', '',
    'app_metadata', owner.raw_app_meta_data, 'user_metadata', owner.raw_user_meta_data, 'role', owner.role, 'aal', 'aal1',
    'amr', session.amr, 'session_id', session.id, 'is_anonymous', owner.is_anonymous)::text);
END
$$;
COMMENT ON FUNCTION auth.access_token(auth.users, auth.sessions) IS
  'The access token that belongs to the session''s refresh token: asked for again, it has the same claims.';

CREATE FUNCTION auth.session_json(owner auth.users, session auth.sessions) RETURNS jsonb
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  life CONSTANT integer := current_setting('pg_booking.auth_jwt_exp');
BEGIN
  RETURN jsonb_build_object(
    'access_token', auth.access_token(owner, session), 'token_type', 'bearer', 'expires_in', life,
    'expires_at', floor(extract(epoch FROM session.refreshed_at))::bigint + life,
    'refresh_token', auth.refresh_token(session.id, session.refresh_counter), 'user', auth.user_json(owner));
END
$$;
COMMENT ON FUNCTION auth.session_json(auth.users, auth.sessions) IS 'A session as clients keep it: its pair of tokens, when the first expires, and the user.';

CREATE FUNCTION auth.open_session(request auth.request, owner_id uuid, method text) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  owner auth.users;
  session auth.sessions;
BEGIN
  UPDATE auth.users AS u SET last_sign_in_at = now(), updated_at = now() WHERE u.id = owner_id RETURNING u.* INTO STRICT owner;
  INSERT INTO auth.sessions (user_id, amr, user_agent, ip)
    VALUES (owner_id, jsonb_build_array(jsonb_build_object('method', method, 'timestamp', floor(extract(epoch FROM now()))::bigint)),
            "left"(request.user_agent, 500), request.ip)
    RETURNING * INTO session;
  RETURN auth.succeed(auth.session_json(owner, session));
END
$$;
COMMENT ON FUNCTION auth.open_session(auth.request, uuid, text) IS 'Signs a user in; method: password, otp, recovery, anonymous, …';

CREATE FUNCTION auth.refresh(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  token CONSTANT text := auth.text_member(request.body, 'refresh_token');
  named record;
  session auth.sessions;
  owner auth.users;
BEGIN
  IF coalesce(length(token), 0) < 12 THEN
    RETURN auth.refuse(400, 'validation_failed', 'Refresh token is not valid');
  END IF;
  SELECT * INTO named FROM auth.read_refresh_token(token);
  -- The lock makes calls with the same token wait for the first of them: what they then see is its successor.
  SELECT s.* INTO session FROM auth.sessions AS s WHERE s.id = named.session_id FOR UPDATE;
  IF session.id IS NULL THEN
    RETURN auth.refuse(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
  END IF;
  SELECT u.* INTO STRICT owner FROM auth.users AS u WHERE u.id = session.user_id;
  IF owner.banned_until > now() THEN
    RETURN auth.refuse(400, 'user_banned', 'Invalid Refresh Token: User Banned');
  END IF;
  IF named.counter = session.refresh_counter THEN
    UPDATE auth.sessions AS s SET refresh_counter = s.refresh_counter + 1, refreshed_at = clock_timestamp(),
                                  user_agent = "left"(request.user_agent, 500), ip = request.ip
    WHERE s.id = session.id RETURNING s.* INTO STRICT session;
  ELSIF named.counter <> session.refresh_counter - 1
      OR clock_timestamp() > session.refreshed_at + make_interval(secs => current_setting('pg_booking.auth_refresh_reuse_seconds')::integer) THEN
    -- Somebody else has the token: nobody can tell who is the thief, so the session ends for both.
    DELETE FROM auth.sessions AS s WHERE s.id = session.id;
    RETURN auth.refuse(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');
  END IF;
  RETURN auth.succeed(auth.session_json(owner, session));
EXCEPTION WHEN lock_not_available THEN
  RETURN auth.refuse(409, 'conflict', 'Too many concurrent token refresh requests on the same session or refresh token');
END
$$;
COMMENT ON FUNCTION auth.refresh(auth.request) IS
  'The next pair of tokens. The token before the good one gives the good pair once more for pg_booking.auth_refresh_reuse_seconds, so that a lost answer and calls at the same time do no harm; any older use ends the session.';
